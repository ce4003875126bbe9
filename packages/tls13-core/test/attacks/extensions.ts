import { encodeProtocolNameList } from '../../src/alpn/protocol-name-list.js';
import type { TlsErrorReason } from '../../src/error.js';
import { EXTENSION_CODES, type Extension } from '../../src/messages/extensions/extension.js';
import type { ClientConfig } from '../../src/config.js';
import { ScriptedClient } from '../support/scripted-client.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { toyClient, toyServer } from '../support/toy-credentials.js';
import type { Attack, AttackGroup } from './attack.js';
import { withExtension } from './with-extension.js';

const BLOCK = 'messages/extensions/extension-block.ts readExtensionBlock';
const {
  application_layer_protocol_negotiation: ALPN,
  server_name: SERVER_NAME,
  key_share: KEY_SHARE,
} = EXTENSION_CODES;
const SIP: Partial<ClientConfig> = { alpn: { protocols: ['sip/2'] } };

function alpn(...names: string[]): Extension {
  return { type: ALPN, data: encodeProtocolNameList(names) };
}

function inEncryptedExtensions(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  extensions: readonly Extension[],
  config: Partial<ClientConfig> = SIP,
  excludedIn: string = BLOCK,
): Attack {
  return {
    attack: `in EncryptedExtensions: ${attack}`,
    against: 'client',
    section,
    excludedIn,
    reason,
    run: () => new ScriptedServer(toyClient(config)).serverHello().encryptedExtensions(extensions),
  };
}

const READ_ALPN = 'handshake/client.ts readEncryptedExtensions';
const none = new Uint8Array(0);

const ENCRYPTED_EXTENSIONS: readonly Attack[] = [
  inEncryptedExtensions(
    'a protocol that was not offered',
    'RFC 7301 3.1',
    'alpn-not-offered',
    [alpn('h2')],
    SIP,
    READ_ALPN,
  ),
  inEncryptedExtensions(
    'a protocol in another case',
    'RFC 7301 3.1',
    'alpn-not-offered',
    [alpn('SIP/2')],
    SIP,
    READ_ALPN,
  ),
  inEncryptedExtensions(
    'two protocols',
    'RFC 7301 3.1',
    'malformed-protocol-name-list',
    [alpn('sip/2', 'h2')],
    SIP,
    'alpn/protocol-name-list.ts decodeSelectedProtocol',
  ),
  inEncryptedExtensions(
    'an empty protocol name',
    'RFC 7301 3.1',
    'malformed-protocol-name-list',
    [{ type: ALPN, data: Uint8Array.of(0, 1, 0) }],
    SIP,
    'alpn/protocol-name-list.ts decodeProtocolNameList',
  ),
  inEncryptedExtensions('a protocol where none was offered', '4.3', 'unsolicited-extension', [alpn('sip/2')], {}),
  inEncryptedExtensions('an extension that was not offered', '4.3', 'unsolicited-extension', [
    { type: 0xfafa, data: none },
  ]),
  inEncryptedExtensions('an extension twice', '4.3', 'duplicate-extension', [alpn('sip/2'), alpn('sip/2')]),
  inEncryptedExtensions('key_share', '4.3', 'extension-in-wrong-message', [{ type: KEY_SHARE, data: none }]),
  inEncryptedExtensions('supported_versions', '4.3', 'extension-in-wrong-message', [
    { type: EXTENSION_CODES.supported_versions, data: Uint8Array.of(3, 4) },
  ]),
  inEncryptedExtensions('signature_algorithms', '4.3', 'extension-in-wrong-message', [
    { type: EXTENSION_CODES.signature_algorithms, data: none },
  ]),
  inEncryptedExtensions('early_data that was not offered', '4.3.10', 'unsolicited-extension', [
    { type: EXTENSION_CODES.early_data, data: none },
  ]),
  inEncryptedExtensions(
    'a server_name that says something',
    'RFC 6066 3',
    'malformed-extension',
    [{ type: SERVER_NAME, data: Uint8Array.of(0) }],
    SIP,
    'messages/extensions/server-name.ts checkServerNameAcknowledgement',
  ),
  inEncryptedExtensions(
    'malformed supported_groups',
    '4.3.7',
    'malformed-extension',
    [{ type: EXTENSION_CODES.supported_groups, data: Uint8Array.of(0, 1, 0) }],
    SIP,
    READ_ALPN,
  ),
];

function elsewhere(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  run: (peer: ScriptedServer) => ScriptedServer,
  config = SIP,
): Attack {
  return {
    attack,
    against: 'client',
    section,
    excludedIn: BLOCK,
    reason,
    run: () => run(new ScriptedServer(toyClient(config))),
  };
}

function certificateWith(peer: ScriptedServer, extensions: readonly Extension[]): ScriptedServer {
  return peer
    .serverHello()
    .encryptedExtensions()
    .certificate({
      body: (honest) => ({
        ...honest,
        certificateList: honest.certificateList.map((entry) => ({ ...entry, extensions })),
      }),
    });
}

const ELSEWHERE: readonly Attack[] = [
  elsewhere('ALPN in ServerHello, where it was offered', 'RFC 7301 3.1', 'extension-in-wrong-message', (peer) =>
    peer.serverHello({ body: (hello) => ({ ...hello, extensions: [...(hello.extensions ?? []), alpn('sip/2')] }) }),
  ),
  elsewhere(
    'ALPN in ServerHello, where it was not offered',
    '4.3',
    'unsolicited-extension',
    (peer) =>
      peer.serverHello({ body: (hello) => ({ ...hello, extensions: [...(hello.extensions ?? []), alpn('sip/2')] }) }),
    {},
  ),
  elsewhere('ALPN in HelloRetryRequest', '4.3', 'extension-in-wrong-message', (peer) =>
    peer.helloRetryRequest(0x0017, {
      body: (hello) => ({ ...hello, extensions: [...(hello.extensions ?? []), alpn('sip/2')] }),
    }),
  ),
  elsewhere('ALPN in Certificate', '4.3', 'extension-in-wrong-message', (peer) =>
    certificateWith(peer, [alpn('sip/2')]),
  ),
  elsewhere('an OCSP staple that was not asked for', '4.5.1.1', 'unsolicited-extension', (peer) =>
    certificateWith(peer, [{ type: EXTENSION_CODES.status_request, data: none }]),
  ),
  elsewhere('an extension twice in ServerHello', '4.3', 'duplicate-extension', (peer) =>
    peer.serverHello({
      body: (hello) => ({ ...hello, extensions: [...(hello.extensions ?? []), ...(hello.extensions ?? [])] }),
    }),
  ),
  elsewhere('ALPN in CertificateRequest', '4.3', 'extension-in-wrong-message', (peer) =>
    peer
      .serverHello()
      .encryptedExtensions()
      .certificateRequest({ body: (honest) => ({ ...honest, extensions: [...honest.extensions, alpn('sip/2')] }) })
      .certificate()
      .certificateVerify()
      .finished(),
  ),
  elsewhere('an extension twice in a ticket', '4.3', 'duplicate-extension', (peer) =>
    peer.handshake().newSessionTicket({
      body: (ticket) => ({
        ...ticket,
        extensions: [
          { type: 0xfafa, data: none },
          { type: 0xfafa, data: none },
        ],
      }),
    }),
  ),
  elsewhere('ALPN in a ticket', '4.3', 'extension-in-wrong-message', (peer) =>
    peer.handshake().newSessionTicket({ body: (ticket) => ({ ...ticket, extensions: [alpn('sip/2')] }) }),
  ),
];

const AGAINST_SERVER: readonly Attack[] = [
  {
    attack: 'after HelloRetryRequest: another ALPN list',
    against: 'server',
    section: '4.2.2',
    excludedIn: 'handshake/server-retry.ts checkSecondClientHello',
    reason: 'client-hello-changed',
    run: () => {
      const peer = new ScriptedClient(toyServer({ alpn: { protocols: ['sip/2', 'h2'] } }));
      peer.extraExtensions = [alpn('sip/2')];
      return peer.clientHelloWithoutShare().clientHello({
        body: (hello) => withExtension(hello, 'application_layer_protocol_negotiation', alpn('h2').data),
      });
    },
  },
  {
    attack: 'a ProtocolNameList with a byte too many',
    against: 'server',
    section: 'RFC 7301 3.1',
    excludedIn: 'alpn/protocol-name-list.ts decodeProtocolNameList',
    reason: 'malformed-protocol-name-list',
    run: () => {
      const peer = new ScriptedClient(toyServer());
      peer.extraExtensions = [{ type: ALPN, data: Uint8Array.of(0, 2, 1, 0x61, 0) }];
      return peer.clientHello();
    },
  },
  {
    attack: 'an extension in a client’s Certificate that was not asked for',
    against: 'server',
    section: '4.5.1',
    excludedIn: BLOCK,
    reason: 'unsolicited-extension',
    run: () =>
      new ScriptedClient(
        toyServer({ clientAuthentication: { mode: 'require', verifyPeer: () => ({ trusted: true }) } }),
      )
        .clientHello()
        .certificate({
          body: (honest) => ({
            ...honest,
            certificateList: honest.certificateList.map((entry) => ({
              ...entry,
              extensions: [{ type: EXTENSION_CODES.status_request, data: none }],
            })),
          }),
        }),
  },
];

export const EXTENSION_ATTACKS: AttackGroup = {
  title: 'Extensions and ALPN',
  file: 'extensions.ts',
  attacks: [...ENCRYPTED_EXTENSIONS, ...ELSEWHERE, ...AGAINST_SERVER],
};
