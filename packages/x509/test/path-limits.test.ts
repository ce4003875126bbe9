import { describe, expect, it } from 'vitest';
import { createPolicyChecker, type PathLimits } from '../src/index.js';
import {
  certificatePoliciesExtension,
  policyConstraintsExtension,
  policyMappingsExtension,
  type Credential,
} from '../src/issue.js';
import { authority, leaf, newKey } from './support.js';
import { below, caWith, countVerifications, good, reason, root, verify } from './support/paths.js';

describe('limits', () => {
  it('are what is allowed, and not one less', () => {
    const nameConstraints = { permitted: [{ type: 'dns', name: 'example.com' } as const], excluded: [] };
    const chain = below(caWith({ nameConstraints }));
    const used: readonly (readonly [keyof PathLimits, number])[] = [
      ['maxCertificates', 2],
      ['maxBytes', chain.reduce((sum, { raw: { length } }) => sum + length, 0)],
      ['maxIntermediates', 1],
      ['maxCandidates', 2],
      ['maxSignatures', 2],
      // The leaf's alternative name and its subject.
      ['maxNameComparisons', 2],
    ];
    for (const [limit, enough] of used) {
      expect(reason(verify(chain, [root], { limits: { [limit]: enough } }))).toBe('trusted');
      expect(reason(verify(chain, [root], { limits: { [limit]: enough - 1 } }))).toBe(
        limit === 'maxIntermediates' ? 'path-too-long' : 'limit-exceeded',
      );
    }
  });

  it('a tangle of CAs of one name, each with another key, ends at a limit', () => {
    const tangle = Array.from({ length: 24 }, () => authority('tangle', { issuer: authority('tangle') }).certificate);
    const end = leaf(authority('tangle'));
    expect(reason(verify([end, ...tangle]))).toBe('limit-exceeded');
  });

  it('verifies no signature before the anchor has vouched for the CA above it', () => {
    let verified = 0;
    const counting = countVerifications(() => verified++);
    const forged = Array.from({ length: 12 }, () =>
      caWith({}, { certificate: root.certificate, privateKey: newKey() }),
    );
    const sent = forged.map(({ certificate }) => certificate);
    const verdict = verify([leaf(forged[0] as Credential), ...sent], [root], { provider: counting });
    expect(reason(verdict)).toBe('bad-signature');
    expect(verified).toBe(12);
  });
});

describe('policies', () => {
  const many = certificatePoliciesExtension(Array.from({ length: 20 }, (_, index) => `1.2.${index}`));
  const asked = { policies: createPolicyChecker() };

  it('are read of certificates alone whose signatures are valid', () => {
    let read = 0;
    const rule = createPolicyChecker().rule;
    const policies = { rule, processedExtensions: [], check: (): readonly string[] => (read++, []) };
    const forger = { certificate: root.certificate, privateKey: newKey() };
    const forged = caWith({ extraExtensions: [many] }, forger);
    expect(reason(verify(below(forged), [root], { policies }))).toBe('bad-signature');
    expect(read).toBe(0);
    expect(reason(verify(below(caWith({})), [root], { policies }))).toBe('trusted');
    expect(read).toBe(1);
  });

  it('count each time they are read, with the nodes made of them and the mappings, over all paths', () => {
    const mappings = policyMappingsExtension([
      ['1.2.0', '1.2.1'],
      ['1.2.0', '1.2.2'],
    ]);
    const chain = below(caWith({ extraExtensions: [many, mappings] }));
    // The leaf has none: twenty are read of the CA, as many nodes come of them, and two mappings.
    const limited = (maxPolicies: number): string =>
      reason(verify(chain, [root], { ...asked, limits: { maxPolicies } }));
    expect(limited(42)).toBe('trusted');
    expect(limited(41)).toBe('limit-exceeded');
    // Whoever passes no checker reads none.
    const unread = below(caWith({ extraExtensions: [many] }));
    expect(reason(verify(unread, [root], { limits: { maxPolicies: 0 } }))).toBe('trusted');

    // The second path is as dear as the first, which ends in a policy that is not there.
    const privateKey = newKey();
    const subject = [['CN', 'ca']] as const;
    const constraint = policyConstraintsExtension({ requireExplicitPolicy: 0 });
    const cas = [[many, constraint], [many]].map((extraExtensions) =>
      authority('', { subject, privateKey, issuer: root, template: { extraExtensions } }),
    ) as [Credential, Credential];
    const sent = [leaf(cas[0]), ...cas.map(({ certificate }) => certificate)];
    const both = (maxPolicies: number): string => reason(verify(sent, [root], { ...asked, limits: { maxPolicies } }));
    expect(both(80)).toBe('trusted');
    expect(both(79)).toBe('limit-exceeded');
    expect(both(40)).toBe('limit-exceeded');
  });
});

describe('signatures', () => {
  it('of one certificate by one issuer are verified once, on however many paths they lie', () => {
    let verified = 0;
    const counting = countVerifications(() => verified++);
    const upper = authority('upper', { issuer: root });
    const lower = [0, 1].map(() => authority('lower', { issuer: upper }));
    const forged = leaf({ certificate: (lower[0] as Credential).certificate, privateKey: newKey() });
    const sent = [upper, ...lower].map(({ certificate }) => certificate);
    expect(reason(verify([forged, ...sent], [root], { provider: counting }))).toBe('bad-signature');
    // The upper CA once, both lower ones, and the leaf against each of these.
    expect(verified).toBe(5);
  });

  it('are not asked for where an issuer is missing, and the message names it', () => {
    expect(verify([good])).toMatchObject({
      message: 'CN=example.com: expected a certificate of issuer CN=intermediate, got none',
    });
  });
});
