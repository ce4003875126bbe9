import fc, { type Arbitrary } from 'fast-check';
import { smallestSize, type Codec, type Shape } from './codec.js';
import { copyBytes } from './copy.js';

/** Longest vector that a generated value holds, in bytes, whatever its declaration allows. */
const LARGEST_GENERATED_VECTOR = 64;

/** Elements of a generated list, unless its minimum asks for more. */
const MOST_GENERATED_ELEMENTS = 4;

/** A fresh Uint8Array of `minLength` to `maxLength` random bytes. */
export function bytesArbitrary(minLength = 0, maxLength: number = LARGEST_GENERATED_VECTOR): Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength: Math.max(minLength, maxLength) });
}

/** Values that the codec can encode, derived from its shape. */
export function codecArbitrary<T>(codec: Codec<T>): Arbitrary<T> {
  return shapeArbitrary(codec.shape) as Arbitrary<T>;
}

/**
 * Cuts an input into chunks, empty ones included: every framer must give the same events for each cut. Byte by byte and
 * the whole at once are among them.
 */
export function chunksArbitrary(bytes: Uint8Array): Arbitrary<Uint8Array[]> {
  const anywhere = fc
    .array(fc.nat({ max: bytes.length }), { maxLength: 12 })
    .map((cuts) => [...cuts].sort((left, right) => left - right));
  const everywhere = fc.constant(Array.from({ length: Math.max(bytes.length - 1, 0) }, (_, index) => index + 1));
  return fc
    .oneof({ arbitrary: anywhere, weight: 8 }, { arbitrary: everywhere, weight: 1 })
    .map((cuts) => [...cuts, bytes.length].map((end, index) => copyBytes(bytes.subarray(cuts[index - 1] ?? 0, end))));
}

function shapeArbitrary(shape: Shape): Arbitrary<unknown> {
  switch (shape.kind) {
    case 'uint':
      return fc.integer({ min: 0, max: 2 ** (8 * shape.width) - 1 });
    case 'fixed':
      return bytesArbitrary(shape.length, shape.length);
    case 'opaque':
      return bytesArbitrary(shape.min, Math.min(shape.max, LARGEST_GENERATED_VECTOR));
    case 'list': {
      // Bounds are in bytes: enough of the smallest elements to reach `min`, and no more of the largest than `max` holds.
      const minLength = Math.ceil(shape.min / smallestSize(shape.element));
      const fitting = Math.floor(shape.max / largestGeneratedSize(shape.element));
      return fc.array(shapeArbitrary(shape.element), {
        minLength,
        maxLength: Math.max(minLength, Math.min(fitting, MOST_GENERATED_ELEMENTS)),
      });
    }
    case 'struct':
      return fc.record(Object.fromEntries(shape.fields.map((field) => [field.name, shapeArbitrary(field.shape)])), {
        noNullPrototype: true,
      });
  }
}

function largestGeneratedSize(shape: Shape): number {
  switch (shape.kind) {
    case 'uint':
    case 'fixed':
      return smallestSize(shape);
    case 'opaque':
      return shape.prefix + Math.max(shape.min, Math.min(shape.max, LARGEST_GENERATED_VECTOR));
    case 'list':
      return shape.prefix + shape.max;
    case 'struct':
      return shape.fields.reduce((sum, field) => sum + largestGeneratedSize(field.shape), 0);
  }
}
