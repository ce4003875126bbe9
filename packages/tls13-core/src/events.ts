import type { CipherSuiteName, GroupName, SignatureSchemeName } from '@portico/crypto';
import type { TlsError } from './error.js';
import type { Session } from './session/session.js';

/** What a handshake agreed on. Free of secrets. */
export interface HandshakeInfo {
  readonly version: 'TLSv1.3';
  readonly cipherSuite: CipherSuiteName;
  /** Null where a PSK was used without a key exchange (`psk_ke`), so without forward secrecy. */
  readonly group: GroupName | null;
  /** The protocol's wire name, or null where none was negotiated (RFC 7301). */
  readonly alpn: Uint8Array | null;
  /** `alpn` as text, or null where there is none or it is not UTF-8. */
  readonly alpnText: string | null;
  /** Whether the client sent the ALPN extension at all: a port that sniffs does so only when it did not. */
  readonly alpnOffered: boolean;
  /** The host name of the client's server_name extension (RFC 6066 section 3), or null. */
  readonly serverName: string | null;
  /** The peer's certificates as DER, leaf first, where resumed those of the original handshake; null where it sent none. */
  readonly peerCertificates: readonly Uint8Array[] | null;
  /** What the peer signed its CertificateVerify with, where resumed that of the original handshake; null without one. */
  readonly peerSignatureScheme: SignatureSchemeName | null;
  /** What we signed with; null where we sent no certificate. */
  readonly localSignatureScheme: SignatureSchemeName | null;
  readonly helloRetryRequested: boolean;
  /** Session resumption by a PSK (RFC 9846 section 2.2). */
  readonly resumed: boolean;
  /**
   * At a server that resumed: by how many milliseconds the ticket is older by what the client says than by our clock
   * (section 4.3.11.1). It tells which `freshnessWindow` early data needs. Null elsewhere.
   */
  readonly ticketAgeSkew: number | null;
  /** The identity of the external PSK that both sides know each other by; null where there is none (section 4.3.11). */
  readonly externalPskIdentity: Uint8Array | null;
  /** 0-RTT (section 2.3); `none` where the client did not offer it. */
  readonly earlyData: 'none' | 'accepted' | 'refused';
}

/** What `receive` found, in order. `failed` is always the last. */
export type TlsEvent =
  | { readonly type: 'handshake-complete'; readonly info: HandshakeInfo }
  /** Application data; the bytes belong to the receiver. */
  | { readonly type: 'data'; readonly data: Uint8Array }
  /**
   * At a server: application data that came as 0-RTT. Whoever saw it may have sent it again, to this server or to another
   * (section 8): act on it only where doing so twice does no harm. The bytes belong to the receiver.
   */
  | { readonly type: 'early-data'; readonly data: Uint8Array }
  /** At a client: the server took all that `sendEarly` sent. Comes right before `handshake-complete`. */
  | { readonly type: 'early-data-accepted' }
  /** At a client: the server read nothing of what `sendEarly` sent. It is never sent again by itself. */
  | { readonly type: 'early-data-rejected' }
  /** A ticket came: the session can be resumed in a later connection. Key material; see `Session`. */
  | { readonly type: 'session-ticket'; readonly session: Session }
  /** The peer changed its sending keys (RFC 9846 section 4.7.3). */
  | { readonly type: 'peer-keys-updated'; readonly requestedOurs: boolean }
  /** The peer sent close_notify: no more data will come. We may still send. */
  | { readonly type: 'peer-closed' }
  /** The connection is over. Its alert, if any, is in the output. */
  | { readonly type: 'failed'; readonly error: TlsError };
