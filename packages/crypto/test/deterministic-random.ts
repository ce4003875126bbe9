import type { RandomBytes } from '@portico/crypto';
import { randomBytes, seededRandom } from '../../../test/support/random.js';

/** A random source that gives the same bytes again for the same seed. For tests only: it is not secret. */
export function deterministicRandom(seed: number): RandomBytes {
  const generator = seededRandom(seed);
  return (length) => randomBytes(generator, length);
}

/** A source that says how many bytes were drawn from it. */
export function countingRandom(seed: number): { readonly random: RandomBytes; readonly drawn: () => number } {
  const source = deterministicRandom(seed);
  let drawn = 0;
  return {
    random: (length) => {
      drawn += length;
      return source(length);
    },
    drawn: () => drawn,
  };
}
