import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { connect, type PortServer, type Route } from '../src/index.js';
import { ca } from './support/certificates.js';
import { connectTo, openPort } from './support/port.js';
import { cleanUp, eventually, textOf } from './support/servers.js';

const routes: Route[] = [
  { name: 'echo', alpn: ['sip/2'], sniff: 'sip', handle: (connection) => void connection.pipe(connection) },
  { name: 'web', alpn: ['http/1.1'], sniff: 'http', server: http.createServer() },
];

async function expectAnswer(port: number): Promise<void> {
  const socket = connectTo(port, ['sip/2']);
  socket.end('still there?');
  expect(await textOf(socket)).toBe('still there?');
}

/** What a client of ours sends up to its first application data, as far as the server's answers let it come. */
async function recordHandshake(port: number): Promise<Buffer> {
  const sent: Buffer[] = [];
  const raw = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const tap = new Duplex({
    read: () => void raw.resume(),
    write: (chunk: Buffer, _encoding, callback) => {
      sent.push(chunk);
      raw.write(chunk, callback);
    },
    final: (callback) => void raw.end(callback),
  });
  raw.on('data', (chunk) => tap.push(chunk) || raw.pause());
  raw.on('end', () => tap.push(null));
  const client = connect({ socket: tap, servername: 'localhost', ca, ALPNProtocols: ['sip/2'] });
  client.end('x');
  await textOf(client);
  raw.destroy();
  return Buffer.concat(sent);
}

/** A raw connection that sends these bytes and then ends, resets or waits. */
async function send(port: number, bytes: Uint8Array, then: 'end' | 'reset' | 'wait'): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  if (then === 'wait') cleanUp(() => void socket.destroy());
  await once(socket, 'connect');
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  if (then === 'end') socket.end();
  if (then === 'reset') socket.resetAndDestroy();
  return socket;
}

async function inParallel(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}

async function expectNothingLeft(server: PortServer): Promise<void> {
  await eventually(() => server.counters.open === 0 && server.counters.handshaking === 0);
}

describe('a port goes on answering', () => {
  it('after 1,000 connections that break off at every byte of the handshake', async () => {
    const { port, server } = await openPort({ routes, limits: { connectionsPerAddress: 10_000 } });
    const handshake = await recordHandshake(port);
    expect(handshake.length).toBeGreaterThan(300);
    await inParallel(1_000, (index) =>
      send(port, handshake.subarray(0, 1 + (index % handshake.length)), index % 2 === 0 ? 'end' : 'reset'),
    );
    await expectAnswer(port);
    await expectNothingLeft(server);
  });

  it('while 1,000 connections have sent one byte and wait, within its limits', async () => {
    const { port, server } = await openPort({ routes });
    await inParallel(1_000 - 1, () => send(port, Uint8Array.of(0x16), 'wait'));
    await expectAnswer(port);
    expect(server.counters.handshaking).toBeLessThanOrEqual(128);
    expect(server.counters.refused['handshake-limit']).toBeGreaterThanOrEqual(999 - 128);
  });

  it('after every byte of the handshake was changed once', async () => {
    const { port, server } = await openPort({
      routes,
      limits: { handshakeTimeout: 500, connectionsPerAddress: 10_000 },
    });
    const handshake = await recordHandshake(port);
    await inParallel(handshake.length, async (index) => {
      const changed = Buffer.from(handshake);
      changed[index] = (changed[index] as number) ^ 0x55;
      return send(port, changed, 'end');
    });
    await expectAnswer(port);
    await expectNothingLeft(server);
  });

  it('after 64 KiB of line ends, sniffed and negotiated', async () => {
    const { port, server } = await openPort({ routes, sniffing: true });
    const lineEnds = '\r\n'.repeat(32_768);
    for (const alpn of [[], ['sip/2'], ['http/1.1']]) {
      const socket = connectTo(port, alpn);
      socket.on('error', () => {});
      socket.resume();
      socket.end(lineEnds);
      await once(socket, 'close');
    }
    await expectAnswer(port);
    await expectNothingLeft(server);
  });

  it('with memory as before', async () => {
    const { port, server } = await openPort({ routes, sniffing: true, limits: { connectionsPerAddress: 10_000 } });
    const handshake = await recordHandshake(port);
    const lineEnds = '\r\n'.repeat(32_768);
    const round = async (): Promise<void> => {
      await inParallel(100, (index) =>
        send(port, handshake.subarray(0, 1 + ((index * 37) % handshake.length)), index % 2 === 0 ? 'end' : 'reset'),
      );
      const waiting: net.Socket[] = [];
      await inParallel(100, async () => waiting.push(await send(port, Uint8Array.of(0x16), 'end')));
      for (const socket of waiting) socket.destroy();
      await inParallel(10, async (index) => {
        // Not connectTo: the list of what is to be cleaned up would keep every socket alive.
        const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ALPNProtocols: ['sip/2'] });
        socket.on('error', () => {});
        socket.resume();
        socket.end(index === 0 ? lineEnds : Buffer.alloc(100_000));
        await once(socket, 'close');
      });
      await expectNothingLeft(server);
      // A connection's last timers and callbacks run out.
      await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await round();
    await round();
    const before = await memoryInUse();
    for (let i = 0; i < 10; i++) await round();
    // 1,000 that broke off, 1,000 that sent one byte, 100 that talked: a leak of a kilobyte or two for each would show.
    expect((await memoryInUse()) - before).toBeLessThan(4_000_000);
  });
});

/** Bytes on the heap and beside it, after a collection. */
async function memoryInUse(): Promise<number> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
