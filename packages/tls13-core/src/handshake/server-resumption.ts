import { copyBytes } from '@portico/bytes';
import { signatureSchemeById, type CipherSuite } from '@portico/crypto';
import { ticketPsk } from '../key-schedule/key-schedule.js';
import { maxEarlyDataSizeCodec } from '../messages/extensions/early-data.js';
import { extension, type Extension } from '../messages/extensions/extension.js';
import { tlsFlagsExtension } from '../messages/extensions/tls-flags.js';
import { encodeHandshakeMessage } from '../messages/message.js';
import { authenticationExpiry } from '../session/lifetime.js';
import { decodeTicketState, encodeTicketState, type TicketState } from '../session/ticket-state.js';
import type { ServerSettings, TicketSettings } from '../settings.js';
import { readClock } from './clock.js';
import type { FlowContext } from './context.js';
import { answerOrNothing, type CallbackGuard, type Flow } from './flow.js';
import type { ReadClientHello } from './negotiate.js';
import type { AuthenticatedBy } from './peer-authentication.js';
import { clientOfExternalPsk, clientOfTicket, type BinderVerified } from './proof.js';
import { MAX_TICKET_LENGTH, TICKET_CLOCK_TOLERANCE } from '../limits.js';

type Context = FlowContext<ServerSettings>;

/** What a ticket of ours remembers, if it may be resumed now under that suite; null for any other identity. */
export function* openTicket(
  { settings, guard, keyMaterial }: Context,
  tickets: TicketSettings,
  identity: Uint8Array,
  { serverName }: ReadClientHello,
  suite: CipherSuite,
): Flow<TicketState | null> {
  const bytes = yield* answerOrNothing(
    guard,
    () => tickets.protector.open(identity),
    (late) => late?.fill(0),
  );
  if (!(bytes instanceof Uint8Array)) return null;
  keyMaterial.hold(bytes);
  const state = decodeTicketState(bytes);
  const now = readClock(guard, tickets.now);
  const fits = state !== null && isResumable(settings, tickets, state, { now, suite, serverName });
  const isKnown = fits && (yield* isStillKnown(settings, guard, state));
  const found = isKnown ? copyOf(state) : null;
  bytes.fill(0);
  if (found !== null) keyMaterial.hold(found.psk);
  return found;
}

/** A client with an external PSK is let in by a ticket for as long as that PSK is known. */
function* isStillKnown(
  { externalPsks }: ServerSettings,
  guard: CallbackGuard,
  { externalIdentity }: TicketState,
): Flow<boolean> {
  if (externalIdentity === null) return true;
  const identity = copyBytes(externalIdentity);
  const known = yield* answerOrNothing(guard, () => externalPsks?.(identity));
  return known !== null && known !== undefined;
}

/** Whether the ticket's session may stand for a full handshake with this client under this configuration. */
function isResumable(
  { clientAuthentication }: ServerSettings,
  { lifetimeSeconds, acrossNames }: TicketSettings,
  state: TicketState,
  { now, suite, serverName }: { readonly now: number; readonly suite: CipherSuite; readonly serverName: string | null },
): boolean {
  // Section 4.7.1 demands the same hash. We demand the same suite: a change of suite is worth a fresh key exchange.
  if (state.cipherSuite !== suite.id) return false;
  if (now >= state.issuedAt + lifetimeSeconds * 1000 || now >= state.authenticationExpiresAt) return false;
  // Section 4.7.1 counts the lifetime from issuance, which cannot be ahead of us.
  if (now < state.issuedAt - TICKET_CLOCK_TOLERANCE) return false;
  // RFC 6066 section 3: another name is another server, whose certificate this client has not seen, unless we say so.
  const anyName = acrossNames === 'any-name' && state.acrossNames === 'any-name';
  if (state.serverName !== serverName && !anyName) return false;
  // Resumption skips the check of the client's certificate: it must have been this very check.
  if (state.clientPolicy !== (clientAuthentication?.policy ?? null)) return false;
  const isKnown = state.clientCertificates.length > 0 || state.externalIdentity !== null;
  return clientAuthentication?.mode !== 'require' || isKnown;
}

/** Who the client of a ticket is; null where it showed no certificate when the ticket was made. */
export function clientOf(
  { clientCertificates, clientSignatureScheme, externalIdentity }: TicketState,
  binder: BinderVerified,
): AuthenticatedBy | null {
  if (externalIdentity !== null) {
    return { peer: clientOfExternalPsk(binder), certificates: [], signatureScheme: null };
  }
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
    psk: copyBytes(state.psk),
    alpn: state.alpn && copyBytes(state.alpn),
    externalIdentity: state.externalIdentity && copyBytes(state.externalIdentity),
    clientCertificates: state.clientCertificates.map(copyBytes),
  };
}

/** How many tickets this client gets; with its wish where it has one (RFC 9149 section 3). */
export function ticketCount(
  { tickets }: ServerSettings,
  { ticketRequest }: ReadClientHello,
  handshake: 'full' | 'resumed',
): number {
  if (tickets === null) return 0;
  const { count } = tickets;
  if (handshake === 'full') return Math.min(count, ticketRequest?.newSessionCount ?? count);
  return Math.min(count, ticketRequest?.resumptionCount ?? 1);
}

/** Sends NewSessionTicket messages, RFC 9846 section 4.7.1. A ticket that cannot be made is not sent. */
export function* sendTickets(
  { settings, sink, guard, keyMaterial }: Context,
  { protector, now, lifetimeSeconds, earlyData, acrossNames }: TicketSettings,
  connection: {
    readonly count: number;
    readonly suite: CipherSuite;
    /** Given away. */
    readonly resumptionSecret: Uint8Array;
    readonly serverName: string | null;
    readonly alpn: Uint8Array | null;
    readonly client: AuthenticatedBy | null;
    readonly externalIdentity: Uint8Array | null;
    /** What the ticket of a resumption remembered. */
    readonly resumed: TicketState | null;
  },
): Flow<void> {
  const { count, suite, resumptionSecret, serverName, alpn, client, externalIdentity, resumed } = connection;
  keyMaterial.hold(resumptionSecret);
  const issuedAt = readClock(guard, now);
  const clientCertificates = client?.certificates ?? [];
  // From the full handshake on which all this rests, however many resumptions ago.
  const authenticationExpiresAt =
    resumed?.authenticationExpiresAt ?? authenticationExpiry(issuedAt, clientCertificates);
  const ticketLifetime = Math.min(lifetimeSeconds, Math.floor((authenticationExpiresAt - issuedAt) / 1000));
  const maxEarlyDataSize = earlyData?.maxSize ?? 0;
  const extensions: Extension[] = [];
  if (maxEarlyDataSize > 0) extensions.push(extension('early_data', maxEarlyDataSizeCodec, maxEarlyDataSize));
  if (acrossNames === 'any-name') extensions.push(tlsFlagsExtension('resumption_across_names'));
  if (settings.grease !== null) extensions.push(...settings.grease.newSessionTicket(settings.provider.random));
  for (let index = 0; index < count && ticketLifetime > 0; index++) {
    const ticketNonce = Uint8Array.of(0, index);
    const psk = keyMaterial.hold(ticketPsk(suite.hash, resumptionSecret, ticketNonce));
    const [a = 0, b = 0, c = 0, d = 0] = settings.provider.random(4);
    const ticketAgeAdd = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    const state = encodeTicketState({
      cipherSuite: suite.id,
      psk,
      issuedAt,
      authenticationExpiresAt,
      serverName,
      clientPolicy: settings.clientAuthentication?.policy ?? null,
      clientCertificates,
      clientSignatureScheme: client?.signatureScheme?.id ?? 0,
      externalIdentity,
      ticketAgeAdd,
      alpn,
      maxEarlyDataSize,
      acrossNames,
    });
    psk.fill(0);
    const ticket = yield* answerOrNothing(guard, () => protector.seal(state));
    if (!(ticket instanceof Uint8Array) || ticket.length === 0 || ticket.length > MAX_TICKET_LENGTH) continue;
    sink.sendMessage(
      encodeHandshakeMessage('new_session_ticket', { ticketLifetime, ticketAgeAdd, ticketNonce, ticket, extensions }),
    );
  }
  resumptionSecret.fill(0);
}
