import { bytesEqual, copyBytes } from '@portico/bytes';
import { EarlySecretStage, ticketPsk } from '../key-schedule/key-schedule.js';
import { authenticationExpiry } from '../session/lifetime.js';
import { samePolicy, Session, type SessionContents } from '../session/session.js';
import type { ClientResumptionSettings, ClientSettings } from '../settings.js';
import type { PskOffer, TicketContext } from './client-parts.js';
import { readClock } from './clock.js';
import type { TicketReceiver } from './connected.js';
import type { FlowContext } from './context.js';
import { answerOrNothing, ask, forget, type Flow } from './flow.js';
import { MAX_SESSION_LIFETIME_SECONDS } from '../limits.js';

type Context = FlowContext<ClientSettings>;

/**
 * The configured session, or one out of the store, if it may be used: for the same server name, under the same policy,
 * before it expires, with a suite on offer that has its hash (RFC 9846 sections 4.3.11.1 and 4.7.1), and the first time.
 * Null for a full handshake.
 */
export function* offerSession(context: Context): Flow<PskOffer | null> {
  const { resumption, session: configured, serverName, provider, cipherSuites } = context.settings;
  if (resumption === null) return null;
  const { store, now: clock } = resumption;
  const found = configured ?? (yield* answerOrNothing(context.guard, () => store?.take(serverName) ?? null));
  if (!(found instanceof Session)) return null;
  const session = Session.contentsOf(found);
  if (!samePolicy(session.policy, resumption.policy)) return null;
  const now = readClock(context.guard, clock);
  if (now < session.receivedAt || now >= session.expiresAt) return null;
  const hash = provider.cipherSuites.find(({ id }) => id === session.cipherSuite)?.hash;
  if (hash === undefined || !cipherSuites.some((suite) => suite.hash.name === hash.name)) return null;
  if (!isStillTrusted(context.settings, session)) return null;
  if (session.serverName !== serverName && !(yield* mayChangeName(context, resumption, session))) return null;
  // Appendix C.4, and asked last: another client may have taken it while the verifier thought.
  if (found.wasOffered) return null;
  Session.noteOffered(found);
  const age = (): number => (readClock(context.guard, clock) - session.receivedAt + session.ticketAgeAdd) % 2 ** 32;
  const earlySecret = context.keyMaterial.hold(new EarlySecretStage(hash, session.psk));
  return { identity: session.ticket, hash, binderLabel: 'res binder', earlySecret, age, session };
}

/** A server that is known by an external PSK is so for as long as that PSK is configured. */
function isStillTrusted({ externalPsks }: ClientSettings, { externalIdentity }: SessionContents): boolean {
  return externalIdentity === null || externalPsks.some(({ identity }) => bytesEqual(identity, externalIdentity));
}

/**
 * Whether a session may be used under another name (RFC 9846 section 4.7.1): the application wants that, the server said
 * that it takes it, and the certificate of back then is judged again, for the new name.
 */
function* mayChangeName(
  { settings, guard }: Context,
  { acrossNames }: ClientResumptionSettings,
  session: SessionContents,
): Flow<boolean> {
  const { verifyPeer, serverName } = settings;
  const { peerCertificates: certificates } = session;
  if (acrossNames !== 'where-allowed' || session.acrossNames !== 'any-name' || certificates.length === 0) return false;
  const verdict = yield* ask(guard, 'verifyPeer', () => verifyPeer({ certificates, peer: 'server', serverName }));
  return verdict.trusted === true;
}

/** Takes NewSessionTicket messages, RFC 9846 section 4.7.1; null where there is no resumption. */
export function createTicketReceiver(
  { settings, guard, keyMaterial }: Context,
  connection: TicketContext,
): TicketReceiver | null {
  if (settings.resumption === null) return null;
  const { now, policy, store } = settings.resumption;
  const { suite, server, resumed, externalIdentity, alpn } = connection;
  const resumptionSecret = keyMaterial.hold(connection.resumptionSecret());
  // From the full handshake on which all this rests, however many resumptions ago.
  const authenticationExpiresAt =
    resumed?.session?.authenticationExpiresAt ?? authenticationExpiry(readClock(guard, now), server.certificates);
  return {
    receive: ({ ticketLifetime, ticketAgeAdd, ticketNonce, ticket }, { maxEarlyDataSize, acrossNames }) => {
      const receivedAt = readClock(guard, now);
      const lifetime = Math.min(ticketLifetime, MAX_SESSION_LIFETIME_SECONDS);
      const expiresAt = Math.min(receivedAt + lifetime * 1000, authenticationExpiresAt);
      // A lifetime of zero means that the ticket is to be discarded.
      if (expiresAt <= receivedAt) return null;
      const session = new Session({
        cipherSuite: suite.id,
        psk: ticketPsk(suite.hash, resumptionSecret, ticketNonce),
        ticket: copyBytes(ticket),
        ticketAgeAdd,
        receivedAt,
        expiresAt,
        authenticationExpiresAt,
        serverName: settings.serverName,
        policy,
        peerCertificates: server.certificates.map(copyBytes),
        peerSignatureScheme: server.signatureScheme?.id ?? 0,
        externalIdentity: externalIdentity && copyBytes(externalIdentity),
        alpn,
        maxEarlyDataSize,
        acrossNames,
      });
      forget(guard, () => store?.put(session));
      return session;
    },
    destroy: () => resumptionSecret.fill(0),
  };
}
