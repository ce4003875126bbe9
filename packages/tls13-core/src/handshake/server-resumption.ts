import { signatureSchemeById, type CipherSuite } from '@portico/crypto';
import { EarlySecretStage, ticketPsk } from '../key-schedule/key-schedule.js';
import type { Transcript } from '../key-schedule/transcript.js';
import { withoutBinders } from '../messages/extensions/pre-shared-key.js';
import { PSK_KEY_EXCHANGE_MODES } from '../messages/extensions/psk-key-exchange-modes.js';
import { encodeHandshakeMessage } from '../messages/message.js';
import { authenticationExpiry } from '../session/lifetime.js';
import { decodeTicketState, encodeTicketState, type TicketState } from '../session/ticket-state.js';
import type { ServerSettings, TicketSettings } from '../settings.js';
import { readClock } from './clock.js';
import type { FlowContext } from './context.js';
import { answer, type Flow } from './flow.js';
import type { ReadClientHello } from './negotiate.js';
import type { AuthenticatedBy } from './peer-authentication.js';
import { clientOfTicket, verifyBinder, type BinderVerified } from './proof.js';

type Context = FlowContext<ServerSettings>;

/**
 * How many identities of a hello are looked up, each of which costs a decryption or a question to a store; clients send
 * one or two. Later ones are as if they had not been offered.
 */
export const MAX_PSK_IDENTITIES_EXAMINED = 5;

/** A ticket longer than that would make a ClientHello that some server, or our own limit for messages, refuses. */
export const MAX_TICKET_LENGTH = 16_384;

/** A ticket of ours that a client offers and that may be resumed, if its binder is right. */
interface FoundTicket {
  /** Its place in pre_shared_key. */
  readonly index: number;
  readonly state: TicketState;
}

/** The session that is resumed. */
export interface ResumedTicket {
  readonly selectedIdentity: number;
  readonly earlySecret: EarlySecretStage;
  readonly authenticationExpiresAt: number;
  /** Who the client is; null where it showed no certificate when the ticket was made. */
  readonly client: AuthenticatedBy | null;
}

/**
 * The session to resume, if the client offers one: the suite is chosen already, and PSKs that do not fit it are passed
 * over (RFC 9846 section 4.3.11). `raw` is its ClientHello, not yet in the transcript. Null for a full handshake.
 * @throws TlsError `bad-binder`
 */
export function* resumeSession(
  context: Context,
  transcript: Transcript,
  client: ReadClientHello,
  raw: Uint8Array,
  suite: CipherSuite,
): Flow<ResumedTicket | null> {
  const found = yield* findTicket(context, client, suite);
  if (found === null || client.psks === null) return null;
  const { index, state } = found;
  const earlySecret = context.keyMaterial.hold(new EarlySecretStage(suite.hash, state.psk));
  state.psk.fill(0);
  const binderKey = context.keyMaterial.hold(earlySecret.resumptionBinderKey());
  // Only this one: a right binder of another identity would prove nothing.
  const binder = verifyBinder({
    hash: suite.hash,
    binderKey,
    transcriptHash: transcript.currentWith(suite.hash, withoutBinders(raw, client.psks)),
    received: client.psks.binders[index] as Uint8Array,
  });
  binderKey.fill(0);
  return {
    selectedIdentity: index,
    earlySecret,
    authenticationExpiresAt: state.authenticationExpiresAt,
    client: clientOf(state, binder),
  };
}

/** The first identity that is a ticket of ours and may be resumed now; its binder is still to be checked. */
export function* findTicket(
  { settings, guard, keyMaterial }: Context,
  { psks, pskModes, serverName }: ReadClientHello,
  suite: CipherSuite,
): Flow<FoundTicket | null> {
  const { tickets } = settings;
  if (tickets === null || psks === null || !pskModes.includes(PSK_KEY_EXCHANGE_MODES.psk_dhe_ke)) return null;
  const now = readClock(guard, tickets.now);
  for (const [index, { identity }] of psks.identities.slice(0, MAX_PSK_IDENTITIES_EXAMINED).entries()) {
    const bytes = yield* answerOrNothing(() => guard.run(() => tickets.protector.open(identity)));
    if (!(bytes instanceof Uint8Array)) continue;
    keyMaterial.hold(bytes);
    const state = decodeTicketState(bytes);
    const fits = state !== null && isResumable(settings, tickets, state, { now, suite, serverName });
    const found = fits ? { index, state: copyOf(state) } : null;
    bytes.fill(0);
    if (found === null) continue;
    keyMaterial.hold(found.state.psk);
    return found;
  }
  return null;
}

/** Whether the ticket's session may stand for a full handshake with this client under this configuration. */
function isResumable(
  { provider, clientAuthentication }: ServerSettings,
  { lifetimeSeconds }: TicketSettings,
  state: TicketState,
  { now, suite, serverName }: { readonly now: number; readonly suite: CipherSuite; readonly serverName: string | null },
): boolean {
  const ticketSuite = provider.cipherSuites.find(({ id }) => id === state.cipherSuite);
  // Section 4.7.1: only with the hash under which the ticket was made.
  if (ticketSuite?.hash.name !== suite.hash.name) return false;
  if (now >= state.issuedAt + lifetimeSeconds * 1000 || now >= state.authenticationExpiresAt) return false;
  // RFC 6066 section 3: another name is another server, whose certificate this client has not seen.
  if (state.serverName !== serverName) return false;
  // Resumption skips the check of the client's certificate: it must have been this very check.
  if (state.clientPolicy !== (clientAuthentication?.policy ?? null)) return false;
  return clientAuthentication?.mode !== 'require' || state.clientCertificates.length > 0;
}

function clientOf(
  { clientCertificates, clientSignatureScheme }: TicketState,
  binder: BinderVerified,
): AuthenticatedBy | null {
  const [leaf] = clientCertificates;
  if (leaf === undefined) return null;
  return {
    peer: clientOfTicket(binder, leaf),
    certificates: clientCertificates,
    signatureScheme: signatureSchemeById(clientSignatureScheme) ?? null,
  };
}

/** The array that the protector gave is about to be wiped. */
function copyOf(state: TicketState): TicketState {
  return {
    ...state,
    psk: state.psk.slice(),
    clientCertificates: state.clientCertificates.map((certificate) => certificate.slice()),
  };
}

/** How many tickets this client gets; with its wish where it has one (RFC 9149 section 3). */
export function ticketCount(
  { tickets }: ServerSettings,
  { pskModes, ticketRequest }: ReadClientHello,
  handshake: 'full' | 'resumed',
): number {
  // Section 4.3.9: no tickets that the client could not use.
  if (tickets === null || !pskModes.includes(PSK_KEY_EXCHANGE_MODES.psk_dhe_ke)) return 0;
  const { count } = tickets;
  if (handshake === 'full') return Math.min(count, ticketRequest?.newSessionCount ?? count);
  return Math.min(count, ticketRequest?.resumptionCount ?? 1);
}

/** Sends NewSessionTicket messages, RFC 9846 section 4.7.1. A ticket that cannot be made is not sent. */
export function* sendTickets(
  { settings, sink, guard, keyMaterial }: Context,
  { protector, now, lifetimeSeconds }: TicketSettings,
  connection: {
    readonly count: number;
    readonly suite: CipherSuite;
    /** Given away. */
    readonly resumptionSecret: Uint8Array;
    readonly serverName: string | null;
    readonly client: AuthenticatedBy | null;
    readonly resumed: ResumedTicket | null;
  },
): Flow<void> {
  const { count, suite, resumptionSecret, serverName, client, resumed } = connection;
  keyMaterial.hold(resumptionSecret);
  const issuedAt = readClock(guard, now);
  const clientCertificates = client?.certificates ?? [];
  // From the full handshake on which all this rests, however many resumptions ago.
  const authenticationExpiresAt =
    resumed?.authenticationExpiresAt ?? authenticationExpiry(issuedAt, clientCertificates);
  const ticketLifetime = Math.min(lifetimeSeconds, Math.floor((authenticationExpiresAt - issuedAt) / 1000));
  for (let index = 0; index < count && ticketLifetime > 0; index++) {
    const ticketNonce = Uint8Array.of(index);
    const psk = keyMaterial.hold(ticketPsk(suite.hash, resumptionSecret, ticketNonce));
    const state = encodeTicketState({
      cipherSuite: suite.id,
      psk,
      issuedAt,
      authenticationExpiresAt,
      serverName,
      clientPolicy: settings.clientAuthentication?.policy ?? null,
      clientCertificates,
      clientSignatureScheme: client?.signatureScheme?.id ?? 0,
    });
    psk.fill(0);
    const ticket = yield* answerOrNothing(() => guard.run(() => protector.seal(state)));
    if (!(ticket instanceof Uint8Array) || ticket.length === 0 || ticket.length > MAX_TICKET_LENGTH) continue;
    const [a = 0, b = 0, c = 0, d = 0] = settings.provider.random(4);
    const ticketAgeAdd = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    sink.sendMessage(
      encodeHandshakeMessage('new_session_ticket', {
        ticketLifetime,
        ticketAgeAdd,
        ticketNonce,
        ticket,
        extensions: [],
      }),
    );
  }
  resumptionSecret.fill(0);
}

/** A store that fails is one that knows nothing: the connection can do without it. */
function* answerOrNothing<T>(call: () => T | PromiseLike<T>): Flow<T | null> {
  try {
    return yield* answer(call());
  } catch {
    return null;
  }
}
