import type { ClientConfig, ServerConfig, TicketConfig } from '../../src/config.js';
import type { TlsEvent } from '../../src/events.js';
import { clientEarlyData } from '../../src/handshake/client-early-data.js';
import { serverEarlyData, type ServerEarlyDataOptions } from '../../src/handshake/server-early-data.js';
import type { BinderLabel } from '../../src/key-schedule/key-schedule.js';
import { createReplayStore } from '../../src/session/replay-store.js';
import { Session, type SessionContents } from '../../src/session/session.js';
import { createTicketProtector } from '../../src/session/ticket-protector.js';
import { encodeTicketState, type TicketState } from '../../src/session/ticket-state.js';
import { createPair, runNow, type Pair } from './pair.js';
import { TOY_CLIENT, TOY_SERVER, toyClient, toyServer } from './toy-credentials.js';
import { toyProvider } from './toy-provider.js';

/** When the connections of these tests happen: 2026-06-01, while the test certificates are valid. */
export const START: number = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;

/** A clock that stands still until it is moved. */
export class TestClock {
  time: number = START;
  readonly now = (): number => this.time;

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}

const standing = new TestClock();

// ---- A client with a session that it has from nowhere ----

/** The PSK of `toySession`. */
export const OFFERED_PSK: Uint8Array = new Uint8Array(32).fill(0x9a);
const POLICY = 'test policy';

export function toySession(changes: Partial<SessionContents> = {}): Session {
  return new Session({
    cipherSuite: 0x1303,
    psk: OFFERED_PSK,
    ticket: Uint8Array.of(1, 2, 3),
    ticketAgeAdd: 7,
    receivedAt: START - 1000,
    expiresAt: START + DAY,
    authenticationExpiresAt: START + DAY,
    serverName: 'localhost',
    policy: POLICY,
    peerCertificates: TOY_SERVER.certificateChain,
    peerSignatureScheme: 0x0807,
    externalIdentity: null,
    alpn: null,
    maxEarlyDataSize: 0,
    acrossNames: 'same-name',
    ...changes,
  });
}

/** The same session as somebody has it who parsed it again: it was not offered yet. */
export function anew(session: Session): Session {
  return new Session(Session.contentsOf(session));
}

/** A client that offers `toySession`. */
export function resumingClient(config: Partial<ClientConfig> = {}): ClientConfig {
  return toyClient({ resumption: { now: standing.now, policy: POLICY }, session: toySession(), ...config });
}

// ---- A server with tickets, and tickets of its that nobody asked for ----

export const TICKET_KEY = { name: 'one', key: new Uint8Array(32).fill(0x71) };

export function toyTickets(config: Partial<TicketConfig> = {}): TicketConfig {
  const protector = createTicketProtector({ provider: toyProvider(0x71c), keys: [TICKET_KEY] });
  return { protector, now: standing.now, ...config };
}

export function serverWithTickets(config: Partial<ServerConfig> = {}): ServerConfig {
  return toyServer({ tickets: toyTickets(), ...config });
}

/** A server that takes tickets and asks whoever has none for a certificate. */
export function serverWithTicketsAndClientAuthentication(
  mode: 'request' | 'require',
  config: Partial<ServerConfig> = {},
): ServerConfig {
  return serverWithTickets({
    clientAuthentication: { mode, verifyPeer: () => ({ trusted: true }), policy: POLICY },
    ...config,
  });
}

/** What a scripted client offers. */
export interface OfferedTicket {
  readonly ticket: Uint8Array;
  readonly psk: Uint8Array;
  /** obfuscated_ticket_age; 0 where absent, which is a second too little for `toyTicket`. */
  readonly age?: number;
  /** For an external PSK; `res binder` where absent. */
  readonly binderLabel?: BinderLabel;
}

/** What a ticket of the servers above remembers of a client without a certificate. */
export function toyTicketState(changes: Partial<TicketState> = {}): TicketState {
  return {
    cipherSuite: 0x1303,
    psk: new Uint8Array(32).fill(0x5b),
    issuedAt: START - 1000,
    authenticationExpiresAt: START + DAY,
    serverName: 'localhost',
    clientPolicy: null,
    clientCertificates: [],
    clientSignatureScheme: 0,
    externalIdentity: null,
    ticketAgeAdd: 0,
    alpn: null,
    maxEarlyDataSize: 0,
    acrossNames: 'same-name',
    ...changes,
  };
}

/** A ticket as the servers above make them for a client without a certificate. */
export function toyTicket(changes: Partial<TicketState> = {}): OfferedTicket {
  const psk = new Uint8Array(32).fill(0x5b);
  const state = encodeTicketState(toyTicketState({ psk, ...changes }));
  return { ticket: toyTickets().protector.seal(state) as Uint8Array, psk };
}

/** A ticket of a client with a certificate. */
export function toyClientTicket(changes: Partial<TicketState> = {}): OfferedTicket {
  return toyTicket({
    clientPolicy: POLICY,
    clientCertificates: TOY_CLIENT.certificateChain,
    clientSignatureScheme: 0x0807,
    ...changes,
  });
}

// ---- Early data ----

/** max_early_data_size of the tickets below. */
export const EARLY_DATA_SIZE = 1000;

/** A client that offers `toySession` with early data. */
export function earlyClient(config: Partial<ClientConfig> = {}, session: Partial<SessionContents> = {}): ClientConfig {
  return resumingClient({
    session: toySession({ maxEarlyDataSize: EARLY_DATA_SIZE, ...session }),
    earlyData: clientEarlyData(),
    ...config,
  });
}

/** A server that takes early data, with a replay store that has been there for a day. */
export function earlyServer(
  config: Partial<ServerConfig> = {},
  options: Partial<ServerEarlyDataOptions> = {},
): ServerConfig {
  const replayStore = { ...createReplayStore({ now: standing.now }), startedAt: START - DAY };
  const earlyData = serverEarlyData({ maxSize: EARLY_DATA_SIZE, replayStore, ...options });
  return serverWithTickets({ tickets: toyTickets({ earlyData }), ...config });
}

/** A ticket that allows early data. */
export function earlyTicket(changes: Partial<TicketState> = {}): OfferedTicket {
  return toyTicket({ maxEarlyDataSize: EARLY_DATA_SIZE, ...changes });
}

// ---- Both together ----

/** The sessions that a side's events gave. */
export function sessionsOf(events: readonly TlsEvent[]): Session[] {
  return events.flatMap((event) => (event.type === 'session-ticket' ? [event.session] : []));
}

/** One handshake in memory, and the first session that came of it. */
export function connect(client: ClientConfig, server: ServerConfig): Pair & { readonly session: Session } {
  const pair = runNow(createPair(client, server));
  const [session] = sessionsOf(pair.clientEvents);
  return { ...pair, session: session as Session };
}
