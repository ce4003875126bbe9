import type { CipherSuite, Hash, SignatureScheme } from '@portico/crypto';
import type { ClientConfig } from '../config.js';
import type { BinderLabel, EarlySecretStage } from '../key-schedule/key-schedule.js';
import type { Transcript } from '../key-schedule/transcript.js';
import type { ClientHello } from '../messages/client-hello.js';
import type { ExtensionBlock } from '../messages/extensions/extension-block.js';
import type { Extension } from '../messages/extensions/extension.js';
import type { SessionContents } from '../session/session.js';
import type { ClientCredentialSettings, ClientPskSettings, ClientSettings } from '../settings.js';
import type { TicketReceiver } from './connected.js';
import type { FlowContext } from './context.js';
import type { Flow } from './flow.js';
import type { ChosenCredential } from './local-authentication.js';
import type { AuthenticatedBy } from './peer-authentication.js';
import type { FinishedVerified } from './proof.js';

/*
 * What a client's handshake can do beside checking a server's certificates. Each part is a value, so that a client without
 * it does not carry it.
 */

type Context = FlowContext<ClientSettings>;

/** Null for what a client does without. */
export interface ClientParts {
  readonly psks: ClientPsks | null;
  readonly credentials: ClientCredentials | null;
}

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
  /** Who the server is, once its Finished has shown that it holds the PSK. */
  readonly authenticate: (finished: FinishedVerified) => AuthenticatedBy;
}

/** What a session is made of once the handshake is over. */
export interface TicketContext {
  readonly suite: CipherSuite;
  /** Made only where tickets are of use, which then own it. */
  readonly resumptionSecret: () => Uint8Array;
  readonly server: AuthenticatedBy;
  readonly resumed: SelectedPsk | null;
  readonly externalIdentity: Uint8Array | null;
  readonly alpn: Uint8Array | null;
}

/** PSKs: sessions that are resumed, tickets for later ones, and keys from outside (RFC 9846 sections 2.2 and 4.3.11). */
export interface ClientPsks {
  /** @throws TlsError `invalid-configuration` */
  settings(config: ClientConfig): ClientPskSettings;
  /** psk_key_exchange_modes and ticket_request, where PSKs may be used. */
  helloExtensions(settings: ClientSettings): readonly Extension[];
  /** What is offered, best first. */
  offers(context: Context): Flow<readonly PskOffer[]>;
  /** After HelloRetryRequest only PSKs with the hash of its suite can be used (section 4.2.4); the others are forgotten. */
  keepFor(suite: CipherSuite, offers: readonly PskOffer[]): readonly PskOffer[];
  /** A ClientHello with pre_shared_key at its end where PSKs are offered (section 4.3.11.2). */
  extendHello(hello: ClientHello, offers: readonly PskOffer[], transcript: Transcript): ClientHello;
  /**
   * The PSK that a ServerHello chose; null where it chose none.
   * @throws TlsError `selected-identity-out-of-range`, `psk-hash-mismatch`, `psk-without-key-share`, `psk-with-key-share`
   */
  select(
    settings: ClientSettings,
    block: ExtensionBlock,
    suite: CipherSuite,
    offers: readonly PskOffer[],
  ): SelectedPsk | null;
  /** Null where tickets are of no use. */
  ticketReceiver(context: Context, connection: TicketContext): TicketReceiver | null;
}

/** Certificates of the client's own (RFC 9846 section 4.5.1.2). */
export interface ClientCredentials {
  /** Null where the configuration has no `selectCredential`. */
  settings(config: ClientConfig): ClientCredentialSettings | null;
  /**
   * Answers a CertificateRequest, of which these are the extensions and the schemes that we know; null where no credential
   * was chosen that fits, and nothing sent.
   */
  answer(
    context: Context,
    transcript: Transcript,
    block: ExtensionBlock,
    signatureSchemes: readonly SignatureScheme[],
  ): Flow<ChosenCredential | null>;
}
