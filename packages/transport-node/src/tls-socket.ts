import { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { DetailedPeerCertificate, EphemeralKeyInfo, PeerCertificate } from 'node:tls';
import type { HandshakeInfo, Session } from '@portico/tls13-core';
import type { ClientSessions } from './client-sessions.js';
import type { PeerCheck } from './peer-check.js';
import { socketError } from './errors.js';
import { TlsStream, type TlsStreamOptions } from './tls-stream.js';
import { asSocket } from './transport.js';

export interface TLSSocketOptions extends TlsStreamOptions {
  readonly role: 'client' | 'server';
  /** Who the peer was found to be; null where its certificates are not asked for. */
  readonly peerCheck?: PeerCheck | null;
  /** A client's sessions; null where it has none. */
  readonly sessions?: ClientSessions | null;
  /** Told of the handshake before any listener, and before data is delivered. */
  readonly onSecure?: (socket: TLSSocket) => void;
}

/** An established connection's name for its key exchange, as `getEphemeralKeyInfo` of `node:tls` gives it. */
const EPHEMERAL_KEYS: Record<string, EphemeralKeyInfo> = {
  x25519: { type: 'ECDH', name: 'X25519', size: 253 },
  x448: { type: 'ECDH', name: 'X448', size: 448 },
  secp256r1: { type: 'ECDH', name: 'prime256v1', size: 256 },
  secp384r1: { type: 'ECDH', name: 'secp384r1', size: 384 },
  secp521r1: { type: 'ECDH', name: 'secp521r1', size: 521 },
};

/**
 * A TLS connection with the properties, methods and events of `tls.TLSSocket`. Made by `connect`, `createServer` and
 * `createPortServer`; unlike Node's it goes over any `Duplex`, and is a `Duplex` itself rather than a `net.Socket`.
 *
 * Events beside those of a Duplex: `'secureConnect'` and `'session'` (clients), `'secure'`, `'keylog'`, `'timeout'`,
 * `'connect'`.
 * Errors carry Node's codes, and the TlsError as `cause`. An end of input without close_notify is an error
 * (`ECONNRESET`): what was received may be cut off (RFC 9846 section 6.1).
 */
export class TLSSocket extends TlsStream {
  /** Whether the peer's certificates were verified. */
  authorized = false;
  /** Why not: a code as in `node:tls`, or null. */
  authorizationError: string | null = null;
  /** The protocol that ALPN selected; false where none was; null before the handshake is complete. */
  alpnProtocol: string | false | null = null;
  /** The name that the client asked for; false where it sent none. */
  servername: string | false | null = null;
  /** Set by the server whose connection this is. */
  server: unknown = undefined;
  readonly #role: 'client' | 'server';
  readonly #peerCheck: PeerCheck | null;
  readonly #onSecure: ((socket: TLSSocket) => void) | null;
  readonly #sessions: ClientSessions | null;
  /** The one received last. */
  #session: Buffer | undefined;

  constructor(transport: Duplex, options: TLSSocketOptions) {
    super(transport, options);
    this.#role = options.role;
    this.#peerCheck = options.peerCheck ?? null;
    this.#onSecure = options.onSecure ?? null;
    this.#sessions = options.sessions ?? null;
  }

  /** What the handshake agreed on; null before it is complete. */
  get handshakeInfo(): HandshakeInfo | null {
    return this.engine.info;
  }

  get remoteAddress(): string | undefined {
    return this.endpoints.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.endpoints.remotePort;
  }

  get remoteFamily(): string | undefined {
    return this.endpoints.remoteFamily;
  }

  get localAddress(): string | undefined {
    return this.endpoints.localAddress;
  }

  get localPort(): number | undefined {
    return this.endpoints.localPort;
  }

  get localFamily(): string | undefined {
    return this.endpoints.localFamily;
  }

  /** Our end's address, in the shape of `net.Socket`. */
  address(): { address?: string; family?: string; port?: number } {
    const { localAddress, localFamily, localPort } = this.endpoints;
    if (localAddress === undefined || localFamily === undefined || localPort === undefined) return {};
    return { address: localAddress, family: localFamily, port: localPort };
  }

  /** True while the transport is not connected. */
  get connecting(): boolean {
    return asSocket(this.transport)?.connecting ?? false;
  }

  get pending(): boolean {
    return this.connecting;
  }

  get readyState(): 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed' {
    if (this.connecting) return 'opening';
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  /** Nagle's algorithm is off from the start; this can turn it on again. */
  setNoDelay(noDelay?: boolean): this {
    asSocket(this.transport)?.setNoDelay(noDelay ?? true);
    return this;
  }

  setKeepAlive(enable?: boolean, initialDelay?: number): this {
    asSocket(this.transport)?.setKeepAlive(enable, initialDelay);
    return this;
  }

  ref(): this {
    asSocket(this.transport)?.ref();
    return this;
  }

  unref(): this {
    asSocket(this.transport)?.unref();
    return this;
  }

  getProtocol(): 'TLSv1.3' | null {
    return this.engine.info?.version ?? null;
  }

  getCipher(): { name: string; standardName: string; version: string } | undefined {
    const info = this.engine.info;
    return info === null
      ? undefined
      : { name: info.cipherSuite, standardName: info.cipherSuite, version: info.version };
  }

  /** As in `node:tls`: null at a server, an empty object before the handshake is complete. */
  getEphemeralKeyInfo(): EphemeralKeyInfo | object | null {
    if (this.#role === 'server') return null;
    const info = this.engine.info;
    if (info === null || info.group === null) return {};
    // What no single curve stands for is named as Node 24 names it.
    return { ...(EPHEMERAL_KEYS[info.group] ?? { type: 'TLSGroup', name: info.group }) };
  }

  /** The peer's certificate in the shape of `node:tls`; an empty object where it sent none, null after destroy. */
  getPeerCertificate(detailed: true): DetailedPeerCertificate;
  getPeerCertificate(detailed?: false): PeerCertificate;
  getPeerCertificate(detailed?: boolean): PeerCertificate | DetailedPeerCertificate | object | null {
    if (this.destroyed) return null;
    const chain = this.engine.info?.peerCertificates ?? [];
    return detailed === true ? detailedCertificate(chain) : (chain.slice(0, 1).map(legacyCertificate)[0] ?? {});
  }

  getPeerX509Certificate(): X509Certificate | undefined {
    const leaf = this.engine.info?.peerCertificates?.[0];
    return leaf === undefined ? undefined : new X509Certificate(leaf);
  }

  /**
   * Keying material bound to this connection (RFC 9846 section 7.5).
   * @throws SocketError `ERR_TLS_INVALID_STATE` before the handshake is complete
   */
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer {
    if (this.engine.info === null || this.destroyed) {
      throw socketError('ERR_TLS_INVALID_STATE', 'The handshake is not complete');
    }
    const material = this.engine.exportKeyingMaterial(label, context ?? null, length);
    return Buffer.from(material.buffer, material.byteOffset, material.length);
  }

  isSessionReused(): boolean {
    return this.engine.info?.resumed ?? false;
  }

  /**
   * The session received last, for the `session` option of a later connection; undefined before the server's first
   * ticket, which comes after the handshake. It is key material. Each is for one connection: with the same one twice,
   * anybody can tell that both are the same client's.
   */
  getSession(): Buffer | undefined {
    return this.#session === undefined ? undefined : Buffer.from(this.#session);
  }

  /**
   * Offers a session, as the `session` option of `connect`; while the transport is not connected yet.
   * @throws SocketError `ERR_TLS_INVALID_STATE` later, and at a server
   */
  setSession(session: Uint8Array): void {
    const sessions = this.#sessions;
    if (sessions === null || !this.replaceEngine(() => sessions.start(session))) {
      throw socketError('ERR_TLS_INVALID_STATE', 'A session is set at a client, before its transport is connected');
    }
  }

  /** There is no renegotiation in TLS 1.3: nothing to do. */
  disableRenegotiation(): void {}

  /** New sending keys, and the peer's too if asked for (KeyUpdate, RFC 9846 section 4.7.3). */
  updateKeys(options: { readonly requestPeer?: boolean } = {}): void {
    if (this.engine.info === null || this.destroyed || this.writableEnded) {
      throw socketError('ERR_TLS_INVALID_STATE', 'Keys can be updated while the connection is open');
    }
    this.engine.updateKeys(options);
    this.flush();
  }

  protected override sessionReceived(session: Session): void {
    if (this.#sessions === null) return;
    this.#session = this.#sessions.encode(session);
    this.emit('session', Buffer.from(this.#session));
  }

  protected override handshakeComplete(info: HandshakeInfo): void {
    const refusal = info.resumed ? (this.#sessions?.resumed(info) ?? null) : null;
    if (refusal !== null) {
      this.destroy(refusal);
      return;
    }
    this.alpnProtocol = info.alpnText ?? (info.alpn === null ? false : Buffer.from(info.alpn).toString('latin1'));
    this.servername = info.serverName ?? false;
    if (this.#peerCheck !== null) {
      this.authorized = this.#peerCheck.authorized && info.peerCertificates !== null;
      // What a ticket said of a client counts only where its session was resumed.
      this.authorizationError = info.peerCertificates === null ? null : this.#peerCheck.error;
    }
    this.#onSecure?.(this);
    if (this.destroyed) return;
    this.emit('secure');
    if (this.#role === 'client') this.emit('secureConnect');
  }
}

function legacyCertificate(der: Uint8Array): PeerCertificate {
  return new X509Certificate(der).toLegacyObject();
}

/** Each certificate with its issuer; a self-signed one at the end is its own, as in `node:tls`. */
function detailedCertificate(chain: readonly Uint8Array[]): DetailedPeerCertificate | object {
  const certificates = chain.map((der) => legacyCertificate(der) as DetailedPeerCertificate);
  certificates.forEach((certificate, index) => {
    const issuer = certificates[index + 1];
    if (issuer !== undefined) certificate.issuerCertificate = issuer;
  });
  return certificates[0] ?? {};
}
