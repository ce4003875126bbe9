import { signatureSchemeById, type CipherSuite, type Hash } from '@portico/crypto';
import { TlsError } from '../error.js';
import {
  EarlySecretStage,
  finishedVerifyData,
  type BinderLabel,
  type HandshakeSecretStage,
} from '../key-schedule/key-schedule.js';
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
import type { SessionContents } from '../session/session.js';
import type { ClientSettings } from '../settings.js';
import type { FlowContext } from './context.js';
import type { AuthenticatedBy } from './peer-authentication.js';
import { pskSelected, serverOfSession, type FinishedVerified, type PskSelected } from './proof.js';

type Context = FlowContext<ClientSettings>;

/** A PSK that this handshake offers. */
export interface PskOffer {
  readonly identity: Uint8Array;
  readonly hash: Hash;
  readonly binderLabel: BinderLabel;
  readonly earlySecret: EarlySecretStage;
  /** obfuscated_ticket_age as it is now. */
  readonly age: () => number;
  /** Null for an external PSK. */
  readonly session: SessionContents | null;
}

/** The PSK that the server chose. */
export interface SelectedPsk extends PskOffer {
  readonly type: 'psk';
  readonly index: number;
  readonly selected: PskSelected;
}

/** External PSKs (RFC 9846 section 4.3.11) whose hash belongs to a suite on offer. */
export function offerExternalPsks({ settings, keyMaterial }: Context): readonly PskOffer[] {
  return settings.externalPsks.flatMap(({ identity, key, hash: name, binderLabel }) => {
    const hash = settings.cipherSuites.find((suite) => suite.hash.name === name)?.hash;
    if (hash === undefined) return [];
    const earlySecret = keyMaterial.hold(new EarlySecretStage(hash, key));
    // Section 4.3.11: an age of 0 for identities from outside.
    return [{ identity, hash, binderLabel, earlySecret, age: () => 0, session: null }];
  });
}

/** After HelloRetryRequest only PSKs with the hash of its suite can be used (section 4.2.4); the others are forgotten. */
export function keepPsksFor(suite: CipherSuite, offers: readonly PskOffer[]): readonly PskOffer[] {
  return offers.filter(({ hash, earlySecret }) => {
    if (hash.name === suite.hash.name) return true;
    earlySecret.destroy();
    return false;
  });
}

/** A ClientHello with pre_shared_key at its end where PSKs are offered (RFC 9846 section 4.3.11.2). */
export function withPreSharedKey(hello: ClientHello, offers: readonly PskOffer[], transcript: Transcript): ClientHello {
  if (offers.length === 0) return hello;
  const identities = offers.map(({ identity, age }) => ({ identity, obfuscatedTicketAge: age() }));
  const withPsks = (psks: OfferedPsks): ClientHello => ({
    ...hello,
    extensions: [...(hello.extensions ?? []), extension('pre_shared_key', offeredPsksCodec, psks)],
  });
  // A binder covers the lengths of a hello that has it, so ones of the right length stand in for them.
  const blank = { identities, binders: offers.map(({ hash }) => new Uint8Array(hash.outputLength)) };
  const truncated = withoutBinders(encodeHandshakeMessage('client_hello', withPsks(blank)), blank);
  const binders = offers.map(({ hash, earlySecret, binderLabel }) => {
    const binderKey = earlySecret.binderKey(binderLabel);
    const binder = finishedVerifyData(hash, binderKey, transcript.currentWith(hash, truncated));
    binderKey.fill(0);
    return binder;
  });
  return withPsks({ identities, binders });
}

/** The PSK that a ServerHello chose; null where it chose none (RFC 9846 section 4.3.11). */
export function readSelectedPsk(
  block: ExtensionBlock,
  suite: CipherSuite,
  offers: readonly PskOffer[],
): SelectedPsk | null {
  const data = block.get('pre_shared_key');
  if (data === undefined) return null;
  const index = decodeExtension(selectedIdentityCodec, data, 'pre_shared_key');
  const offer = offers[index];
  const selected = pskSelected({
    selectedIdentity: index,
    offeredIdentities: offers.length,
    hash: suite.hash,
    pskHash: offer?.hash ?? suite.hash,
    leaf: offer?.session?.peerCertificates[0] ?? null,
  });
  return { ...(offer as PskOffer), type: 'psk', index, selected };
}

/** Handshake Secret from the PSK, if one was chosen, and the shared secret, which psk_ke has none of. */
export function handshakeSecretOf(
  suite: CipherSuite,
  offers: readonly PskOffer[],
  psk: SelectedPsk | null,
  sharedSecret: Uint8Array | null,
): HandshakeSecretStage {
  const secret = (psk?.earlySecret ?? new EarlySecretStage(suite.hash, null)).toHandshake(sharedSecret);
  for (const { earlySecret } of offers) earlySecret.destroy();
  return secret;
}

/** Who the server of a PSK is, once its Finished has shown that it holds it. */
export function authenticateByPsk({ session, selected }: SelectedPsk, finished: FinishedVerified): AuthenticatedBy {
  return {
    peer: serverOfSession(selected, finished),
    certificates: session?.peerCertificates ?? [],
    signatureScheme: session === null ? null : (signatureSchemeById(session.peerSignatureScheme) ?? null),
  };
}

/**
 * What a ServerHello without key_share may be: psk_ke, where it was offered.
 * @throws TlsError `missing-extension`, `psk-without-key-share`
 */
export function demandPskKe({ pskModes }: ClientSettings, psk: SelectedPsk | null): void {
  if (psk !== null && pskModes.includes('psk_ke')) return;
  throw new TlsError(psk === null ? 'missing-extension' : 'psk-without-key-share', {
    subject: 'server_hello',
    expected: 'key_share',
  });
}
