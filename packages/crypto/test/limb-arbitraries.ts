import fc from 'fast-check';
import type { Limbs } from '../src/limbs.js';

/** Limbs up to `weight` times 2^23 from zero: at the ends, where sums of products are largest, much more often than by chance. */
export function elementsOfWeight(weight: number, count: number): fc.Arbitrary<Limbs> {
  const end = weight * 2 ** 23;
  const limb = fc.oneof(fc.constantFrom(end, -end, end - 1, 1 - end, 0, 1, -1), fc.integer({ min: -end, max: end }));
  const same = fc.constantFrom(end, -end).map((value) => new Array<number>(count).fill(value));
  const alternating = same.map((values) => values.map((value, index) => (index % 2 === 0 ? value : -value)));
  return fc
    .oneof(fc.array(limb, { minLength: count, maxLength: count }), same, alternating)
    .map((values) => Float64Array.from(values));
}

const byte = fc.oneof(fc.constantFrom(0x00, 0x01, 0x7f, 0x80, 0xec, 0xed, 0xff), fc.nat(255));

/** Byte strings as they stand at the edges of limbs and primes. */
export const edgeBytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc
    .oneof(
      fc.array(byte, { minLength: length, maxLength: length }),
      fc.constantFrom(0x00, 0xff).map((value) => new Array<number>(length).fill(value)),
    )
    .map((bytes) => Uint8Array.from(bytes));
