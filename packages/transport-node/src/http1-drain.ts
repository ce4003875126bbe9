import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server as NetServer } from 'node:net';
import type { TLSSocket } from './tls-socket.js';

/** What is going on on an HTTP/1.1 connection, so that it can be closed between two answers. */
interface Traffic {
  readonly open: Set<ServerResponse>;
  draining: boolean;
}

const traffic = new WeakMap<object, Traffic>();
const observed = new WeakSet<NetServer>();

/** Watches a server's requests. Once for each server, and before its own listeners can answer. */
export function observeRequests(server: NetServer): void {
  if (observed.has(server)) return;
  observed.add(server);
  const observe = (request: IncomingMessage, response: ServerResponse): void => {
    const current = traffic.get(request.socket);
    if (current === undefined) return;
    current.open.add(response);
    if (current.draining) announceClose(response);
    response.once('close', () => {
      current.open.delete(response);
      if (current.draining && current.open.size === 0) request.socket.destroySoon();
    });
  };
  server.prependListener('request', observe);
  // That somebody listens to these two makes Node leave the answer to the listener: where nobody but us does, we do what
  // Node would have done, or a client that sends `Expect: 100-continue` (curl, with any larger upload) waits for ever.
  server.prependListener('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (server.listenerCount('checkContinue') > 1) return observe(request, response);
    response.writeContinue();
    server.emit('request', request, response);
  });
  server.prependListener('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    observe(request, response);
    if (server.listenerCount('checkExpectation') === 1) response.writeHead(417).end();
  });
}

/** Begins to follow a connection. */
export function followConnection(socket: TLSSocket): void {
  traffic.set(socket, { open: new Set(), draining: false });
}

/**
 * Ends a connection after the answers in progress, at once where there are none. One that was upgraded belongs to
 * whoever upgraded it.
 */
export function drainConnection(socket: TLSSocket): void {
  const current = traffic.get(socket);
  if (current === undefined || isUpgraded(socket)) return;
  current.draining = true;
  if (current.open.size === 0) socket.destroySoon();
  else for (const response of current.open) announceClose(response);
}

function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

/** `node:http` takes its parser off a connection when it hands it over. */
function isUpgraded(socket: TLSSocket): boolean {
  return Reflect.get(socket, 'parser') === null;
}
