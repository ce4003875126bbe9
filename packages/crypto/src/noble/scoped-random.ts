import { CryptoError } from '../error.js';
import type { RandomBytes } from '../provider.js';

/**
 * noble's curves take their blinding randomness from one function fixed when a curve is built, and by default that is
 * the host's `globalThis.crypto`: absent there, blinding is silently off; gone later, every operation throws; present,
 * a replay draws bytes that no recording holds. So every curve here is built over `scopedRandom`, which answers from
 * the source that the current caller injected. noble is synchronous from end to end, so the slot is empty again before
 * any other code runs.
 */
let current: RandomBytes | null = null;

/** Runs one synchronous noble operation with `random` as its only source of randomness. */
export function withRandom<T>(random: RandomBytes, operation: () => T): T {
  const outer = current;
  current = random;
  try {
    return operation();
  } finally {
    current = outer;
  }
}

/** The source given to noble when a curve is built. Outside `withRandom` it refuses instead of leaving out blinding. */
export function scopedRandom(length = 32): Uint8Array<ArrayBuffer> {
  if (current === null) throw new CryptoError('self-check-failed', 'a curve asked for randomness outside an operation');
  // A copy, because noble writes into what it gets and the source may keep a reference.
  return Uint8Array.from(current(length));
}

/**
 * Builds a curve. noble probes its source once and turns blinding off for ever if that fails, so the probe is answered
 * with zeros, which are never used for anything.
 */
export function buildCurve<T>(build: () => T): T {
  return withRandom((length) => new Uint8Array(length), build);
}
