import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { Readable } from 'node:stream';
import { afterEach } from 'vitest';

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  while (cleanups.length > 0) await cleanups.pop()?.();
});

/** Runs after the test, last first. */
export function cleanUp(work: () => void | Promise<void>): void {
  cleanups.push(work);
}

/** Listens on a free port of 127.0.0.1 until the end of the test. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket: { destroy(): void }) => sockets.add(socket));
  cleanUp(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** Waits until something holds; the test's own time limit is the only clock. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Everything a readable gives until its end, as text. Unlike `for await` it does not destroy a Duplex at the end. */
export function textOf(readable: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    readable.on('data', (chunk: Buffer) => chunks.push(chunk));
    readable.once('end', () => resolve(Buffer.concat(chunks).toString('latin1')));
    readable.once('error', reject);
    readable.once('close', () => reject(new Error('closed before the end')));
  });
}
