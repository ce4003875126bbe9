import { once } from 'node:events';
import net from 'node:net';
import { Duplex, duplexPair } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { connect, createServer } from '../src/index.js';
import { gatherWrites, SlicedPlaintext } from '../src/plaintext-slices.js';
import { ca, localhost } from './support/certificates.js';
import { connectTo } from './support/port.js';
import { cleanUp, listen } from './support/servers.js';

const BLOCK = Buffer.alloc(65_536, 0x61);

async function received(socket: Duplex, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let seen = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    seen += chunk.length;
    if (seen >= length) break;
  }
  return Buffer.concat(chunks);
}

describe('plaintext written in one go', () => {
  it('is sent whole and in order, in slices of at most 64 KiB', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200_000), { maxLength: 8 }), (lengths) => {
        const writes = lengths.map((length, index) => new Uint8Array(length).fill(index));
        const plaintext = new SlicedPlaintext(gatherWrites(writes));
        const sent: Uint8Array[] = [];
        while (!plaintext.isEmpty) {
          let slice = 0;
          plaintext.nextSlice((piece) => {
            sent.push(piece);
            slice += piece.length;
          });
          expect(slice).toBeLessThanOrEqual(65_536);
        }
        expect(Buffer.compare(Buffer.concat(sent), Buffer.concat(writes))).toBe(0);
        expect(plaintext.length).toBe(Buffer.concat(writes).length);
      }),
      { numRuns: 50 },
    );
  });

  it('shares records where it is short, and is not copied where it fills one', () => {
    const [short, long] = [new Uint8Array(9), new Uint8Array(16_384)];
    expect(gatherWrites([short, short, long, short]).map(({ length }) => length)).toEqual([18, 16_384, 9]);
    const [first, second] = gatherWrites([short, long]);
    expect([first?.buffer === short.buffer, second?.buffer === long.buffer]).toEqual([true, true]);
  });
});

describe('long records', () => {
  it('go to a socket’s kernel a slice at a time, from memory that is used again, and arrive', async () => {
    const server = createServer(localhost);
    const raw = net.connect({ port: await listen(server), host: '127.0.0.1' });
    const client = connectTo(0, [], { socket: raw });
    const [accepted] = (await once(server, 'secureConnection')) as [Duplex];
    cleanUp(() => void accepted.destroy());
    if (client.secureConnecting) await once(client, 'secureConnect');
    const written: Uint8Array[] = [];
    const write = raw.write.bind(raw);
    vi.spyOn(raw, 'write').mockImplementation((chunk) => {
      written.push(chunk as Uint8Array);
      return write(chunk);
    });
    const all = received(accepted, 4 * BLOCK.length);
    for (let block = 0; block < 4; block++) await new Promise((resolve) => client.write(BLOCK, resolve));
    expect(Buffer.compare(await all, Buffer.alloc(4 * BLOCK.length, 0x61))).toBe(0);
    expect(written.map(({ length }) => length)).toEqual(Array.from({ length: 4 }, () => 65_536 + 4 * 22));
    expect(new Set(written.map(({ buffer }) => buffer)).size).toBe(1);
  });

  it('are one write on any other Duplex, which may make a frame of each', async () => {
    const [near, far] = duplexPair();
    const server = createServer(localhost);
    server.emit('connection', far);
    const client = connect({ socket: near, servername: 'localhost', ca });
    const [accepted] = (await once(server, 'secureConnection')) as [Duplex];
    if (client.secureConnecting) await once(client, 'secureConnect');
    const writes = vi.spyOn(near, 'write');
    client.write(BLOCK);
    expect(Buffer.compare(await received(accepted, BLOCK.length), BLOCK)).toBe(0);
    expect(writes.mock.calls.map(([chunk]) => (chunk as Buffer).length)).toEqual([65_536 + 4 * 22]);
  });

  it('leave with the tickets and the close_notify of that moment, as the client’s do with its Finished', async () => {
    const server = createServer(localhost, (socket) => void socket.end('answer'));
    const writes: { server: number[]; client: number[] } = { server: [], client: [] };
    server.prependListener('connection', (socket: net.Socket) => countWrites(socket, writes.server));
    const raw = net.connect(await listen(server), '127.0.0.1');
    countWrites(raw, writes.client);
    const client = connectTo(0, [], { socket: raw });
    client.once('secureConnect', () => void client.end('question'));
    expect(String(await received(client, 6))).toBe('answer');
    // The hello, and the Finished with everything else; the other side's flight, and its tickets with the rest.
    expect([writes.client.length, writes.server.length]).toEqual([2, 2]);
    expect(writes.client[1]).toBeGreaterThan(1);
    expect(writes.server[1]).toBeGreaterThan(1);
  });
});

/** How many chunks each write to the kernel has. */
function countWrites(socket: net.Socket, counts: number[]): void {
  const [one, several] = [
    socket._write.bind(socket),
    (socket._writev as typeof Duplex.prototype._writev)?.bind(socket),
  ];
  vi.spyOn(socket, '_write').mockImplementation((...args) => {
    counts.push(1);
    one(...args);
  });
  vi.spyOn(socket, '_writev').mockImplementation((...args) => {
    counts.push(args[0].length);
    several?.(...args);
  });
}
