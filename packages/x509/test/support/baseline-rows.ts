import { asciiToBytes } from '@portico/bytes';
import type { PublicKey } from '@portico/crypto';
import {
  der,
  derBitString,
  derImplicit,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derUtf8String,
  encodeGeneralName,
  OID,
  privateKeyFromPem,
  type Certificate,
  type GeneralName,
} from '../../src/index.js';
import type { CertificateTemplate, Credential } from '../../src/issue.js';
import { authority, fixture, leaf } from '../support.js';
import {
  added,
  belowChanged,
  changedLeaf,
  distributionPoint,
  fullName,
  uncritical,
  usages,
  withFields,
} from './judged.js';
import { generalizedTime, utcTime } from './specimens.js';

/** A rule, a chain that breaks it and nothing else, and its anchor: by default `root`. */
export type ChainRow = readonly [rule: string, chain: () => readonly Certificate[], anchor?: Credential];

export const root: Credential = authority('root');
export const rsaRoot: Credential = authority('root', { privateKey: privateKeyFromPem(fixture('rsa.key.pem')) });
const plainRoot = authority('root', { privateKey: { type: 'ed25519', seed: new Uint8Array(32).fill(5) } });

const modulus = new Uint8Array(256).fill(0xff);
export const rsaKey = (...exponent: readonly number[]): PublicKey => ({
  type: 'rsa',
  modulus,
  exponent: Uint8Array.from(exponent),
});

const uri = (text: string): GeneralName => ({ type: 'uri', uri: text });
const named = (...names: readonly GeneralName[]): Certificate[] => [leaf(root, { names: ['example.com', ...names] })];
const attribute = (oid: string, text: string): Uint8Array => derSequence(derOid(oid), derUtf8String(text));
const organization = attribute('2.5.4.10', 'Example');
const location = uri('http://example.com/list.crl');

/** A leaf that the RSA root signs with PKCS #1 v1.5, and says so in that identifier. */
const signedWith = (type: 'rsa-pkcs1' | 'rsa-pss', identifier: Uint8Array): Certificate[] => {
  const overrides = { innerAlgorithm: identifier, outerAlgorithm: identifier };
  const signatureAlgorithm = type === 'rsa-pss' ? { type, hash: 'sha256', saltLength: 32 } : { type, hash: 'sha256' };
  return [leaf(rsaRoot, { template: { signatureAlgorithm, overrides } as Partial<CertificateTemplate> })];
};
const hash = derSequence(derOid('2.16.840.1.101.3.4.2.1'), derNull());
const bareHash = derSequence(derOid('2.16.840.1.101.3.4.2.1'));
const pss = (hashes: Uint8Array, ...more: readonly Uint8Array[]): Uint8Array =>
  derSequence(
    derOid(OID.rsassaPss),
    derSequence(
      der(0xa0, hashes),
      der(0xa1, derSequence(derOid(OID.mgf1), hashes)),
      der(0xa2, Uint8Array.of(2, 1, 32)),
      ...more,
    ),
  );

const validity = (...times: readonly Uint8Array[]): Certificate[] => [
  leaf(root, { template: { overrides: { validity: derSequence(...times) } } }),
];
const identifiers = (number: number): Certificate[] => {
  const field = derImplicit(number, Uint8Array.of(0, 1));
  const change = (fields: readonly Uint8Array[]): readonly Uint8Array[] => [
    ...fields.slice(0, -1),
    field,
    ...fields.slice(-1),
  ];
  return [withFields(leaf(root), root.privateKey, change)];
};
const minimum = (list: number): Certificate[] => {
  const subtree = derSequence(
    encodeGeneralName({ type: 'dns', name: 'example.com' }),
    derImplicit(0, Uint8Array.of(0)),
  );
  const excluded = derSequence(
    encodeGeneralName({ type: 'dns', name: 'example.org' }),
    derImplicit(0, Uint8Array.of(0)),
  );
  const value = derSequence(der(0xa0 + list, list === 0 ? subtree : excluded));
  return belowChanged(root, added({ oid: OID.nameConstraints, critical: true, value }));
};

/** How certificates are written. */
export const ENCODING_ROWS: readonly ChainRow[] = [
  ['unique-identifiers', () => identifiers(1)],
  ['unique-identifiers', () => identifiers(2)],
  ['time-type', () => validity(generalizedTime('20270101000000Z'), utcTime('280101000000Z'))],
  ['time-type', () => validity(utcTime('270101000000Z'), generalizedTime('20491231235959Z'))],
  [
    'key-usage-bits',
    () => [changedLeaf(root, added({ oid: OID.keyUsage, critical: true, value: derBitString(Uint8Array.of(0x80)) }))],
  ],
  [
    'key-usage-bits',
    () => belowChanged(root, added({ oid: OID.keyUsage, critical: true, value: derBitString(Uint8Array.of(6, 0)) })),
  ],
  ['name-constraints-minimum', () => minimum(0)],
  ['name-constraints-minimum', () => minimum(1)],
];

/** The Baseline Requirements. */
export const BASELINE_ROWS: readonly ChainRow[] = [
  ['key-type', () => [leaf(root, { key: { type: 'ed25519', key: new Uint8Array(32).fill(1) } })]],
  ['key-type', () => [leaf(root, { key: { ...rsaKey(1, 0, 1), type: 'rsa-pss', restriction: null } as PublicKey })]],
  ['key-type', () => [leaf(plainRoot)], plainRoot],
  [
    'key-type',
    () => {
      const ca = authority('ca', { issuer: root, privateKey: plainRoot.privateKey });
      return [leaf(ca), ca.certificate];
    },
  ],
  ['rsa-exponent', () => [leaf(root, { key: rsaKey(1) })]],
  ['rsa-exponent', () => [leaf(root, { key: rsaKey(2) })]],
  ['rsa-exponent', () => [leaf(root, { key: rsaKey(1, 0, 0) })]],
  [
    'signature-parameters',
    () => {
      const signatureAlgorithm = { type: 'rsa-pss', hash: 'sha256', saltLength: 20 } as const;
      return [leaf(rsaRoot, { template: { signatureAlgorithm } })];
    },
    rsaRoot,
  ],
  ['signature-parameters', () => signedWith('rsa-pkcs1', derSequence(derOid('1.2.840.113549.1.1.11'))), rsaRoot],
  ['signature-parameters', () => signedWith('rsa-pss', pss(bareHash)), rsaRoot],
  ['signature-parameters', () => signedWith('rsa-pss', pss(hash, der(0xa3, Uint8Array.of(2, 1, 1)))), rsaRoot],
  [
    'authority-key-identifier-alone',
    () => {
      const { subject, serialNumber, subjectKeyIdentifier } = root.certificate;
      const value = derSequence(
        derImplicit(0, subjectKeyIdentifier as Uint8Array),
        der(0xa1, der(0xa4, subject.raw)),
        derImplicit(2, serialNumber),
      );
      return [changedLeaf(root, added(uncritical(OID.authorityKeyIdentifier, value)))];
    },
  ],
  ...['3', '4', '8', '9'].map((last): ChainRow => [
    'extended-key-usage-others',
    () => [changedLeaf(root, usages('serverAuth', `1.3.6.1.5.5.7.3.${last}`))],
  ]),
  ['extended-key-usage-others', () => [changedLeaf(root, usages('serverAuth', '1.3.6.1.4.1.11129.2.4.4'))]],
  ['extended-key-usage-others', () => belowChanged(root, usages('serverAuth', 'ocspSigning'))],
  ...[
    [fullName(encodeGeneralName(uri('https://example.com/list.crl')))],
    [fullName(encodeGeneralName(uri('ldap://example.com/list')))],
    [fullName(encodeGeneralName(location), encodeGeneralName({ type: 'dns', name: 'example.com' }))],
    [der(0xa0, der(0xa1, organization))],
    [fullName(encodeGeneralName(location)), derImplicit(1, Uint8Array.of(6, 0x40))],
    [fullName(encodeGeneralName(location)), der(0xa2, encodeGeneralName(location))],
    [der(0xa2, encodeGeneralName(location))],
    [fullName()],
    [derNull()],
    [fullName(encodeGeneralName(location)), Uint8Array.of(0)],
  ].map((fields): ChainRow => ['distribution-points', () => [changedLeaf(root, distributionPoint(...fields))]]),
  ['distribution-points', () => [changedLeaf(root, added(uncritical(OID.cRLDistributionPoints, derNull())))]],
  [
    'distribution-points',
    () => {
      const value = derSequence(derSequence(fullName(encodeGeneralName(location))));
      const longer = Uint8Array.from([...value, 5, 0]);
      return belowChanged(root, added(uncritical(OID.cRLDistributionPoints, longer)));
    },
  ],
  [
    'distribution-points',
    () => {
      const point = derSequence(fullName(encodeGeneralName(location)));
      return [changedLeaf(root, added(uncritical(OID.cRLDistributionPoints, derSequence(point, Uint8Array.of(0)))))];
    },
  ],
  [
    'one-attribute',
    () => {
      const subject = derSequence(derSetOf(organization, attribute('2.5.4.7', 'Somewhere')));
      return [leaf(root, { template: { overrides: { subject } } })];
    },
  ],
  ['ecdsa-hash', () => [leaf(root, { template: { signatureAlgorithm: { type: 'ecdsa', hash: 'sha384' } } })]],
  [
    'ecdsa-hash',
    () => {
      const ca = authority('ca', { issuer: root });
      return [leaf(ca, { template: { signatureAlgorithm: { type: 'ecdsa', hash: 'sha512' } } }), ca.certificate];
    },
  ],
  [
    'issuer-octets',
    () => {
      // The same text as a PrintableString.
      const issuer = derSequence(derSetOf(derSequence(derOid('2.5.4.3'), der(0x13, asciiToBytes('root')))));
      return [leaf(root, { template: { overrides: { issuer } } })];
    },
  ],
  [
    'ca-key-usages',
    () => {
      const ca = authority('ca', {
        issuer: root,
        template: { keyUsage: ['contentCommitment', 'keyCertSign', 'cRLSign'] },
      });
      return [leaf(ca), ca.certificate];
    },
  ],
  ['ca-key-usage-present', () => belowChanged(root, (all) => all.filter(({ oid }) => oid !== OID.keyUsage))],
  ['subject-alt-name-types', () => named({ type: 'email', address: 'a@example.com' })],
  ['subject-alt-name-types', () => named(uri('https://example.com/'))],
  ['subject-alt-name-types', () => named(uri('sips:example.com'))],
  ['subject-alt-name-types', () => named({ type: 'directory', name: root.certificate.subject })],
  ['subject-alt-name-types', () => named({ type: 'registered-id', oid: '1.2.3' })],
  ['subject-alt-name-types', () => named({ type: 'other', oid: OID.dnsSrv, value: der(0x16, asciiToBytes('_a.b')) })],
  ['subject-alt-name-types', () => named({ type: 'x400', raw: der(0xa3, derOctetString(Uint8Array.of(1))) })],
  ['subject-alt-name-types', () => named({ type: 'edi-party', raw: der(0xa5, derOctetString(Uint8Array.of(1))) })],
  ['reserved-label', () => named({ type: 'dns', name: 'ab--c.example.com' })],
  ['reserved-label', () => named({ type: 'dns', name: 'a.xm--c.example.com' })],
  ['leaf-key-usages', () => [leaf(root, { template: { keyUsage: ['digitalSignature', 'keyEncipherment'] } })]],
  ['leaf-key-usages', () => [leaf(root, { template: { keyUsage: ['digitalSignature', 'contentCommitment'] } })]],
  [
    'leaf-key-usages',
    () => [leaf(root, { key: rsaKey(1, 0, 1), template: { keyUsage: ['digitalSignature', 'keyAgreement'] } })],
  ],
  ['organizational-unit', () => [leaf(root, { subject: [['OU', 'Example']] })]],
  ['organizational-unit', () => [leaf(root, { subject: [['OU', 'Example']], notBefore: Date.UTC(2023, 8, 15) })]],
];
