import { describe, expect, it } from 'vitest';
import {
  createPolicyChecker,
  explainVerdict,
  MAX_EXPLAINED_LINES,
  verifyCertificatePath,
  type Certificate,
  type PathVerdict,
} from '../src/index.js';
import type { Credential } from '../src/issue.js';
import { authority, leaf, newKey, NOW, provider } from './support.js';

const root = authority('root');

function verify(certificates: readonly Certificate[], trustAnchors: readonly Credential[] = [root]): PathVerdict {
  return verifyCertificatePath({
    provider,
    certificates: certificates.map(({ raw }) => raw),
    trustAnchors,
    time: NOW,
    purpose: 'server-authentication',
    identity: { type: 'dns', name: 'example.com' },
    policies: createPolicyChecker(),
  }) as PathVerdict;
}

describe('the explanation', () => {
  it('of a trusted chain names every rule that held, certificate by certificate', () => {
    const ca = authority('ca', { issuer: root });
    const verdict = verify([leaf(ca), ca.certificate]);
    if (!verdict.trusted) throw new Error(verdict.message);
    const rulesOf = (index: number): string[] =>
      verdict.checks.filter(({ certificate }) => certificate === index).map(({ rule }) => rule);
    expect(rulesOf(0)).toEqual(expect.arrayContaining(['identity', 'not-after', 'signature', 'policy']));
    expect(rulesOf(1)).toEqual(expect.arrayContaining(['ca-flag', 'signature', 'name-constraints', 'path-length']));
    expect(rulesOf(2)).toEqual(expect.arrayContaining(['ca-flag', 'not-after']));
    expect(rulesOf(2)).not.toContain('signature');
    for (const { section } of verdict.checks) expect(section).toMatch(/section|^PathLimits\./);
    expect(explainVerdict(verdict)).toMatch(
      /^trusted\nCN=example\.com: \d+ rules held\n {3}└─ CN=ca: \d+ rules held\n {6}└─ CN=root: \d+ rules held$/,
    );
  });

  it('of a refused one has every path with certificate, rule, section, expected and got', () => {
    const subject = [['CN', 'ca']] as const;
    const privateKey = newKey();
    const otherRoot = authority('other root');
    const expired = authority('', { subject, privateKey, issuer: root, notAfter: NOW - 86_400_000 + 1000 });
    const untrusted = authority('', { subject, privateKey, issuer: otherRoot });
    const noCa = authority('', { subject, privateKey, issuer: root, template: { keyUsage: ['cRLSign'] } });
    const verdict = verify([leaf(expired), expired.certificate, untrusted.certificate, noCa.certificate]);
    if (verdict.trusted) throw new Error('expected a refusal');
    expect(
      verdict.paths.map(({ chain, failure }) => [
        chain.map(({ subject: { text } }) => text).join(' < '),
        failure.certificate?.subject.text,
        failure.rule,
        failure.section,
        failure.expected,
        failure.got,
      ]),
    ).toEqual([
      [
        'CN=example.com < CN=ca',
        'CN=ca',
        'not-after',
        'RFC 5280 section 4.1.2.5',
        '2027-02-28T12:00:01.000Z or earlier',
        '2027-03-01T12:00:00.000Z',
      ],
      [
        'CN=example.com < CN=ca',
        'CN=ca',
        'issuer',
        'RFC 5280 section 6.1.3 (a)(4)',
        'a certificate of issuer CN=other root',
        'none',
      ],
      ['CN=example.com < CN=ca', 'CN=ca', 'ca-key-usage', 'RFC 5280 section 6.1.4 (n)', 'keyCertSign', 'cRLSign'],
    ]);
    expect(explainVerdict(verdict)).toBe(
      [
        'expired: CN=ca: expected 2027-02-28T12:00:01.000Z or earlier, got 2027-03-01T12:00:00.000Z (RFC 5280 section 4.1.2.5, rule not-after)',
        'CN=example.com',
        '├─ CN=ca: expired, expected 2027-02-28T12:00:01.000Z or earlier, got 2027-03-01T12:00:00.000Z (RFC 5280 section 4.1.2.5, rule not-after)',
        '├─ CN=ca: unknown-issuer, expected a certificate of issuer CN=other root, got none (RFC 5280 section 6.1.3 (a)(4), rule issuer)',
        '└─ CN=ca: key-usage, expected keyCertSign, got cRLSign (RFC 5280 section 6.1.4 (n), rule ca-key-usage)',
      ].join('\n'),
    );
  });

  it('is short however many paths a peer makes', () => {
    const tangle = Array.from({ length: 30 }, () => authority('tangle', { issuer: authority('tangle') }).certificate);
    const verdict = verify([leaf(authority('tangle')), ...tangle]);
    expect(verdict).toMatchObject({ reason: 'limit-exceeded', rule: 'candidates' });
    expect(explainVerdict(verdict).split('\n').length).toBeLessThanOrEqual(MAX_EXPLAINED_LINES + 1);
  });

  it('of input that is no path says that', () => {
    expect(explainVerdict(verify([], [root]))).toBe(
      'malformed: expected a certificate, got none (RFC 5280 section 4.1, rule encoding)',
    );
  });
});
