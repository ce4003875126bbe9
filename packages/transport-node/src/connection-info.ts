import { randomBytes } from 'node:crypto';
import { parseCertificate, sipIdentities } from '@portico/x509';
import type { HandshakeInfo } from '@portico/tls13-core';
import type { TLSSocket } from './tls-socket.js';

/** How a connection came to its route. */
export type RoutedBy = 'alpn' | 'alias' | 'sniffing' | 'silence' | 'without-alpn' | 'no-overlap';

/** What is known of a connection, on every route. Free of secrets; the same object for as long as it lives. */
export interface ConnectionInfo {
  /** Names this connection, and no other one ever: the flow of RFC 5626. Opaque. */
  readonly id: string;
  /** The route's name. */
  readonly route: string;
  readonly routedBy: RoutedBy;
  /** The wire name that ALPN selected, or null. */
  readonly alpn: string | null;
  /** The host name that the client asked for, or null. */
  readonly serverName: string | null;
  readonly tls: Pick<HandshakeInfo, 'version' | 'cipherSuite' | 'group' | 'resumed' | 'helloRetryRequested'>;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteFamily: string | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  /** Whether the client proved who it is with a certificate that was verified. */
  readonly authorized: boolean;
  /** Why not, as in `node:tls`; null where it was, or where no certificate was asked for. */
  readonly authorizationError: string | null;
  /** DER, leaf first; null where the client sent none. */
  readonly peerCertificates: readonly Uint8Array[] | null;
  /** The SIP domains that a verified client certificate stands for (RFC 5922 section 7.1), for connection reuse (RFC 5923). */
  readonly sipIdentities: readonly string[];
}

const infos = new WeakMap<object, ConnectionInfo>();

/**
 * What is known of the connection that a request, a session, a stream or a socket belongs to: any object that a route's
 * handler or a `node:http`, `node:http2` listener was given. Null for those of other servers.
 */
export function connectionInfo(of: object): ConnectionInfo | null {
  for (const holder of holders(of)) {
    const info = infos.get(holder);
    if (info !== undefined) return info;
  }
  return null;
}

/** Makes an object one that `connectionInfo` answers for. */
export function rememberConnection(holder: object, info: ConnectionInfo): void {
  infos.set(holder, info);
}

/** The object, and what leads from it to the connection: `stream` and `session` in http2, `socket` in http. */
function* holders(of: object): Iterable<object> {
  yield of;
  for (const key of ['stream', 'session', 'socket'] as const) {
    const next = objectIn(of, key);
    if (next === null) continue;
    yield next;
    const session = key === 'stream' ? objectIn(next, 'session') : null;
    if (session !== null) yield session;
  }
}

/** A session's `socket` throws for every property once the session is over. */
function objectIn(holder: object, key: string): object | null {
  try {
    const value: unknown = Reflect.get(holder, key);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** Random for this process, so that ids of two processes, or of two runs, do not meet in one log. */
const PROCESS_PREFIX = randomBytes(6).toString('base64url');
let connectionCount = 0;

export function nextConnectionId(): string {
  connectionCount++;
  return `${PROCESS_PREFIX}-${connectionCount.toString(36)}`;
}

export function describeConnection(
  id: string,
  socket: TLSSocket,
  handshake: HandshakeInfo,
  route: string,
  routedBy: RoutedBy,
): ConnectionInfo {
  const { version, cipherSuite, group, resumed, helloRetryRequested, peerCertificates } = handshake;
  return Object.freeze({
    id,
    route,
    routedBy,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    serverName: handshake.serverName,
    tls: Object.freeze({ version, cipherSuite, group, resumed, helloRetryRequested }),
    remoteAddress: socket.remoteAddress,
    remotePort: socket.remotePort,
    remoteFamily: socket.remoteFamily,
    localAddress: socket.localAddress,
    localPort: socket.localPort,
    authorized: socket.authorized,
    authorizationError: socket.authorizationError,
    peerCertificates,
    sipIdentities: socket.authorized ? identitiesOf(peerCertificates?.[0]) : [],
  });
}

function identitiesOf(leaf: Uint8Array | undefined): readonly string[] {
  return leaf === undefined ? [] : sipIdentities(parseCertificate(leaf));
}
