import { seededRandom } from './random.mjs';

/**
 * @typedef {object} FuzzTarget
 * @property {string} name
 * @property {(random: (below: number) => number) => Uint8Array} generate an input
 * @property {(input: Uint8Array) => string | Promise<string>} run what came of it, in a word; throws where something is wrong with us.
 *   The same input gives the same outcome.
 */

/**
 * Runs a target. Stops at the first failure, which it makes as small as it can.
 * @returns {Promise<{ runs: number, seed: number, outcomes: Map<string, number>, failure: null | { input: Uint8Array, original: Uint8Array, error: unknown } }>}
 */
export async function fuzz(target, { runs, seed }) {
  const random = seededRandom(seed);
  const outcomes = new Map();
  for (let run = 1; run <= runs; run++) {
    const original = target.generate(random);
    try {
      const outcome = await target.run(original);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch {
      const input = await minimize(original, async (candidate) => (await errorOf(target, candidate)) !== null);
      return { runs: run, seed, outcomes, failure: { input, original, error: await errorOf(target, input) } };
    }
  }
  return { runs, seed, outcomes, failure: null };
}

async function errorOf(target, input) {
  try {
    await target.run(input);
    return null;
  } catch (error) {
    return error;
  }
}

/** How many candidates are tried in making a case smaller. */
const MOST_ATTEMPTS = 5000;

/** Removes ever smaller parts, then plains what is left, for as long as it still fails. */
export async function minimize(input, fails) {
  let smallest = input;
  let attempts = 0;
  const accept = async (candidate) => {
    if (attempts++ >= MOST_ATTEMPTS || !(await fails(candidate))) return false;
    smallest = candidate;
    return true;
  };
  for (let size = Math.ceil(input.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < smallest.length;) {
      const candidate = Uint8Array.from([...smallest.subarray(0, at), ...smallest.subarray(at + size)]);
      if (!(await accept(candidate))) at += size;
    }
  }
  for (let at = 0; at < smallest.length; at++) {
    if (smallest[at] !== 0) await accept(smallest.map((byte, index) => (index === at ? 0 : byte)));
  }
  return smallest;
}
