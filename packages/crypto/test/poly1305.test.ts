import { bytesToHex, hexToBytes } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xorBlock } from '../src/aead/chacha20.js';
import { Poly1305 } from '../src/aead/poly1305.js';
import { WordChunk } from '../src/aead/word-chunk.js';

const PRIME = 2n ** 130n - 5n;

/** RFC 8439 section 2.5 to the letter, for messages of whole blocks. */
function plainPoly1305(key: Uint8Array, message: Uint8Array): Uint8Array {
  const number = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(Uint8Array.from(bytes).reverse()) || '0'}`);
  const r = number(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    sum = ((sum + number(message.subarray(at, at + 16)) + 2n ** 128n) * r) % PRIME;
  }
  const tag = (sum + number(key.subarray(16))) % 2n ** 128n;
  return hexToBytes(tag.toString(16).padStart(32, '0')).reverse();
}

/** The same by the class, in as many updates as there are cuts. */
function ourPoly1305(key: Uint8Array, message: Uint8Array, blocksAtATime: number): Uint8Array {
  const chunk = new WordChunk(4096, 'view');
  const poly = new Poly1305();
  chunk.load(key, 0, 32);
  poly.begin(chunk.words);
  for (let at = 0; at < message.length; at += 16 * blocksAtATime) {
    const size = Math.min(16 * blocksAtATime, message.length - at);
    poly.update(chunk.words, chunk.load(message, at, size) >> 4);
  }
  poly.finish(chunk.words);
  const tag = new Uint8Array(16);
  chunk.store(tag, 0, 16);
  return tag;
}

/** Bytes as they stand at the edges of limbs and of the prime, much more often than chance has them. */
const edgeBytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.oneof(fc.constantFrom(0x00, 0x01, 0x02, 0x05, 0x7f, 0x80, 0xfa, 0xfb, 0xff), fc.nat(255)), {
      minLength: length,
      maxLength: length,
    })
    .map((bytes) => Uint8Array.from(bytes));
const sameByte = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.constantFrom(0x00, 0xff, 0xfb).map((byte) => new Uint8Array(length).fill(byte));
const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.oneof(edgeBytes(length), sameByte(length), fc.uint8Array({ minLength: length, maxLength: length }));

describe('Poly1305', () => {
  it('agrees with RFC 8439 section 2.5 over BigInt, on the edges of its limbs and of the prime', () => {
    fc.assert(
      fc.property(
        bytesOf(32),
        fc.array(bytesOf(16), { maxLength: 12 }),
        fc.integer({ min: 1, max: 7 }),
        (key, blocks, cut) => {
          const message = Uint8Array.from(blocks.flatMap((block) => [...block]));
          expect(ourPoly1305(key, message, cut)).toEqual(plainPoly1305(key, message));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('stays exact over a long message of the largest blocks under the largest key', () => {
    const key = new Uint8Array(32).fill(0xff);
    const message = new Uint8Array(16_640).fill(0xff);
    for (const cut of [1, 2, 255, 256]) {
      expect(ourPoly1305(key, message, cut)).toEqual(plainPoly1305(key, message));
    }
  });

  it('gives the least of the numbers that are the same modulo the prime, just below it, at it and above', () => {
    const key = new Uint8Array(32);
    key[0] = 1;
    for (let distance = -8; distance <= 8; distance++) {
      // Under r = 1 two blocks add up to 2^129 and their numbers: 2^130 - 5 + distance.
      const message = new Uint8Array(32).fill(0xff);
      const second = 2n ** 128n - 4n + BigInt(Math.min(distance, 3));
      const first = 2n ** 128n - 1n + BigInt(distance) - BigInt(Math.min(distance, 3));
      for (const [at, number] of [
        [0, first % 2n ** 128n],
        [16, second],
      ] as const) {
        message.set(hexToBytes(number.toString(16).padStart(32, '0')).reverse(), at);
      }
      expect(ourPoly1305(key, message, 2), String(distance)).toEqual(plainPoly1305(key, message));
    }
  });

  // RFC 8439 appendix A.3, test vectors 7 to 10: carries, and results around the prime.
  it.each([
    ['01', 'ff'.repeat(16) + 'f0' + 'ff'.repeat(15) + '11' + '00'.repeat(15), '05' + '00'.repeat(15)],
    ['01', 'ff'.repeat(16) + 'fbfe' + 'fe'.repeat(14) + '01'.repeat(16), '00'.repeat(16)],
    ['02', 'fd' + 'ff'.repeat(15), 'fa' + 'ff'.repeat(15)],
  ])('gives what RFC 8439 appendix A.3 says for r = %s, %s', (r, message, tag) => {
    const key = new Uint8Array(32);
    key[0] = Number.parseInt(r, 16);
    expect(bytesToHex(ourPoly1305(key, hexToBytes(message), 8))).toBe(tag);
  });
});

describe('ChaCha20', () => {
  it('gives the key stream of RFC 8439 section 2.3.2', () => {
    const chunk = new WordChunk(64, 'view');
    chunk.load(
      Uint8Array.from({ length: 32 }, (_, i) => i),
      0,
      32,
    );
    const key = chunk.words.slice(0, 8);
    chunk.load(hexToBytes('000000090000004a00000000'), 0, 12);
    const nonce = chunk.words.slice(0, 3);
    chunk.clear(0, 64);
    xorBlock(key, nonce, 1, chunk.words, 0);
    const stream = new Uint8Array(64);
    chunk.store(stream, 0, 64);
    expect(bytesToHex(stream)).toBe(
      '10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4ed2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e',
    );
  });
});

describe('words of a chunk', () => {
  it('are the same by views and by shifts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), fc.nat(20), fc.nat(90), (bytes, offset, cleared) => {
        const results = (['view', 'shifts'] as const).map((access) => {
          const chunk = new WordChunk(96, access);
          chunk.words.fill(-1);
          const size = Math.max(0, bytes.length - offset);
          const padded = chunk.load(bytes, offset, size);
          const words = [...chunk.words.subarray(0, padded >> 2)];
          chunk.clear(Math.min(cleared, size), size);
          const output = new Uint8Array(size + 3).fill(0xa5);
          chunk.store(output, 2, size);
          return { padded, words, output };
        });
        expect(results[0]).toEqual(results[1]);
        expect(results[0]?.words).toEqual([...new Int32Array(paddedCopy(bytes.subarray(offset)).buffer)]);
      }),
      { numRuns: 200 },
    );
  });
});

function paddedCopy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array((bytes.length + 15) & ~15);
  copy.set(bytes);
  return copy;
}
