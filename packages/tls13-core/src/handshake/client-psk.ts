import { signatureSchemeById, type CipherSuite } from '@portico/crypto';
import { TlsError } from '../error.js';
import { EarlySecretStage, finishedVerifyData } from '../key-schedule/key-schedule.js';
import type { Transcript } from '../key-schedule/transcript.js';
import type { ClientHello } from '../messages/client-hello.js';
import type { ExtensionBlock } from '../messages/extensions/extension-block.js';
import { decodeExtension, extension, type Extension } from '../messages/extensions/extension.js';
import {
  offeredPsksCodec,
  selectedIdentityCodec,
  withoutBinders,
  type OfferedPsks,
} from '../messages/extensions/pre-shared-key.js';
import { PSK_KEY_EXCHANGE_MODES, pskKeyExchangeModesCodec } from '../messages/extensions/psk-key-exchange-modes.js';
import { clientTicketRequestCodec } from '../messages/extensions/ticket-request.js';
import { encodeHandshakeMessage } from '../messages/message.js';
import type { ClientSettings } from '../settings.js';
import { clientPskSettings } from '../psk-settings.js';
import type { ClientPsks, PskOffer, SelectedPsk } from './client-parts.js';
import { createTicketReceiver, offerSession } from './client-resumption.js';
import type { FlowContext } from './context.js';
import type { Flow } from './flow.js';
import type { AuthenticatedBy } from './peer-authentication.js';
import { pskSelected, serverOfSession, type FinishedVerified, type PskSelected } from './proof.js';

type Context = FlowContext<ClientSettings>;

/** Sessions and external PSKs as `ClientConfig` gives them. */
export const CLIENT_PSKS: ClientPsks = {
  settings: clientPskSettings,
  helloExtensions,
  offers,
  keepFor: keepPsksFor,
  extendHello: withPreSharedKey,
  select: readSelectedPsk,
  ticketReceiver: createTicketReceiver,
};

function helloExtensions({ resumption, externalPsks, pskModes }: ClientSettings): readonly Extension[] {
  if (resumption === null && externalPsks.length === 0) return [];
  // Section 4.3.9: without it, a server sends no tickets.
  const modes = extension(
    'psk_key_exchange_modes',
    pskKeyExchangeModesCodec,
    pskModes.map((mode) => PSK_KEY_EXCHANGE_MODES[mode]),
  );
  const ticketRequest = resumption?.ticketRequest ?? null;
  return ticketRequest === null
    ? [modes]
    : [modes, extension('ticket_request', clientTicketRequestCodec, ticketRequest)];
}

/** The session first: it is the one that allows early data. */
function* offers(context: Context): Flow<readonly PskOffer[]> {
  const session = yield* offerSession(context);
  return [...(session === null ? [] : [session]), ...offerExternalPsks(context)];
}

/** External PSKs (RFC 9846 section 4.3.11) whose hash belongs to a suite on offer. */
function offerExternalPsks({ settings, keyMaterial }: Context): readonly PskOffer[] {
  return settings.externalPsks.flatMap(({ identity, key, hash: name, binderLabel }) => {
    const hash = settings.cipherSuites.find((suite) => suite.hash.name === name)?.hash;
    if (hash === undefined) return [];
    const earlySecret = keyMaterial.hold(new EarlySecretStage(hash, key));
    // Section 4.3.11: an age of 0 for identities from outside.
    return [{ identity, hash, binderLabel, earlySecret, age: () => 0, session: null }];
  });
}

/** After HelloRetryRequest only PSKs with the hash of its suite can be used (section 4.2.4); the others are forgotten. */
function keepPsksFor(suite: CipherSuite, offers: readonly PskOffer[]): readonly PskOffer[] {
  return offers.filter(({ hash, earlySecret }) => {
    if (hash.name === suite.hash.name) return true;
    earlySecret.destroy();
    return false;
  });
}

/** A ClientHello with pre_shared_key at its end where PSKs are offered (RFC 9846 section 4.3.11.2). */
function withPreSharedKey(hello: ClientHello, offers: readonly PskOffer[], transcript: Transcript): ClientHello {
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
function readSelectedPsk(
  { pskModes }: ClientSettings,
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
  // Section 4.3.9: with a key exchange or without is a mode, too.
  const subject = 'server_hello';
  if (!block.has('key_share')) {
    if (!pskModes.includes('psk_ke')) throw new TlsError('psk-without-key-share', { subject, expected: 'key_share' });
  } else if (!pskModes.includes('psk_dhe_ke')) {
    throw new TlsError('psk-with-key-share', { subject });
  }
  const chosen = offer as PskOffer;
  return { ...chosen, type: 'psk', index, authenticate: (finished) => authenticatedBy(chosen, selected, finished) };
}

function authenticatedBy({ session }: PskOffer, selected: PskSelected, finished: FinishedVerified): AuthenticatedBy {
  return {
    peer: serverOfSession(selected, finished),
    certificates: session?.peerCertificates ?? [],
    signatureScheme: session === null ? null : (signatureSchemeById(session.peerSignatureScheme) ?? null),
  };
}
