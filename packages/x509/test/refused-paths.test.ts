import { concatBytes } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { explainVerdict } from '../src/index.js';
import { BASIC_RULES } from '../src/path/certificate-rules.js';
import { ruleLists, withoutRule } from './support.js';
import { below, caWith, good, reason, verify } from './support/paths.js';
import { rows } from './support/refused-paths.js';

describe('paths that are refused', () => {
  it('break every rule for everybody, wherever it is asked', () => {
    const broken = new Set(
      rows.map(([, verdict]) => {
        const found = verdict();
        return found.trusted ? '' : found.rule;
      }),
    );
    const asked = Object.values(BASIC_RULES).flatMap((list) => list.map(({ name }) => name));
    expect(asked.filter((name) => !broken.has(name))).toEqual([]);
  });

  it.each(rows.map(([what, verdict, expected, beyond]) => ({ what, verdict, expected, beyond })))('$what', (row) => {
    const { verdict, expected, beyond } = row;
    const found = verdict();
    expect(reason(found)).toBe(expected);
    // The rule that it breaks is the only one: without that rule the path is trusted.
    if (!found.trusted && ruleLists.some((list) => list.some(({ name }) => name === found.rule))) {
      expect(reason(withoutRule(found.rule, verdict))).toBe(beyond ?? 'trusted');
    }
  });

  it('are explained', async () => {
    const explanations = rows.map(([what, verdict]) => `${what}:\n${explainVerdict(verdict())}\n`);
    await expect(explanations.join('\n')).toMatchFileSnapshot('golden/refused-paths.txt');
  });

  it('says which certificate, what was expected and what is there', () => {
    const verdict = verify(below(caWith({ keyUsage: ['cRLSign'] })));
    expect(verdict).toMatchObject({ message: 'CN=ca: expected keyCertSign, got cRLSign' });
  });

  it('never throws for what a peer sends', () => {
    expect(reason(verify([concatBytes(good.raw, good.raw)]))).toBe('malformed');
    expect(reason(verify([new Uint8Array(70_000).fill(0x30)]))).toBe('malformed');
  });
});
