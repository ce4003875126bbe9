import { describe, expect, it } from 'vitest';
import {
  compatibleProfile,
  der,
  derImplicit,
  derSequence,
  explainVerdict,
  OID,
  publicKeyOf,
  strictProfile,
  verifyCertificatePath,
  type Certificate,
  type Extension,
  type GeneralName,
  type PathProfile,
  type PathVerdict,
  type VerifyOptions,
} from '../src/index.js';
import {
  authorityKeyIdentifierExtension,
  issueCertificate,
  type CertificateTemplate,
  type Credential,
} from '../src/issue.js';
import { authority, leaf, leafKey, newKey, notAfter, notBefore, NOW, provider, withoutRule } from './support.js';

const root = authority('root');

function answerTo(certificates: readonly Certificate[], profile: PathProfile, anchor: Credential = root): PathVerdict {
  const answer = verifyCertificatePath({
    provider,
    profile,
    certificates: certificates.map(({ raw }) => raw),
    trustAnchors: [anchor],
    time: NOW,
    purpose: 'server-authentication',
    identity: null,
  });
  if (answer instanceof Promise) throw new Error('expected an answer at once');
  return answer;
}

function verdict(...args: Parameters<typeof answerTo>): string {
  const answer = answerTo(...args);
  return answer.trusted ? 'trusted' : answer.rule;
}

type Change = (extensions: readonly Extension[]) => readonly Extension[];
const without =
  (oid: string): Change =>
  (extensions) =>
    extensions.filter((one) => one.oid !== oid);
const flipped =
  (oid: string): Change =>
  (extensions) =>
    extensions.map((one) => (one.oid === oid ? { ...one, critical: !one.critical } : one));
const added =
  (extension: Extension): Change =>
  (extensions) => [...extensions, extension];

/** The usual leaf for example.com, with its extensions changed. */
function changedLeaf(change: Change, template: Partial<CertificateTemplate> = {}): Certificate {
  return leaf(root, {
    template: { ...template, overrides: { extensions: change(leaf(root, { template }).extensions) } },
  });
}

/** A leaf below an intermediate CA with its extensions changed. */
function belowChanged(change: Change, template: Partial<CertificateTemplate> = {}): Certificate[] {
  const { extensions } = authority('ca', { issuer: root, template }).certificate;
  const ca = authority('ca', { issuer: root, template: { overrides: { extensions: change(extensions) } } });
  return [leaf(ca), ca.certificate];
}

const uncritical = (oid: string, value: Uint8Array): Extension => ({ oid, critical: false, value });
const dns = (name: string): GeneralName => ({ type: 'dns', name });
const serial = (...octets: number[]): Partial<CertificateTemplate> => ({
  overrides: { serialNumber: Uint8Array.from(octets) },
});
const permitted = (name: string): Partial<CertificateTemplate> => ({
  nameConstraints: { permitted: [dns(name)], excluded: [] },
});
const roots = {
  withUsage: authority('root', { template: { extendedKeyUsage: ['serverAuth'] } }),
  withOtherKeyIdentifier: authority('root', {
    template: { extraExtensions: [authorityKeyIdentifierExtension(Uint8Array.of(1))] },
  }),
  withEmptyIdentifier: authority('root', {
    template: { extraExtensions: [uncritical(OID.authorityKeyIdentifier, derSequence())] },
  }),
  withIssuerAndNumber: withIdentifier((own) =>
    derSequence(
      derImplicit(0, own),
      der(0xa1, der(0xa4, root.certificate.subject.raw)),
      derImplicit(2, root.certificate.serialNumber),
    ),
  ),
  withOwnIdentifier: withIdentifier((own) => derSequence(derImplicit(0, own))),
  crossSigned: authority('cross-signed', { issuer: root }),
};

/** A root whose authority key identifier is made from its own key identifier. */
function withIdentifier(value: (own: Uint8Array) => Uint8Array): Credential {
  const privateKey = newKey();
  const own = authority('root', { privateKey }).certificate.subjectKeyIdentifier as Uint8Array;
  const extension = uncritical(OID.authorityKeyIdentifier, value(own));
  return authority('root', { privateKey, template: { extraExtensions: [extension] } });
}

interface Row {
  readonly rule: string;
  readonly chain: () => readonly Certificate[];
  readonly anchor: Credential;
}

const table: readonly (readonly [rule: string, chain: () => readonly Certificate[], anchor?: Credential])[] = [
  ['serial-number-zero', () => [leaf(root, { template: serial(0) })]],
  ['serial-number-20', () => [leaf(root, { template: serial(0, ...new Array<number>(20).fill(0xff)) })]],
  ['version-3', () => [leaf(root, { template: { overrides: { version: null, extensions: null } } })]],
  ['authority-key-identifier', () => [changedLeaf(without(OID.authorityKeyIdentifier))]],
  ['leaf-not-ca', () => [leaf(root, { template: { basicConstraints: { ca: true, pathLength: null } } })]],
  ['extended-key-usage-present', () => [changedLeaf(without(OID.extKeyUsage))]],
  ['extended-key-usage-any', () => [leaf(root, { extendedKeyUsage: ['any', 'serverAuth'] })]],
  ['extended-key-usage-critical', () => [changedLeaf(flipped(OID.extKeyUsage))]],
  ['subject-alt-name-present', () => [changedLeaf(without(OID.subjectAltName), { subject: [] })]],
  ['subject-alt-name-critical', () => [changedLeaf(flipped(OID.subjectAltName))]],
  ['subject-alt-name-critical', () => [changedLeaf(flipped(OID.subjectAltName), { subject: [] })]],
  ['dns-name-syntax', () => [leaf(root, { names: ['a_b.example.com'] })]],
  ['dns-name-syntax', () => [leaf(root, { subject: [], names: ['a.example.com', 'b.example.com.'] })]],
  ['common-name', () => [leaf(root, { subject: [['CN', 'Example.com']] })]],
  ['subject-key-identifier', () => belowChanged(without(OID.subjectKeyIdentifier))],
  ['authority-key-identifier', () => belowChanged(without(OID.authorityKeyIdentifier))],
  ['basic-constraints-critical', () => belowChanged(flipped(OID.basicConstraints))],
  ['name-constraints-critical', () => belowChanged(flipped(OID.nameConstraints), permitted('example.com'))],
  [
    'dns-constraint-syntax',
    () => {
      const ca = authority('ca', { issuer: root, template: permitted('.com') });
      return [leaf(ca), ca.certificate];
    },
  ],
  [
    'policy-constraints-critical',
    () => belowChanged(added(uncritical(OID.policyConstraints, derSequence(derImplicit(1, Uint8Array.of(0)))))),
  ],
  ['anchor-extended-key-usage', () => [leaf(roots.withUsage)], roots.withUsage],
  ['root-authority-key-identifier', () => [leaf(roots.withOtherKeyIdentifier)], roots.withOtherKeyIdentifier],
  ['root-authority-key-identifier', () => [leaf(roots.withEmptyIdentifier)], roots.withEmptyIdentifier],
  ['root-authority-key-identifier', () => [leaf(roots.withIssuerAndNumber)], roots.withIssuerAndNumber],
  [
    'dns-constraint-syntax',
    () => {
      const nameConstraints = { permitted: [], excluded: [dns('.example.org')] };
      const ca = authority('ca', { issuer: root, template: { nameConstraints } });
      return [leaf(ca), ca.certificate];
    },
  ],
];

describe('the profile strict', () => {
  const rows = table.map(([rule, chain, anchor]): Row => ({ rule, chain, anchor: anchor ?? root }));

  it('explains what it refuses', async () => {
    const explanations = rows.map(({ chain, anchor }) => explainVerdict(answerTo(chain(), strictProfile, anchor)));
    await expect(`${explanations.join('\n\n')}\n`).toMatchFileSnapshot('golden/strict.txt');
  });

  it.each(rows)('$rule is refused, and accepted by compatible', ({ rule, chain, anchor }) => {
    expect(verdict(chain(), strictProfile, anchor)).toBe(rule);
    expect(verdict(chain(), compatibleProfile, anchor)).toBe('trusted');
    // It breaks no other rule.
    expect(withoutRule(rule, () => verdict(chain(), strictProfile, anchor))).toBe(
      // Without extensions there is no key identifier either.
      rule === 'version-3' ? 'authority-key-identifier' : 'trusted',
    );
  });

  it('has a row for each of its rules', () => {
    const broken = new Set([...rows.map(({ rule }) => rule), 'anchor-authority-key-identifier', 'sip-domain-usage']);
    const asked = Object.values(strictProfile.rules).flatMap((list) => list.map(({ name }) => name));
    expect(asked.filter((name) => !broken.has(name))).toEqual([]);
  });

  it('a SIP domain needs its own usage where any is named, RFC 5924 section 5', () => {
    const judge = (usages: readonly string[], options: Partial<VerifyOptions> = {}): string => {
      const answer = verifyCertificatePath({
        provider,
        profile: strictProfile,
        certificates: [leaf(root, { extendedKeyUsage: usages }).raw],
        trustAnchors: [root],
        time: NOW,
        purpose: 'server-authentication',
        identity: { type: 'sip-domain', domain: 'example.com' },
        ...options,
      });
      return 'rule' in answer ? answer.rule : 'trusted';
    };
    expect(judge(['serverAuth', 'clientAuth'])).toBe('sip-domain-usage');
    expect(judge(['serverAuth', 'sipDomain'])).toBe('trusted');
    expect(judge(['sipDomain'])).toBe('trusted');
    // anyExtendedKeyUsage is left to local policy; this profile refuses it for another reason.
    expect(judge(['any'])).toBe('extended-key-usage-any');
    expect(judge(['serverAuth'], { profile: compatibleProfile })).toBe('trusted');
    expect(judge(['serverAuth'], { profile: compatibleProfile, keyPurposes: [OID.sipDomain] })).toBe(
      'extended-key-usage',
    );
    // Whoever names other usages has decided, and other identities have nothing to do with it.
    expect(judge(['serverAuth'], { keyPurposes: [OID.serverAuth] })).toBe('trusted');
    expect(judge(['serverAuth'], { identity: { type: 'dns', name: 'example.com' } })).toBe('trusted');
    expect(withoutRule('sip-domain-usage', () => judge(['serverAuth']))).toBe('trusted');
  });

  it('accepts what breaks none', () => {
    const ca = authority('ca', { issuer: root, template: permitted('com') });
    const names = ['example.com', '*.example.com', '192.0.2.1', 'sip:example.com'].slice(0, 2);
    expect(verdict([leaf(ca, { names }), ca.certificate], strictProfile)).toBe('trusted');
    expect(verdict([leaf(root, { subject: [] })], strictProfile)).toBe('trusted');
    expect(verdict([leaf(root, { names: ['192.0.2.1'] })], strictProfile)).toBe('trusted');
    const { crossSigned } = roots;
    expect(verdict([leaf(crossSigned)], strictProfile, crossSigned)).toBe('trusted');
    const { withOwnIdentifier } = roots;
    expect(verdict([leaf(withOwnIdentifier)], strictProfile, withOwnIdentifier)).toBe('trusted');
    expect(verdict([leaf(root, { template: serial(...new Array<number>(20).fill(1)) })], strictProfile)).toBe(
      'trusted',
    );
    const mixed = [
      '192.0.2.1',
      { type: 'email', address: 'a@example.com' } as const,
      { type: 'uri', uri: 'sip:example.com' } as const,
      'example.com',
    ];
    for (const subject of [
      [['CN', '192.0.2.1']],
      [['O', 'an organization, which is no name of a host']],
      [
        ['CN', 'example.com'],
        ['O', 'x'],
      ],
    ] as [string, string][][]) {
      expect(verdict([leaf(root, { names: mixed, subject })], strictProfile)).toBe('trusted');
    }
    const dotted: GeneralName = { type: 'email', address: '.example.org' };
    const nameConstraints = { permitted: [dotted], excluded: [{ type: 'uri', uri: '.example.org' } as const] };
    const constrained = authority('ca', { issuer: root, template: { nameConstraints } });
    expect(verdict([leaf(constrained), constrained.certificate], strictProfile)).toBe('trusted');
    const zero = authority('zero', { template: serial(0) });
    expect(verdict([leaf(zero)], strictProfile, zero)).toBe('trusted');
  });

  it('a root that does not say its key identifier cannot have it as its authority’s', () => {
    const extensions = (roots.withOwnIdentifier.certificate.extensions as Extension[]).filter(
      ({ oid }) => oid !== OID.subjectKeyIdentifier,
    );
    const bare = authority('root', { template: { overrides: { extensions } } });
    expect(verdict([leaf(bare)], strictProfile, bare)).toBe('subject-key-identifier');
    expect(withoutRule('subject-key-identifier', () => verdict([leaf(bare)], strictProfile, bare))).toBe(
      'root-authority-key-identifier',
    );
  });

  it('wants the authority key identifier in a root that another signed', () => {
    const { privateKey, certificate } = roots.crossSigned;
    const bare = issueCertificate({
      provider,
      issuer: root,
      publicKey: publicKeyOf(provider, privateKey),
      subject: [['CN', 'cross-signed']],
      notBefore,
      notAfter,
      overrides: { extensions: without(OID.authorityKeyIdentifier)(certificate.extensions) },
    });
    const anchor = { certificate: bare, privateKey };
    expect(verdict([leaf(anchor, { key: leafKey })], strictProfile, anchor)).toBe('anchor-authority-key-identifier');
  });
});
