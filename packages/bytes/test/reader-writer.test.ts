import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, BytesError, ByteWriter, hexToBytes, type LengthPrefix } from '../src/index.js';

function errorOf(action: () => unknown): BytesError {
  try {
    action();
  } catch (error) {
    if (error instanceof BytesError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('ByteReader', () => {
  it('reads big-endian integers of one to six bytes', () => {
    const reader = new ByteReader(hexToBytes('01 0203 040506 0708090a 0b0c0d0e0f10'));
    expect([reader.u8(), reader.u16(), reader.u24(), reader.u32(), reader.uint(6)]).toEqual([
      0x01, 0x0203, 0x040506, 0x0708090a, 0x0b0c0d0e0f10,
    ]);
    reader.end();
  });

  it('reads the high bit of 32 bits as a magnitude, not as a sign', () => {
    expect(new ByteReader(hexToBytes('ffffffff')).u32()).toBe(0xffffffff);
  });

  it('does not move when it refuses', () => {
    const reader = new ByteReader(hexToBytes('0102'));
    expect(errorOf(() => reader.u24())).toMatchObject({
      reason: 'truncated',
      offset: 0,
      expected: '3 bytes',
      got: '2',
    });
    expect(errorOf(() => reader.bytes(3)).reason).toBe('truncated');
    expect(errorOf(() => reader.bytes(-1)).reason).toBe('truncated');
    expect(errorOf(() => reader.bytes(Number.NaN)).reason).toBe('truncated');
    expect(reader.u16()).toBe(0x0102);
    expect(errorOf(() => reader.u8())).toMatchObject({ reason: 'truncated', offset: 2 });
  });

  it('keeps a scope inside its length, whatever follows', () => {
    const reader = new ByteReader(hexToBytes('02 aabb cc'));
    const scope = reader.scope(1);
    expect(reader.offset).toBe(3);
    expect(scope.remaining).toBe(2);
    expect(errorOf(() => scope.u24())).toMatchObject({ reason: 'truncated', offset: 1 });
    expect(scope.u16()).toBe(0xaabb);
    scope.end();
    expect(reader.u8()).toBe(0xcc);
  });

  it('counts offsets from the start of the whole input in every scope', () => {
    const reader = new ByteReader(hexToBytes('ff 0003 02 aabb'));
    reader.u8();
    const outer = reader.scope(2);
    const inner = outer.scope(1);
    expect(inner.offset).toBe(4);
    inner.u8();
    expect(errorOf(() => inner.end())).toMatchObject({ reason: 'trailing-bytes', offset: 5 });
  });

  it('refuses a scope that is longer than what is left, outer scopes included', () => {
    expect(errorOf(() => new ByteReader(hexToBytes('03 aabb')).scope(1)).reason).toBe('truncated');
    const outer = new ByteReader(hexToBytes('02 02 aa bb')).scope(1);
    expect(errorOf(() => outer.scope(1)).reason).toBe('truncated');
    expect(errorOf(() => new ByteReader(hexToBytes('03 aabb')).prefixed(1)).reason).toBe('truncated');
  });

  it('returns views', () => {
    const input = hexToBytes('02 aabb cc');
    const reader = new ByteReader(input);
    const view = reader.prefixed(1);
    const rest = reader.rest();
    input.fill(0);
    expect(view).toEqual(Uint8Array.of(0, 0));
    expect(rest).toEqual(Uint8Array.of(0));
  });

  it('refuses a range outside the array', () => {
    const bytes = new Uint8Array(4);
    for (const [start, end] of [
      [-1, 4],
      [0, 5],
      [3, 2],
      [Number.NaN, 4],
    ] as const) {
      expect(errorOf(() => new ByteReader(bytes, start, end)).reason).toBe('value-out-of-range');
    }
  });
});

describe('ByteWriter', () => {
  it('writes what the reader reads', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ width: fc.integer({ min: 1, max: 6 }), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
        ),
        fc.nat({ max: 8 }),
        (fields, capacity) => {
          const values = fields.map(({ width, share }) => ({
            width,
            value: Math.floor(share * (2 ** (8 * width) - 1)),
          }));
          const writer = new ByteWriter(capacity);
          for (const { width, value } of values) writer.uint(width, value);
          const reader = new ByteReader(writer.toBytes());
          expect(values.map(({ width }) => reader.uint(width))).toEqual(values.map(({ value }) => value));
          reader.end();
        },
      ),
    );
  });

  it.each([
    ['u8', 0x100],
    ['u16', 0x10000],
    ['u24', 0x1000000],
    ['u32', 0x100000000],
    ['u8', -1],
    ['u16', 1.5],
    ['u32', Number.NaN],
  ] as const)('refuses %s of %d and writes nothing', (method, value) => {
    const writer = new ByteWriter();
    expect(errorOf(() => writer[method](value)).reason).toBe('value-out-of-range');
    expect(writer.length).toBe(0);
  });

  it('puts the length in front of a scope, nested ones included', () => {
    const writer = new ByteWriter(0);
    writer.scope(2, () => {
      writer.u8(1);
      writer.scope(1, () => writer.bytes(Uint8Array.of(0xaa, 0xbb)));
      writer.prefixed(3, Uint8Array.of(0xcc));
    });
    expect(writer.toBytes()).toEqual(hexToBytes('0008 01 02 aabb 000001 cc'));
  });

  it.each([
    [1, 0x100],
    [2, 0x10000],
    [3, 0x1000000],
  ] as const)('refuses what does not fit a length of %d bytes', (prefix: LengthPrefix, length) => {
    expect(errorOf(() => new ByteWriter().prefixed(prefix, new Uint8Array(length))).reason).toBe(
      'length-out-of-bounds',
    );
    const writer = new ByteWriter();
    writer.prefixed(prefix, new Uint8Array(length - 1));
    expect(writer.length).toBe(prefix + length - 1);
  });

  it('hands out a copy', () => {
    const writer = new ByteWriter();
    writer.u8(1);
    const first = writer.toBytes();
    writer.u8(2);
    first.fill(9);
    expect(writer.toBytes()).toEqual(Uint8Array.of(1, 2));
  });
});
