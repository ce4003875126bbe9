import { describe, expect, it } from 'vitest';
import {
  derNull,
  derSequence,
  OID,
  publicKeyOf,
  verifyCertificatePath,
  type Certificate,
  type Extension,
  type GeneralName,
  type PathProfile,
} from '../src/index.js';
import {
  authorityKeyIdentifierExtension,
  issueCertificate,
  type CertificateTemplate,
  type Credential,
} from '../src/issue.js';
import { authority, leaf, leafKey, notAfter, notBefore, NOW, provider } from './support.js';

const root = authority('root');

function verdict(certificates: readonly Certificate[], profile: PathProfile, anchor: Credential = root): string {
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
  return answer.trusted ? 'trusted' : answer.message.replace(/^[^:]*: /, '');
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
const accessInfo = '1.3.6.1.5.5.7.1.1';
const roots = {
  withUsage: authority('root', { template: { extendedKeyUsage: ['serverAuth'] } }),
  withOtherKeyIdentifier: authority('root', {
    template: { extraExtensions: [authorityKeyIdentifierExtension(Uint8Array.of(1))] },
  }),
  crossSigned: authority('cross-signed', { issuer: root }),
};

interface Row {
  readonly rule: string;
  readonly chain: () => readonly Certificate[];
  readonly anchor: Credential;
}

const table: readonly (readonly [rule: string, chain: () => readonly Certificate[], anchor?: Credential])[] = [
  ['serial number zero', () => [leaf(root, { template: serial(0) })]],
  [
    'serial number of more than 20 octets',
    () => [leaf(root, { template: serial(0, ...new Array<number>(20).fill(0xff)) })],
  ],
  ['keyCertSign without cA', () => [leaf(root, { template: { keyUsage: ['digitalSignature', 'keyCertSign'] } })]],
  [
    'RSA modulus whose bits are no multiple of 8',
    () => [leaf(root, { key: { type: 'rsa', modulus: new Uint8Array(260).fill(0x7f), exponent: Uint8Array.of(3) } })],
  ],
  [
    'authority information access: unexpected-tag at offset 0: expected AuthorityInfoAccessSyntax, got null',
    () => [changedLeaf(added(uncritical(accessInfo, derNull())))],
  ],
  [
    'authority information access: truncated at offset 2: expected an AccessDescription, got the end',
    () => [changedLeaf(added(uncritical(accessInfo, derSequence())))],
  ],
  ['version 1', () => [leaf(root, { template: { overrides: { version: null, extensions: null } } })]],
  ['no authority key identifier', () => [changedLeaf(without(OID.authorityKeyIdentifier))]],
  ['a CA as leaf', () => [leaf(root, { template: { basicConstraints: { ca: true, pathLength: null } } })]],
  ['no extended key usage', () => [changedLeaf(without(OID.extKeyUsage))]],
  ['anyExtendedKeyUsage', () => [leaf(root, { extendedKeyUsage: ['any', 'serverAuth'] })]],
  ['critical extended key usage', () => [changedLeaf(flipped(OID.extKeyUsage))]],
  ['no subject alternative names', () => [changedLeaf(without(OID.subjectAltName))]],
  ['subject alternative names critical', () => [changedLeaf(flipped(OID.subjectAltName))]],
  ['subject alternative names not critical', () => [changedLeaf(flipped(OID.subjectAltName), { subject: [] })]],
  ['DNS name "a_b.example.com"', () => [leaf(root, { names: ['a_b.example.com'] })]],
  ['DNS name "b.example.com."', () => [leaf(root, { subject: [], names: ['a.example.com', 'b.example.com.'] })]],
  ['common name "Example.com" that is no alternative name', () => [leaf(root, { subject: [['CN', 'Example.com']] })]],
  ['no subject key identifier', () => belowChanged(without(OID.subjectKeyIdentifier))],
  ['no authority key identifier', () => belowChanged(without(OID.authorityKeyIdentifier))],
  ['basic constraints not critical', () => belowChanged(flipped(OID.basicConstraints))],
  ['name constraints not critical', () => belowChanged(flipped(OID.nameConstraints), permitted('example.com'))],
  [
    'DNS name constraint with a dot first',
    () => {
      const ca = authority('ca', { issuer: root, template: permitted('.com') });
      return [leaf(ca), ca.certificate];
    },
  ],
  ['policy constraints not critical', () => belowChanged(added(uncritical(OID.policyConstraints, derSequence())))],
  ['extended key usage in a root', () => [leaf(roots.withUsage)], roots.withUsage],
  [
    'authority key identifier of another in a root',
    () => [leaf(roots.withOtherKeyIdentifier)],
    roots.withOtherKeyIdentifier,
  ],
];

describe('the profile strict', () => {
  const rows = table.map(([rule, chain, anchor]): Row => ({ rule, chain, anchor: anchor ?? root }));

  it.each(rows)('$rule is refused, and accepted by compatible', ({ rule, chain, anchor }) => {
    expect(verdict(chain(), 'strict', anchor)).toBe(rule);
    expect(verdict(chain(), 'compatible', anchor)).toBe('trusted');
  });

  it('accepts what breaks none', () => {
    const ca = authority('ca', { issuer: root, template: permitted('com') });
    const names = ['example.com', '*.example.com', '192.0.2.1', 'sip:example.com'].slice(0, 2);
    expect(verdict([leaf(ca, { names }), ca.certificate], 'strict')).toBe('trusted');
    expect(verdict([leaf(root, { subject: [] })], 'strict')).toBe('trusted');
    expect(verdict([leaf(root, { names: ['192.0.2.1'] })], 'strict')).toBe('trusted');
    const { crossSigned } = roots;
    expect(verdict([leaf(crossSigned)], 'strict', crossSigned)).toBe('trusted');
    const zero = authority('zero', { template: serial(0) });
    expect(verdict([leaf(zero)], 'strict', zero)).toBe('trusted');
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
    expect(verdict([leaf(anchor, { key: leafKey })], 'strict', anchor)).toBe('no authority key identifier');
  });
});
