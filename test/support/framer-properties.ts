import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mutate, randomBytes, seededRandom } from './random.js';

/** Inputs of each kind that a framer must survive, unless it says fewer. */
const HOSTILE_INPUTS = 10_000;
const HOSTILE_INPUTS_PER_SEED = 100;
const LONGEST_RANDOM_INPUT = 200;
/** One input in so many is also fed byte by byte: that costs as much as all the rest. */
const BYTE_BY_BYTE_ONE_IN = 8;

export interface FramerUnderTest<Event> {
  /**
   * A new framer over these chunks, then the end of the stream; events must not depend on how the input was cut (join
   * pieces of a streamed body), and must be copies. Input never makes it throw.
   */
  readonly frame: (chunks: readonly Uint8Array[]) => Event[];
  /** Inputs that are mostly well-formed streams. */
  readonly input: Arbitrary<Uint8Array>;
  /** Fewer where the same framer is tested in several set-ups; 10,000 by default. */
  readonly hostileInputs?: number;
}

/** The properties of every framer: any chunking gives the same events, and no input throws. */
export function describeFramerProperties<Event>(name: string, framer: FramerUnderTest<Event>): void {
  const { frame, input, hostileInputs = HOSTILE_INPUTS } = framer;
  const numRuns = Math.ceil(hostileInputs / HOSTILE_INPUTS_PER_SEED);

  describe(`framer properties: ${name}`, () => {
    it('gives the same events whole, byte by byte and in any cuts', () => {
      fc.assert(
        fc.property(input, fc.integer(), (bytes, seed) => {
          checkCuts(frame, bytes, seededRandom(seed), 'byte by byte');
        }),
        { numRuns: 300 },
      );
    });

    it(`gives the same events for ${hostileInputs} mutated inputs however they are cut, and never throws`, () => {
      fc.assert(
        fc.property(input, fc.integer(), (bytes, seed) => {
          const random = seededRandom(seed);
          for (let i = 0; i < HOSTILE_INPUTS_PER_SEED; i++) checkCuts(frame, mutate(random, bytes), random);
        }),
        { numRuns },
      );
    });

    it(`never throws for ${hostileInputs} random inputs`, () => {
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const random = seededRandom(seed);
          for (let i = 0; i < HOSTILE_INPUTS_PER_SEED; i++) {
            checkCuts(frame, randomBytes(random, random(LONGEST_RANDOM_INPUT)), random);
          }
        }),
        { numRuns },
      );
    });
  });
}

function checkCuts<Event>(
  frame: (chunks: readonly Uint8Array[]) => Event[],
  bytes: Uint8Array,
  random: (below: number) => number,
  always?: 'byte by byte',
): void {
  const whole = frame([bytes]);
  const cuts = Array.from({ length: 1 + random(6) }, () => random(bytes.length + 1)).sort(
    (left, right) => left - right,
  );
  const pieces = [...cuts, bytes.length].map((end, index) => bytes.slice(cuts[index - 1] ?? 0, end));
  expect(frame(pieces)).toEqual(whole);
  if (always === undefined && random(BYTE_BY_BYTE_ONE_IN) > 0) return;
  expect(frame(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
}
