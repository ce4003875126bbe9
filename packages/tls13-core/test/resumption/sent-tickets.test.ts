import { encode, u32 } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import type { ServerConfig, TicketConfig } from '../../src/config.js';
import { clientOf } from '../../src/handshake/server-resumption.js';
import { serverEarlyData } from '../../src/handshake/server-early-data.js';
import { verifyBinder } from '../../src/handshake/proof.js';
import { finishedVerifyData } from '../../src/key-schedule/key-schedule.js';
import { MAX_TICKET_LENGTH } from '../../src/limits.js';
import { EXTENSION_CODES } from '../../src/messages/extensions/extension.js';
import type { NewSessionTicket } from '../../src/messages/new-session-ticket.js';
import { createReplayStore } from '../../src/session/replay-store.js';
import { Session } from '../../src/session/session.js';
import { decodeTicketState, type TicketState } from '../../src/session/ticket-state.js';
import { createPair, runNow } from '../support/pair.js';
import { ScriptedClient } from '../support/scripted-client.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { serverWithTickets, sessionsOf, START, toyTicket, toyTickets } from '../support/sessions.js';
import { toyClient } from '../support/toy-credentials.js';
import { toyProvider } from '../support/toy-provider.js';

/** The tickets that a server sends, and what it put into them. */
function tickets(
  tickets: Partial<TicketConfig> = {},
  config: Partial<ServerConfig> = {},
): { readonly sent: NewSessionTicket[]; readonly states: TicketState[]; readonly client: ScriptedClient } {
  const states: TicketState[] = [];
  const { protector } = toyTickets();
  const seal = (state: Uint8Array): ReturnType<typeof protector.seal> => {
    states.push(decodeTicketState(state.slice()) as TicketState);
    return protector.seal(state);
  };
  const configured = toyTickets({ protector: { ...protector, seal }, ...tickets });
  const client = new ScriptedClient(serverWithTickets({ tickets: configured, ...config }));
  client.offersModes = true;
  client.handshake();
  expect(client.failure).toBeNull();
  const sent = client.heard.flatMap((message) => (message.type === 'new_session_ticket' ? [message.body] : []));
  return { sent, states, client };
}

describe('a ticket that a server sends', () => {
  it('has a nonce of its own and a ticket_age_add of 32 random bits, which the ticket remembers', () => {
    const provider = toyProvider(5);
    let count = 0;
    const random = (length: number): Uint8Array =>
      length === 4 ? Uint8Array.of(0x81, 0x92, 0xa3, count++) : provider.random(length);
    const { sent, states } = tickets({ count: 3 }, { provider: { ...provider, random } });
    expect(sent.map(({ ticketNonce }) => [...ticketNonce])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
    ]);
    const ages = [0x8192a300, 0x8192a301, 0x8192a302];
    expect(sent.map(({ ticketAgeAdd }) => ticketAgeAdd)).toEqual(ages);
    expect(states.map(({ ticketAgeAdd }) => ticketAgeAdd)).toEqual(ages);
  });

  it('says nothing and remembers nothing of what was not there: a certificate, early data, another name', () => {
    const { sent, states } = tickets({ count: 1 });
    expect(sent.map(({ extensions }) => extensions)).toEqual([[]]);
    expect(states).toMatchObject([
      {
        serverName: 'localhost',
        clientPolicy: null,
        clientCertificates: [],
        clientSignatureScheme: 0,
        externalIdentity: null,
        alpn: null,
        maxEarlyDataSize: 0,
        acrossNames: 'same-name',
      },
    ]);
  });

  it('allows as little early data as is configured', () => {
    const earlyData = serverEarlyData({ maxSize: 1, replayStore: createReplayStore({ now: () => START }) });
    const { sent, states } = tickets({ count: 1, earlyData });
    expect(sent[0]?.extensions).toEqual([{ type: EXTENSION_CODES.early_data, data: encode(u32, 1) }]);
    expect(states[0]?.maxEarlyDataSize).toBe(1);
  });

  it.each([
    [1, 1],
    [59, 59],
  ])('lives for the %i seconds that are configured', (lifetimeSeconds, lifetime) => {
    expect(tickets({ lifetimeSeconds }).sent.map(({ ticketLifetime }) => ticketLifetime)).toEqual([lifetime, lifetime]);
  });

  it.each([
    [999, []],
    [1000, [1, 1]],
    [1999, [1, 1]],
  ])(
    'lives no longer than the ticket before it, of which %i ms are left, and not at all below a second',
    (left, lives) => {
      const client = new ScriptedClient(serverWithTickets({ tickets: toyTickets({ count: 2 }) }));
      client.extraExtensions = [{ type: EXTENSION_CODES.ticket_request, data: Uint8Array.of(2, 2) }];
      client.offers = [toyTicket({ authenticationExpiresAt: START + left })];
      client.handshake();
      expect(client.connection.info?.resumed).toBe(true);
      const sent = client.heard.flatMap((message) => (message.type === 'new_session_ticket' ? [message.body] : []));
      expect(sent.map(({ ticketLifetime }) => ticketLifetime)).toEqual(lives);
    },
  );

  it('is what the protector makes, where that can be a ticket', () => {
    const sealing = (ticket: unknown): number =>
      tickets({ protector: { seal: () => ticket as never, open: () => null } }).sent.length;
    const lengths = [0, 1, MAX_TICKET_LENGTH, MAX_TICKET_LENGTH + 1];
    expect(lengths.map((length) => sealing(new Uint8Array(length)))).toEqual([0, 2, 2, 0]);
    for (const nonsense of [null, undefined, 'ticket', [1, 2, 3]]) expect(sealing(nonsense)).toBe(0);
  });
});

describe('a client’s session', () => {
  it('has of a ticket what stands in it, and no more', () => {
    const server = new ScriptedServer(toyClient({ resumption: { now: () => START, policy: 'p' } }));
    const [session] = sessionsOf(server.handshake().newSessionTicket().events);
    expect(Session.contentsOf(session as Session)).toMatchObject({
      cipherSuite: 0x1303,
      ticket: Uint8Array.of(1, 2, 3),
      ticketAgeAdd: 1,
      receivedAt: START,
      expiresAt: START + 7_200_000,
      serverName: 'localhost',
      policy: 'p',
      peerCertificates: server.credential.certificateChain,
      peerSignatureScheme: 0x0807,
      externalIdentity: null,
      alpn: null,
      maxEarlyDataSize: 0,
      acrossNames: 'same-name',
    });
  });

  it('has no signature scheme where an external PSK showed who the server is', () => {
    const psk = { identity: 'sensor', key: new Uint8Array(32).fill(7) };
    const client = toyClient({ resumption: { now: () => START }, externalPsks: [psk] });
    const { clientEvents } = runNow(createPair(client, serverWithTickets({ externalPsks: () => psk })));
    const sessions = sessionsOf(clientEvents).map((session) => Session.contentsOf(session));
    expect(sessions.length).toBeGreaterThan(0);
    for (const { peerSignatureScheme, peerCertificates, externalIdentity } of sessions) {
      expect([peerSignatureScheme, peerCertificates.length]).toEqual([0, 0]);
      expect(externalIdentity).not.toBeNull();
    }
  });
});

describe('the client of a ticket', () => {
  it('is nobody where it showed no certificate and has no external PSK', () => {
    const [hash] = toyProvider(1).hashes as [ReturnType<typeof toyProvider>['hashes'][number]];
    const key = new Uint8Array(32).fill(1);
    const received = finishedVerifyData(hash, key, key);
    const binder = verifyBinder({ hash, binderKey: key, transcriptHash: key, received });
    const [state] = tickets({ count: 1 }).states as [TicketState];
    expect(clientOf(state, binder)).toBeNull();
    const leaf = Uint8Array.of(1);
    expect(clientOf({ ...state, clientCertificates: [leaf] }, binder)).toMatchObject({
      peer: { made: true, leaf },
      certificates: [leaf],
      signatureScheme: null,
    });
    expect(clientOf({ ...state, externalIdentity: leaf }, binder)).toMatchObject({ peer: { leaf: null } });
  });
});
