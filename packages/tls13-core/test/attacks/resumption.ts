import type { ClientConfig, ServerConfig } from '../../src/config.js';
import type { TlsErrorReason } from '../../src/error.js';
import { deriveSecret } from '../../src/key-schedule/hkdf-label.js';
import { EarlySecretStage, finishedVerifyData } from '../../src/key-schedule/key-schedule.js';
import type { ClientHello } from '../../src/messages/client-hello.js';
import {
  decodeExtension,
  EXTENSION_CODES,
  extension,
  type Extension,
  type ExtensionName,
} from '../../src/messages/extensions/extension.js';
import { offeredPsksCodec, withoutBinders, type OfferedPsks } from '../../src/messages/extensions/pre-shared-key.js';
import { encodeHandshakeMessage } from '../../src/messages/message.js';
import type { ServerHello } from '../../src/messages/server-hello.js';
import type { SessionContents } from '../../src/session/session.js';
import type { TicketState } from '../../src/session/ticket-state.js';
import { ScriptedClient } from '../support/scripted-client.js';
import type { ScriptedPeer } from '../support/scripted-peer.js';
import { ScriptedServer } from '../support/scripted-server.js';
import {
  OFFERED_PSK,
  resumingClient,
  serverWithTickets,
  serverWithTicketsAndClientAuthentication,
  START,
  toyClientTicket,
  toySession,
  toyTicket,
  toyTickets,
  type OfferedTicket,
} from '../support/sessions.js';
import { TOY_SERVER } from '../support/toy-credentials.js';
import { toyProvider } from '../support/toy-provider.js';
import type { Attack, AttackGroup, Declined } from './attack.js';
import { withExtension } from './with-extension.js';

const BLOCK = 'messages/extensions/extension-block.ts readExtensionBlock';
const BINDER = 'handshake/proof.ts verifyBinder';
const SELECTED = 'handshake/proof.ts pskSelected';
const FLOW = 'handshake/reassembler.ts next';
const FITS = 'handshake/server-resumption.ts isResumable';
const PSKS = 'handshake/negotiate.ts readPsks';
const SECOND_PSKS = 'handshake/server-retry.ts checkSecondPsks';
const MALFORMED = 'messages/extensions/extension.ts decodeExtension';
const OFFER = 'handshake/client-resumption.ts offerSession';
const none = new Uint8Array(0);

// ---- Against servers ----

function offering(...offers: readonly OfferedTicket[]): ScriptedClient {
  const client = new ScriptedClient(serverWithTickets());
  client.offers = offers.length > 0 ? offers : [toyTicket()];
  return client;
}

function psksOf(hello: ClientHello): OfferedPsks {
  const data = hello.extensions?.find(({ type }) => type === EXTENSION_CODES.pre_shared_key)?.data as Uint8Array;
  return decodeExtension(offeredPsksCodec, data, 'pre_shared_key');
}

function withPsks(hello: ClientHello, change: (psks: OfferedPsks) => OfferedPsks): ClientHello {
  return withExtension(
    hello,
    'pre_shared_key',
    extension('pre_shared_key', offeredPsksCodec, change(psksOf(hello))).data,
  );
}

function withBinders(hello: ClientHello, change: (binder: Uint8Array) => Uint8Array): ClientHello {
  const { data } = (hello.extensions ?? []).at(-1) as Extension;
  const identities = data.subarray(0, 2 + (((data[0] as number) << 8) | (data[1] as number)));
  // Written by hand: they may be shorter than our encoder allows.
  const binders = psksOf(hello).binders.map(change);
  const list = binders.flatMap((binder) => [binder.length, ...binder]);
  return withExtension(
    hello,
    'pre_shared_key',
    Uint8Array.of(...identities, list.length >> 8, list.length & 0xff, ...list),
  );
}

function onServer(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  excludedIn: string,
  run: (client: ScriptedClient) => ScriptedPeer,
): Attack {
  return { attack, against: 'server', section, excludedIn, reason, run: () => run(offering()) };
}

function changedHello(attack: string, change: (hello: ClientHello) => ClientHello): Attack {
  return onServer(
    `a binder over another hello: ${attack}`,
    '4.3.11.2',
    'bad-binder',
    `${BINDER}, handshake/server-psk.ts acceptPsk`,
    (client) => client.clientHello({ body: change }),
  );
}

/** The hello with a binder under the label that is for keys from outside of TLS. */
function externalBinder(client: ScriptedClient, hello: ClientHello): ClientHello {
  const [suite] = toyProvider(1).cipherSuites;
  const { hash } = suite as NonNullable<typeof suite>;
  const { psk } = client.offers[0] as OfferedTicket;
  const earlySecret = hash.hmac(new Uint8Array(hash.outputLength), psk);
  const binderKey = deriveSecret(hash, earlySecret, 'ext binder', hash.digest(none));
  const truncated = withoutBinders(encodeHandshakeMessage('client_hello', hello), psksOf(hello));
  return withBinders(hello, () => finishedVerifyData(hash, binderKey, hash.digest(truncated)));
}

/** A second hello whose binder was made as if nothing had gone before it. */
function binderWithoutRetry(client: ScriptedClient, hello: ClientHello): ClientHello {
  const [suite] = toyProvider(1).cipherSuites;
  const { hash } = suite as NonNullable<typeof suite>;
  const { psk } = client.offers[0] as OfferedTicket;
  const truncated = withoutBinders(encodeHandshakeMessage('client_hello', hello), psksOf(hello));
  const binderKey = new EarlySecretStage(hash, psk).binderKey('res binder');
  return withBinders(hello, () => finishedVerifyData(hash, binderKey, hash.digest(truncated)));
}

const AGAINST_SERVER: readonly Attack[] = [
  changedHello('another random', (hello) => ({ ...hello, random: hello.random.map((byte) => byte ^ 1) })),
  changedHello('fewer suites', (hello) => ({ ...hello, cipherSuites: hello.cipherSuites.slice(0, 1) })),
  changedHello('another age', (hello) =>
    withPsks(hello, ({ identities, binders }) => ({
      identities: identities.map((entry) => ({ ...entry, obfuscatedTicketAge: entry.obfuscatedTicketAge + 1 })),
      binders,
    })),
  ),
  changedHello('one more extension', (hello) => ({
    ...hello,
    extensions: [{ type: 0x4a4a, data: none }, ...(hello.extensions ?? [])],
  })),
  onServer('a ticket without its PSK: it was seen on the wire', '4.3.11', 'bad-binder', BINDER, (client) => {
    client.offers = [{ ...toyTicket(), psk: new Uint8Array(32).fill(1) }];
    return client.clientHello();
  }),
  onServer('a binder with one bit changed', '4.3.11', 'bad-binder', BINDER, (client) =>
    client.clientHello({
      body: (hello) => withBinders(hello, (binder) => binder.map((byte, i) => byte ^ (i === 31 ? 1 : 0))),
    }),
  ),
  onServer('a binder with one byte more', '4.3.11', 'bad-binder', BINDER, (client) =>
    client.clientHello({ body: (hello) => withBinders(hello, (binder) => Uint8Array.of(...binder, 0)) }),
  ),
  ...[1, 31].map((length) =>
    onServer(`a binder of ${length} bytes`, '4.3.11', 'malformed-extension', MALFORMED, (client) =>
      client.clientHello({ body: (hello) => withBinders(hello, (binder) => binder.subarray(0, length)) }),
    ),
  ),
  onServer(
    'a binder of 31 bytes for a ticket that is not known',
    '4.3.11',
    'malformed-extension',
    MALFORMED,
    (client) => {
      client.offers = [{ ticket: Uint8Array.of(1), psk: OFFERED_PSK }];
      return client.clientHello({ body: (hello) => withBinders(hello, (binder) => binder.subarray(1)) });
    },
  ),
  onServer('a binder of 31 bytes behind a right one', '4.3.11', 'malformed-extension', MALFORMED, () => {
    const client = offering(toyTicket(), { ticket: Uint8Array.of(1), psk: OFFERED_PSK });
    let nth = 0;
    return client.clientHello({
      body: (hello) => withBinders(hello, (binder) => (nth++ === 0 ? binder : binder.subarray(1))),
    });
  }),
  onServer('an empty binder', '4.3.11', 'malformed-extension', MALFORMED, (client) =>
    client.clientHello({
      body: (hello) => {
        const data = extension('pre_shared_key', offeredPsksCodec, psksOf(hello)).data;
        return withExtension(hello, 'pre_shared_key', Uint8Array.of(...data.subarray(0, data.length - 35), 0, 1, 0));
      },
    }),
  ),
  onServer('a binder of zeros', '4.3.11', 'bad-binder', BINDER, (client) =>
    client.clientHello({ body: (hello) => withBinders(hello, (binder) => new Uint8Array(binder.length)) }),
  ),
  onServer(
    'a right binder under the label for external PSKs',
    '7.1',
    'bad-binder',
    'key-schedule/key-schedule.ts binderKey',
    (client) => client.clientHello({ body: (hello) => externalBinder(client, hello) }),
  ),
  onServer(
    'a wrong binder of the ticket that is chosen, and a right one of another',
    '4.3.11',
    'bad-binder',
    'handshake/server-psk.ts acceptPsk',
    (client) => {
      client.offers = [{ ...toyTicket(), psk: new Uint8Array(32).fill(1) }, toyTicket()];
      return client.clientHello();
    },
  ),
  onServer(
    'after HelloRetryRequest: a binder over the second hello alone',
    '4.3.11.2',
    'bad-binder',
    'key-schedule/transcript.ts currentWith',
    (client) => {
      client.clientHelloWithoutShare();
      return client.clientHello({ body: (hello) => binderWithoutRetry(client, hello) });
    },
  ),
  onServer('pre_shared_key before the end', '4.3.11', 'pre-shared-key-not-last', BLOCK, (client) =>
    client.clientHello({
      body: ({ extensions, ...hello }) => ({
        ...hello,
        extensions: [...(extensions ?? []).slice(-1), ...(extensions ?? []).slice(0, -1)],
      }),
    }),
  ),
  onServer('a binder too many', '4.3.11', 'binder-count-mismatch', PSKS, (client) =>
    client.clientHello({
      body: (hello) =>
        withPsks(hello, ({ identities, binders }) => ({ identities, binders: [...binders, ...binders] })),
    }),
  ),
  onServer('a binder too few', '4.3.11', 'binder-count-mismatch', PSKS, (client) => {
    client.offers = [toyTicket(), toyTicket()];
    return client.clientHello({
      body: (hello) => withPsks(hello, ({ identities, binders }) => ({ identities, binders: binders.slice(1) })),
    });
  }),
  ...(['pre_shared_key', 'psk_key_exchange_modes'] as const).map((name) =>
    onServer(
      `an empty ${name}`,
      name === 'pre_shared_key' ? '4.3.11' : '4.3.9',
      'malformed-extension',
      MALFORMED,
      (client) => client.clientHello({ body: (hello) => withExtension(hello, name, Uint8Array.of(0)) }),
    ),
  ),
  onServer('no psk_key_exchange_modes', '4.3.9', 'missing-extension', PSKS, (client) =>
    client.clientHello({ body: (hello) => withExtension(hello, 'psk_key_exchange_modes', null) }),
  ),
  onServer(
    'an unknown ticket, and no signature_algorithms for a full handshake',
    '9.2',
    'missing-extension',
    'handshake/server.ts selectCredential',
    (client) => {
      client.offers = [{ ticket: Uint8Array.of(1), psk: OFFERED_PSK }];
      return client.clientHello({ body: (hello) => withExtension(hello, 'signature_algorithms', null) });
    },
  ),
  onServer(
    'after HelloRetryRequest: a PSK where there was none',
    '4.2.2',
    'client-hello-changed',
    SECOND_PSKS,
    (client) => {
      const { offers } = client;
      client.offersModes = true;
      client.offers = [];
      client.clientHelloWithoutShare();
      client.offers = offers;
      return client.clientHello();
    },
  ),
  onServer('after HelloRetryRequest: another PSK', '4.2.2', 'client-hello-changed', SECOND_PSKS, (client) => {
    client.clientHelloWithoutShare();
    client.offers = [toyTicket({ issuedAt: START })];
    return client.clientHello();
  }),
  onServer('after HelloRetryRequest: PSKs in another order', '4.2.2', 'client-hello-changed', SECOND_PSKS, (client) => {
    client.offers = [toyTicket(), toyTicket({ issuedAt: START })];
    client.clientHelloWithoutShare();
    client.offers = [...client.offers].reverse();
    return client.clientHello();
  }),
  onServer(
    'after HelloRetryRequest: no PSK any more, although it fitted',
    '4.2.2',
    'missing-extension',
    'handshake/server-hellos.ts receiveClientHello',
    (client) => {
      client.clientHelloWithoutShare();
      client.offersModes = true;
      client.offers = [];
      return client.clientHello();
    },
  ),
  onServer('a certificate in a resumption', '4.4.2', 'unexpected-message', FLOW, (client) =>
    client.clientHello().certificate(),
  ),
  {
    attack: 'a ticket made without a certificate, where one is required now',
    against: 'server',
    section: '4.7.1',
    excludedIn: FITS,
    reason: 'unexpected-message',
    run: () => {
      const client = new ScriptedClient(serverWithTicketsAndClientAuthentication('require'));
      client.offers = [toyClientTicket({ clientCertificates: [] })];
      return client.clientHello().finished();
    },
  },
  {
    attack: 'a ticket made where no certificate was asked for, where one is required now',
    against: 'server',
    section: '4.7.1',
    excludedIn: FITS,
    reason: 'unexpected-message',
    run: () => {
      const client = new ScriptedClient(serverWithTicketsAndClientAuthentication('require'));
      client.offers = [toyTicket()];
      return client.clientHello().finished();
    },
  },
];

function declinedTicket(
  attack: string,
  section: string,
  offer: Partial<TicketState> | OfferedTicket,
  config: Partial<ServerConfig> = {},
  excludedIn = FITS,
): Declined {
  return {
    attack,
    against: 'server',
    section,
    excludedIn,
    run: () => {
      const client = new ScriptedClient(serverWithTickets(config));
      client.offers = ['ticket' in offer ? offer : toyTicket(offer)];
      return client.clientHello().finished();
    },
  };
}

function declinedClientTicket(attack: string, changes: Partial<TicketState>): Declined {
  return {
    attack,
    against: 'server',
    section: '4.7.1',
    excludedIn: FITS,
    run: () => {
      const client = new ScriptedClient(serverWithTicketsAndClientAuthentication('require'));
      client.offers = [toyClientTicket(changes)];
      return client.clientHello().certificate().certificateVerify().finished();
    },
  };
}

const good = toyTicket();
const tampered = (at: number): OfferedTicket => ({
  ...good,
  ticket: good.ticket.map((byte, index) =>
    index === (at + good.ticket.length) % good.ticket.length ? byte ^ 1 : byte,
  ),
});
const OPEN = 'session/ticket-protector.ts createTicketProtector';

const DECLINED_BY_SERVER: readonly Declined[] = [
  declinedTicket('a ticket for another name', 'RFC 6066 3', { serverName: 'other.test' }),
  declinedTicket('a ticket for no name', 'RFC 6066 3', { serverName: null }),
  declinedTicket(
    'a ticket for another name, made before the server took every name',
    '4.7.1',
    { serverName: 'other.test' },
    { tickets: toyTickets({ acrossNames: 'any-name' }) },
  ),
  declinedTicket('an expired ticket', '4.7.1', { issuedAt: START - 7_200_000 }),
  declinedTicket('a ticket from the future: the clock was set back', '4.7.1', { issuedAt: START + 60_001 }),
  declinedTicket('a fresh ticket of an authentication that has expired', '4.7.1', { authenticationExpiresAt: START }),
  declinedTicket(
    'a ticket under another hash',
    '4.7.1',
    { cipherSuite: 0x1302 },
    {
      provider: toyProvider(0x5e44e5, 'two hashes'),
    },
  ),
  declinedTicket('a ticket under an unknown suite', '4.7.1', { cipherSuite: 0x1399 }),
  declinedTicket('a ticket made where a certificate was asked for, where none is now', '4.7.1', { clientPolicy: 'x' }),
  declinedClientTicket('a ticket made under another client policy', { clientPolicy: 'weaker' }),
  declinedClientTicket('a ticket of a client that showed no certificate', { clientCertificates: [] }),
  declinedTicket('a ticket with its last bit changed', '4.7.1', tampered(-1), {}, OPEN),
  declinedTicket('a ticket with another salt', '4.7.1', tampered(10), {}, OPEN),
  declinedTicket('a ticket with another suite in its header', '4.7.1', tampered(2), {}, OPEN),
  declinedTicket('a ticket of another version', '4.7.1', tampered(0), {}, OPEN),
  declinedTicket(
    'an empty state from a store',
    '4.7.1',
    {},
    {
      tickets: toyTickets({
        protector: { seal: () => none, open: () => none },
      }),
    },
    'session/ticket-state.ts decodeTicketState',
  ),
  {
    attack: 'a good ticket for psk_ke only, which has no forward secrecy',
    against: 'server',
    section: '4.3.9',
    excludedIn: 'handshake/server-psk.ts findPsk',
    run: () => {
      const client = offering();
      const pskOnly = Uint8Array.of(1, 0);
      return client
        .clientHello({ body: (hello) => client.withPsks(withExtension(hello, 'psk_key_exchange_modes', pskOnly)) })
        .finished();
    },
  },
  {
    attack: 'a good ticket behind more unknown ones than are looked up',
    against: 'server',
    section: '4.3.11',
    excludedIn: 'handshake/server-psk.ts findPsk',
    run: () => {
      const unknown = { ticket: Uint8Array.of(1), psk: OFFERED_PSK };
      return offering(unknown, unknown, unknown, unknown, unknown, toyTicket()).clientHello().finished();
    },
  },
];

// ---- Against clients ----

function onClient(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  excludedIn: string,
  run: (server: ScriptedServer) => ScriptedPeer,
  config: Partial<ClientConfig> = {},
): Attack {
  const runIt = (): ScriptedPeer => run(new ScriptedServer(resumingClient(config)));
  return { attack, against: 'client', section, excludedIn, reason, run: runIt };
}

function serverHelloWith(name: ExtensionName, data: Uint8Array | null): (hello: ServerHello) => ServerHello {
  return (hello) => withExtension(hello, name, data);
}

function inEncryptedExtensions(attack: string, reason: TlsErrorReason, sent: Extension, excludedIn = BLOCK): Attack {
  return onClient(attack, '4.3', reason, excludedIn, (server) =>
    server.resumingServerHello().encryptedExtensions([sent]),
  );
}

const twoHashes: Partial<ClientConfig> = { provider: toyProvider(0xc11f, 'two hashes') };

const AGAINST_CLIENT: readonly Attack[] = [
  ...[1, 0xffff].map((index) =>
    onClient(
      `selected_identity ${index} of one identity`,
      '4.3.11',
      'selected-identity-out-of-range',
      SELECTED,
      (server) =>
        server.resumingServerHello({
          body: serverHelloWith('pre_shared_key', Uint8Array.of(index >> 8, index & 0xff)),
        }),
    ),
  ),
  ...[Uint8Array.of(0), Uint8Array.of(0, 0, 0)].map((data) =>
    onClient(`selected_identity of ${data.length} bytes`, '4.3.11', 'malformed-extension', MALFORMED, (server) =>
      server.resumingServerHello({ body: serverHelloWith('pre_shared_key', data) }),
    ),
  ),
  onClient(
    'a PSK without a key exchange, which was not offered',
    '4.3.9',
    'psk-without-key-share',
    'handshake/client-psk.ts readSelectedPsk',
    (server) => server.resumingServerHello({ body: serverHelloWith('key_share', null) }),
  ),
  onClient(
    'the PSK under a suite with another hash',
    '4.3.11',
    'psk-hash-mismatch',
    SELECTED,
    (server) => server.resumingServerHello({ body: (hello) => ({ ...hello, cipherSuite: 0x1302 }) }),
    twoHashes,
  ),
  onClient(
    'after HelloRetryRequest: the PSK that was left out for want of its hash',
    '4.2.4',
    'unsolicited-extension',
    BLOCK,
    (server) => {
      server.suite = twoHashes.provider?.cipherSuites.find(({ id }) => id === 0x1302) ?? null;
      return server.helloRetryRequest().resumingServerHello();
    },
    twoHashes,
  ),
  onClient('a CertificateRequest under a PSK', '4.4.2', 'unexpected-message', FLOW, (server) =>
    server.resumingServerHello().encryptedExtensions().certificateRequest(),
  ),
  onClient('a Certificate under a PSK', '2.2', 'unexpected-message', FLOW, (server) =>
    server.resumingServerHello().encryptedExtensions().certificate(),
  ),
  onClient('no certificate, and no PSK chosen either', '2.2', 'unexpected-message', FLOW, (server) =>
    server.serverHello().encryptedExtensions().finished(),
  ),
  onClient('a wrong Finished under a PSK', '4.5.3', 'bad-finished', 'handshake/proof.ts verifyFinished', (server) =>
    server
      .resumingServerHello()
      .encryptedExtensions()
      .finished({ body: () => ({ verifyData: new Uint8Array(32) }) }),
  ),
  onClient('pre_shared_key in a HelloRetryRequest', '4.3', 'extension-in-wrong-message', BLOCK, (server) =>
    server.helloRetryRequest(0x0017, {
      body: (hello) => withExtension(hello, 'pre_shared_key', Uint8Array.of(0, 0)),
    }),
  ),
  inEncryptedExtensions('pre_shared_key in EncryptedExtensions', 'extension-in-wrong-message', {
    type: EXTENSION_CODES.pre_shared_key,
    data: Uint8Array.of(0, 0),
  }),
  inEncryptedExtensions('psk_key_exchange_modes from a server', 'extension-in-wrong-message', {
    type: EXTENSION_CODES.psk_key_exchange_modes,
    data: Uint8Array.of(1, 1),
  }),
  inEncryptedExtensions('ticket_request where none was sent', 'unsolicited-extension', {
    type: EXTENSION_CODES.ticket_request,
    data: Uint8Array.of(1),
  }),
  onClient(
    'ticket_request with two counts from a server',
    'RFC 9149 3',
    'malformed-extension',
    'handshake/client.ts readEncryptedExtensions',
    (server) =>
      server.serverHello().encryptedExtensions([{ type: EXTENSION_CODES.ticket_request, data: Uint8Array.of(1, 1) }]),
    { resumption: { now: () => START, ticketRequest: { newSession: 1, resumption: 1 } } },
  ),
  onClient('a ticket flood', '4.7.1', 'too-many-session-tickets', 'handshake/connected.ts handleTicket', (server) => {
    server.resumption();
    for (let count = 0; count < 65; count++) server.newSessionTicket();
    return server;
  }),
  onClient('an empty ticket', '4.7.1', 'malformed-message', 'messages/new-session-ticket.ts', (server) =>
    server.resumption().send('handshake', Uint8Array.of(4, 0, 0, 13, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0)),
  ),
];

function notOffered(
  attack: string,
  section: string,
  changes: Partial<SessionContents>,
  config: Partial<ClientConfig> = {},
  excludedIn = OFFER,
): Declined {
  return {
    attack,
    against: 'client',
    section,
    excludedIn,
    run: () => {
      const server = new ScriptedServer(resumingClient({ session: toySession(changes), ...config }));
      const offered = server
        .last('client_hello')
        .extensions?.some(({ type }) => type === EXTENSION_CODES.pre_shared_key);
      if (offered === true) throw new Error('the session was offered');
      return server.handshake();
    },
  };
}

const POLICY = 'session/session.ts samePolicy';

const NOT_OFFERED_BY_CLIENT: readonly Declined[] = [
  notOffered('a session with another server', '4.7.1', { serverName: 'other.test' }),
  notOffered(
    'a session made under another policy, such as one that checks nothing',
    '4.7.1',
    { policy: 'insecure' },
    {},
    POLICY,
  ),
  notOffered(
    'a session made with a verifier of no name, under a policy with one',
    '4.7.1',
    { policy: { verifyPeer: () => ({ trusted: true }), selectCredential: null } },
    {},
    POLICY,
  ),
  notOffered('a ticket older than its lifetime', '4.3.11.1', { expiresAt: START }),
  notOffered('a ticket from the future: the clock went back', '4.3.11.1', { receivedAt: START + 1 }),
  notOffered('a session under a suite that is not known', '4.3.11', { cipherSuite: 0x1399 }),
  notOffered(
    'a session under a hash that no suite on offer has',
    '4.3.11',
    { cipherSuite: 0x1302, psk: new Uint8Array(48).fill(1), peerCertificates: TOY_SERVER.certificateChain },
    { ...twoHashes, cipherSuites: ['TLS_AES_128_GCM_SHA256'] },
  ),
];

export const RESUMPTION_ATTACKS: AttackGroup = {
  title: 'Resumption',
  file: 'resumption.ts',
  attacks: [...AGAINST_SERVER, ...AGAINST_CLIENT],
  declined: [...DECLINED_BY_SERVER, ...NOT_OFFERED_BY_CLIENT],
};
