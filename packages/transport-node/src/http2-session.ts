import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Server as NetServer } from 'node:net';
import { rememberConnection, type ConnectionInfo } from './connection-info.js';
import type { TLSSocket } from './tls-socket.js';

/**
 * What `node:http2` forgets of a connection that is not a native socket: it wraps it, and the wrapper, which
 * `session.socket` and `request.socket` stand for, knows neither addresses nor TLS.
 */
const FORWARDED = [
  'remoteAddress',
  'remotePort',
  'remoteFamily',
  'localAddress',
  'localPort',
  'localFamily',
  'encrypted',
  'authorized',
  'authorizationError',
  'alpnProtocol',
  'servername',
] as const;

const FORWARDED_METHODS = [
  'getPeerCertificate',
  'getPeerX509Certificate',
  'getCipher',
  'getProtocol',
  'getEphemeralKeyInfo',
  'exportKeyingMaterial',
  'isSessionReused',
  'getSession',
] as const;

/** A session and how many streams it has. */
export interface FollowedSession {
  readonly session: ServerHttp2Session;
  readonly openStreams: () => number;
}

/**
 * Runs the hand-over of a connection to an http2 server and takes hold of the session that comes of it, before the
 * server's own listeners see it. Null where the server made none, as with HTTP/1.1 on a server that allows it.
 */
export function captureSession(
  server: NetServer,
  socket: TLSSocket,
  info: ConnectionInfo,
  handOver: () => void,
): FollowedSession | null {
  let followed: FollowedSession | null = null;
  const capture = (session: ServerHttp2Session): void => {
    restoreFacts(session, socket);
    followed = followStreams(session, info);
  };
  server.prependOnceListener('session', capture);
  try {
    handOver();
  } finally {
    server.removeListener('session', capture);
  }
  return followed;
}

/** Gives session and wrapper back what they forgot. */
function restoreFacts(session: ServerHttp2Session, socket: TLSSocket): void {
  Object.defineProperties(session, {
    encrypted: { get: () => true, configurable: true },
    alpnProtocol: { get: () => socket.alpnProtocol || 'h2', configurable: true },
  });
  // `session.socket` is a proxy whose methods are bound to what is behind it; valueOf gives that very thing.
  const wrapper: object = session.socket.valueOf();
  if (wrapper === socket) return;
  for (const name of FORWARDED) {
    Object.defineProperty(wrapper, name, { get: () => socket[name], configurable: true });
  }
  for (const name of FORWARDED_METHODS) {
    Object.defineProperty(wrapper, name, { value: socket[name].bind(socket), configurable: true });
  }
}

function followStreams(session: ServerHttp2Session, info: ConnectionInfo): FollowedSession {
  let open = 0;
  rememberConnection(session, info);
  session.prependListener('stream', (stream: ServerHttp2Stream) => {
    // The stream loses its session when it is destroyed; listeners may still ask then.
    rememberConnection(stream, info);
    open++;
    stream.once('close', () => open--);
  });
  return { session, openStreams: () => open };
}
