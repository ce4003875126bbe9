// What the two sides of a trace keep for the next one: a session that came with a ticket, and what the ticket stands for.
import { bytesToHex, decode, hexToBytes, u32 } from '@portico/bytes';
import { clientEarlyData } from '../../../../packages/tls13-core/dist/handshake/client-early-data.js';
import { serverEarlyData } from '../../../../packages/tls13-core/dist/handshake/server-early-data.js';
import { decodeServerName } from '../../../../packages/tls13-core/dist/messages/extensions/server-name.js';
import { Session } from '../../../../packages/tls13-core/dist/session/session.js';
import { encodeTicketState } from '../../../../packages/tls13-core/dist/session/ticket-state.js';
import { extensionData, messageOf, offeredPsks } from './trace.mjs';

/** When the first connection happens; the traces' certificates are valid then. */
const FIRST_CONNECTION = Date.UTC(2018, 7, 1);
const A_DAY = 86_400_000;
const POLICY = 'trace';

/** A client's configuration for tickets: it wants them where the trace's client does, and offers the one that it offered. */
export function clientMemory(trace, { sessions }) {
  const hello = messageOf(trace, 'client', 'client_hello');
  if (extensionData(hello, 'psk_key_exchange_modes') === undefined) return {};
  const offered = offeredPsks(hello);
  if (offered === null) return { resumption: { now: () => FIRST_CONNECTION, policy: POLICY } };
  const [{ identity, obfuscatedTicketAge }] = offered.identities;
  const session = sessions.get(bytesToHex(identity)) ?? statedSession(trace, hello, identity);
  const { receivedAt, ticketAgeAdd } = Session.contentsOf(session);
  const age = (obfuscatedTicketAge - ticketAgeAdd + 2 ** 32) % 2 ** 32;
  return {
    resumption: { now: () => receivedAt + age, policy: POLICY },
    session,
    ...(announcesEarlyData(hello) ? { earlyData: clientEarlyData() } : {}),
  };
}

/** Keeps the sessions that our client was given. */
export function rememberSessions(events, { sessions }) {
  for (const event of events) {
    if (event.type !== 'session-ticket') continue;
    sessions.set(bytesToHex(Session.contentsOf(event.session).ticket), event.session);
  }
}

/** A server's configuration for tickets: it sends the one that the trace's server sent, and knows what it stands for. */
export function serverMemory(trace, { states }) {
  const hello = messageOf(trace, 'client', 'client_hello');
  const sent = messageOf(trace, 'server', 'new_session_ticket')?.body;
  const offered = offeredPsks(hello);
  if (sent === undefined && offered === null) return {};
  const [identity] = offered?.identities ?? [];
  const extension = sent?.extensions.find(({ type }) => type === EARLY_DATA);
  const maxSize = extension === undefined ? USUAL_SIZE : decode(u32, extension.data);
  const replayStore = { startedAt: 0, putIfAbsent: () => 'absent' };
  const protector = {
    seal: (state) => {
      states.set(bytesToHex(sent.ticket), state.slice());
      return sent.ticket;
    },
    open: (ticket) => (states.get(bytesToHex(ticket)) ?? statedState(trace, hello)).slice(),
  };
  const age =
    identity === undefined ? 0 : (identity.obfuscatedTicketAge - ageAddOf(states, identity) + 2 ** 32) % 2 ** 32;
  return {
    tickets: {
      protector,
      now: () => FIRST_CONNECTION + age,
      count: sent === undefined ? 0 : 1,
      ...(sent === undefined ? {} : { lifetimeSeconds: sent.ticketLifetime }),
      ...(extension !== undefined || announcesEarlyData(hello)
        ? { earlyData: serverEarlyData({ maxSize, replayStore }) }
        : {}),
    },
  };
}

const EARLY_DATA = 42;
/** max_early_data_size where no ticket says it. */
const USUAL_SIZE = 1024;

function announcesEarlyData(hello) {
  return extensionData(hello, 'early_data') !== undefined;
}

/** What hides the age: it stands in our server's state behind everything but ALPN, size and flag, which have known lengths. */
function ageAddOf(states, { identity, obfuscatedTicketAge }) {
  const state = states.get(bytesToHex(identity));
  return state === undefined ? obfuscatedTicketAge : new DataView(state.buffer).getUint32(state.length - 10);
}

/** A session as a trace by itself states it: the PSK, and no more than the hello shows. */
function statedSession(trace, hello, identity) {
  const { identities } = offeredPsks(hello);
  return new Session({
    cipherSuite: trace.suite.id,
    psk: statedPsk(trace),
    ticket: identity,
    ticketAgeAdd: identities[0].obfuscatedTicketAge,
    receivedAt: FIRST_CONNECTION,
    expiresAt: FIRST_CONNECTION + A_DAY,
    authenticationExpiresAt: FIRST_CONNECTION + A_DAY,
    serverName: serverNameOf(hello),
    policy: POLICY,
    peerCertificates: [],
    peerSignatureScheme: 0,
    externalIdentity: null,
    alpn: null,
    maxEarlyDataSize: USUAL_SIZE,
    acrossNames: 'same-name',
  });
}

function statedState(trace, hello) {
  return encodeTicketState({
    cipherSuite: trace.suite.id,
    psk: statedPsk(trace),
    issuedAt: FIRST_CONNECTION,
    authenticationExpiresAt: FIRST_CONNECTION + A_DAY,
    serverName: serverNameOf(hello),
    clientPolicy: null,
    clientCertificates: [],
    clientSignatureScheme: 0,
    externalIdentity: null,
    ticketAgeAdd: offeredPsks(hello).identities[0].obfuscatedTicketAge,
    alpn: null,
    maxEarlyDataSize: USUAL_SIZE,
    acrossNames: 'same-name',
  });
}

function serverNameOf(hello) {
  const data = extensionData(hello, 'server_name');
  return data === undefined ? null : decodeServerName(data);
}

/** The input of the early secret that a trace states. */
export function statedPsk({ steps }) {
  const step = steps.find(({ text, values }) => text.startsWith('extract secret "early"') && values.length > 0);
  return hexToBytes(step.values.find(({ name }) => name === 'IKM').hex);
}
