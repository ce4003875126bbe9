import { asciiToBytes, encode, u32 } from '@portico/bytes';
import { encodeProtocolNameList } from '../../src/alpn/protocol-name-list.js';
import type { ClientConfig, ServerConfig } from '../../src/config.js';
import type { TlsErrorReason } from '../../src/error.js';
import type { ServerEarlyDataOptions } from '../../src/handshake/server-early-data.js';
import { EXTENSION_CODES, type Extension } from '../../src/messages/extensions/extension.js';
import type { ClientHello } from '../../src/messages/client-hello.js';
import { encodeHandshakeMessage } from '../../src/messages/message.js';
import type { SessionContents } from '../../src/session/session.js';
import { ScriptedClient } from '../support/scripted-client.js';
import type { ScriptedPeer } from '../support/scripted-peer.js';
import { ScriptedServer } from '../support/scripted-server.js';
import {
  EARLY_DATA_SIZE,
  earlyClient,
  earlyServer,
  earlyTicket,
  OFFERED_PSK,
  START,
  toyTicket,
  toyTickets,
  type OfferedTicket,
} from '../support/sessions.js';
import type { Attack, AttackGroup, Declined } from './attack.js';
import { withExtension } from './with-extension.js';

const FLOW = 'handshake/reassembler.ts next';
const JUDGE = 'handshake/server-early-data.ts judge';
const BOUNDARY = 'record-sink.ts demandRecordBoundary';
const OPEN = 'record/protection.ts open';
const DECODE = 'messages/extensions/extension.ts decodeExtension';
const ANSWERED = 'handshake/client-early-data.ts answered';
const none = new Uint8Array(0);
const ACCEPT: Extension = { type: EXTENSION_CODES.early_data, data: none };

// ---- Against servers ----

interface Hello {
  readonly offers?: readonly OfferedTicket[];
  readonly config?: Partial<ServerConfig>;
  readonly options?: Partial<ServerEarlyDataOptions>;
}

function announcing({ offers = [earlyTicket()], config = {}, options = {} }: Hello = {}): ScriptedClient {
  const client = new ScriptedClient(earlyServer(config, options));
  client.offers = offers;
  client.announcesEarlyData = true;
  return client;
}

function onServer(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  excludedIn: string,
  run: (client: ScriptedClient) => ScriptedPeer,
): Attack {
  return { attack, against: 'server', section, excludedIn, reason, run: () => run(announcing()) };
}

const AGAINST_SERVER: readonly Attack[] = [
  onServer(
    'more early data than the ticket allows',
    '4.7.1',
    'too-much-early-data',
    'handshake/server-early-data.ts createReceiver',
    (client) => client.clientHello().earlyData(new Uint8Array(EARLY_DATA_SIZE)).earlyData(),
  ),
  onServer('early data under keys of another hello', '4.3.10', 'bad-record-mac', OPEN, (client) => {
    const other = announcing();
    const another = (hello: ClientHello): ClientHello =>
      other.withPsks({ ...hello, random: hello.random.map((byte) => byte ^ 1) });
    const { earlySealer } = other.clientHello({ body: another });
    client.clientHello();
    client.earlySealer = earlySealer;
    return client.earlyData();
  }),
  onServer('early data one bit of which was changed', '5.2', 'bad-record-mac', OPEN, (client) => {
    client.clientHello();
    const record = client.record('application_data', Uint8Array.of(1));
    record[record.length - 1] = (record[record.length - 1] as number) ^ 1;
    return client.deliver(record);
  }),
  onServer('early data in the clear', '5.2', 'unprotected-record', 'record/record-reader.ts read', (client) =>
    client.clientHello().sendPlain('handshake', encodeHandshakeMessage('end_of_early_data', {})),
  ),
  onServer('a Finished under early keys: no EndOfEarlyData', '4.6', 'unexpected-message', FLOW, (client) =>
    client.clientHello().finished(),
  ),
  onServer('a Certificate under early keys', '4.6', 'unexpected-message', FLOW, (client) =>
    client.clientHello().certificate(),
  ),
  onServer('a KeyUpdate under early keys', '4.7.3', 'unexpected-message', FLOW, (client) =>
    client.clientHello().keyUpdate(0, 'keep-old-keys'),
  ),
  onServer('handshake keys without EndOfEarlyData', '4.6', 'bad-record-mac', OPEN, (client) => {
    client.clientHello();
    client.useHandshakeKeys();
    return client.finished();
  }),
  onServer('EndOfEarlyData twice', '4.6', 'unexpected-message', FLOW, (client) =>
    client.clientHello().endOfEarlyData().message('end_of_early_data', {}),
  ),
  onServer(
    'EndOfEarlyData that is not empty',
    '4.6',
    'malformed-message',
    'messages/message.ts decodeHandshakeMessage',
    (client) => client.clientHello().endOfEarlyData({ bytes: () => Uint8Array.of(5, 0, 0, 1, 0) }),
  ),
  onServer('a message behind EndOfEarlyData in its record', '5.1', 'data-across-key-change', BOUNDARY, (client) =>
    client.clientHello().endOfEarlyData({ behind: Uint8Array.of(20) }),
  ),
  onServer(
    'a message behind the ClientHello in its record, where early data follows',
    '5.1',
    'data-across-key-change',
    BOUNDARY,
    (client) => client.clientHello({ behind: Uint8Array.of(5) }),
  ),
  onServer(
    'application data after EndOfEarlyData',
    '4.6',
    'application-data-before-finished',
    'early-data-port.ts take',
    (client) => client.clientHello().endOfEarlyData().applicationData(),
  ),
  onServer(
    'early data inside a split handshake message',
    '5.1',
    'interleaved-record',
    'record/record-reader.ts demandNoMessageInside',
    (client) => client.clientHello().earlyData(Uint8Array.of(5, 0), 'handshake').earlyData(),
  ),
  onServer(
    'a wrong Finished after early data',
    '4.5.3',
    'bad-finished',
    'handshake/proof.ts verifyFinished',
    (client) =>
      client
        .clientHello()
        .earlyData()
        .endOfEarlyData()
        .finished({ body: () => ({ verifyData: new Uint8Array(32) }) }),
  ),
  onServer(
    'EndOfEarlyData that is not in the transcript',
    '4.1',
    'bad-finished',
    'handshake/server.ts end_of_early_data',
    (client) => {
      client.clientHello().endOfEarlyData();
      client.dropLastFromTranscript();
      return client.finished();
    },
  ),
  onServer('early_data with something in it', '4.3.10', 'malformed-extension', DECODE, (client) =>
    client.clientHello({ body: (hello) => client.withPsks(withExtension(hello, 'early_data', Uint8Array.of(0))) }),
  ),
  onServer(
    'after HelloRetryRequest: early_data again',
    '4.3.10',
    'client-hello-changed',
    'handshake/server-retry.ts checkSecondClientHello',
    (client) => {
      client.clientHelloWithoutShare();
      client.announcesEarlyData = false;
      return client.clientHello({ body: (hello) => client.withPsks(withExtension(hello, 'early_data', none)) });
    },
  ),
  {
    attack: 'EndOfEarlyData where early data was refused',
    against: 'server',
    section: '4.6',
    excludedIn: FLOW,
    reason: 'unexpected-message',
    run: () =>
      announcing({ options: { maxSize: 1 } })
        .clientHello()
        .message('end_of_early_data', {}),
  },
  {
    attack: 'records under early keys that were not announced',
    against: 'server',
    section: '4.3.10',
    excludedIn: OPEN,
    reason: 'bad-record-mac',
    run: () => {
      const { earlySealer } = announcing().clientHello();
      const client = announcing();
      client.announcesEarlyData = false;
      client.clientHello();
      client.earlySealer = earlySealer;
      return client.earlyData();
    },
  },
];

/** Early data that must not be read, although the ticket itself is good. */
function refused(attack: string, section: string, hello: Hello, excludedIn = JUDGE): Declined {
  return {
    attack,
    against: 'server',
    section,
    excludedIn,
    run: () => announcing(hello).clientHello().earlyData().finished(),
  };
}

const replayed: ServerEarlyDataOptions['replayStore'] = { startedAt: 0, putIfAbsent: () => 'present' };
const unknown = { ticket: Uint8Array.of(1), psk: OFFERED_PSK };

const REFUSED_BY_SERVER: readonly Declined[] = [
  refused('early data that was sent before', '8.2', { options: { replayStore: replayed } }),
  refused('early data of before the replay store began', '8.2', {
    options: { replayStore: { startedAt: START, putIfAbsent: () => 'absent' } },
  }),
  refused('early data with a ticket older than the client says', '8.3', {
    offers: [earlyTicket({ issuedAt: START - 10_001 })],
  }),
  refused('early data with a ticket younger than the client says', '8.3', {
    offers: [{ ...earlyTicket({ issuedAt: START }), age: 10_001 }],
  }),
  refused('early data with a ticket that allows none', '4.3.10', { offers: [toyTicket()] }),
  refused('early data with a ticket that allows more than is configured', '4.7.1', { options: { maxSize: 1 } }),
  refused('early data that was meant for another protocol', 'RFC 7301 3.1', {
    offers: [earlyTicket({ alpn: asciiToBytes('h2') })],
  }),
  refused('early data of another name', '4.3.10', {
    offers: [earlyTicket({ serverName: 'other.test', acrossNames: 'any-name' })],
    config: {
      tickets: { ...(earlyServer().tickets as NonNullable<ServerConfig['tickets']>), acrossNames: 'any-name' },
    },
  }),
  refused('early data with the second PSK', '4.3.10', {
    offers: [{ ...unknown, psk: earlyTicket().psk }, earlyTicket()],
  }),
  refused(
    'early data at a server without the feature',
    '4.3.10',
    { config: { tickets: toyTickets() } },
    'handshake/server.ts judgeEarlyData',
  ),
];

// ---- Against clients ----

function onClient(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  excludedIn: string,
  run: (server: ScriptedServer) => ScriptedPeer,
  config: Partial<ClientConfig> = {},
  session: Partial<SessionContents> = {},
): Attack {
  const runIt = (): ScriptedPeer => run(new ScriptedServer(earlyClient(config, session)));
  return { attack, against: 'client', section, excludedIn, reason, run: runIt };
}

const external = { identity: 'second', key: new Uint8Array(32).fill(0x77) };

const AGAINST_CLIENT: readonly Attack[] = [
  onClient(
    'early data taken without the PSK',
    '4.3.10',
    'early-data-without-psk',
    'handshake/client.ts clientHandshake',
    (server) => server.serverHello().encryptedExtensions([ACCEPT]),
  ),
  onClient(
    'early data taken with the second PSK',
    '4.3.11',
    'early-data-without-psk',
    'handshake/client.ts exchangeHellos',
    (server) =>
      server
        .serverHello({ body: (hello) => withExtension(hello, 'pre_shared_key', Uint8Array.of(0, 1)) }, external.key)
        .switchToHandshakeKeys()
        .encryptedExtensions([ACCEPT]),
    { externalPsks: [external] },
  ),
  onClient('early data taken under another suite', '4.3.10', 'early-data-suite-changed', ANSWERED, (server) => {
    server.useSuite(0x1301);
    return server.resumingServerHello().encryptedExtensions([ACCEPT]);
  }),
  ...(['another protocol', 'no protocol'] as const).map((what) =>
    onClient(
      `early data taken with ${what} than it was sent for`,
      '4.3.10',
      'early-data-alpn-changed',
      ANSWERED,
      (server) => {
        const data = encodeProtocolNameList([asciiToBytes('sip/2')]);
        const alpn = { type: EXTENSION_CODES.application_layer_protocol_negotiation, data };
        return server.resumingServerHello().encryptedExtensions(what === 'no protocol' ? [ACCEPT] : [alpn, ACCEPT]);
      },
      { alpn: { protocols: ['h2', 'sip/2'] } },
      { alpn: asciiToBytes('h2') },
    ),
  ),
  onClient(
    'early data taken with a protocol where it was sent without',
    '4.3.10',
    'early-data-alpn-changed',
    ANSWERED,
    (server) => {
      const alpn = EXTENSION_CODES.application_layer_protocol_negotiation;
      const data = encodeProtocolNameList([asciiToBytes('sip/2')]);
      return server.resumingServerHello().encryptedExtensions([{ type: alpn, data }, ACCEPT]);
    },
    { alpn: { protocols: ['sip/2'] } },
  ),
  onClient(
    'early data taken after HelloRetryRequest',
    '4.3.10',
    'unsolicited-extension',
    'messages/extensions/extension-block.ts readExtensionBlock',
    (server) => server.helloRetryRequest().resumingServerHello().encryptedExtensions([ACCEPT]),
  ),
  onClient(
    'early_data in EncryptedExtensions with something in it',
    '4.3.10',
    'malformed-extension',
    DECODE,
    (server) => server.resumingServerHello().encryptedExtensions([{ ...ACCEPT, data: Uint8Array.of(0) }]),
  ),
  onClient('EndOfEarlyData from a server', '4.6', 'unexpected-message', FLOW, (server) =>
    server.resumingServerHello().encryptedExtensions([ACCEPT]).message('end_of_early_data', {}),
  ),
  onClient('a ticket whose max_early_data_size is cut off', '4.7.1', 'malformed-extension', DECODE, (server) =>
    server
      .resumingServerHello()
      .encryptedExtensions()
      .finished()
      .message('new_session_ticket', {
        ticketLifetime: 1,
        ticketAgeAdd: 1,
        ticketNonce: none,
        ticket: Uint8Array.of(1),
        extensions: [{ type: EXTENSION_CODES.early_data, data: encode(u32, 1).subarray(1) }],
      }),
  ),
  ...[
    ['no flags', Uint8Array.of(0), 'malformed-extension', DECODE] as const,
    [
      'flags with a zero byte at the end',
      Uint8Array.of(2, 2, 0),
      'flags-not-minimal',
      'messages/extensions/tls-flags.ts decodeTlsFlags',
    ] as const,
  ].map(([what, data, reason, excludedIn]) =>
    onClient(`a ticket with ${what}`, 'draft-ietf-tls-tlsflags 2', reason, excludedIn, (server) =>
      server
        .resumingServerHello()
        .encryptedExtensions()
        .finished()
        .newSessionTicket({
          body: (ticket) => ({ ...ticket, extensions: [{ type: EXTENSION_CODES.tls_flags, data }] }),
        }),
    ),
  ),
];

export const EARLY_DATA_ATTACKS: AttackGroup = {
  title: 'Early data',
  file: 'early-data.ts',
  attacks: [...AGAINST_SERVER, ...AGAINST_CLIENT],
  refusedEarlyData: REFUSED_BY_SERVER,
};
