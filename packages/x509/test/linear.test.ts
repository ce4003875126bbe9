import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/support/cpu-time.js';
import * as x509 from '../src/index.js';
import * as issue from '../src/issue.js';
import { NOW, provider } from './support.js';

/** A case of bench/x509/hostile.mjs, which draws the same as a chart. */
interface HostileCase {
  readonly name: string;
  /** The limit that it meets, beyond which more input costs nothing more. */
  readonly ends?: string;
  readonly make: (step: number) => unknown;
  readonly size: (input: unknown) => number;
  /** Reads or verifies the input, and says what came of it. */
  readonly run: (input: unknown) => string;
}

const { hostileCases } = (await import('../../../bench/x509/hostile.mjs' as string)) as {
  hostileCases: (kit: unknown) => readonly HostileCase[];
};

const LARGE = 20;

/** What comes of the largest input. */
const OUTCOMES: Readonly<Record<string, string>> = {
  'DER: sequences in sequences': 'too-deep',
  'DER: a flat run of empty elements': 'accepted',
  'PEM: beginnings within lines': 'accepted',
  'PEM: lines that look like headers': 'accepted',
  'a certificate with many names': 'accepted',
  'a subject of many attributes': 'accepted',
  'a certificate with many extensions': 'accepted',
  'a leaf with many names, none of them ours': 'identity',
  'many names below many name constraints': 'name-comparisons',
  'CAs of one name that could all have issued each other': 'candidates',
  'possible issuers by the thousand': 'input',
  'many common names beside many alternative names, to the strict profile': 'trusted',
  'certificate policies at each CA': 'trusted',
  'certificate policies at CAs of one name that nobody signed': 'candidates',
  'certificate policies at CAs that a root has signed': 'policies',
};

describe('hostile input costs in proportion to its size, or no more than a limit allows', () => {
  const cases = hostileCases({ x509, issue, provider, now: NOW });

  it('has a row for each', () => {
    expect(cases.map(({ name }) => name)).toEqual(Object.keys(OUTCOMES));
  });

  it.each(cases)('$name', ({ name, ends, make, size, run }) => {
    const [small, large] = [make(LARGE / 10), make(ends === 'PathLimits.maxCandidates' ? 16 : LARGE)];
    expect(run(large)).toBe(OUTCOMES[name]);
    const cost = (input: unknown): number => cpuTime(() => void run(input), 5);
    // What a limit ends costs as much for more of it: three times the input is no dearer than twice the first.
    const [smaller, larger] =
      ends === undefined ? [small, large] : [large, make(ends.endsWith('Candidates') ? 16 : 60)];
    const times = size(larger) / size(smaller);
    expect(times).toBeGreaterThanOrEqual(1);
    // The square would be a hundred times as much.
    expect(cost(larger) / Math.max(cost(smaller), 0.2)).toBeLessThan(ends === undefined ? 4 * times : 4);
  });
});
