import { signatureSchemeById, type CipherSuite, type Hash } from '@portico/crypto';
import { EarlySecretStage, finishedVerifyData, ticketPsk } from '../key-schedule/key-schedule.js';
import type { Transcript } from '../key-schedule/transcript.js';
import type { ClientHello } from '../messages/client-hello.js';
import type { ExtensionBlock } from '../messages/extensions/extension-block.js';
import { decodeExtension, extension } from '../messages/extensions/extension.js';
import {
  offeredPsksCodec,
  selectedIdentityCodec,
  withoutBinders,
  type OfferedPsks,
} from '../messages/extensions/pre-shared-key.js';
import { encodeHandshakeMessage } from '../messages/message.js';
import { authenticationExpiry, MAX_SESSION_LIFETIME_SECONDS } from '../session/lifetime.js';
import { samePolicy, Session, type SessionContents } from '../session/session.js';
import type { ClientResumptionSettings, ClientSettings } from '../settings.js';
import { readClock } from './clock.js';
import type { TicketReceiver } from './connected.js';
import type { FlowContext } from './context.js';
import type { AuthenticatedBy } from './peer-authentication.js';
import { pskSelected, serverOfSession, type FinishedVerified, type PskSelected } from './proof.js';

type Context = FlowContext<ClientSettings>;

/** A session that this handshake offers to resume. */
export interface SessionOffer {
  readonly session: SessionContents;
  readonly now: () => number;
  readonly hash: Hash;
  readonly earlySecret: EarlySecretStage;
}

/** The session that the server chose to resume. */
export interface ResumedSession extends SessionOffer {
  readonly type: 'resumed';
  readonly selected: PskSelected;
}

/**
 * The configured session, if it may be used: for the same server name, under the same policy, before it expires, and
 * with a suite on offer that has its hash (RFC 9846 sections 4.3.11.1 and 4.7.1). Null for a full handshake.
 */
export function offerSession(context: Context): SessionOffer | null {
  const { resumption, session: configured, serverName, provider, cipherSuites } = context.settings;
  if (resumption === null || configured === null) return null;
  const session = Session.contentsOf(configured);
  if (session.serverName !== serverName || !samePolicy(session.policy, resumption.policy)) return null;
  const now = readClock(context.guard, resumption.now);
  if (now < session.receivedAt || now >= session.expiresAt) return null;
  const hash = provider.cipherSuites.find(({ id }) => id === session.cipherSuite)?.hash;
  if (hash === undefined || !cipherSuites.some((suite) => suite.hash.name === hash.name)) return null;
  return {
    session,
    now: resumption.now,
    hash,
    earlySecret: context.keyMaterial.hold(new EarlySecretStage(hash, session.psk)),
  };
}

/** A ClientHello with pre_shared_key at its end where a session is offered (RFC 9846 section 4.3.11.2). */
export function withPreSharedKey(
  { guard }: Context,
  hello: ClientHello,
  offer: SessionOffer | null,
  transcript: Transcript,
): ClientHello {
  if (offer === null) return hello;
  const { session, now, hash, earlySecret } = offer;
  const age = readClock(guard, now) - session.receivedAt;
  const obfuscatedTicketAge = (age + session.ticketAgeAdd) % 2 ** 32;
  const psks = (binder: Uint8Array): OfferedPsks => ({
    identities: [{ identity: session.ticket, obfuscatedTicketAge }],
    binders: [binder],
  });
  const withPsks = (offered: OfferedPsks): ClientHello => ({
    ...hello,
    extensions: [...(hello.extensions ?? []), extension('pre_shared_key', offeredPsksCodec, offered)],
  });
  // The binder covers the lengths of a hello that has it, so one of the right length stands in for it.
  const blank = psks(new Uint8Array(hash.outputLength));
  const truncated = withoutBinders(encodeHandshakeMessage('client_hello', withPsks(blank)), blank);
  const binderKey = earlySecret.resumptionBinderKey();
  const binder = finishedVerifyData(hash, binderKey, transcript.currentWith(hash, truncated));
  binderKey.fill(0);
  return withPsks(psks(binder));
}

/** The session that a ServerHello chose; null where it chose none (RFC 9846 section 4.3.11). */
export function readSelectedSession(
  block: ExtensionBlock,
  suite: CipherSuite,
  offer: SessionOffer | null,
): ResumedSession | null {
  const data = block.get('pre_shared_key');
  if (offer === null || data === undefined) return null;
  const selected = pskSelected({
    selectedIdentity: decodeExtension(selectedIdentityCodec, data, 'pre_shared_key'),
    offeredIdentities: 1,
    hash: suite.hash,
    pskHash: offer.hash,
    leaf: offer.session.peerCertificates[0] as Uint8Array,
  });
  return { ...offer, type: 'resumed', selected };
}

/** Who the server of a resumed session is, once its Finished has shown that it holds the PSK. */
export function authenticateBySession(
  { session, selected }: ResumedSession,
  finished: FinishedVerified,
): AuthenticatedBy {
  return {
    peer: serverOfSession(selected, finished),
    certificates: session.peerCertificates,
    signatureScheme: signatureSchemeById(session.peerSignatureScheme) ?? null,
  };
}

/** Takes NewSessionTicket messages, RFC 9846 section 4.7.1. The secret is given away. */
export function createTicketReceiver(
  { settings, guard, keyMaterial }: Context,
  { now, policy }: ClientResumptionSettings,
  connection: {
    readonly suite: CipherSuite;
    readonly resumptionSecret: Uint8Array;
    readonly server: AuthenticatedBy;
    readonly resumed: ResumedSession | null;
  },
): TicketReceiver {
  const { suite, resumptionSecret, server, resumed } = connection;
  keyMaterial.hold(resumptionSecret);
  // From the full handshake on which all this rests, however many resumptions ago.
  const authenticationExpiresAt =
    resumed?.session.authenticationExpiresAt ?? authenticationExpiry(readClock(guard, now), server.certificates);
  return {
    receive: ({ ticketLifetime, ticketAgeAdd, ticketNonce, ticket }) => {
      const receivedAt = readClock(guard, now);
      const lifetime = Math.min(ticketLifetime, MAX_SESSION_LIFETIME_SECONDS);
      const expiresAt = Math.min(receivedAt + lifetime * 1000, authenticationExpiresAt);
      // A lifetime of zero means that the ticket is to be discarded.
      if (expiresAt <= receivedAt) return null;
      return new Session({
        cipherSuite: suite.id,
        psk: ticketPsk(suite.hash, resumptionSecret, ticketNonce),
        ticket: ticket.slice(),
        ticketAgeAdd,
        receivedAt,
        expiresAt,
        authenticationExpiresAt,
        serverName: settings.serverName,
        policy,
        peerCertificates: server.certificates.map((certificate) => certificate.slice()),
        peerSignatureScheme: server.signatureScheme?.id ?? 0,
      });
    },
    destroy: () => resumptionSecret.fill(0),
  };
}
