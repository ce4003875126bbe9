import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesEqual,
  BytesError,
  bytesToHex,
  concatBytes,
  constantTimeEqual,
  copyBytes,
  hexdump,
  hexToBytes,
} from '../src/index.js';
import { bytesArbitrary, chunksArbitrary } from '../src/arbitraries.js';

describe('hexadecimal', () => {
  it('round-trips', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = bytesToHex(bytes);
        expect(text).toBe(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''));
        expect(hexToBytes(text)).toEqual(bytes);
        expect(hexToBytes(text.toUpperCase())).toEqual(bytes);
      }),
    );
  });

  it('skips white space, even inside a byte', () => {
    expect(hexToBytes(' de\tad\r\nb e ef ')).toEqual(Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
  });

  it.each([
    ['0g', 'invalid-hex at offset 1: expected a hexadecimal digit, got g'],
    ['0x12', 'invalid-hex at offset 1: expected a hexadecimal digit, got x'],
    ['abc', 'invalid-hex: expected an even number of digits, got 3'],
    ['\u00a000', 'invalid-hex at offset 0'],
  ])('refuses %j', (text, message) => {
    expect(() => hexToBytes(text)).toThrow(BytesError);
    expect(() => hexToBytes(text)).toThrow(message);
  });

  it('throws only our error for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) => {
        try {
          hexToBytes(text);
        } catch (error) {
          expect(error).toBeInstanceOf(BytesError);
        }
      }),
    );
  });
});

describe('hexdump', () => {
  it('shows offset, bytes and printable characters, sixteen to a line', () => {
    const bytes = Uint8Array.from({ length: 18 }, (_, i) => (i < 16 ? 0x59 + i : 0x7e + (i - 16)));
    expect(hexdump(bytes).split('\n')).toEqual([
      '00000000  59 5a 5b 5c 5d 5e 5f 60 61 62 63 64 65 66 67 68  YZ[\\]^_`abcdefgh',
      '00000010  7e 7f                                            ~.',
    ]);
  });

  it('shows control characters and high bytes as dots', () => {
    expect(hexdump(Uint8Array.of(0x1f, 0x20, 0x7e, 0x7f, 0x80, 0xff))).toMatch(/ {2}\. ~\.\.\.$/);
  });

  it('shows nothing for nothing', () => {
    expect(hexdump(new Uint8Array(0))).toBe('');
  });
});

describe('equality', () => {
  it('is the same for both comparisons, and true only for equal bytes', () => {
    const pair = fc
      .uint8Array({ maxLength: 20 })
      .chain((left) =>
        fc.tuple(
          fc.constant(left),
          fc.oneof(
            fc.constant(left.slice()),
            fc.uint8Array({ minLength: left.length, maxLength: left.length }),
            fc.uint8Array(),
          ),
        ),
      );
    fc.assert(
      fc.property(pair, ([left, right]) => {
        const same = bytesToHex(left) === bytesToHex(right);
        expect(constantTimeEqual(left, right)).toBe(same);
        expect(bytesEqual(left, right)).toBe(same);
      }),
    );
  });

  it('sees one flipped bit anywhere', () => {
    const left = Uint8Array.from({ length: 32 }, (_, i) => i);
    for (let bit = 0; bit < 256; bit++) {
      const right = left.slice();
      right[bit >> 3] = (right[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(constantTimeEqual(left, right)).toBe(false);
      expect(bytesEqual(left, right)).toBe(false);
    }
  });

  it('reads every byte of a secret wherever the first difference is', () => {
    const reads = (difference: number): number => {
      let count = 0;
      const right = new Uint8Array(64);
      right[difference] = 1;
      const counted = new Proxy(right, {
        get: (target, key) => {
          if (typeof key === 'string' && /^\d+$/.test(key)) count++;
          return Reflect.get(target, key, target) as unknown;
        },
      });
      constantTimeEqual(new Uint8Array(64), counted);
      return count;
    };
    expect([reads(0), reads(31), reads(63)]).toEqual([64, 64, 64]);
  });
});

describe('concatBytes', () => {
  it('joins copies', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (parts) => {
        const expected = parts.flatMap((part) => Array.from(part));
        const joined = concatBytes(...parts);
        for (const part of parts) part.fill(0);
        expect(Array.from(joined)).toEqual(expected);
      }),
    );
  });
});

describe('arbitraries', () => {
  it('cuts an input into chunks that make up the input', () => {
    const cut = fc.uint8Array({ maxLength: 30 }).chain((bytes) => fc.tuple(fc.constant(bytes), chunksArbitrary(bytes)));
    fc.assert(
      fc.property(cut, ([bytes, chunks]) => {
        expect(concatBytes(...chunks)).toEqual(bytes);
      }),
    );
  });

  it('cuts byte by byte now and then', () => {
    const bytes = Uint8Array.from({ length: 20 }, (_, i) => i);
    const cuts = fc.sample(chunksArbitrary(bytes), 200);
    expect(cuts.some((chunks) => chunks.length === 20 && chunks.every((chunk) => chunk.length === 1))).toBe(true);
    expect(cuts.some((chunks) => chunks.length === 1)).toBe(true);
  });

  it('gives byte strings of the lengths asked for', () => {
    for (const bytes of fc.sample(bytesArbitrary(100), 20)) expect(bytes.length).toBe(100);
    for (const bytes of fc.sample(bytesArbitrary(3, 5), 20)) expect([3, 4, 5]).toContain(bytes.length);
  });
});

describe('copyBytes', () => {
  class Subclass extends Uint8Array {}
  const shared = new Uint8Array(new SharedArrayBuffer(8), 2, 3);
  const original = Uint8Array.of(7, 8, 9);

  it.each<[string, Uint8Array]>([
    ['a plain array', original.slice()],
    ['a view', new Uint8Array(16).subarray(3, 6)],
    ['a Buffer, whose slice is a view', Buffer.alloc(3)],
    ['a Buffer out of a pool', Buffer.from('abc')],
    ['a subclass', new Subclass(3)],
    ['shared memory', shared],
  ])('copies %s into a plain array of exactly its bytes, in memory of its own', (_what, bytes) => {
    bytes.set(original);
    const copy = copyBytes(bytes);
    bytes.fill(0);
    expect(copy).toEqual(original);
    expect(Object.getPrototypeOf(copy)).toBe(Uint8Array.prototype);
    expect(copy.buffer).toBeInstanceOf(ArrayBuffer);
    expect([copy.byteOffset, copy.buffer.byteLength]).toEqual([0, 3]);
    copy.fill(1);
    expect(Array.from(bytes)).toEqual([0, 0, 0]);
  });

  it('makes no bytes of what is no array of bytes', () => {
    expect(() => copyBytes(null as never)).toThrow(TypeError);
    expect(copyBytes(1000 as never)).toHaveLength(0);
  });
});
