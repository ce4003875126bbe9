import { describe, expect, it } from 'vitest';
import {
  compatibleProfile,
  createPolicyChecker,
  explainVerdict,
  MAX_EXPLAINED_LINES,
  OID,
  parseCertificate,
  strictProfile,
  type Certificate,
  type PathVerdict,
} from '../src/index.js';
import { BASIC_RULES } from '../src/path/certificate-rules.js';
import {
  authorityKeyIdentifierExtension,
  certificatePoliciesExtension,
  createLeaf,
  type Credential,
} from '../src/issue.js';
import { authority, leaf, leafKey, newKey, notAfter, notBefore, NOW, provider } from './support.js';
import { countVerifications, damaged, good, intermediate, reason, root, verify } from './support/paths.js';

const expired = { notAfter: NOW - 1000 };
const broken = Uint8Array.of(0x30, 0);

function failed(verdict: PathVerdict): Extract<PathVerdict, { trusted: false }> {
  if (verdict.trusted) throw new Error('expected a refusal');
  return verdict;
}

describe('the search for a path', () => {
  /** A CA of one name, expired, whose subject key identifier is `identifier` or is left out. */
  function candidate(identifier: number | null): Certificate {
    const { certificate } = authority('one name', expired);
    const others = certificate.extensions.filter(({ oid }) => oid !== OID.subjectKeyIdentifier);
    const own = certificate.extensions.find(({ oid }) => oid === OID.subjectKeyIdentifier);
    const value = Uint8Array.of(4, 1, identifier ?? 0);
    const extensions = identifier === null || own === undefined ? others : [...others, { ...own, value }];
    return authority('one name', { ...expired, template: { overrides: { extensions } } }).certificate;
  }

  /** A leaf of a CA of that name, whose authority key identifier is 1. */
  function child(...extensions: Certificate['extensions']): Certificate {
    return leaf(authority('one name'), { template: { overrides: { extensions } } });
  }

  const names = leaf(root).extensions.filter(({ oid }) => oid === OID.subjectAltName);

  it('takes those first whose key identifier fits, those last whose does not, anchors before others', () => {
    const [fits, says, differs] = [candidate(1), candidate(null), candidate(2)];
    const [sentFits, sentSays, sentDiffers] = [candidate(1), candidate(null), candidate(2)];
    const end = child(...names, authorityKeyIdentifierExtension(Uint8Array.of(1)));
    const verdict = failed(verify([end, sentDiffers, sentSays, sentFits], [differs, says, fits]));
    const order = [fits, sentFits, says, sentSays, differs, sentDiffers].map(({ raw }) => raw);
    expect(verdict.paths.map(({ chain }) => chain[1]?.raw)).toEqual(order);
  });

  it('takes the leaf as the caller has parsed it, and never another one than was sent', () => {
    const sent = parseCertificate(good.raw);
    const verdict = verify([good, intermediate.certificate], [root], { leaf: sent });
    expect(verdict.trusted && verdict.chain[0]).toBe(sent);
    const stranger = leaf(intermediate, { names: ['example.org'] });
    for (const first of [stranger, damaged(good)]) {
      const chain = [first, intermediate.certificate];
      expect(verify(chain, [root], { leaf: good }).trusted).toBe(false);
    }
  });

  it('keeps the order in which they came where no identifier says more', () => {
    const [first, second, third] = [candidate(1), candidate(null), candidate(2)];
    const verdict = failed(verify([child(...names), first, second, third]));
    expect(verdict.paths.map(({ chain }) => chain[1]?.raw)).toEqual([first, second, third].map(({ raw }) => raw));
  });

  it('tries a certificate once however often it was sent, and an anchor as that', () => {
    const ca = authority('ca', { issuer: root, ...expired });
    const copies = [ca, ca, root, ca].map(({ certificate }) => certificate);
    expect(failed(verify([leaf(ca), ...copies])).paths).toHaveLength(1);
    const weak = authority('anchor', expired);
    expect(failed(verify([leaf(weak), weak.certificate, weak.certificate], [weak])).paths).toHaveLength(1);
  });

  it('ends where a limit on signatures is met, although there would be other paths', () => {
    const privateKey = newKey();
    const other = authority('other root');
    const [one, two] = [root, other].map((issuer) =>
      authority('', { subject: [['CN', 'ca']], privateKey, issuer }),
    ) as [Credential, Credential];
    const sent = [leaf(one), one.certificate, two.certificate];
    const verdict = failed(verify(sent, [root, other], { limits: { maxSignatures: 1 } }));
    expect(verdict).toMatchObject({ rule: 'signatures', certificate: { raw: sent[0]?.raw } });
    expect(verdict.paths).toHaveLength(1);
    expect(failed(verify(sent, [root, other], { limits: { maxCandidates: 1 } })).paths).toHaveLength(1);
  });

  it('remembers what each of several issuers of one certificate answered', () => {
    let verified = 0;
    const counting = countVerifications(() => verified++);
    const [one, two] = [authority('top'), authority('top')];
    const middle = authority('middle', { issuer: { certificate: one.certificate, privateKey: newKey() } });
    const lower = [0, 1].map(() => authority('lower', { issuer: middle }));
    const sent = [leaf(lower[0] as Credential), middle.certificate, ...lower.map(({ certificate }) => certificate)];
    expect(reason(verify(sent, [one, two], { provider: counting }))).not.toBe('trusted');
    // Four paths, and the CA in the middle is on each: once by either of the two.
    expect(verified).toBe(2);
  });

  it('tells the failure of the longest path, the first of equals, and a missing issuer last', () => {
    const subject = [['CN', 'ca']] as const;
    const privateKey = newKey();
    const short = authority('', { subject, privateKey, issuer: root, ...expired });
    const upper = authority('upper', { issuer: root, template: { keyUsage: ['cRLSign'] } });
    const long = authority('', { subject, privateKey, issuer: upper });
    const late = authority('', { subject, privateKey, issuer: root, notBefore: NOW + 1000 });
    const lost = authority('', { subject, privateKey, issuer: authority('nobody') });
    const end = leaf(short);
    const told = (...sent: readonly Credential[]): string =>
      failed(verify([end, ...sent.map(({ certificate }) => certificate)])).rule;
    expect(told(short, long, upper)).toBe('ca-key-usage');
    expect(told(long, upper, short)).toBe('ca-key-usage');
    expect(told(short, late)).toBe('not-after');
    expect(told(late, short)).toBe('not-before');
    expect(told(lost, short)).toBe('not-after');
    expect(told(short, lost)).toBe('not-after');
    expect(told(lost)).toBe('issuer');
  });

  it('tells of an unreadable certificate where an issuer is missing, and only there', () => {
    const ca = authority('ca', { issuer: root, ...expired });
    expect(failed(verify([leaf(ca), broken]))).toMatchObject({
      rule: 'encoding',
      expected: 'certificate 1 in DER',
      got: 'truncated at offset 2: expected a TBSCertificate, got the end',
    });
    expect(failed(verify([leaf(ca), ca.certificate, broken, broken])).rule).toBe('not-after');
    expect(failed(verify([leaf(ca), root.certificate, broken, broken.slice(0, 1)]))).toMatchObject({
      expected: 'certificate 2 in DER',
    });
  });

  it('says which CA is one too many, and does not count anchors', () => {
    expect(failed(verify([good, intermediate.certificate], [root], { limits: { maxIntermediates: 0 } }))).toMatchObject(
      {
        rule: 'depth',
        certificate: { raw: intermediate.certificate.raw },
      },
    );
    const lower = authority('lower', { issuer: intermediate });
    const three = [leaf(lower), lower.certificate, intermediate.certificate];
    expect(failed(verify(three, [root], { limits: { maxIntermediates: 1 } }))).toMatchObject({
      reason: 'path-too-long',
      rule: 'depth',
      section: 'PathLimits.maxIntermediates',
      certificate: { raw: intermediate.certificate.raw },
      got: '2',
    });
    const crossSigned = authority('cross-signed', { issuer: root });
    const ca = authority('ca', { issuer: crossSigned });
    const sent = [leaf(ca), ca.certificate];
    expect(reason(verify(sent, [crossSigned], { limits: { maxIntermediates: 1 } }))).toBe('trusted');
    expect(reason(verify(sent, [crossSigned], { limits: { maxIntermediates: 0 } }))).toBe('path-too-long');
  });
});

describe('what is asked of the leaf', () => {
  it('a CA may be one: its usages, path length and name constraints are those of a CA', () => {
    const template = {
      basicConstraints: { ca: true, pathLength: 0 },
      keyUsage: ['digitalSignature', 'keyCertSign'],
      nameConstraints: { permitted: [{ type: 'dns', name: 'example.com' }], excluded: [] },
    } as const;
    expect(reason(verify([leaf(root, { template })]))).toBe('trusted');
  });

  it('key usages are what the caller wants', () => {
    const template = { keyUsage: ['keyEncipherment', 'keyAgreement'] } as const;
    const asked = (...keyUsages: ('keyEncipherment' | 'keyAgreement' | 'cRLSign')[]): string =>
      reason(verify([leaf(root, { template })], [root], { keyUsages }));
    expect(asked()).toBe('trusted');
    expect(asked('keyEncipherment')).toBe('trusted');
    expect(asked('keyAgreement', 'keyEncipherment')).toBe('trusted');
    expect(asked('keyEncipherment', 'cRLSign')).toBe('key-usage');
  });

  it('times beyond what a date can be are shown as numbers', () => {
    const got = (time: number): string => failed(verify([leaf(root)], [root], { time })).got;
    expect(got(8.64e15)).toBe('+275760-09-13T00:00:00.000Z');
    expect(got(8.64e15 + 1)).toBe('8640000000000001');
    expect(got(-8.64e15)).toBe('-271821-04-20T00:00:00.000Z');
    expect(got(NaN)).toBe('NaN');
  });
});

describe('the checks that passed', () => {
  const rulesOf = (verdict: PathVerdict): string[][] => {
    if (!verdict.trusted) throw new Error(verdict.message);
    return verdict.chain.map((_, index) =>
      verdict.checks.filter(({ certificate }) => certificate === index).map(({ rule }) => rule),
    );
  };
  const namesOf = (role: keyof typeof BASIC_RULES, more: typeof BASIC_RULES = strictProfile.rules): string[] =>
    [...BASIC_RULES[role], ...more[role]].map(({ name }) => name);

  it('are those of each place, and those of the whole path for all but the anchor', () => {
    const beyond = ['name-constraints', 'signature'];
    expect(rulesOf(verify([good, intermediate.certificate], [root], { profile: strictProfile }))).toEqual([
      [...namesOf('leaf'), ...beyond],
      [...namesOf('intermediate'), ...beyond],
      namesOf('anchor'),
    ]);
    expect(rulesOf(verify([leaf(root)], [root], { profile: strictProfile }))).toEqual([
      [...namesOf('leaf'), ...beyond],
      namesOf('anchor'),
    ]);
  });

  it('of a leaf that is an anchor itself are its own', () => {
    expect(rulesOf(verify([good], [good], { profile: strictProfile }))).toEqual([namesOf('leaf')]);
  });

  it('of a leaf that is an anchor itself are also what the caller asked of it', () => {
    const end = leaf(root, { template: { extraExtensions: [certificatePoliciesExtension(['1.2.3'])] } });
    const policies = createPolicyChecker({ requireExplicitPolicy: true, acceptable: ['1.2.3'] });
    const verdict = verify([end], [end], { policies });
    expect(rulesOf(verdict)).toEqual([[...namesOf('leaf', compatibleProfile.rules), 'policy']]);
    expect(verdict).toMatchObject({ policies: ['1.2.3'], chain: { length: 1 } });
  });

  it('are in copies of the verdict too', () => {
    const verdict = verify([good, intermediate.certificate]);
    if (!verdict.trusted) throw new Error(verdict.message);
    expect(Object.keys(verdict)).toEqual(['trusted', 'chain', 'policies', 'checks']);
    expect({ ...verdict }.checks).toEqual(verdict.checks);
    const { chain, ...rest } = verdict;
    expect(chain).toHaveLength(3);
    expect(JSON.parse(JSON.stringify(rest))).toMatchObject({
      trusted: true,
      checks: { length: verdict.checks.length },
    });
  });

  it('are counted in the explanation', () => {
    const verdict = verify([good, intermediate.certificate]);
    const counts = rulesOf(verdict).map(({ length }) => length);
    expect(explainVerdict(verdict)).toBe(
      [
        'trusted',
        `CN=example.com: ${counts[0]} rules held`,
        `   └─ CN=intermediate: ${counts[1]} rules held`,
        `      └─ CN=root: ${counts[2]} rules held`,
      ].join('\n'),
    );
  });
});

describe('texts of a verdict', () => {
  const strange = 'a\nTRUSTED: yes\x1b[31m\x9b\u2028\u202e\u200b';

  it('are one line each, whatever stands in a certificate', () => {
    const names = [
      { type: 'dns', name: 'a\r\nroot: trusted\x1b[2J\x7f' },
      { type: 'uri', uri: 'http://x\n/' },
    ] as const;
    const ca = authority('', {
      subject: [['CN', strange]],
      issuer: root,
      template: { nameConstraints: { permitted: [{ type: 'dns', name: 'x.test' }], excluded: [] } },
    });
    const verdicts = [
      verify([leaf(root, { names })]),
      verify([leaf(ca, { names, subject: [['CN', strange]] }), ca.certificate], [root], { identity: null }),
      verify([leaf(ca)]),
      verify([leaf(ca, { subject: [['CN', strange]], names: ['x.test'] }), ca.certificate], [root], { identity: null }),
    ];
    for (const verdict of verdicts) {
      const texts = verdict.trusted ? [] : [verdict.message, verdict.expected, verdict.got];
      for (const text of [...texts, ...explainVerdict(verdict).split('\n')])
        expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
    expect(verdicts[0]).toMatchObject({ got: 'a%0D%0Aroot: trusted%1B[2J%7F, http://x%0A/' });
    expect(verdicts.map(reason)).toEqual(['name-mismatch', 'name-constraint', 'unknown-issuer', 'trusted']);
    expect(explainVerdict(verdicts[3] as PathVerdict).split('\n')).toHaveLength(4);
  });
});

describe('an explanation', () => {
  const { certificate } = authority('');
  /** A refusal of so many paths, each of another certificate. */
  function ofPaths(count: number): PathVerdict {
    const failure = failed(verify([]));
    const paths = Array.from({ length: count }, () => ({ chain: [{ ...certificate }], failure }));
    return { ...failure, paths };
  }

  it('is cut where it would be too long, and says by how much', () => {
    const lines = (count: number): string[] => explainVerdict(ofPaths(count)).split('\n');
    // One line is the verdict itself.
    expect(lines(MAX_EXPLAINED_LINES - 1)).toHaveLength(MAX_EXPLAINED_LINES);
    expect(lines(MAX_EXPLAINED_LINES - 1).at(-1)).toMatch(/^CN=: malformed, expected a certificate, got none/);
    expect(lines(MAX_EXPLAINED_LINES)).toHaveLength(MAX_EXPLAINED_LINES + 1);
    expect(lines(MAX_EXPLAINED_LINES).at(-1)).toBe('and 1 lines more');
    expect(lines(MAX_EXPLAINED_LINES + 9).at(-1)).toBe('and 10 lines more');
  });

  it('names what has no name, and tells what belongs to no path', () => {
    const nameless = createLeaf({
      provider,
      issuer: root,
      key: leafKey,
      names: ['other.test'],
      subject: [],
      notBefore,
      notAfter,
    });
    const line = 'name-mismatch, expected example.com, got other.test (RFC 9525 section 6, rule identity)';
    expect(explainVerdict(verify([nameless]))).toBe(
      [
        'name-mismatch: certificate without a subject: expected example.com, got other.test (RFC 9525 section 6, rule identity)',
        `certificate without a subject: ${line}`,
      ].join('\n'),
    );
    expect(explainVerdict(verify([good, intermediate.certificate], [root], { limits: { maxCandidates: 0 } }))).toBe(
      [
        'limit-exceeded: CN=intermediate: expected fewer issuers, got more (PathLimits.maxCandidates, rule candidates)',
        'limit-exceeded, expected fewer issuers, got more (PathLimits.maxCandidates, rule candidates)',
      ].join('\n'),
    );
  });
});
