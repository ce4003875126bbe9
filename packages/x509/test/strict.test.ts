import { asciiToBytes } from '@portico/bytes';
import type { PrivateKey } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import {
  type Certificate,
  compatibleProfile,
  der,
  derImplicit,
  derNull,
  derSequence,
  derSmallInteger,
  encodeGeneralName,
  explainVerdict,
  type Extension,
  type GeneralName,
  OID,
  publicKeyOf,
  strictProfile,
  verifyCertificatePath,
  type VerifyOptions,
} from '../src/index.js';
import {
  authorityKeyIdentifierExtension,
  generatePrivateKey,
  issueCertificate,
  type CertificateTemplate,
  type Credential,
} from '../src/issue.js';
import { authority, leaf, leafKey, newKey, notAfter, notBefore, NOW, provider, withoutRule } from './support.js';
import { BASELINE_ROWS, ENCODING_ROWS, root, rsaKey, rsaRoot } from './support/baseline-rows.js';
import {
  added,
  answerTo,
  belowChanged,
  changedLeaf,
  distributionPoint,
  flipped,
  fullName,
  usages,
  uncritical,
  verdict,
  without,
} from './support/judged.js';

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
  ['authority-key-identifier', () => [changedLeaf(root, without(OID.authorityKeyIdentifier))]],
  ['leaf-not-ca', () => [leaf(root, { template: { basicConstraints: { ca: true, pathLength: null } } })]],
  ['extended-key-usage-present', () => [changedLeaf(root, without(OID.extKeyUsage))]],
  ['extended-key-usage-any', () => [leaf(root, { extendedKeyUsage: ['any', 'serverAuth'] })]],
  ['extended-key-usage-critical', () => [changedLeaf(root, flipped(OID.extKeyUsage))]],
  ['subject-alt-name-present', () => [changedLeaf(root, without(OID.subjectAltName), { subject: [] })]],
  ['subject-alt-name-critical', () => [changedLeaf(root, flipped(OID.subjectAltName))]],
  ['subject-alt-name-critical', () => [changedLeaf(root, flipped(OID.subjectAltName), { subject: [] })]],
  ['dns-name-syntax', () => [leaf(root, { names: ['a_b.example.com'] })]],
  ['dns-name-syntax', () => [leaf(root, { subject: [], names: ['a.example.com', 'b.example.com.'] })]],
  ['common-name', () => [leaf(root, { subject: [['CN', 'Example.com']] })]],
  ['subject-key-identifier', () => belowChanged(root, without(OID.subjectKeyIdentifier))],
  ['authority-key-identifier', () => belowChanged(root, without(OID.authorityKeyIdentifier))],
  ['basic-constraints-critical', () => belowChanged(root, flipped(OID.basicConstraints))],
  ['name-constraints-critical', () => belowChanged(root, flipped(OID.nameConstraints), permitted('example.com'))],
  [
    'dns-constraint-syntax',
    () => {
      const ca = authority('ca', { issuer: root, template: permitted('.com') });
      return [leaf(ca), ca.certificate];
    },
  ],
  [
    'policy-constraints-critical',
    () => belowChanged(root, added(uncritical(OID.policyConstraints, derSequence(derImplicit(1, Uint8Array.of(0)))))),
  ],
  [
    'inhibit-any-policy-critical',
    () => belowChanged(root, added(uncritical(OID.inhibitAnyPolicy, derSmallInteger(0)))),
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
  const rows = [...table, ...ENCODING_ROWS, ...BASELINE_ROWS].map(([rule, chain, anchor]): Row => ({
    rule,
    chain,
    anchor: anchor ?? root,
  }));

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
    expect(withoutRule('extended-key-usage-any', () => judge(['any']))).toBe('trusted');
    const bare = changedLeaf(root, without(OID.extKeyUsage));
    const options = { identity: { type: 'sip-domain', domain: 'example.com' } } as const;
    const present = (): string => verdict([bare], strictProfile, root, options);
    expect(withoutRule('extended-key-usage-present', present)).toBe('trusted');
    expect(judge(['serverAuth'], { profile: compatibleProfile })).toBe('trusted');
    expect(judge(['serverAuth'], { profile: compatibleProfile, keyPurposes: [OID.sipDomain] })).toBe(
      'extended-key-usage',
    );
    // Whoever names other usages has decided, and other identities have nothing to do with it.
    expect(judge(['serverAuth'], { keyPurposes: [OID.serverAuth] })).toBe('trusted');
    const host = { type: 'dns', name: 'example.com' } as const;
    expect(judge(['serverAuth'], { identity: host, keyPurposes: [OID.serverAuth, OID.sipDomain] })).toBe('trusted');
    expect(withoutRule('sip-domain-usage', () => judge(['serverAuth']))).toBe('trusted');
  });

  it('accepts what breaks none', () => {
    const ca = authority('ca', { issuer: root, template: permitted('com') });
    const names = ['example.com', '*.example.com', '192.0.2.1', 'sip:example.com'].slice(0, 2);
    expect(verdict([leaf(ca, { names }), ca.certificate], strictProfile, root)).toBe('trusted');
    expect(verdict([leaf(root, { subject: [] })], strictProfile, root)).toBe('trusted');
    expect(verdict([leaf(root, { names: ['192.0.2.1'] })], strictProfile, root)).toBe('trusted');
    const { crossSigned } = roots;
    expect(verdict([leaf(crossSigned)], strictProfile, crossSigned)).toBe('trusted');
    const { withOwnIdentifier } = roots;
    expect(verdict([leaf(withOwnIdentifier)], strictProfile, withOwnIdentifier)).toBe('trusted');
    expect(verdict([leaf(root, { template: serial(...new Array<number>(20).fill(1)) })], strictProfile, root)).toBe(
      'trusted',
    );
    const mixed = ['192.0.2.1', { type: 'uri', uri: 'sip:example.com' } as const, 'example.com'];
    for (const subject of [
      [['CN', '192.0.2.1']],
      [['O', 'an organization, which is no name of a host']],
      [
        ['CN', 'example.com'],
        ['O', 'x'],
      ],
    ] as [string, string][][]) {
      expect(verdict([leaf(root, { names: mixed, subject })], strictProfile, root)).toBe('trusted');
    }
    const dotted: GeneralName = { type: 'email', address: '.example.org' };
    const nameConstraints = { permitted: [dotted], excluded: [{ type: 'uri', uri: '.example.org' } as const] };
    const constrained = authority('ca', { issuer: root, template: { nameConstraints } });
    expect(verdict([leaf(constrained), constrained.certificate], strictProfile, root)).toBe('trusted');
    const zero = authority('zero', { template: serial(0) });
    expect(verdict([leaf(zero)], strictProfile, zero)).toBe('trusted');
  });

  it('accepts what is just within a rule', () => {
    const accepted = (certificate: Certificate, anchor = root, options: Partial<VerifyOptions> = {}): void =>
      expect(verdict([certificate], strictProfile, anchor, options)).toBe('trusted');
    accepted(leaf(root, { key: rsaKey(3) }));
    accepted(leaf(root, { key: rsaKey(1, 1) }));
    accepted(leaf(root, { key: rsaKey(1, 0, 1) }));
    accepted(leaf(root, { template: { keyUsage: ['digitalSignature', 'keyAgreement'] } }));
    const keyUsage = ['digitalSignature', 'keyEncipherment', 'dataEncipherment'] as const;
    accepted(leaf(root, { key: rsaKey(1, 0, 1), template: { keyUsage } }));
    for (const [hash, saltLength] of [
      ['sha256', 32],
      ['sha384', 48],
      ['sha512', 64],
    ] as const) {
      const algorithms = [{ type: 'rsa-pkcs1', hash } as const, { type: 'rsa-pss', hash, saltLength } as const];
      for (const signatureAlgorithm of algorithms)
        accepted(leaf(rsaRoot, { template: { signatureAlgorithm } }), rsaRoot);
    }
    for (const curve of ['P-384', 'P-521'] as const) {
      const anchor = authority('root', { privateKey: generatePrivateKey(provider, curve) as PrivateKey });
      accepted(leaf(anchor, { key: rsaKey(1, 0, 1) }), anchor);
    }
    const location = encodeGeneralName({ type: 'uri', uri: 'http://example.com/list.crl' });
    accepted(changedLeaf(root, distributionPoint(fullName(location, location))));
    accepted(leaf(root, { names: ['xn--bcher-kva.example.com', 'a-b.example.com', 'a--b.example.com'] }));
    accepted(leaf(root, { subject: [['OU', 'x']], notBefore: Date.UTC(2023, 8, 15) - 1000 }));
    accepted(leaf(root, { notAfter: Date.UTC(2050, 0, 1) }));
    accepted(leaf(root, { notAfter: Date.UTC(2050, 0, 1) - 1000 }));
    accepted(changedLeaf(root, usages('serverAuth', 'clientAuth', 'sipDomain')));
    accepted(leaf(root, { template: { overrides: { serialNumber: Uint8Array.of(1) } } }));
  });

  it('the names that the caller asks for may be there', () => {
    const url = { type: 'uri', uri: 'https://example.com/' } as const;
    const asked = (name: GeneralName, identity: VerifyOptions['identity']): string =>
      verdict([leaf(root, { names: ['example.com', name] })], strictProfile, root, { identity });
    expect(asked(url, { type: 'uri', uri: url.uri })).toBe('trusted');
    expect(asked(url, { type: 'dns', name: 'example.com' })).toBe('subject-alt-name-types');
    const service = { type: 'other', oid: OID.dnsSrv, value: der(0x16, asciiToBytes('_imaps.example.com')) } as const;
    expect(asked(service, { type: 'srv', service: 'imaps', name: 'example.com' })).toBe('trusted');
    expect(asked(service, { type: 'dns', name: 'example.com' })).toBe('subject-alt-name-types');
    expect(asked({ ...service, oid: '1.2.3' }, { type: 'srv', service: 'a', name: 'example.com' })).toBe('identity');
    const beside = { type: 'other', oid: '1.2.3', value: derNull() } as const;
    const both = leaf(root, { names: ['example.com', service, beside] });
    const identity = { type: 'srv', service: 'imaps', name: 'example.com' } as const;
    expect(verdict([both], strictProfile, root, { identity })).toBe('subject-alt-name-types');
    // One port for SIP and HTTP has one certificate: its sip URI is taken whatever it is asked for.
    const sip = { type: 'uri', uri: 'sip:example.com' } as const;
    expect(asked(sip, { type: 'dns', name: 'example.com' })).toBe('trusted');
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
