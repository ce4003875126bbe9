import { once } from 'node:events';
import net from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createServer, type TLSSocket } from '../src/index.js';
import { releaseMemory } from '../src/node-crypto/released-memory.js';
import { OutputMemory } from '../src/output-memory.js';
import { TransportWriter } from '../src/transport-writer.js';
import { localhost } from './support/certificates.js';
import { connectTo } from './support/port.js';
import { cleanUp, listen } from './support/servers.js';

describe('memory for records', () => {
  it('has the length that was asked for, and is used again once it has come back', () => {
    const memory = new OutputMemory();
    for (const length of [16_384, 16_406, 16_640, 16_641, 65_536 + 4 * 22, 65_536 + 4 * 256]) {
      const first = memory.take(length);
      const beside = memory.take(length);
      expect([first.length, beside.length]).toEqual([length, length]);
      expect(beside.buffer).not.toBe(first.buffer);
      memory.giveBack(first);
      const again = memory.take(length - 1);
      expect([again.buffer === first.buffer, again.length]).toEqual([
        length !== 16_384 && length !== 16_641,
        length - 1,
      ]);
    }
  });

  it('is fresh where it is short or very long', () => {
    const memory = new OutputMemory();
    for (const length of [0, 5, 16_383, 65_536 + 4 * 256 + 1]) {
      const first = memory.take(length);
      expect(first.buffer.byteLength).toBe(length);
      memory.giveBack(first);
      expect(memory.take(length).buffer).not.toBe(first.buffer);
    }
  });

  it('comes back once, and only where it came from', () => {
    const memory = new OutputMemory();
    const taken = memory.take(20_000);
    memory.giveBack(taken);
    memory.giveBack(taken);
    memory.giveBack(new Uint8Array(taken.buffer.byteLength));
    const buffers = [1, 2, 3].map(() => memory.take(20_000).buffer);
    expect([new Set(buffers).size, buffers.indexOf(taken.buffer)]).toEqual([3, 0]);
  });

  it('is kept for sixteen arrays of each size', () => {
    const memory = new OutputMemory();
    const taken = Array.from({ length: 40 }, () => memory.take(20_000));
    for (const array of taken) memory.giveBack(array);
    const known = new Set(taken.map(({ buffer }) => buffer));
    const again = taken.map(() => memory.take(20_000).buffer);
    expect(again.filter((buffer) => known.has(buffer)).length).toBe(16);
  });
});

describe('memory of a cipher’s output', () => {
  it('is detached when some of it has come together, short arrays and parts of longer ones left alone', () => {
    const long = Array.from({ length: 8 }, () => new Uint8Array(5000));
    const short = new Uint8Array(100);
    const whole = new Uint8Array(9000);
    for (const array of [...long.slice(0, 4), short, whole.subarray(0, 8000), ...long.slice(4)]) releaseMemory(array);
    expect(long.filter(({ length }) => length === 0).length).toBeGreaterThanOrEqual(5);
    expect([short.length, whole.length]).toEqual([100, 9000]);
  });
});

async function pairOverASocket(): Promise<{ writer: TLSSocket; reader: TLSSocket; below: net.Socket }> {
  const server = createServer(localhost);
  const accepted = once(server, 'secureConnection');
  const below = net.connect({ port: await listen(server), host: '127.0.0.1' });
  const writer = connectTo(0, [], { socket: below });
  const [reader] = (await accepted) as [TLSSocket];
  if (writer.secureConnecting) await once(writer, 'secureConnect');
  cleanUp(() => void [reader, writer].forEach((socket) => socket.destroy()));
  return { writer, reader, below };
}

/** Reads so many bytes, and says whether each was that. */
async function allAre(value: number, reader: Duplex, length: number): Promise<boolean> {
  let seen = 0;
  for await (const chunk of reader as AsyncIterable<Buffer>) {
    if (!chunk.equals(Buffer.alloc(chunk.length, value))) return false;
    seen += chunk.length;
    if (seen >= length) break;
  }
  return seen === length;
}

describe('what a kernel has not taken yet', () => {
  it('stays as it is, while other connections write', async () => {
    const [slow, quick] = await Promise.all([pairOverASocket(), pairOverASocket()]);
    const block = Buffer.alloc(65_536, 1);
    // Nobody reads yet: the kernel is full in the end, and the socket holds the rest.
    let written = 0;
    const writeOn = (): void => {
      do slow.writer.write(block);
      while (((written += block.length), slow.below.writableLength === 0 && written < 1 << 26));
    };
    writeOn();
    expect(slow.below.writableLength).toBeGreaterThan(0);
    quick.writer.end(Buffer.alloc(1 << 21, 2));
    expect(await allAre(2, quick.reader, 1 << 21)).toBe(true);
    slow.writer.end();
    expect(await allAre(1, slow.reader, written)).toBe(true);
  });
});

describe('the memory that a transport is written from', () => {
  it('is used again where a kernel makes a copy, and fresh where somebody may keep what was written', () => {
    const [near] = duplexPair();
    class Recorder extends net.Socket {}
    expect(new TransportWriter(near).allocate).toBeUndefined();
    expect(new TransportWriter(new Recorder()).allocate).toBeUndefined();
    expect(new TransportWriter(new net.Socket()).allocate).toBeDefined();
  });
});
