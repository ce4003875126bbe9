import type { ClientHello } from '../../src/messages/client-hello.js';
import { cookieCodec } from '../../src/messages/extensions/cookie.js';
import { decodeExtension, EXTENSION_CODES, extension } from '../../src/messages/extensions/extension.js';
import { clientKeySharesCodec, type KeyShareEntry } from '../../src/messages/extensions/key-share.js';
import { serverNameExtension } from '../../src/messages/extensions/server-name.js';
import { signatureAlgorithmsCodec } from '../../src/messages/extensions/signature-algorithms.js';
import { supportedGroupsCodec } from '../../src/messages/extensions/supported-groups.js';
import { clientSupportedVersionsCodec } from '../../src/messages/extensions/supported-versions.js';
import type { TlsErrorReason } from '../../src/error.js';
import { ScriptedClient } from '../support/scripted-client.js';
import { toyServer } from '../support/toy-credentials.js';
import type { Attack, AttackGroup } from './attack.js';

import { withExtension } from './with-extension.js';

function againstServer(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  body: (honest: ClientHello) => ClientHello,
  excludedIn = 'handshake/negotiate.ts readClientHello',
): Attack {
  return {
    attack,
    against: 'server',
    section,
    excludedIn,
    reason,
    run: () => new ScriptedClient(toyServer()).clientHello({ body }),
  };
}

function sharesOf(hello: ClientHello): readonly KeyShareEntry[] {
  const data = hello.extensions?.find(({ type }) => type === EXTENSION_CODES.key_share)?.data as Uint8Array;
  return decodeExtension(clientKeySharesCodec, data, 'key_share');
}

function withShares(hello: ClientHello, shares: readonly KeyShareEntry[]): ClientHello {
  return withExtension(hello, 'key_share', extension('key_share', clientKeySharesCodec, shares).data);
}

const SHARES = 'handshake/negotiate.ts checkKeyShares';

const CLIENT_HELLOS: readonly Attack[] = [
  againstServer('a ClientHello without supported_versions', '4.2.2', 'no-common-version', (hello) =>
    withExtension(hello, 'supported_versions', null),
  ),
  againstServer('a ClientHello of TLS 1.2 without extensions', '4.2.2', 'no-common-version', (hello) => ({
    ...hello,
    extensions: null,
  })),
  againstServer('supported_versions without TLS 1.3', '4.3.1', 'no-common-version', (hello) =>
    withExtension(
      hello,
      'supported_versions',
      extension('supported_versions', clientSupportedVersionsCodec, [0x0303, 0x0302]).data,
    ),
  ),
  ...[0x0301, 0x0304].map((legacyVersion) =>
    againstServer(`legacy_version 0x${legacyVersion.toString(16)}`, '4.2.2', 'illegal-version-field', (hello) => ({
      ...hello,
      legacyVersion,
    })),
  ),
  ...[Uint8Array.of(1), Uint8Array.of(1, 0)].map((legacyCompressionMethods) =>
    againstServer(
      `compression methods ${legacyCompressionMethods.join()}`,
      '4.2.2',
      'illegal-compression-method',
      (hello) => ({ ...hello, legacyCompressionMethods }),
    ),
  ),
  againstServer(
    'no suite of ours',
    '4.2.1',
    'no-common-cipher-suite',
    (hello) => ({ ...hello, cipherSuites: [0x1302, 0xc02f] }),
    'handshake/negotiate.ts commonCipherSuites',
  ),
  againstServer(
    'no group of ours',
    '4.2.1',
    'no-common-group',
    (hello) =>
      withShares(
        withExtension(hello, 'supported_groups', extension('supported_groups', supportedGroupsCodec, [0x0019]).data),
        [],
      ),
    'handshake/negotiate.ts chooseGroup',
  ),
  againstServer(
    'no signature scheme of ours',
    '4.2.1',
    'no-common-signature-scheme',
    (hello) =>
      withExtension(
        hello,
        'signature_algorithms',
        extension('signature_algorithms', signatureAlgorithmsCodec, [0x0403, 0x0401]).data,
      ),
    'handshake/server.ts selectCredential',
  ),
  ...(
    [
      ['an empty list', [0, 0]],
      ['half a scheme', [0, 3, 4, 3, 4]],
      ['a byte behind its list', [0, 2, 4, 3, 0]],
    ] as const
  ).map(([what, data]) =>
    againstServer(
      `signature_algorithms_cert with ${what}`,
      '4.3.3',
      'malformed-extension',
      (hello) => withExtension(hello, 'signature_algorithms_cert', Uint8Array.from(data)),
      'messages/extensions/signature-algorithms.ts schemesForCertificates',
    ),
  ),
  ...(['supported_groups', 'key_share', 'signature_algorithms'] as const).map((name) =>
    againstServer(
      `a ClientHello without ${name}`,
      '9.2',
      'missing-extension',
      (hello) => withExtension(hello, name, null),
      'handshake/negotiate.ts requiredExtension',
    ),
  ),
  againstServer(
    'a share for a group that is not offered',
    '4.3.8',
    'key-share-for-unoffered-group',
    (hello) => withShares(hello, [...sharesOf(hello), { group: 0x0019, keyExchange: Uint8Array.of(4) }]),
    SHARES,
  ),
  againstServer(
    'two shares for one group',
    '4.3.8',
    'duplicate-key-share',
    (hello) => withShares(hello, [...sharesOf(hello), ...sharesOf(hello)]),
    SHARES,
  ),
  againstServer(
    'shares in another order than the groups',
    '4.3.8',
    'key-shares-in-wrong-order',
    (hello) => withShares(hello, [{ group: 0x0017, keyExchange: Uint8Array.of(4) }, ...sharesOf(hello)]),
    SHARES,
  ),
  againstServer(
    'a share that is too short',
    '4.3.8.2',
    'invalid-key-share',
    (hello) => withShares(hello, [{ group: 0x001d, keyExchange: Uint8Array.of(4) }]),
    'handshake/server.ts respond',
  ),
  againstServer(
    'an extension twice',
    '4.3',
    'duplicate-extension',
    (hello) => ({
      ...hello,
      extensions: [...(hello.extensions ?? []), serverNameExtension('localhost')],
    }),
    'messages/extensions/extension-block.ts',
  ),
  againstServer(
    'pre_shared_key before the end',
    '4.3.11',
    'pre-shared-key-not-last',
    (hello) => ({
      ...hello,
      extensions: [{ type: EXTENSION_CODES.pre_shared_key, data: Uint8Array.of(0) }, ...(hello.extensions ?? [])],
    }),
    'messages/extensions/extension-block.ts',
  ),
  againstServer(
    'an extension that belongs into another message',
    '4.3',
    'extension-in-wrong-message',
    (hello) => withExtension(hello, 'oid_filters', Uint8Array.of(0, 0)),
    'messages/extensions/extension-block.ts',
  ),
  againstServer(
    'two host names',
    'RFC 6066 3',
    'illegal-server-name',
    (hello) => withExtension(hello, 'server_name', Uint8Array.of(0, 8, 0, 0, 1, 0x61, 0, 0, 1, 0x62)),
    'messages/extensions/server-name.ts decodeServerName',
  ),
  ...[0x20, 0x00, 0x7f, 0xe4].map((byte) =>
    againstServer(
      `a host name with byte 0x${byte.toString(16)}`,
      'RFC 6066 3',
      'illegal-server-name',
      (hello) => withExtension(hello, 'server_name', Uint8Array.of(0, 5, 0, 0, 2, 0x61, byte)),
      'messages/extensions/server-name.ts decodeServerName',
    ),
  ),
  againstServer(
    'an empty host name',
    'RFC 6066 3',
    'malformed-extension',
    (hello) => withExtension(hello, 'server_name', Uint8Array.of(0, 3, 0, 0, 0)),
    'messages/extensions/server-name.ts',
  ),
];

function secondHello(
  attack: string,
  reason: TlsErrorReason,
  body: (honest: ClientHello) => ClientHello,
  excludedIn = 'handshake/server-retry.ts checkSecondClientHello',
): Attack {
  return {
    attack: `after HelloRetryRequest: ${attack}`,
    against: 'server',
    section: '4.2.2',
    excludedIn,
    reason,
    run: () => {
      const peer = new ScriptedClient(toyServer());
      peer.extraExtensions = [{ type: EXTENSION_CODES.padding, data: new Uint8Array(3) }];
      return peer.clientHelloWithoutShare().clientHello({ body });
    },
  };
}

const SECOND_HELLOS: readonly Attack[] = [
  secondHello('another random', 'client-hello-changed', (hello) => ({
    ...hello,
    random: hello.random.map((byte) => byte ^ 1),
  })),
  secondHello('another session id', 'client-hello-changed', (hello) => ({
    ...hello,
    legacySessionId: new Uint8Array(0),
  })),
  secondHello('a suite less', 'client-hello-changed', (hello) => ({
    ...hello,
    cipherSuites: hello.cipherSuites.slice(0, 1),
  })),
  secondHello('suites in another order', 'client-hello-changed', (hello) => ({
    ...hello,
    cipherSuites: [...hello.cipherSuites].reverse(),
  })),
  secondHello('another server name', 'client-hello-changed', (hello) =>
    withExtension(hello, 'server_name', serverNameExtension('elsewhere').data),
  ),
  secondHello('no server name any more', 'client-hello-changed', (hello) => withExtension(hello, 'server_name', null)),
  secondHello('an extension more', 'client-hello-changed', (hello) => ({
    ...hello,
    extensions: [{ type: 0xfafa, data: new Uint8Array(0) }, ...(hello.extensions ?? [])],
  })),
  secondHello('extensions in another order', 'client-hello-changed', (hello) => ({
    ...hello,
    extensions: [...(hello.extensions ?? [])].reverse(),
  })),
  secondHello('early data', 'client-hello-changed', (hello) => withExtension(hello, 'early_data', new Uint8Array(0))),
  secondHello(
    'a cookie that nobody gave',
    'client-hello-changed',
    (hello) => withExtension(hello, 'cookie', extension('cookie', cookieCodec, Uint8Array.of(1)).data),
    'handshake/server-hellos.ts receiveClientHello',
  ),
  secondHello('no share', 'group-not-requested', (hello) => withShares(hello, [])),
  secondHello('a share for another group', 'group-not-requested', (hello) =>
    withShares(hello, [{ group: 0x0017, keyExchange: new Uint8Array(65).fill(4) }]),
  ),
  secondHello('a share more', 'group-not-requested', (hello) =>
    withShares(hello, [...sharesOf(hello), { group: 0x0017, keyExchange: Uint8Array.of(4) }]),
  ),
];

export const CLIENT_HELLO_ATTACKS: AttackGroup = {
  title: 'ClientHello',
  file: 'client-hellos.ts',
  attacks: [...CLIENT_HELLOS, ...SECOND_HELLOS],
};
