import { once } from 'node:events';
import net from 'node:net';
import { expect } from 'vitest';
import { type HandlerRoute, type Route, type SocketError, type TLSSocket } from '../../src/index.js';
import { connectTo } from './port.js';
import { cleanUp, textOf } from './servers.js';

/** Answers with what the route knows, then echoes. */
export function echoRoute(route: Omit<HandlerRoute, 'handle'>): Route {
  return {
    ...route,
    handle: (connection, info) => {
      connection.write(`${info.route} ${info.alpn ?? '-'} ${info.routedBy}: `);
      connection.pipe(connection);
    },
  };
}

export const sip = echoRoute({ name: 'sip', alpn: ['sip/2'], aliases: ['sip'], sniff: 'sip' });
export const msrp = echoRoute({ name: 'msrp', alpn: ['msrp'], sniff: 'msrp' });
export const web = echoRoute({ name: 'web', alpn: ['http/1.1'], sniff: 'http' });
export const routes = [sip, web, msrp];

export async function exchange(port: number, alpn: readonly string[], request: string): Promise<string> {
  const socket = connectTo(port, alpn);
  socket.end(request);
  return textOf(socket);
}

/** The code of the error with which a connection ends, or what it brought. */
export async function outcome(port: number, alpn: readonly string[], request = ''): Promise<string> {
  return exchange(port, alpn, request).catch((error: SocketError) => error.code);
}

export async function opened(port: number, alpn: readonly string[], options = {}): Promise<TLSSocket> {
  const socket = connectTo(port, alpn, options);
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'secureConnect');
  return socket;
}

/** Far below what waiting for ever would take. */
export const TIME_LIMIT = { timeout: 5_000 };

export const OUT_OF_RANGE = expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }) as Error;

export function raise(thrown: unknown): never {
  throw thrown;
}

/** A TCP connection that has said nothing yet. */
export function silent(port: number): net.Socket {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  cleanUp(() => void socket.destroy());
  return socket;
}

export const NO_ALPN = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';
