import type { ServerHello } from '../../src/messages/server-hello.js';
import { extension } from '../../src/messages/extensions/extension.js';
import { keyShareEntryCodec } from '../../src/messages/extensions/key-share.js';
import { serverSupportedVersionsCodec } from '../../src/messages/extensions/supported-versions.js';
import { DOWNGRADE_SENTINELS } from '../../src/messages/server-hello.js';
import type { TlsErrorReason } from '../../src/error.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { toyClient } from '../support/toy-credentials.js';
import type { Attack, AttackGroup } from './attack.js';

import { withExtension } from './with-extension.js';

function randomWithSentinel(sentinel: Uint8Array): Uint8Array {
  const random = new Uint8Array(32).fill(5);
  random.set(sentinel, 24);
  return random;
}

function againstClient(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  body: (honest: ServerHello) => ServerHello,
  excludedIn = 'handshake/client.ts readServerHello',
): Attack {
  return {
    attack,
    against: 'client',
    section,
    excludedIn,
    reason,
    run: () => new ScriptedServer(toyClient()).serverHello({ body }),
  };
}

const VERSION_1_3 = extension('supported_versions', serverSupportedVersionsCodec, 0x0304);
const RETRY = 'handshake/client.ts exchangeHellos';

const SERVER_HELLOS: readonly Attack[] = [
  againstClient('a ServerHello of TLS 1.2', '4.2.3', 'no-common-version', (hello) =>
    withExtension(hello, 'supported_versions', null),
  ),
  againstClient('a ServerHello without any extension', '4.2.3', 'no-common-version', (hello) => ({
    ...hello,
    extensions: null,
  })),
  ...DOWNGRADE_SENTINELS.map((sentinel) =>
    againstClient(
      `a downgrade to TLS 1.${sentinel[7] === 1 ? 2 : 1} by a server that could do 1.3`,
      '4.2.3',
      'downgrade-detected',
      (hello) => ({ ...withExtension(hello, 'supported_versions', null), random: randomWithSentinel(sentinel) }),
    ),
  ),
  ...[0x0303, 0x0305].map((version) =>
    againstClient(`supported_versions saying 0x${version.toString(16)}`, '4.3.1', 'version-not-offered', (hello) =>
      withExtension(hello, 'supported_versions', Uint8Array.of(version >> 8, version & 0xff)),
    ),
  ),
  ...[0x0302, 0x0304].map((legacyVersion) =>
    againstClient(`legacy_version 0x${legacyVersion.toString(16)}`, '4.2.3', 'illegal-version-field', (hello) => ({
      ...hello,
      legacyVersion,
    })),
  ),
  againstClient('another session id than the client’s', '4.2.3', 'session-id-not-echoed', (hello) => ({
    ...hello,
    legacySessionIdEcho: hello.legacySessionIdEcho.map((byte) => byte ^ 1),
  })),
  againstClient('no session id where the client sent one', '4.2.3', 'session-id-not-echoed', (hello) => ({
    ...hello,
    legacySessionIdEcho: new Uint8Array(0),
  })),
  againstClient('compression', '4.2.3', 'illegal-compression-method', (hello) => ({
    ...hello,
    legacyCompressionMethod: 1,
  })),
  againstClient('a suite that was not offered', '4.2.3', 'cipher-suite-not-offered', (hello) => ({
    ...hello,
    cipherSuite: 0x1302,
  })),
  againstClient(
    'a ServerHello without key_share',
    '4.3.8',
    'missing-extension',
    (hello) => withExtension(hello, 'key_share', null),
    RETRY,
  ),
  againstClient(
    'a share for a group for which the client sent none',
    '4.3.8',
    'key-share-for-unoffered-group',
    (hello) =>
      withExtension(
        hello,
        'key_share',
        extension('key_share', keyShareEntryCodec, { group: 0x0017, keyExchange: new Uint8Array(65).fill(4) }).data,
      ),
    RETRY,
  ),
  againstClient(
    'a share that is too short',
    '4.3.8.2',
    'invalid-key-share',
    (hello) =>
      withExtension(
        hello,
        'key_share',
        extension('key_share', keyShareEntryCodec, { group: 0x001d, keyExchange: new Uint8Array(31).fill(4) }).data,
      ),
    'handshake/client.ts finishExchange',
  ),
  againstClient(
    'pre_shared_key in answer to a client that offered none',
    '4.3.11',
    'unsolicited-extension',
    (hello) => withExtension(hello, 'pre_shared_key', Uint8Array.of(0, 0)),
    'messages/extensions/extension-block.ts',
  ),
];

function retryAttack(
  attack: string,
  reason: TlsErrorReason,
  section: string,
  run: (peer: ScriptedServer) => ScriptedServer,
  excludedIn = RETRY,
): Attack {
  return { attack, against: 'client', section, excludedIn, reason, run: () => run(new ScriptedServer(toyClient())) };
}

const RETRY_REQUESTS: readonly Attack[] = [
  retryAttack('a second HelloRetryRequest: a loop', 'unexpected-message', '4.2.4', (peer) =>
    peer.helloRetryRequest().helloRetryRequest(0x0018),
  ),
  retryAttack('a HelloRetryRequest that changes nothing', 'useless-hello-retry-request', '4.2.4', (peer) =>
    peer.helloRetryRequest(null),
  ),
  retryAttack(
    'a HelloRetryRequest for a group whose share was sent',
    'useless-hello-retry-request',
    '4.3.8',
    (peer) => peer.helloRetryRequest(0x001d),
    'handshake/client.ts readRetryGroup',
  ),
  retryAttack(
    'a HelloRetryRequest for a group that was not offered',
    'group-not-offered',
    '4.3.8',
    (peer) => peer.helloRetryRequest(0x0019),
    'handshake/client.ts readRetryGroup',
  ),
  retryAttack(
    'a HelloRetryRequest with a suite that was not offered',
    'cipher-suite-not-offered',
    '4.2.4',
    (peer) => peer.helloRetryRequest(0x0017, { body: (hello) => ({ ...hello, cipherSuite: 0x1302 }) }),
    'handshake/client.ts readServerHello',
  ),
  retryAttack(
    'a HelloRetryRequest of TLS 1.2',
    'version-not-offered',
    '4.2.4',
    (peer) =>
      peer.helloRetryRequest(0x0017, {
        body: (hello) => withExtension(hello, 'supported_versions', Uint8Array.of(3, 3)),
      }),
    'handshake/client.ts readServerHello',
  ),
  retryAttack(
    'a HelloRetryRequest with one extension twice',
    'duplicate-extension-in-hello-retry-request',
    '4.3',
    (peer) =>
      peer.helloRetryRequest(0x0017, {
        body: (hello) => ({ ...hello, extensions: [...(hello.extensions ?? []), VERSION_1_3] }),
      }),
    'messages/extensions/extension-block.ts',
  ),
  retryAttack(
    'a HelloRetryRequest with an extension that was not offered',
    'unsolicited-extension',
    '4.2.4',
    (peer) =>
      peer.helloRetryRequest(0x0017, {
        body: (hello) => ({
          ...hello,
          extensions: [...(hello.extensions ?? []), { type: 0xfafa, data: new Uint8Array(0) }],
        }),
      }),
    'messages/extensions/extension-block.ts',
  ),
  retryAttack(
    'a HelloRetryRequest with an empty cookie',
    'malformed-extension',
    '4.3.2',
    (peer) => peer.helloRetryRequest(0x0017, { body: (hello) => withExtension(hello, 'cookie', Uint8Array.of(0, 0)) }),
    'messages/extensions/cookie.ts',
  ),
  retryAttack(
    'a ServerHello with another suite than the HelloRetryRequest’s',
    'cipher-suite-changed',
    '4.2.4',
    (peer) => peer.helloRetryRequest().serverHello({ body: (hello) => ({ ...hello, cipherSuite: 0x1301 }) }),
  ),
  retryAttack(
    'a ServerHello with another group than the HelloRetryRequest’s',
    'key-share-for-unoffered-group',
    '4.3.8',
    (peer) =>
      peer.helloRetryRequest().serverHello({
        body: (hello) =>
          withExtension(
            hello,
            'key_share',
            extension('key_share', keyShareEntryCodec, { group: 0x001d, keyExchange: new Uint8Array(32).fill(4) }).data,
          ),
      }),
  ),
];

export const SERVER_HELLO_ATTACKS: AttackGroup = {
  title: 'ServerHello and HelloRetryRequest',
  file: 'server-hellos.ts',
  attacks: [...SERVER_HELLOS, ...RETRY_REQUESTS],
};
