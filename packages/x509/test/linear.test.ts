import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/support/cpu-time.js';
import * as x509 from '../src/index.js';
import * as issue from '../src/issue.js';
import { CONSTRUCTED_BIT } from '../src/der/tag.js';
import { NOW, provider, reasonOf } from './support.js';

/** A case of bench/x509/hostile.mjs, which draws the same as a chart. */
interface HostileCase {
  readonly name: string;
  readonly reader: 'der' | 'pem' | 'certificate' | 'path';
  /** The limit that it meets, beyond which more input costs nothing more. */
  readonly ends?: string;
  readonly make: (step: number) => unknown;
  readonly size: (input: unknown) => number;
}

interface PathInput {
  readonly certificates: readonly Uint8Array[];
  readonly trustAnchors: readonly x509.TrustAnchor[];
  readonly limits: Partial<x509.PathLimits>;
}

const { hostileCases } = (await import('../../../bench/x509/hostile.mjs' as string)) as {
  hostileCases: (kit: unknown) => readonly HostileCase[];
};

function readAll(reader: x509.DerReader): void {
  while (reader.remaining > 0) {
    const element = reader.element();
    if ((element.tag & CONSTRUCTED_BIT) !== 0) readAll(reader.inside(element));
  }
}

/** Reads or verifies a case's input, and says what came of it. */
function play(reader: HostileCase['reader'], input: unknown): string {
  switch (reader) {
    case 'der':
      return reasonOf(() => readAll(new x509.DerReader(input as Uint8Array)));
    case 'pem':
      return reasonOf(() => x509.decodePem(input as string));
    case 'certificate':
      return reasonOf(() => x509.parseCertificate(input as Uint8Array));
    case 'path': {
      const { certificates, trustAnchors, limits } = input as PathInput;
      const verdict = x509.verifyCertificatePath({
        provider,
        certificates,
        trustAnchors,
        time: NOW,
        purpose: 'server-authentication',
        identity: { type: 'dns', name: 'nobody.example.org' },
        limits,
        policies: x509.createPolicyChecker(),
      }) as x509.PathVerdict;
      return verdict.trusted ? 'trusted' : verdict.rule;
    }
  }
}

const LARGE = 20;

/** What comes of the largest input. */
const OUTCOMES: Readonly<Record<string, string>> = {
  'DER: sequences in sequences': 'too-deep',
  'DER: a flat run of empty elements': 'accepted',
  'PEM: beginnings without an end': 'accepted',
  'PEM: lines that look like headers': 'accepted',
  'a certificate with many names': 'accepted',
  'a subject of many attributes': 'accepted',
  'a certificate with many extensions': 'accepted',
  'a leaf with many names, none of them ours': 'identity',
  'many names below many name constraints': 'name-comparisons',
  'CAs of one name that could all have issued each other': 'candidates',
  'possible issuers by the thousand': 'input',
  'certificate policies at each CA': 'trusted',
};

describe('hostile input costs in proportion to its size, or no more than a limit allows', () => {
  const cases = hostileCases({ x509, issue, provider, now: NOW });

  it('has a row for each', () => {
    expect(cases.map(({ name }) => name)).toEqual(Object.keys(OUTCOMES));
  });

  it.each(cases)('$name', ({ name, reader, ends, make, size }) => {
    const [small, large] = [make(LARGE / 10), make(ends === 'PathLimits.maxCandidates' ? 16 : LARGE)];
    expect(play(reader, large)).toBe(OUTCOMES[name]);
    const cost = (input: unknown): number => cpuTime(() => void play(reader, input), 5);
    // What a limit ends costs as much for more of it: three times the input is no dearer than twice the first.
    const [smaller, larger] =
      ends === undefined ? [small, large] : [large, make(ends.endsWith('Candidates') ? 16 : 60)];
    const times = size(larger) / size(smaller);
    expect(times).toBeGreaterThanOrEqual(1);
    // The square would be a hundred times as much.
    expect(cost(larger) / Math.max(cost(smaller), 0.2)).toBeLessThan(ends === undefined ? 4 * times : 4);
  });
});
