import { describe, expect, it } from 'vitest';
import {
  BytesError,
  decode,
  encode,
  encodeSecret,
  fixed,
  hexToBytes,
  list,
  opaque,
  struct,
  u16,
  u24,
  u32,
  u8,
  type Codec,
} from '../src/index.js';
import { codecArbitrary } from '../src/arbitraries.js';
import { describeCodecProperties } from '../../../test/support/codec-properties.js';

interface Extension {
  readonly type: number;
  readonly data: Uint8Array;
}

interface Hello {
  readonly version: number;
  readonly random: Uint8Array;
  readonly suites: readonly number[];
  readonly age: number;
  readonly extensions: readonly Extension[];
}

const extension: Codec<Extension> = struct<Extension>({ type: u16, data: opaque(0, 0xffff) });
const hello: Codec<Hello> = struct<Hello>({
  version: u16,
  random: fixed(32),
  suites: list(u16, 2, 0xfffe),
  age: u32,
  extensions: list(extension, 8, 0xffff),
});

function properties<T>(name: string, codec: Codec<T>): void {
  describeCodecProperties(name, {
    decode: (bytes) => decode(codec, bytes),
    encode: (value) => encode(codec, value),
    arbitrary: codecArbitrary(codec),
    isOurError: (error) => error instanceof BytesError,
  });
}

properties('u8', u8);
properties('u24', u24);
properties('u32', u32);
properties('fixed', fixed(5));
properties('opaque<1..255>', opaque(1, 255));
properties('opaque<0..2^24-1>', opaque(0, 0xffffff));
properties('list of u16 <2..4>', list(u16, 2, 4));
properties('list of opaque<1..255> <2..2^16-1>', list(opaque(1, 255), 2, 0xffff));
properties('a structure with every kind of field', hello);

function reasonOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return error instanceof BytesError ? error.reason : String(error);
  }
  return undefined;
}

describe('codec', () => {
  it('writes big-endian fields in the order of the declaration', () => {
    const bytes = encode(extension, { type: 0x0010, data: Uint8Array.of(0xaa, 0xbb) });
    expect(bytes).toEqual(hexToBytes('0010 0002 aabb'));
  });

  it('takes the width of a length field from the largest length', () => {
    expect(encode(opaque(0, 0xff), new Uint8Array(1)).length).toBe(2);
    expect(encode(opaque(0, 0x100), new Uint8Array(1)).length).toBe(3);
    expect(encode(opaque(0, 0xffff), new Uint8Array(1)).length).toBe(3);
    expect(encode(opaque(0, 0x10000), new Uint8Array(1)).length).toBe(4);
  });

  it.each([
    ['a vector under its minimum', opaque(2, 255), '01 aa'],
    ['a vector over its maximum', opaque(0, 1), '02 aabb'],
    ['a list under its minimum', list(u16, 4, 8), '02 0001'],
    ['a list over its maximum', list(u16, 2, 4), '06 000100020003'],
  ] as const)('refuses to read %s', (_, codec, hex) => {
    expect(reasonOf(() => decode<unknown>(codec as Codec<unknown>, hexToBytes(hex)))).toBe('length-out-of-bounds');
  });

  it('refuses a list whose last element is cut', () => {
    expect(reasonOf(() => decode(list(u16, 2, 8), hexToBytes('03 0001 00')))).toBe('truncated');
  });

  it('refuses to write what lies outside the declared bounds', () => {
    expect(reasonOf(() => encode(opaque(2, 4), new Uint8Array(1)))).toBe('length-out-of-bounds');
    expect(reasonOf(() => encode(opaque(2, 4), new Uint8Array(5)))).toBe('length-out-of-bounds');
    expect(reasonOf(() => encode(list(u8, 1, 2), []))).toBe('length-out-of-bounds');
    expect(reasonOf(() => encode(list(u8, 1, 2), [1, 2, 3]))).toBe('length-out-of-bounds');
    expect(reasonOf(() => encode(fixed(2), new Uint8Array(3)))).toBe('length-out-of-bounds');
    expect(reasonOf(() => encode(u8, 256))).toBe('value-out-of-range');
    expect(reasonOf(() => encode(u8, -1))).toBe('value-out-of-range');
    expect(reasonOf(() => encode(u8, 1.5))).toBe('value-out-of-range');
  });

  it('says where, what was expected and what was there', () => {
    expect(() => decode(extension, hexToBytes('0010 0003 aabb'))).toThrow(
      'truncated at offset 4: expected 3 bytes, got 2',
    );
    expect(() => decode(u8, hexToBytes('0102'))).toThrow(
      'trailing-bytes at offset 1: expected the end, got 1 more bytes',
    );
  });

  it('describes itself as plain data', () => {
    expect(JSON.parse(JSON.stringify(hello.shape))).toEqual({
      kind: 'struct',
      fields: [
        { name: 'version', shape: { kind: 'uint', width: 2 } },
        { name: 'random', shape: { kind: 'fixed', length: 32 } },
        {
          name: 'suites',
          shape: { kind: 'list', prefix: 2, min: 2, max: 0xfffe, element: { kind: 'uint', width: 2 } },
        },
        { name: 'age', shape: { kind: 'uint', width: 4 } },
        {
          name: 'extensions',
          shape: {
            kind: 'list',
            prefix: 2,
            min: 8,
            max: 0xffff,
            element: {
              kind: 'struct',
              fields: [
                { name: 'type', shape: { kind: 'uint', width: 2 } },
                { name: 'data', shape: { kind: 'opaque', prefix: 2, min: 0, max: 0xffff } },
              ],
            },
          },
        },
      ],
    });
  });

  it('gives views of the input, not copies', () => {
    const input = hexToBytes('0010 0002 aabb');
    const { data } = decode(extension, input);
    input[4] = 0xcc;
    expect(data).toEqual(Uint8Array.of(0xcc, 0xbb));
  });

  it('refuses a declaration that could never end or never be written', () => {
    expect(reasonOf(() => list(fixed(0), 0, 10))).toBe('value-out-of-range');
    expect(reasonOf(() => list(struct<object>({}), 0, 10))).toBe('value-out-of-range');
    expect(reasonOf(() => opaque(0, 0x1000000))).toBe('value-out-of-range');
    expect(reasonOf(() => opaque(3, 2))).toBe('value-out-of-range');
  });
});

describe('encodeSecret', () => {
  it('writes what encode writes', () => {
    const value = new Uint8Array(300).fill(7);
    expect(encodeSecret(opaque(0, 0xffff), value)).toEqual(encode(opaque(0, 0xffff), value));
    expect(() => encodeSecret(opaque(0, 0xff), value)).toThrow(BytesError);
  });
});
