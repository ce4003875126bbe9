import fc, { type Arbitrary } from 'fast-check';
import type { Codec, Shape } from './codec.js';

/** Longest vector that a generated value holds, in bytes, whatever its declaration allows. */
const LARGEST_GENERATED_VECTOR = 64;

/** A fresh Uint8Array of `minLength` to `maxLength` random bytes. */
export function bytesArbitrary(minLength = 0, maxLength: number = LARGEST_GENERATED_VECTOR): Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength: Math.max(minLength, maxLength) });
}

/** Values that the codec can encode, derived from its shape. */
export function codecArbitrary<T>(codec: Codec<T>): Arbitrary<T> {
  return shapeArbitrary(codec.shape) as Arbitrary<T>;
}

/** Cuts an input into chunks, empty ones included: every framer must give the same events for each cut. */
export function chunksArbitrary(bytes: Uint8Array): Arbitrary<Uint8Array[]> {
  return fc
    .array(fc.nat({ max: bytes.length }), { maxLength: 12 })
    .map((cuts) => [0, ...cuts.sort((left, right) => left - right), bytes.length])
    .map((cuts) => cuts.slice(1).map((end, index) => bytes.slice(cuts[index] as number, end)));
}

function shapeArbitrary(shape: Shape): Arbitrary<unknown> {
  switch (shape.kind) {
    case 'uint':
      return fc.nat({ max: Math.min(2 ** (8 * shape.width) - 1, 0x7fffffff) });
    case 'fixed':
      return bytesArbitrary(shape.length, shape.length);
    case 'opaque':
      return bytesArbitrary(shape.min, Math.min(shape.max, LARGEST_GENERATED_VECTOR));
    case 'list': {
      const smallest = smallestSize(shape.element);
      return fc.array(shapeArbitrary(shape.element), {
        minLength: Math.ceil(shape.min / Math.max(smallest, 1)),
        maxLength: Math.max(Math.ceil(shape.min / Math.max(smallest, 1)), 4),
      });
    }
    case 'struct':
      return fc.record(Object.fromEntries(shape.fields.map((field) => [field.name, shapeArbitrary(field.shape)])), {
        noNullPrototype: true,
      });
  }
}

function smallestSize(shape: Shape): number {
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
