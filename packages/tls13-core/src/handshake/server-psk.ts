import { copyBytes } from '@portico/bytes';
import type { CipherSuite } from '@portico/crypto';
import type { PskKeyExchangeMode } from '../config.js';
import { TlsError } from '../error.js';
import { EarlySecretStage } from '../key-schedule/key-schedule.js';
import type { Transcript } from '../key-schedule/transcript.js';
import { withoutBinders, type OfferedPsks, type PskIdentity } from '../messages/extensions/pre-shared-key.js';
import { PSK_KEY_EXCHANGE_MODES } from '../messages/extensions/psk-key-exchange-modes.js';
import { checkExternalPsk, isIdentityOf, type CheckedExternalPsk, type ExternalPsk } from '../session/external-psk.js';
import type { TicketState } from '../session/ticket-state.js';
import type { ServerSettings } from '../settings.js';
import type { FlowContext } from './context.js';
import { answerOrNothing, type Flow } from './flow.js';
import type { ReadClientHello } from './negotiate.js';
import type { AuthenticatedBy } from './peer-authentication.js';
import { clientOfExternalPsk, verifyBinder, type BinderVerified } from './proof.js';
import { clientOf, openTicket } from './server-resumption.js';
import { MAX_PSK_IDENTITIES_EXAMINED } from '../limits.js';

type Context = FlowContext<ServerSettings>;

/** Where a PSK comes from. */
export type PskSource =
  | { readonly type: 'ticket'; readonly state: TicketState }
  | { readonly type: 'external'; readonly psk: CheckedExternalPsk };

/** A PSK of a hello that may be used, if its binder is right. */
export interface FoundPsk {
  /** Its place in pre_shared_key. */
  readonly index: number;
  /** The extension in which it stands. */
  readonly psks: OfferedPsks;
  readonly suite: CipherSuite;
  readonly source: PskSource;
}

/** The PSK that is used: the client holds it. */
export interface AcceptedPsk {
  readonly identity: PskIdentity;
  readonly selectedIdentity: number;
  readonly source: PskSource;
  readonly earlySecret: EarlySecretStage;
  readonly binder: BinderVerified;
  /** Who the client is; null where it showed no certificate when the ticket was made. */
  readonly client: AuthenticatedBy | null;
}

/**
 * The mode in which a PSK would be used (RFC 9846 section 4.3.9); null where the two sides have none in common. Section
 * 4.2.1: without a common group that is `psk_ke` or nothing, as `psk_dhe_ke` needs one.
 */
export function choosePskMode(
  { groups, pskModes }: ServerSettings,
  client: ReadClientHello,
): PskKeyExchangeMode | null {
  const canExchange = groups.some(({ id }) => client.groups.includes(id));
  const usable = pskModes.filter((mode) => mode === 'psk_ke' || canExchange);
  return usable.find((mode) => client.pskModes.includes(PSK_KEY_EXCHANGE_MODES[mode])) ?? null;
}

/**
 * The first identity that we know and may use now; its binder is still to be checked (RFC 9846 section 4.3.11). `suites`
 * are those that both sides have, best first: a ticket has to fit the first, an external PSK decides for the first that
 * fits it. Null for a full handshake.
 */
export function* findPsk(
  context: Context,
  client: ReadClientHello,
  suites: readonly CipherSuite[],
): Flow<FoundPsk | null> {
  const { settings, guard, keyMaterial } = context;
  const { tickets, externalPsks } = settings;
  const { psks } = client;
  if (psks === null || choosePskMode(settings, client) === null) return null;
  for (const [index, { identity }] of psks.identities.slice(0, MAX_PSK_IDENTITIES_EXAMINED).entries()) {
    const [suite] = suites as [CipherSuite];
    const state = tickets === null ? null : yield* openTicket(context, tickets, identity, client, suite);
    if (state !== null) return { index, psks, suite, source: { type: 'ticket', state } };
    const known = yield* answerOrNothing(guard, () => externalPsks?.(copyBytes(identity)));
    if (known === null || known === undefined) continue;
    const psk = checkAnswer(known);
    const fitting = suites.find(({ hash }) => hash.name === psk.hash);
    if (fitting !== undefined && isIdentityOf(psk, identity)) {
      keyMaterial.hold(psk.key);
      return { index, psks, suite: fitting, source: { type: 'external', psk } };
    }
    psk.key.fill(0);
  }
  return null;
}

/** @throws TlsError `callback-failed` for what cannot be a PSK */
function checkAnswer(answered: ExternalPsk): CheckedExternalPsk {
  try {
    return checkExternalPsk(answered);
  } catch (cause) {
    throw new TlsError('callback-failed', { subject: 'externalPsks', cause });
  }
}

/**
 * Checks the binder of the one PSK that is used; of the others a right one would prove nothing. `raw` is the ClientHello,
 * not yet in the transcript.
 * @throws TlsError `bad-binder`
 */
export function acceptPsk(
  { keyMaterial }: Context,
  transcript: Transcript,
  raw: Uint8Array,
  { index, psks, suite: { hash }, source }: FoundPsk,
): AcceptedPsk {
  const psk = source.type === 'ticket' ? source.state.psk : source.psk.key;
  const earlySecret = keyMaterial.hold(new EarlySecretStage(hash, psk));
  psk.fill(0);
  const binderKey = keyMaterial.hold(
    earlySecret.binderKey(source.type === 'ticket' ? 'res binder' : source.psk.binderLabel),
  );
  const binder = verifyBinder({
    hash,
    binderKey,
    transcriptHash: transcript.currentWith(hash, withoutBinders(raw, psks)),
    received: psks.binders[index] as Uint8Array,
  });
  binderKey.fill(0);
  return {
    identity: psks.identities[index] as PskIdentity,
    selectedIdentity: index,
    source,
    earlySecret,
    binder,
    client:
      source.type === 'ticket'
        ? clientOf(source.state, binder)
        : { peer: clientOfExternalPsk(binder), certificates: [], signatureScheme: null },
  };
}
