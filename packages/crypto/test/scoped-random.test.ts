import { describe, expect, it } from 'vitest';
import { buildCurve, scopedRandom, withRandom } from '../src/noble/scoped-random.js';

const ones = (length: number): Uint8Array => new Uint8Array(length).fill(1);
const twos = (length: number): Uint8Array => new Uint8Array(length).fill(2);
const refusal = expect.objectContaining({ reason: 'self-check-failed' });

describe('the randomness that noble is given', () => {
  it('comes from the caller of the operation, and from nobody outside one', () => {
    expect(() => scopedRandom(4)).toThrow(refusal);
    expect(withRandom(ones, () => scopedRandom(4))).toEqual(Uint8Array.of(1, 1, 1, 1));
    expect(() => scopedRandom(4)).toThrow(refusal);
  });

  it('is the outer caller’s again after an inner operation, even one that fails', () => {
    withRandom(ones, () => {
      expect(withRandom(twos, () => scopedRandom(1))).toEqual(Uint8Array.of(2));
      expect(scopedRandom(1)).toEqual(Uint8Array.of(1));
      expect(() =>
        withRandom(twos, () => {
          throw new Error('failed');
        }),
      ).toThrow('failed');
      expect(scopedRandom(1)).toEqual(Uint8Array.of(1));
    });
    expect(() => scopedRandom(1)).toThrow(refusal);
  });

  it('is zeros while a curve is built, which draws from no one', () => {
    expect(withRandom(ones, () => buildCurve(() => scopedRandom(2)))).toEqual(Uint8Array.of(0, 0));
  });
});
