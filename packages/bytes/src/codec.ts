import { BytesError } from './error.js';
import { ByteReader, type LengthPrefix } from './reader.js';
import { ByteWriter } from './writer.js';

/** What a length field of three bytes, the widest in use, can say. */
const LARGEST_VECTOR = 0xffffff;

/** What a codec reads and writes, as plain data: generators, dissectors and documents are derived from it. */
export type Shape =
  | { readonly kind: 'uint'; readonly width: number }
  | { readonly kind: 'fixed'; readonly length: number }
  | { readonly kind: 'opaque'; readonly prefix: LengthPrefix; readonly min: number; readonly max: number }
  | {
      readonly kind: 'list';
      readonly prefix: LengthPrefix;
      readonly min: number;
      readonly max: number;
      readonly element: Shape;
    }
  | { readonly kind: 'struct'; readonly fields: readonly { readonly name: string; readonly shape: Shape }[] };

/** One wire format, declared once. Decoded byte strings are views of the input. */
export interface Codec<T> {
  readonly shape: Shape;
  read(reader: ByteReader): T;
  write(writer: ByteWriter, value: T): void;
}

/**
 * Decodes a whole input.
 * @throws BytesError if it is malformed, cut, or longer than the value
 */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const reader = new ByteReader(bytes);
  const value = codec.read(reader);
  reader.end();
  return value;
}

/**
 * Encodes one value into a fresh array.
 * @throws BytesError if the value is outside the declared bounds
 */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  codec.write(writer, value);
  return writer.toBytes();
}

/**
 * Encodes a value with secrets in it: no array but the result holds them.
 * @throws BytesError if the value is outside the declared bounds
 */
export function encodeSecret<T>(codec: Codec<T>, value: T): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  try {
    codec.write(writer, value);
    return writer.toBytes();
  } finally {
    writer.wipe();
  }
}

/** Bytes of the shortest value of that shape. */
export function smallestSize(shape: Shape): number {
  switch (shape.kind) {
    case 'uint':
      return shape.width;
    case 'fixed':
      return shape.length;
    case 'opaque':
    case 'list':
      return shape.prefix + shape.min;
    case 'struct':
      return shape.fields.reduce((sum, field) => sum + smallestSize(field.shape), 0);
  }
}

function uint(width: number): Codec<number> {
  return {
    shape: { kind: 'uint', width },
    read: (reader) => reader.uint(width),
    write: (writer, value) => writer.uint(width, value),
  };
}

export const u8: Codec<number> = /* @__PURE__ */ uint(1);
export const u16: Codec<number> = /* @__PURE__ */ uint(2);
export const u24: Codec<number> = /* @__PURE__ */ uint(3);
export const u32: Codec<number> = /* @__PURE__ */ uint(4);

/** `opaque name[length]`: exactly that many bytes. */
export function fixed(length: number): Codec<Uint8Array> {
  return {
    shape: { kind: 'fixed', length },
    read: (reader) => reader.bytes(length),
    write: (writer, value) => {
      checkLength(value.length, length, length, undefined);
      writer.bytes(value);
    },
  };
}

/**
 * `opaque name<min..max>`, both in bytes; the width of the length field follows from `max`.
 * @throws BytesError `value-out-of-range` for bounds that no vector can meet
 */
export function opaque(min: number, max: number): Codec<Uint8Array> {
  const prefix = prefixFor(min, max);
  return {
    shape: { kind: 'opaque', prefix, min, max },
    read: (reader) => {
      const at = reader.offset;
      const value = reader.prefixed(prefix);
      checkLength(value.length, min, max, at);
      return value;
    },
    write: (writer, value) => {
      checkLength(value.length, min, max, undefined);
      writer.prefixed(prefix, value);
    },
  };
}

/**
 * `Element name<min..max>`, both in **bytes**, as in RFC 9846 section 3.4.
 * @throws BytesError `value-out-of-range` for bounds that no vector can meet, or an element that may be empty
 */
export function list<T>(element: Codec<T>, min: number, max: number): Codec<readonly T[]> {
  const prefix = prefixFor(min, max);
  if (smallestSize(element.shape) === 0) {
    // Reading such a list would never reach its end.
    throw new BytesError('value-out-of-range', { expected: 'elements of at least one byte', got: '0' });
  }
  return {
    shape: { kind: 'list', prefix, min, max, element: element.shape },
    read: (reader) => {
      const at = reader.offset;
      const inner = reader.scope(prefix);
      checkLength(inner.remaining, min, max, at);
      const values: T[] = [];
      while (inner.remaining > 0) values.push(element.read(inner));
      return values;
    },
    write: (writer, values) => {
      const before = writer.length;
      writer.scope(prefix, () => {
        for (const value of values) element.write(writer, value);
      });
      checkLength(writer.length - before - prefix, min, max, undefined);
    },
  };
}

/** The fields in wire order, each under its name in the interface `T`. */
export function struct<T extends object>(fields: { readonly [K in keyof T]-?: Codec<T[K]> }): Codec<T> {
  const entries = Object.entries(fields) as [keyof T & string, Codec<unknown>][];
  return {
    shape: { kind: 'struct', fields: entries.map(([name, codec]) => ({ name, shape: codec.shape })) },
    read: (reader) => {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of entries) value[name] = codec.read(reader);
      return value as T;
    },
    write: (writer, value) => {
      for (const [name, codec] of entries) codec.write(writer, value[name]);
    },
  };
}

function prefixFor(min: number, max: number): LengthPrefix {
  if (!(min >= 0 && min <= max && max <= LARGEST_VECTOR)) {
    throw new BytesError('value-out-of-range', {
      expected: `0 <= min <= max <= ${LARGEST_VECTOR}`,
      got: `${min}..${max}`,
    });
  }
  return max < 0x100 ? 1 : max < 0x10000 ? 2 : 3;
}

function checkLength(length: number, min: number, max: number, offset: number | undefined): void {
  if (length >= min && length <= max) return;
  throw new BytesError('length-out-of-bounds', {
    ...(offset === undefined ? {} : { offset }),
    expected: min === max ? `${min} bytes` : `${min} to ${max} bytes`,
    got: length,
  });
}
