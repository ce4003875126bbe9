import type { Server as NetServer } from 'node:net';
import { Server as NodeTlsServer } from 'node:tls';
import type { ConnectionInfo } from './connection-info.js';
import { followConnection, observeRequests, drainConnection } from './http1-drain.js';
import { startConnectionTracking, stopConnectionTracking } from './http-connection-tracking.js';
import { captureSession, type FollowedSession } from './http2-session.js';
import { DEFAULT_H2_IDLE_TIMEOUT, DEFAULT_IDLE_TIMEOUT } from './port-limits.js';
import { isHttp1Server, type HandlerRoute, type ReadyRoute } from './routes.js';
import type { TLSSocket } from './tls-socket.js';

/** A connection in the hands of its route, as the port goes on seeing it. */
export interface HandedOver {
  /** Milliseconds without traffic after which `idle` is called; 0 for never. */
  readonly idleTimeout: number;
  /** No byte has passed for that long: closes, unless something is going on all the same. */
  idle(): 'closes' | 'busy';
  /** The port closes: finish and end. */
  drain(): void;
}

/** Readies a route's server for connections that it does not accept itself; undo with `detachRoute`. */
export function attachRoute({ route }: ReadyRoute): void {
  if (!('server' in route)) return;
  startConnectionTracking(route.server);
  observeRequests(route.server);
}

export function detachRoute({ route }: ReadyRoute): void {
  if ('server' in route) stopConnectionTracking(route.server);
}

/** Gives a connection to its route; throws what the route throws, and tells `failed` what it rejects with. */
export function handOver(
  { route }: ReadyRoute,
  socket: TLSSocket,
  info: ConnectionInfo,
  failed: (cause: unknown) => void,
): HandedOver {
  return 'server' in route
    ? toServer(route.server, route.limits?.idleTimeout, socket, info)
    : toHandler(route, socket, info, failed);
}

function toHandler(
  route: HandlerRoute,
  socket: TLSSocket,
  info: ConnectionInfo,
  failed: (cause: unknown) => void,
): HandedOver {
  socket.allowHalfOpen = route.allowHalfOpen ?? false;
  void Promise.resolve(route.handle(socket, info)).catch(failed);
  return {
    idleTimeout: route.limits?.idleTimeout ?? DEFAULT_IDLE_TIMEOUT,
    idle: () => endIdle(socket),
    drain: () => {
      if (route.onClosing === undefined) socket.destroySoon();
      else void Promise.resolve(route.onClosing(socket, info)).catch(failed);
    },
  };
}

function toServer(
  server: NetServer,
  idleTimeout: number | undefined,
  socket: TLSSocket,
  info: ConnectionInfo,
): HandedOver {
  // As a server's own connections have it: node:http and node:http2 end their side themselves.
  socket.allowHalfOpen = true;
  socket.server = server;
  followConnection(socket);
  const feed = (): void => void server.emit(connectionEvent(server), socket);
  if (isHttp1Server(server)) {
    feed();
    return http1(socket, idleTimeout);
  }
  const followed = captureSession(server, socket, info, feed);
  return followed === null ? http1(socket, idleTimeout) : http2(followed, idleTimeout);
}

/** Secure servers do their work on `'secureConnection'`; on `'connection'` they would begin another handshake. */
function connectionEvent(server: NetServer): 'secureConnection' | 'connection' {
  return server instanceof NodeTlsServer ? 'secureConnection' : 'connection';
}

/** `node:http` closes idle connections itself, by its `keepAliveTimeout`; WebSockets may be silent for long. */
function http1(socket: TLSSocket, idleTimeout: number = 0): HandedOver {
  return { idleTimeout, idle: () => endIdle(socket), drain: () => drainConnection(socket) };
}

function endIdle(socket: TLSSocket): 'closes' {
  socket.destroySoon();
  return 'closes';
}

function http2({ session, openStreams }: FollowedSession, idleTimeout: number = DEFAULT_H2_IDLE_TIMEOUT): HandedOver {
  const close = (): void => {
    // GOAWAY, then the end of the streams that are open, then of the connection (RFC 9113 section 6.8).
    if (!session.closed && !session.destroyed) session.close();
  };
  return {
    idleTimeout,
    idle: () => {
      if (openStreams() > 0) return 'busy';
      close();
      return 'closes';
    },
    drain: close,
  };
}
