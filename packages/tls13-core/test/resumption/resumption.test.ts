import { describe, expect, it } from 'vitest';
import { createTlsClient } from '../../src/client-connection.js';
import type { ClientConfig, ServerConfig, TicketProtector } from '../../src/config.js';
import type { ClientHello } from '../../src/messages/client-hello.js';
import { decodeExtension, EXTENSION_CODES } from '../../src/messages/extensions/extension.js';
import { offeredPsksCodec } from '../../src/messages/extensions/pre-shared-key.js';
import { clientEarlyData } from '../../src/handshake/client-early-data.js';
import { parseSession, serializeSession, Session } from '../../src/session/session.js';
import { withExtension } from '../attacks/with-extension.js';
import { createPair, failureOf, run, type Pair } from '../support/pair.js';
import { ScriptedClient } from '../support/scripted-client.js';
import { ScriptedServer } from '../support/scripted-server.js';
import {
  anew,
  connect,
  OFFERED_PSK,
  resumingClient,
  serverWithTickets,
  serverWithTicketsAndClientAuthentication,
  sessionsOf,
  START,
  TestClock,
  toySession,
  toyTicket,
  toyTickets,
} from '../support/sessions.js';
import { TOY_CLIENT, TOY_SERVER, toyClient, toyServer } from '../support/toy-credentials.js';
import { toyProvider } from '../support/toy-provider.js';

const DAY = 86_400_000;

/** A client and a server with one clock, which the server's tickets outlive by as much as they may. */
function sides(client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}) {
  const clock = new TestClock();
  return {
    clock,
    client: toyClient({ resumption: { now: clock.now, policy: 'p' }, ...client }),
    server: toyServer({ tickets: toyTickets({ now: clock.now, lifetimeSeconds: 604_800 }), ...server }),
  };
}

function expectResumed(pair: Pair, resumed: boolean): void {
  expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
  expect([pair.client.info?.resumed, pair.server.info?.resumed]).toEqual([resumed, resumed]);
}

function identityIn(peer: ScriptedServer): { identity: Uint8Array; obfuscatedTicketAge: number } | undefined {
  const { extensions } = peer.last('client_hello');
  const data = extensions?.find(({ type }) => type === EXTENSION_CODES.pre_shared_key)?.data;
  return data === undefined ? undefined : decodeExtension(offeredPsksCodec, data, 'pre_shared_key').identities[0];
}

describe('honest scripted peers resume', () => {
  it('a server with our client, before and after HelloRetryRequest', () => {
    for (const peer of [
      new ScriptedServer(resumingClient()),
      new ScriptedServer(resumingClient()).helloRetryRequest(),
    ]) {
      peer.resumption().applicationData();
      expect(peer.eventTypes).toEqual(['handshake-complete', 'data']);
      expect(peer.connection.info?.resumed).toBe(true);
    }
  });

  it('a client with our server, with the ticket in any place that is looked at', () => {
    const unknown = { ticket: Uint8Array.of(1), psk: OFFERED_PSK };
    for (const before of [0, 1, 4]) {
      const peer = new ScriptedClient(serverWithTickets());
      peer.offers = [...Array.from({ length: before }, () => unknown), toyTicket()];
      peer.handshake().applicationData();
      expect(peer.eventTypes).toEqual(['handshake-complete', 'data']);
      expect(peer.connection.info?.resumed).toBe(true);
    }
  });
});

describe('what a resumption keeps and what it makes anew', () => {
  it('who the peers are is known from the first handshake, and callbacks are not asked again', () => {
    const calls: string[] = [];
    const { client } = sides({
      verifyPeer: () => {
        calls.push('server verified');
        return { trusted: true };
      },
      selectCredential: () => TOY_CLIENT,
    });
    const server = serverWithTicketsAndClientAuthentication('require', {
      clientAuthentication: {
        mode: 'require',
        policy: 'p',
        verifyPeer: () => {
          calls.push('client verified');
          return { trusted: true };
        },
      },
    });
    const { session } = connect(client, server);
    const pair = connect({ ...client, session }, server);
    expectResumed(pair, true);
    expect(calls).toEqual(['server verified', 'client verified']);
    expect(pair.client.info?.peerCertificates).toEqual(TOY_SERVER.certificateChain);
    expect(pair.server.info?.peerCertificates).toEqual(TOY_CLIENT.certificateChain);
  });

  it('ALPN is negotiated again, without regard to the session (RFC 7301 section 3.1)', () => {
    const { client, server } = sides({ alpn: { protocols: ['h2'] } }, { alpn: { protocols: ['h2', 'sip/2'] } });
    const { session } = connect(client, server);
    const pair = connect({ ...client, session, alpn: { protocols: ['sip/2'] } }, server);
    expectResumed(pair, true);
    expect([pair.client.info?.alpnText, pair.server.info?.alpnText]).toEqual(['sip/2', 'sip/2']);
  });

  it('server_name is not acknowledged, as no certificate was chosen by it (RFC 6066 section 3)', () => {
    for (const [offers, acknowledged] of [
      [[], true],
      [[toyTicket()], false],
    ] as const) {
      const peer = new ScriptedClient(serverWithTickets());
      peer.offers = offers;
      const { extensions } = peer.clientHello().last('encrypted_extensions');
      expect(extensions.some(({ type }) => type === EXTENSION_CODES.server_name)).toBe(acknowledged);
    }
  });

  it('a client with a PSK need not be able to check certificates; one without is told so before it is asked again', () => {
    const withoutSchemes = (hello: ClientHello): ClientHello => withExtension(hello, 'signature_algorithms', null);
    const known = new ScriptedClient(serverWithTickets());
    known.offers = [toyTicket()];
    known.clientHello({ body: (hello) => known.withPsks(withoutSchemes(hello)) }).finished();
    expect([known.failure, known.connection.info?.resumed]).toEqual([null, true]);
    const unknown = new ScriptedClient(serverWithTickets());
    unknown.shareGroups = [];
    unknown.clientHello({ body: withoutSchemes });
    expect([unknown.failure, unknown.heard]).toEqual(['missing-extension', []]);
  });

  it('a server still chooses whom it serves: no credential for a name, no resumption', () => {
    const { client, server } = sides();
    const { session } = connect(client, server);
    const pair = connect({ ...client, session }, { ...server, credentials: () => null });
    expect(failureOf(pair.serverEvents)).toBe('unrecognized-name');
  });

  it('the key log and the secrets are those of a new connection', () => {
    const lines: string[] = [];
    const { client, server } = sides({ keyLog: (line) => lines.push(line) });
    const { session } = connect(client, server);
    connect({ ...client, session }, server);
    expect(lines).toHaveLength(10);
    expect(new Set(lines.map((line) => line.split(' ')[2])).size).toBe(10);
  });

  it('the same ticket may be used again, as far as the server is concerned', () => {
    const { client, server } = sides();
    const { session } = connect(client, server);
    for (let i = 0; i < 3; i++) expectResumed(connect({ ...client, session: anew(session) }, server), true);
  });

  it('a session is offered once, by whichever client is given it first (appendix C.4)', () => {
    const { client, server } = sides({ earlyData: clientEarlyData() });
    const { session } = connect(client, server);
    expect(session.wasOffered).toBe(false);
    // Not to a server for which it is not, nor by a client that may not.
    expectResumed(connect({ ...client, session, serverName: 'other.test' }, server), false);
    expectResumed(connect({ ...client, session, resumption: { now: () => START, policy: 'q' } }, server), false);
    expect(session.wasOffered).toBe(false);
    const [first, second] = [createTlsClient({ ...client, session }), new ScriptedServer({ ...client, session })];
    expect([first.state, session.wasOffered]).toEqual(['handshaking', true]);
    expect(identityIn(second)).toBeUndefined();
    expect(second.connection.earlyDataRemaining).toBe(0);
    expectResumed(connect({ ...client, session }, server), false);
    // The same bytes twice are two sessions, as nothing can tell.
    const bytes = serializeSession(session);
    for (let i = 0; i < 2; i++) expectResumed(connect({ ...client, session: parseSession(bytes) }, server), true);
  });

  it('a ClientHello that is replayed gets nowhere: the replayer has no key for what comes back', () => {
    const { client, server } = sides();
    const { session } = connect(client, server);
    const pair = createPair({ ...client, session }, server);
    const hello = pair.client.takeOutput();
    for (let i = 0; i < 2; i++) {
      const again = createPair(client, server).server;
      expect(again.receive(hello)).toEqual([]);
      expect(again.info).toBeNull();
      expect(again.expectedMessages).toEqual(['finished']);
    }
  });
});

describe('ages and lifetimes', () => {
  it('a session lasts as long as its ticket, to the millisecond', () => {
    const { clock, client, server } = sides();
    const { session } = connect(client, { ...server, tickets: toyTickets({ now: clock.now, lifetimeSeconds: 60 }) });
    expect(session.expiresAt).toBe(START + 60_000);
    const offers = (): boolean => identityIn(new ScriptedServer({ ...client, session })) !== undefined;
    clock.advance(59_999);
    expect(offers()).toBe(true);
    clock.advance(1);
    expect(offers()).toBe(false);
  });

  it('a server takes a ticket as long as its configuration says now, to the millisecond', () => {
    const { clock, client, server } = sides();
    const { session } = connect(client, server);
    const brief = { ...server, tickets: toyTickets({ now: clock.now, lifetimeSeconds: 60 }) };
    clock.advance(59_999);
    expectResumed(connect({ ...client, session }, brief), true);
    clock.advance(1);
    expectResumed(connect({ ...client, session }, brief), false);
  });

  it('no chain of tickets goes on for more than seven days from the full handshake', () => {
    const { clock, client, server } = sides();
    let { session } = connect(client, server);
    for (let day = 1; day < 7; day++) {
      clock.advance(DAY);
      const pair = connect({ ...client, session }, server);
      expectResumed(pair, true);
      ({ session } = pair);
      expect(session.expiresAt).toBe(START + 7 * DAY);
    }
    clock.advance(DAY - 1000);
    const last = connect({ ...client, session }, server);
    expectResumed(last, true);
    clock.advance(1000);
    expectResumed(connect({ ...client, session }, server), false);
    // Nor does the server take it from a client that does not count.
    const careless = Session.contentsOf(session);
    const stubborn = new Session({ ...careless, expiresAt: START + 99 * DAY });
    expectResumed(connect({ ...client, session: stubborn }, server), false);
  });

  it('in its last second an authentication gives no more tickets', () => {
    const { clock, client, server } = sides();
    const { session } = connect(client, server);
    clock.advance(7 * DAY - 999);
    const pair = connect({ ...client, session }, server);
    expectResumed(pair, true);
    expect(sessionsOf(pair.clientEvents)).toEqual([]);
  });

  it('nothing outlives the certificates on which it rests, on either side', () => {
    // The toy certificates end with 2026.
    const end = Date.UTC(2027, 0, 1);
    const { clock, client } = sides({ selectCredential: () => TOY_CLIENT });
    const server = serverWithTicketsAndClientAuthentication('require', {
      tickets: toyTickets({ now: clock.now, lifetimeSeconds: 604_800 }),
    });
    clock.time = end - DAY;
    const { session } = connect(client, server);
    expect(session.expiresAt).toBe(end);
    expect(Session.contentsOf(session).authenticationExpiresAt).toBe(end);
    clock.time = end - 1;
    expectResumed(connect({ ...client, session }, server), true);
    clock.time = end;
    expectResumed(connect({ ...client, session }, server), false);
    const stubborn = new Session({ ...Session.contentsOf(session), expiresAt: end + DAY });
    expectResumed(connect({ ...client, session: stubborn }, server), false);
  });

  it.each([
    [0, null],
    [1, START + 1000],
    [604_801, START + 7 * DAY],
    [0xffff_ffff, START + 7 * DAY],
  ])('a ticket with a lifetime of %i seconds', (ticketLifetime, expiresAt) => {
    const client = resumingClient({ session: toySession({ authenticationExpiresAt: START + 30 * DAY }) });
    const peer = new ScriptedServer(client).resumption();
    peer.newSessionTicket({ body: (ticket) => ({ ...ticket, ticketLifetime }) });
    expect(peer.failure).toBeNull();
    expect(sessionsOf(peer.events).map((session) => session.expiresAt)).toEqual(expiresAt === null ? [] : [expiresAt]);
  });

  it('a client counts from the full handshake, whatever the server says of later tickets', () => {
    const session = toySession({ authenticationExpiresAt: START + 5000 });
    const peer = new ScriptedServer(resumingClient({ session })).resumption().newSessionTicket();
    const [next] = sessionsOf(peer.events);
    expect(next?.expiresAt).toBe(START + 5000);
    expect(Session.contentsOf(next as Session).authenticationExpiresAt).toBe(START + 5000);
  });

  it('the age that is sent is in milliseconds, hidden, and anew after HelloRetryRequest (section 4.3.11.1)', () => {
    const clock = new TestClock();
    const ticketAgeAdd = 0xffff_ff00;
    const session = toySession({ receivedAt: START, ticketAgeAdd });
    clock.advance(1000);
    const peer = new ScriptedServer(resumingClient({ session, resumption: { now: clock.now, policy: 'test policy' } }));
    expect(identityIn(peer)?.obfuscatedTicketAge).toBe(1000 - 0x100);
    clock.advance(234);
    peer.helloRetryRequest();
    expect(identityIn(peer)?.obfuscatedTicketAge).toBe(1234 - 0x100);
  });

  it.each([Number.NaN, -1, Infinity, 2 ** 48])('a clock that says %s fails whoever asks it', (time) => {
    const resumption = { now: () => time, policy: 'test policy' };
    const offering = createTlsClient(resumingClient({ resumption }));
    expect(offering.state).toBe('failed');
    expect(failureOf(offering.receive(new Uint8Array(0)))).toBe('callback-failed');
    expect(failureOf(connect(toyClient({ resumption }), toyServer()).clientEvents)).toBe('callback-failed');
    const server = serverWithTickets({ tickets: toyTickets({ now: () => time }) });
    const { session: _none, ...without } = resumingClient();
    expect(failureOf(connect(without, server).serverEvents)).toBe('callback-failed');
    expect(failureOf(connect(resumingClient(), server).serverEvents)).toBe('callback-failed');
  });
});

describe('tickets', () => {
  it('are two by default, and one after a resumption, each with a PSK and a nonce of its own', () => {
    const { client, server } = sides();
    const first = connect(client, server);
    const sessions = sessionsOf(first.clientEvents).map((session) => Session.contentsOf(session));
    expect(sessions).toHaveLength(2);
    expect(sessions[0]?.psk).not.toEqual(sessions[1]?.psk);
    expect(sessions[0]?.ticket).not.toEqual(sessions[1]?.ticket);
    expect(sessions[0]?.ticketAgeAdd).not.toBe(sessions[1]?.ticketAgeAdd);
    const second = connect({ ...client, session: first.session }, server);
    expect(sessionsOf(second.clientEvents)).toHaveLength(1);
    for (const session of sessionsOf(first.clientEvents)) {
      expectResumed(connect({ ...client, session: anew(session) }, server), true);
    }
  });

  it.each([
    { count: 3, ticketRequest: { newSession: 2, resumption: 3 }, full: 2, resumed: 3 },
    { count: 3, ticketRequest: { newSession: 9, resumption: 9 }, full: 3, resumed: 3 },
    { count: 3, ticketRequest: { newSession: 3, resumption: 0 }, full: 3, resumed: 0 },
    { count: 0, ticketRequest: { newSession: 1, resumption: 1 }, full: 0, resumed: 0 },
  ])('are as many as both sides want (RFC 9149): $count, $ticketRequest', ({ count, ticketRequest, full, resumed }) => {
    const { clock, client: plain } = sides();
    const client = { ...plain, resumption: { now: clock.now, policy: 'p', ticketRequest } };
    const server = toyServer({ tickets: toyTickets({ count }) });
    const first = connect(client, server);
    expect(sessionsOf(first.clientEvents)).toHaveLength(full);
    if (full === 0) return;
    const second = connect({ ...client, session: first.session }, server);
    expectResumed(second, true);
    expect(sessionsOf(second.clientEvents)).toHaveLength(resumed);
  });

  it('say how many to expect, only to a client that asked', () => {
    const expected = (extensions: readonly { readonly type: number; readonly data: Uint8Array }[]) =>
      extensions.find(({ type }) => type === EXTENSION_CODES.ticket_request)?.data;
    for (const [asked, count] of [
      [Uint8Array.of(1, 0), Uint8Array.of(1)],
      [Uint8Array.of(0, 5), Uint8Array.of(0)],
      [null, undefined],
    ] as const) {
      const peer = new ScriptedClient(serverWithTickets());
      peer.offersModes = true;
      if (asked !== null) peer.extraExtensions = [{ type: EXTENSION_CODES.ticket_request, data: asked }];
      peer.handshake();
      expect(expected(peer.last('encrypted_extensions').extensions)).toEqual(count);
    }
  });

  it('come only to clients that could use them: psk_dhe_ke offered', () => {
    for (const [modes, tickets] of [
      [null, 0],
      [Uint8Array.of(1, 0), 0],
      [Uint8Array.of(2, 0, 1), 2],
      [Uint8Array.of(2, 0xfa, 0xca), 0],
    ] as const) {
      const peer = new ScriptedClient(serverWithTickets());
      if (modes !== null) peer.extraExtensions = [{ type: EXTENSION_CODES.psk_key_exchange_modes, data: modes }];
      peer.handshake();
      expect(peer.heard.filter(({ type }) => type === 'new_session_ticket')).toHaveLength(tickets);
    }
  });

  it('are neither asked for nor told of where resumption is off, as it is by default', () => {
    const { server } = sides();
    const off = connect(toyClient({ resumption: 'off' }), server);
    expect(off.clientEvents.map(({ type }) => type)).toEqual(['handshake-complete']);
    const peer = new ScriptedServer(toyClient());
    expect(peer.last('client_hello').extensions?.map(({ type }) => type)).not.toContain(
      EXTENSION_CODES.psk_key_exchange_modes,
    );
    peer.handshake().newSessionTicket();
    expect(peer.eventTypes).toEqual(['handshake-complete']);
  });

  it('are not sent before the client’s Finished', () => {
    const peer = new ScriptedClient(serverWithTickets());
    peer.offersModes = true;
    peer.clientHello();
    expect(peer.heard.map(({ type }) => type)).not.toContain('new_session_ticket');
    peer.finished();
    expect(peer.heard.at(-1)?.type).toBe('new_session_ticket');
  });

  it('that are too long for a hello are not sent', () => {
    const protector = (length: number): TicketProtector => ({ seal: () => new Uint8Array(length), open: () => null });
    for (const [length, tickets] of [
      [0, 0],
      [16_384, 2],
      [16_385, 0],
    ] as const) {
      const { client } = sides();
      const pair = connect(client, toyServer({ tickets: toyTickets({ protector: protector(length) }) }));
      expectResumed(pair, false);
      expect(sessionsOf(pair.clientEvents)).toHaveLength(tickets);
    }
  });

  it('may come at any time of the connection', () => {
    const peer = new ScriptedServer(resumingClient()).resumption();
    peer.applicationData().keyUpdate().newSessionTicket();
    expect(peer.eventTypes).toEqual(['handshake-complete', 'data', 'peer-keys-updated', 'session-ticket']);
  });
});

describe('a store', () => {
  /** Tickets are numbers; each can be used once. */
  function store(): TicketProtector & { readonly states: Map<number, Uint8Array> } {
    const states = new Map<number, Uint8Array>();
    return {
      states,
      seal: async (state) => {
        await Promise.resolve();
        states.set(states.size, state);
        return Uint8Array.of(states.size - 1);
      },
      open: async ([number]) => {
        await Promise.resolve();
        const state = states.get(number as number) ?? null;
        states.delete(number as number);
        return state;
      },
    };
  }

  it('may answer later, and may give each state once', async () => {
    const protector = store();
    const { client, server } = sides({}, { tickets: toyTickets({ protector }) });
    const first = await run(createPair(client, server));
    expect(protector.states.size).toBe(2);
    const [session] = sessionsOf(first.clientEvents);
    for (const resumed of [true, false]) {
      const pair = await run(createPair({ ...client, session: session as Session }, server));
      expectResumed(pair, resumed);
    }
  });

  it.each<[string, TicketProtector]>([
    ['throws', { seal: raise, open: raise }],
    ['rejects', { seal: async () => raise(), open: async () => raise() }],
    ['gives nonsense', { seal: () => 'ticket' as never, open: () => 'state' as never }],
    ['gives undefined', { seal: () => undefined as never, open: () => undefined as never }],
    ['gives random bytes', { seal: () => Uint8Array.of(1), open: () => new Uint8Array(200).fill(1) }],
  ])('that %s is done without', async (_name, protector) => {
    const { client, server } = sides({ session: toySession({ policy: 'p' }) }, { tickets: toyTickets({ protector }) });
    const pair = await run(createPair(client, server));
    expectResumed(pair, false);
  });
});

function raise(): never {
  throw new Error('the store is down');
}

describe('policies', () => {
  const trusting = (): ClientConfig['verifyPeer'] => () => ({ trusted: true });

  it('without a name are the very functions', () => {
    const clock = new TestClock();
    const resumption = { now: clock.now };
    const verifyPeer = trusting();
    const server = serverWithTickets();
    const client = toyClient({ resumption, verifyPeer });
    const { session } = connect(client, server);
    expectResumed(connect({ ...client, session }, server), true);
    expectResumed(connect({ ...client, session, verifyPeer: trusting() }, server), false);
    expectResumed(connect({ ...client, session, selectCredential: () => TOY_CLIENT }, server), false);
    expectResumed(connect({ ...client, session, resumption: { ...resumption, policy: 'p' } }, server), false);
  });

  it('an insecure client’s session is of no use to a strict one, which refuses the server by its certificate', () => {
    const { client, server } = sides({ resumption: { now: () => START, policy: 'insecure' } });
    const { session } = connect(client, server);
    const strict = connect(
      {
        ...client,
        session,
        resumption: { now: () => START, policy: 'strict' },
        verifyPeer: () => ({ trusted: false, refusal: 'unknown-ca', message: 'nobody' }),
      },
      server,
    );
    expect(failureOf(strict.clientEvents)).toBe('certificate-unknown-ca');
  });

  it('a client that was content to be unknown stays unknown, where certificates are only asked for', () => {
    const { client } = sides();
    const server = serverWithTicketsAndClientAuthentication('request');
    const { session } = connect(client, server);
    const pair = connect({ ...client, session }, server);
    expectResumed(pair, true);
    expect(pair.server.info?.peerCertificates).toBeNull();
    const required = connect({ ...client, session }, serverWithTicketsAndClientAuthentication('require'));
    expect(failureOf(required.serverEvents)).toBe('certificate-required');
  });

  it('the PSK alone makes the server: somebody without it cannot answer', () => {
    const peer = new ScriptedServer(resumingClient()).serverHello({}, new Uint8Array(32).fill(1));
    const events = peer.connection.receive(peer.record('handshake', Uint8Array.of(8, 0, 0, 2, 0, 0)));
    expect(failureOf(events)).toBe('bad-record-mac');
  });
});

describe('configuration', () => {
  it.each<[string, () => unknown, string]>([
    ['a session without resumption', () => connect(toyClient({ session: toySession() }), toyServer()), 'session'],
    ['no clock', () => connect(toyClient({ resumption: {} as never }), toyServer()), 'resumption.now'],
    [
      'an empty policy',
      () => connect(toyClient({ resumption: { now: () => 0, policy: '' } }), toyServer()),
      'resumption.policy',
    ],
    [
      'a long policy',
      () => connect(toyClient({ resumption: { now: () => 0, policy: 'x'.repeat(65) } }), toyServer()),
      'resumption.policy',
    ],
    [
      'a request for 256 tickets',
      () =>
        connect(
          toyClient({ resumption: { now: () => 0, ticketRequest: { newSession: 256, resumption: 0 } } }),
          toyServer(),
        ),
      'newSession',
    ],
    [
      'a request for 256 tickets after resumptions',
      () =>
        connect(
          toyClient({ resumption: { now: () => 0, ticketRequest: { newSession: 0, resumption: 256 } } }),
          toyServer(),
        ),
      'resumption.ticketRequest.resumption',
    ],
    ['no clock of a server', () => serverWith({ now: undefined as never }), 'tickets.now'],
    ['a lifetime of nothing', () => serverWith({ lifetimeSeconds: 0 }), 'lifetimeSeconds'],
    ['a lifetime over seven days', () => serverWith({ lifetimeSeconds: 604_801 }), 'lifetimeSeconds'],
    ['half a ticket', () => serverWith({ count: 0.5 }), 'count'],
    ['seventeen tickets', () => serverWith({ count: 17 }), 'count'],
    ...[undefined, '', 'x'.repeat(65)].map((policy): [string, () => unknown, string] => [
      `tickets and client authentication under the policy ${JSON.stringify(policy)}`,
      () =>
        serverWithTickets({
          clientAuthentication: { mode: 'require', verifyPeer: () => ({ trusted: true }), policy: policy as never },
        }),
      'clientAuthentication.policy',
    ]),
  ])('refuses %s', (_name, make, subject) => {
    expect(() => {
      const made = make();
      connect(toyClient(), made as ServerConfig);
    }).toThrow(subject);
  });
});

function serverWith(tickets: Parameters<typeof toyTickets>[0]): ServerConfig {
  return toyServer({ provider: toyProvider(3), tickets: toyTickets(tickets) });
}
