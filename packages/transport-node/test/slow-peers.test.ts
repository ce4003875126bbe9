import { once } from 'node:events';
import net from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { connect, createServer, type TLSSocket } from '../src/index.js';
import { SLICE_LENGTH } from '../src/plaintext-slices.js';
import { ca, localhost } from './support/certificates.js';
import { connectTo } from './support/port.js';
import { cleanUp, listen } from './support/servers.js';

/** Both ends of a connection, and the transports below them. */
interface Ends {
  readonly writer: TLSSocket;
  readonly reader: TLSSocket;
  readonly below: { readonly writer: Duplex; readonly reader: Duplex };
}

async function inMemory(): Promise<Ends> {
  const [near, far] = duplexPair();
  const server = createServer(localhost);
  const accepted = once(server, 'secureConnection');
  server.emit('connection', far);
  const reader = connect({ socket: near, servername: 'localhost', ca });
  const [writer] = (await accepted) as [TLSSocket];
  if (reader.secureConnecting) await once(reader, 'secureConnect');
  cleanUp(() => void [reader, writer].forEach((socket) => socket.destroy()));
  return { writer, reader, below: { writer: far, reader: near } };
}

async function overASocket(): Promise<Ends> {
  const server = createServer(localhost);
  const [accepted, connection] = [once(server, 'secureConnection'), once(server, 'connection')];
  const near = net.connect({ port: await listen(server), host: '127.0.0.1' });
  const reader = connectTo(0, [], { socket: near });
  const [[writer], [far]] = (await Promise.all([accepted, connection])) as [[TLSSocket], [net.Socket]];
  if (reader.secureConnecting) await once(reader, 'secureConnect');
  cleanUp(() => void [reader, writer].forEach((socket) => socket.destroy()));
  return { writer, reader, below: { writer: far, reader: near } };
}

/** A write of the test; a stream takes one of any size, and says at once that it wants no more. */
const BLOCK = Buffer.alloc(100_000, 0x61);
const BLOCKS = 80;
/** Of blocks: a hundred megabytes, more than any kernel takes for one connection. */
const TOO_MANY = 1000;
/** What a transport gives in one read: 64 KiB of a socket, a whole slice of a Duplex, in records. */
const ONE_READ = SLICE_LENGTH + 4 * 22;

/** Writes as Node's streams want it: on 'drain' after a write that gave false. */
async function writeAll(socket: TLSSocket): Promise<void> {
  for (let i = 0; i < BLOCKS; i++) if (!socket.write(BLOCK)) await once(socket, 'drain');
  socket.end();
}

describe.each([
  ['in memory', inMemory],
  ['over a socket', overASocket],
])('%s', (_where, open) => {
  it('a reader that takes a little at a time gets all of it, while neither side holds more than its limits', async () => {
    const { writer, reader, below } = await open();
    const most = { writer: 0, belowWriter: 0, reader: 0, belowReader: 0 };
    const look = (): void => {
      most.writer = Math.max(most.writer, writer.writableLength);
      most.belowWriter = Math.max(most.belowWriter, below.writer.writableLength);
      most.reader = Math.max(most.reader, reader.readableLength);
      most.belowReader = Math.max(most.belowReader, below.reader.readableLength);
    };
    const written = writeAll(writer);
    let seen = 0;
    let ended = false;
    reader.once('end', () => (ended = true));
    while (!ended) {
      look();
      const chunk = reader.read(Math.min(50_000, reader.readableLength)) as Buffer | null;
      seen += chunk?.length ?? 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await written;
    expect(seen).toBe(BLOCKS * BLOCK.length);
    // One write beyond the mark, as streams have it; below it, one slice in records; at the reader, one read beyond its mark.
    expect(most.writer).toBeLessThanOrEqual(writer.writableHighWaterMark + BLOCK.length);
    expect(most.belowWriter).toBeLessThanOrEqual(below.writer.writableHighWaterMark + ONE_READ);
    expect(most.reader).toBeLessThanOrEqual(reader.readableHighWaterMark + 2 * ONE_READ);
    expect(most.belowReader).toBeLessThanOrEqual(below.reader.readableHighWaterMark + 2 * ONE_READ);
    // It did come to that: the reader was the slower one.
    expect(most.writer).toBeGreaterThanOrEqual(BLOCK.length);
    expect(most.reader).toBeGreaterThanOrEqual(reader.readableHighWaterMark);
  });

  it('a reader that never reads stops the writer, which gets no drain and holds one write', async () => {
    const { writer, reader, below } = await open();
    let blocks = 0;
    let waits = false;
    const write = (): void => {
      waits = false;
      if (blocks >= TOO_MANY) return;
      while (writer.write(BLOCK)) blocks++;
      blocks++;
      waits = true;
      writer.once('drain', write);
    };
    write();
    // Until nothing has moved for a while; a kernel takes some megabytes.
    for (let before = -1, still = 0; still < 20;) {
      still = before === blocks && waits ? still + 1 : 0;
      before = blocks;
      expect(blocks).toBeLessThan(TOO_MANY);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(writer.writableLength).toBeLessThanOrEqual(writer.writableHighWaterMark + BLOCK.length);
    expect(below.writer.writableLength).toBeLessThanOrEqual(below.writer.writableHighWaterMark + ONE_READ);
    expect(reader.readableLength).toBeLessThanOrEqual(reader.readableHighWaterMark + 2 * ONE_READ);
    // And goes on as soon as somebody reads.
    writer.off('drain', write);
    const drained = once(writer, 'drain');
    reader.resume();
    await drained;
    expect(writer.writableLength).toBe(0);
  });

  it('a writer that sends a byte at a time has nothing left over in the reader', async () => {
    const { writer, reader } = await open();
    let seen = 0;
    reader.on('data', (chunk: Buffer) => (seen += chunk.length));
    for (let i = 0; i < 300; i++) {
      writer.write('b');
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(reader.readableLength).toBe(0);
    }
    writer.end();
    await once(reader, 'end');
    expect(seen).toBe(300);
  });
});
