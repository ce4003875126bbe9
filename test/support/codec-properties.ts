import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mutate, randomBytes, seededRandom } from './random.js';

/** Inputs of each kind (random, mutated) that a codec must survive. */
const HOSTILE_INPUTS = 10_000;
const HOSTILE_INPUTS_PER_SEED = 100;
const LONGEST_RANDOM_INPUT = 300;

export interface CodecUnderTest<T> {
  /** Decodes a whole input; throws on anything that is not exactly one value. */
  readonly decode: (bytes: Uint8Array) => T;
  readonly encode: (value: T) => Uint8Array;
  readonly arbitrary: Arbitrary<T>;
  /** Whether a thrown error is one that the package promises for bad input. */
  readonly isOurError: (error: unknown) => boolean;
  /**
   * `self-delimiting` (the default): the format says where it ends, so every proper prefix and one byte more are
   * refused. `to-the-end`: the last field is all that is left, so neither can be.
   */
  readonly extent?: 'self-delimiting' | 'to-the-end';
  /** `canonical` (the default): whatever decodes is encoded to the same bytes again. `tolerant`: decoding forgets. */
  readonly encoding?: 'canonical' | 'tolerant';
}

/** The properties that every codec has to have. */
export function describeCodecProperties<T>(name: string, codec: CodecUnderTest<T>): void {
  const { extent = 'self-delimiting', encoding = 'canonical' } = codec;

  describe(`codec properties: ${name}`, () => {
    it('decodes what it encoded', () => {
      fc.assert(
        fc.property(codec.arbitrary, (value) => {
          expect(codec.decode(codec.encode(value))).toEqual(value);
        }),
      );
    });

    it('leaves the input as it was, and gives the same value for a copy at another offset', () => {
      fc.assert(
        fc.property(codec.arbitrary, fc.integer({ min: 1, max: 9 }), (value, shift) => {
          const bytes = codec.encode(value);
          const surrounded = new Uint8Array(bytes.length + 2 * shift).fill(0xa5);
          surrounded.set(bytes, shift);
          const before = surrounded.slice();
          expect(codec.decode(surrounded.subarray(shift, shift + bytes.length))).toEqual(value);
          expect(surrounded).toEqual(before);
        }),
      );
    });

    if (extent === 'self-delimiting') {
      it('refuses every proper prefix', () => {
        fc.assert(
          fc.property(codec.arbitrary, (value) => {
            const bytes = codec.encode(value);
            for (let length = 0; length < bytes.length; length++) {
              expectRefusal(codec, bytes.slice(0, length), `prefix of ${length} of ${bytes.length} bytes`);
            }
          }),
        );
      });

      it('refuses one appended byte', () => {
        fc.assert(
          fc.property(codec.arbitrary, fc.integer({ min: 0, max: 0xff }), (value, extra) => {
            const bytes = codec.encode(value);
            const longer = new Uint8Array(bytes.length + 1);
            longer.set(bytes);
            longer[bytes.length] = extra;
            expectRefusal(codec, longer, 'one byte too many');
          }),
        );
      });
    }

    it(`throws only our error for ${HOSTILE_INPUTS} random inputs`, () => {
      forEachSeed((random) => {
        checkHostile(codec, encoding, randomBytes(random, random(LONGEST_RANDOM_INPUT)));
      });
    });

    it(`throws only our error for ${HOSTILE_INPUTS} mutated inputs`, () => {
      fc.assert(
        fc.property(codec.arbitrary, fc.integer(), (value, seed) => {
          const bytes = codec.encode(value);
          const random = seededRandom(seed);
          for (let i = 0; i < HOSTILE_INPUTS_PER_SEED; i++) checkHostile(codec, encoding, mutate(random, bytes));
        }),
        { numRuns: HOSTILE_INPUTS / HOSTILE_INPUTS_PER_SEED },
      );
    });
  });
}

function forEachSeed(check: (random: (below: number) => number) => void): void {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = seededRandom(seed);
      for (let i = 0; i < HOSTILE_INPUTS_PER_SEED; i++) check(random);
    }),
    { numRuns: HOSTILE_INPUTS / HOSTILE_INPUTS_PER_SEED },
  );
}

/** Either our error, or a value; and if canonical, one that has exactly this encoding. */
function checkHostile<T>(codec: CodecUnderTest<T>, encoding: 'canonical' | 'tolerant', bytes: Uint8Array): void {
  let value: T;
  try {
    value = codec.decode(bytes);
  } catch (error) {
    demandOurError(codec, error, bytes, 'decoding');
    return;
  }
  if (encoding === 'tolerant') return;
  const again = codec.encode(value);
  if (again.length !== bytes.length || again.some((byte, i) => byte !== bytes[i])) {
    throw new Error(`not canonical: ${hex(bytes)} decodes, and is encoded as ${hex(again)}`);
  }
}

function expectRefusal<T>(codec: CodecUnderTest<T>, bytes: Uint8Array, what: string): void {
  try {
    codec.decode(bytes);
  } catch (error) {
    demandOurError(codec, error, bytes, what);
    return;
  }
  throw new Error(`accepted a ${what}: ${hex(bytes)}`);
}

function demandOurError<T>(codec: CodecUnderTest<T>, error: unknown, bytes: Uint8Array, what: string): void {
  if (codec.isOurError(error)) return;
  throw new Error(`${what} ${hex(bytes)} threw ${String(error)}`, { cause: error });
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
