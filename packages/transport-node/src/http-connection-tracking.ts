import type { Server as NetServer } from 'node:net';

/** Ports that feed a server. */
const users = new WeakMap<NetServer, number>();

/**
 * Starts what `node:http` starts when a server begins to listen: the list of its connections, and the clock that
 * enforces `headersTimeout` and `requestTimeout` on it. A server that is only ever given connections never listens, and
 * without this half a header waits for ever and `closeAllConnections` closes nothing. The listener is the server's own;
 * it is called without the event, so that nobody else's `'listening'` listeners think the server listens.
 */
export function startConnectionTracking(server: NetServer): void {
  const count = users.get(server) ?? 0;
  users.set(server, count + 1);
  if (count > 0 || server.listening) return;
  trackingListener(server)?.call(server);
}

/** Stops the clock when the last port lets go of a server that does not listen by itself. */
export function stopConnectionTracking(server: NetServer): void {
  const count = (users.get(server) ?? 1) - 1;
  users.set(server, count);
  if (count === 0 && !server.listening) server.close();
}

/** Registered by the constructor of `http.Server`, and of `http2.Http2SecureServer` with allowHTTP1. */
function trackingListener(server: NetServer): (() => void) | undefined {
  return server.listeners('listening').find(({ name }) => name === 'setupConnectionsTracking') as
    (() => void) | undefined;
}
