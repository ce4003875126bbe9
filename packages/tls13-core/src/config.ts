import type { CipherSuiteName, CryptoProvider, GroupName, MaybePromise, SignatureSchemeName } from '@portico/crypto';
import type { Certificate } from '@portico/x509';
import type { CertificateStatusRequest } from './certificate-status.js';
import type { ExtensionOrder } from './extension-order.js';
import type { Grease } from './grease.js';
import type { ClientEarlyData, ServerEarlyData } from './handshake/early-data.js';
import type { TlsLimits } from './limits.js';
import type { Extension } from './messages/extensions/extension.js';
import type { OidFilter } from './messages/extensions/oid-filters.js';
import type { PaddingPolicy } from './record/padding.js';
import type { Trace } from './record/trace.js';
import type { AcrossNames } from './session/across-names.js';
import type { ExternalPsk } from './session/external-psk.js';
import type { Session } from './session/session.js';
import type { SessionStore } from './session/session-store.js';

/** A certificate chain and something that signs with its key. */
export interface Credential {
  /** DER, leaf first, each certificate certified by the next. Not copied: they must stay as they are. */
  readonly certificateChain: readonly Uint8Array[];
  readonly signer: Signer;
  /** `stapledOcsp`: sent with the leaf to a peer that asks for it (RFC 9846 section 4.5.1.1). None by default. */
  readonly certificateStatus?: Extension;
}

/** Signs a CertificateVerify; a key in memory, an HSM, or a remote service. */
export interface Signer {
  /** What this key can sign with, best first. */
  readonly schemes: readonly SignatureSchemeName[];
  sign(scheme: SignatureSchemeName, message: Uint8Array): MaybePromise<Uint8Array>;
}

/** What the peer sent to prove who it is. */
export interface PeerCertificates {
  /** DER, leaf first. */
  readonly certificates: readonly Uint8Array[];
  /** The first of them, parsed: the handshake has read its key. Absent where a session's certificates are judged again. */
  readonly leaf?: Certificate;
  /** Whose certificate it is. */
  readonly peer: 'server' | 'client';
  /** The name that the client asked for. */
  readonly serverName: string | null;
  /**
   * OCSPResponses (DER) that stood beside the certificates, in their order, as they came: nobody has judged them. Absent
   * where none were asked for (`certificateStatus`), and where a session's certificates are judged again.
   */
  readonly ocspResponses?: readonly Uint8Array[];
}

/** Why a certificate was not accepted; each has its alert (RFC 9846 section 6.2). */
export type CertificateRefusal =
  | 'untrusted'
  | 'unknown-ca'
  | 'expired'
  | 'revoked'
  /** A stapled OCSP response is missing or unacceptable: what a client says of a server. */
  | 'status-unacceptable'
  | 'unsupported'
  | 'name-mismatch'
  | 'malformed'
  | 'unknown';

/** A verifier's verdict. The connection makes its own proof from it. */
export type PeerVerdict =
  | { readonly trusted: true }
  | { readonly trusted: false; readonly refusal: CertificateRefusal; readonly message: string };

/** Decides whether the peer's certificates are to be trusted; CertificateVerify is checked apart from it, always. */
export type VerifyPeer = (peer: PeerCertificates) => MaybePromise<PeerVerdict>;

/** What a server knows of a ClientHello before it has chosen anything. */
export interface ClientHelloInfo {
  readonly serverName: string | null;
  /** The ALPN names offered, in the client's order; null where the extension was absent. */
  readonly alpnProtocols: readonly Uint8Array[] | null;
  /** The ALPN name that the server selected for this connection; null where none. */
  readonly selectedAlpn: Uint8Array | null;
  /** Known schemes of signature_algorithms, in the client's order. */
  readonly signatureSchemes: readonly SignatureSchemeName[];
  /**
   * Known schemes of signature_algorithms_cert: how the certificates of a chain may be signed (RFC 9846 section 4.3.3).
   * Those of signature_algorithms where the client did not send it.
   */
  readonly certificateSignatureSchemes: readonly SignatureSchemeName[];
  /** Code points of supported_groups, in the client's order. */
  readonly groups: readonly number[];
  /** Code points of cipher_suites, in the client's order. */
  readonly cipherSuites: readonly number[];
}

/** A server's CertificateRequest, as a client's callback sees it. */
export interface CertificateRequestInfo {
  readonly signatureSchemes: readonly SignatureSchemeName[];
  /** signature_algorithms_cert: how the certificates of a chain may be signed; `signatureSchemes` where not sent. */
  readonly certificateSignatureSchemes: readonly SignatureSchemeName[];
  /** DER-encoded distinguished names of certificate_authorities (RFC 9846 section 4.3.4); empty where not sent. */
  readonly certificateAuthorities: readonly Uint8Array[];
  /** oid_filters (RFC 9846 section 4.3.5); empty where not sent. A credential that does not match them fails the handshake. */
  readonly oidFilters: readonly OidFilter[];
}

export interface CommonConfig {
  readonly provider: CryptoProvider;
  /** In order of preference; the provider's order by default. */
  readonly cipherSuites?: readonly CipherSuiteName[];
  /** In order of preference; the provider's order by default, without those that are off by default. */
  readonly groups?: readonly GroupName[];
  /** What the peer may sign with, in order of preference; all that the provider can verify by default. */
  readonly signatureSchemes?: readonly SignatureSchemeName[];
  /**
   * What the peer's certificates may be signed with, where that is not what the peer itself may sign with: sent as
   * signature_algorithms_cert (RFC 9846 section 4.3.3). It helps the peer to choose; what is accepted is for `verifyPeer`.
   * Not sent by default, as `signatureSchemes` then says both.
   */
  readonly certificateSignatureSchemes?: readonly SignatureSchemeName[];
  /** Receives lines of the key log format. Whoever reads them can read the connection. */
  readonly keyLog?: (line: string) => void;
  readonly limits?: Partial<TlsLimits>;
  /**
   * How PSKs may be used (RFC 9846 section 4.3.9), be they tickets or external: `psk_dhe_ke` alone by default. `psk_ke` has
   * no key exchange and so no forward secrecy: whoever learns the PSK later can read the connection. A server that has both
   * takes `psk_dhe_ke` where the client can, `psk_ke` where it cannot or no group is common to them (section 4.2.1).
   */
  readonly pskModes?: readonly PskKeyExchangeMode[];
  /** Largest plaintext put into one record, in bytes; 16384 by default. */
  readonly maxFragmentLength?: number;
  /**
   * What the peer is asked to put into one record at most, in bytes, content type and padding included (RFC 8449): 64 to
   * 16385. Not asked for by default. A peer's own limit is kept by a server always, by a client that has one itself.
   */
  readonly recordSizeLimit?: number;
  /** `traceTo` tells every record and message, sent and received, as data without secrets. Off by default. */
  readonly trace?: Trace;
  /** `grease` sends the reserved values of RFC 8701, which peers must ignore. Off by default. */
  readonly grease?: Grease;
  /** How much padding protected records get: `padToMultipleOf`, `padToFullRecords` or a function. None by default. */
  readonly padding?: PaddingPolicy;
}

/** PskKeyExchangeMode, RFC 9846 section 4.3.9. */
export type PskKeyExchangeMode = 'psk_dhe_ke' | 'psk_ke';

/** A protocol name: bytes, or text that is encoded as UTF-8. */
export type ProtocolName = string | Uint8Array;

export interface ClientAlpnConfig {
  /** In order of preference. */
  readonly protocols: readonly ProtocolName[];
  /** Fail with no_application_protocol if the server selects none. False by default. */
  readonly required?: boolean;
  /** Take a protocol that was not offered, against RFC 7301 section 3.1. False by default. */
  readonly acceptUnoffered?: boolean;
}

export interface ClientConfig extends CommonConfig {
  /** Sent in server_name and given to `verifyPeer`. An IP address is given to `verifyPeer` only (RFC 6066 section 3). */
  readonly serverName?: string;
  /** Judges the server's certificates. There is no default: see `createCertificateVerifier`. */
  readonly verifyPeer: VerifyPeer;
  /** `ocspStatus` asks the server to staple OCSP responses, which `verifyPeer` is given. Off by default. */
  readonly certificateStatus?: CertificateStatusRequest;
  readonly alpn?: ClientAlpnConfig;
  /** `permutedExtensions` sends extensions in another order each time. A fixed order by default. */
  readonly extensionOrder?: ExtensionOrder;
  /**
   * Groups for which a share is sent at once. By default the first of `groups` and, where that one's share is large (a
   * hybrid with ML-KEM), the first that has a small share.
   */
  readonly keyShares?: readonly GroupName[];
  /**
   * Answers a CertificateRequest; null, or no function, sends an empty Certificate. So does a credential that does not
   * fit the request (see `unfitCredential`): `localSignatureScheme` of `handshake-complete` is null then.
   */
  readonly selectCredential?: (request: CertificateRequestInfo) => MaybePromise<Credential | null>;
  /**
   * What becomes of a credential without a scheme or chain that the server can verify, or without what its oid_filters ask
   * for. `empty-certificate` goes on as nobody (RFC 9846 section 4.5.1), and the server decides; `fail` ends the handshake
   * with `no-common-signature-scheme` or `credential-does-not-match`, for a client that is of no use as nobody.
   * `empty-certificate` by default.
   */
  readonly unfitCredential?: 'empty-certificate' | 'fail';
  /** Look like TLS 1.2 to middleboxes (RFC 9846 appendix E.4). True by default. */
  readonly middleboxCompatibility?: boolean;
  /** Whether tickets are asked for, and given in `session-ticket` events. Off by default. */
  readonly resumption?: 'off' | ClientResumptionConfig;
  /**
   * Offered to the server, which may resume it; needs `resumption`. A session for another server name, made under
   * another policy, expired or offered before (`wasOffered`) is not offered, and the handshake is a full one.
   */
  readonly session?: Session;
  /**
   * Allows `sendEarly` where the session does (0-RTT, RFC 9846 section 2.3): `clientEarlyData()`. Early data can be sent
   * again by whoever sees it, and has no forward secrecy. Off by default.
   */
  readonly earlyData?: ClientEarlyData;
  /**
   * PSKs that come from outside of TLS (RFC 9846 section 4.3.11), offered after the session. A server that chooses one is
   * known by it: `verifyPeer` is not asked, and no certificate is asked for.
   */
  readonly externalPsks?: readonly ExternalPsk[];
}

/** Resumption by PSK (RFC 9846 section 2.2). */
export interface ClientResumptionConfig {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /**
   * A name for what a session's peers were held to: `verifyPeer` with its trust anchors, and the credential that
   * `selectCredential` gives. A session resumes only under the policy that it was made under, as resumption skips those
   * checks: **use another name wherever one is stricter or another than before**. Without a name a session resumes only
   * with the very same functions and cannot be serialised.
   */
  readonly policy?: string;
  /**
   * Where sessions are kept, and taken from where there is no `session`: each once, so that nobody can tell from a ticket
   * that two connections are one client's (RFC 9846 appendix C.4). `createSessionStore`, or one of your own.
   */
  readonly store?: SessionStore;
  /**
   * Whether a session is offered to a server of another name: `never` by default. `where-allowed` offers it where its
   * ticket says that it is taken under every name of the certificate (draft-ietf-tls-cross-sni-resumption) and
   * `verifyPeer`, asked again with the certificates of the session, accepts them for the new name.
   */
  readonly acrossNames?: 'never' | 'where-allowed';
  /** How many tickets to ask for (RFC 9149); left to the server by default. */
  readonly ticketRequest?: {
    /** After a full handshake, 0 to 255. */
    readonly newSession: number;
    /** After a resumption, 0 to 255; 1 replaces the ticket that was used. */
    readonly resumption: number;
  };
}

export interface ServerAlpnConfig {
  /** In the server's order of preference. */
  readonly protocols: readonly ProtocolName[];
  /**
   * Whose order decides, or a function that picks one of the offered names (or null for no overlap). `server` by default.
   */
  readonly preference?: 'server' | 'client' | ((offered: readonly Uint8Array[]) => Uint8Array | null);
  /** What happens when nothing offered is known: the alert of RFC 7301 section 3.2, or go on without. `alert` by default. */
  readonly onNoOverlap?: 'alert' | 'continue';
  /** Refuse clients that do not send ALPN. False by default. */
  readonly required?: boolean;
}

export interface ClientAuthenticationConfig {
  /** `request` goes on without a certificate, `require` does not. */
  readonly mode: 'request' | 'require';
  readonly verifyPeer: VerifyPeer;
  /** `ocspStatus` asks clients to staple OCSP responses, which `verifyPeer` is given. Off by default. */
  readonly certificateStatus?: CertificateStatusRequest;
  /** DER-encoded distinguished names, sent as certificate_authorities. */
  readonly certificateAuthorities?: readonly Uint8Array[];
  /**
   * Sent as oid_filters (RFC 9846 section 4.3.5), see `oidFilters`. A certificate that does not match is refused with
   * unsupported_certificate, whatever `verifyPeer` says.
   */
  readonly oidFilters?: readonly OidFilter[];
  /**
   * A name for what `verifyPeer` demands; needed where there are `tickets`, which skip it. A ticket is taken only under
   * the name that it was made under: **use another name wherever `verifyPeer` is stricter or another than before**.
   */
  readonly policy?: string;
}

/** Tickets for resumption by PSK (RFC 9846 section 4.7.1). */
export interface TicketConfig {
  readonly protector: TicketProtector;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How long a ticket is taken, in seconds, 1 to 604800 (seven days); 7200 by default. */
  readonly lifetimeSeconds?: number;
  /** Tickets sent after a full handshake, 0 to 16; 2 by default. A resumption replaces the ticket that was used. */
  readonly count?: number;
  /**
   * Lets clients send early data with these tickets (0-RTT, RFC 9846 sections 2.3 and 8): `serverEarlyData(...)`. Off by
   * default.
   */
  readonly earlyData?: ServerEarlyData;
  /**
   * `any-name` says in tickets that they are taken under every name of the certificate, and takes them so
   * (draft-ietf-tls-cross-sni-resumption): only where all of these names are served alike. `same-name` by default.
   */
  readonly acrossNames?: AcrossNames;
}

/**
 * Turns what a ticket has to remember into a ticket and back: `createTicketProtector`, or a store whose tickets are keys
 * into it. What throws or rejects is as good as a ticket that is not known: the handshake goes on without it.
 */
export interface TicketProtector {
  /**
   * A ticket of 1 to 16384 bytes for a state; a longer one is not sent. The array, which is key material, is given away:
   * whoever does not keep it wipes it.
   */
  seal(state: Uint8Array): MaybePromise<Uint8Array>;
  /**
   * The state of a ticket, or null for one that is not known. The array is given away, and wiped: a store that keeps its
   * own gives a copy.
   */
  open(ticket: Uint8Array): MaybePromise<Uint8Array | null>;
}

/** Why a client is refused before anything is chosen: handshake_failure, or unrecognized_name (RFC 6066 section 3). */
export type ClientRefusal = 'no-credential' | 'unrecognized-name';

/** Cookies in HelloRetryRequest (RFC 9846 section 4.3.2), with which no connection has to be kept until the client is back. */
export interface HelloRetryConfig {
  /** `createCookieProtector`. What throws or rejects fails the connection. */
  readonly cookies: RetryCookies;
  /**
   * Which clients have to bring a cookie: those that are asked for another group anyway (`when-needed`, the default), or
   * `always` all of them, at the price of a round trip.
   */
  readonly demand?: 'when-needed' | 'always';
}

/** Turns what a server has to remember of a first ClientHello into a cookie and back. It holds no secrets. */
export interface RetryCookies {
  /** A cookie of 1 to 65535 bytes that nobody else can make. */
  seal(state: Uint8Array): MaybePromise<Uint8Array>;
  /** The state of a cookie, `expired`, or null for one that is not ours. */
  open(cookie: Uint8Array): MaybePromise<Uint8Array | 'expired' | null>;
}

export interface ServerConfig extends Omit<CommonConfig, 'groups'> {
  /**
   * In order of preference; the provider's order by default, without those that are off by default. A list in the list is
   * of groups that are as good as each other: of these one that the client sent a share for is taken, and else the client's
   * order decides (RFC 9846 section 4.3.8).
   */
  readonly groups?: readonly (GroupName | readonly GroupName[])[];
  /** Off by default: a HelloRetryRequest has no cookie, and the connection waits for the second ClientHello. */
  readonly helloRetry?: HelloRetryConfig;
  /**
   * One or more credentials, of which the first that the client can verify is used, or a function that sees the
   * ClientHello. A refusal from the function ends the handshake with its alert; null is unrecognized_name where the
   * client sent a name, and handshake_failure where it did not. An empty list is for a server with `externalPsks` alone.
   */
  readonly credentials:
    | readonly Credential[]
    | ((hello: ClientHelloInfo) => MaybePromise<Credential | readonly Credential[] | ClientRefusal | null>);
  readonly alpn?: ServerAlpnConfig;
  /**
   * Whether our most preferred common group is taken though the client sent no share for it, at the price of a
   * HelloRetryRequest (RFC 9846 section 4.2.4): `preferred`. `with-share`, the default, takes the best group that has a
   * share, and tells the client of our preference for its next connection.
   */
  readonly groupChoice?: 'with-share' | 'preferred';
  /**
   * Whether a client is told that its server_name was used. RFC 6066 section 3 wants that wherever the name has any
   * influence, so `sent` is the default; `omitted` is for servers that serve every name alike.
   */
  readonly serverNameAcknowledgement?: 'sent' | 'omitted';
  /**
   * When change_cipher_spec is sent for middleboxes (RFC 9846 appendix E.4): `when-asked`, the default, where the client
   * sent a session id; `always` also where it did not.
   */
  readonly middleboxCompatibility?: 'when-asked' | 'always';
  readonly clientAuthentication?: ClientAuthenticationConfig;
  /** Sends tickets and takes them. Without it there is no resumption. */
  readonly tickets?: TicketConfig;
  /**
   * Finds PSKs that come from outside of TLS (RFC 9846 section 4.3.11) by their identity; null for one that is not known.
   * What throws or rejects knows none. A client with such a PSK is known by it and is not asked for a certificate; its
   * tickets are taken for as long as the PSK is found.
   */
  readonly externalPsks?: (identity: Uint8Array) => MaybePromise<ExternalPsk | null>;
}
