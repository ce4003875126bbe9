import type { AddressInfo } from 'node:net';
import {
  connect,
  createPortServer,
  type ConnectOptions,
  type PortServer,
  type PortServerOptions,
  type TLSSocket,
} from '../../src/index.js';
import { ca, localhost } from './certificates.js';
import { cleanUp } from './servers.js';

/** A port with the test's certificate, closed at the end of the test. */
export async function openPort(
  options: Omit<PortServerOptions, 'tls'> & Partial<Pick<PortServerOptions, 'tls'>>,
): Promise<{ server: PortServer; port: number }> {
  const server = createPortServer({ tls: localhost, ...options });
  cleanUp(() => server.close({ graceMs: 1 }));
  const { port } = (await server.listen()) as AddressInfo;
  return { server, port };
}

/** Our client to a port of this machine. */
export function connectTo(port: number, alpn: readonly string[], options: ConnectOptions = {}): TLSSocket {
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca,
    ...(alpn.length === 0 ? {} : { ALPNProtocols: alpn }),
    ...options,
  });
  cleanUp(() => void socket.destroy());
  return socket;
}
