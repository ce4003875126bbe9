import type { CryptoProvider } from '@portico/crypto';
import {
  certificatesFromPem,
  createPolicyChecker,
  derOid,
  derBitString,
  derNull,
  derSequence,
  OID,
  publicKeyOf,
  trustAnchorsFromPem,
  type PathFailureReason,
  type PathVerdict,
} from '../../src/index.js';
import {
  authorityInfoAccessExtension,
  certificatePoliciesExtension,
  crlDistributionPointsExtension,
  freshestCrlExtension,
  issueDer,
  noRevAvailExtension,
  type Credential,
} from '../../src/issue.js';
import { createRevocationChecker } from '../../src/revocation.js';
import { authority, fixture, leaf, leafKey, newKey, notAfter, notBefore, NOW, provider } from '../support.js';
import { below, caWith, damaged, good, intermediate, root, verify } from './paths.js';

function sanOnly(): { oid: string; critical: boolean; value: Uint8Array }[] {
  return [...good.extensions].filter(({ oid }) => oid === OID.subjectAltName);
}

const unknownCritical = { oid: '1.3.6.1.4.1.55738.1', critical: true, value: derNull() };
const weakAlgorithm = derSequence(derOid('1.2.840.10045.4.1'));
const unknownAlgorithm = derSequence(derOid('1.2.3.4'));
const unsupportedKey = derSequence(unknownAlgorithm, derBitString(new Uint8Array(57)));
const weakKey = certificatesFromPem(fixture('weak-rsa-root.pem'))[0]?.subjectPublicKeyInfo as Uint8Array;
const somewhere = { type: 'uri', uri: 'http://example.com/' } as const;

/** Each breaks one rule. `beyond` is what still refuses it where that rule is taken out: the second line of defence. */
export const rows: readonly (readonly [
  what: string,
  verdict: () => PathVerdict,
  reason: PathFailureReason,
  beyond?: PathFailureReason,
])[] = [
  ['nobody is trusted', () => verify([good, intermediate.certificate], []), 'no-trust-anchors'],
  ['nothing was sent', () => verify([]), 'malformed'],
  ['the leaf is no certificate', () => verify([Uint8Array.of(0x30, 0)]), 'malformed'],
  ['the leaf is empty', () => verify([new Uint8Array(0)]), 'malformed'],
  ['the intermediate was not sent', () => verify([good]), 'unknown-issuer'],
  ['the intermediate cannot be read', () => verify([good, intermediate.certificate.raw.subarray(1)]), 'malformed'],
  [
    'another root is trusted',
    () => verify([good, intermediate.certificate], [authority('stranger')]),
    'unknown-issuer',
  ],
  ['another root of the same name is trusted', () => verify([leaf(root)], [authority('root')]), 'unknown-issuer'],
  [
    'the root came along but is not trusted',
    () => verify([good, intermediate.certificate, root.certificate], [authority('stranger')]),
    'unknown-issuer',
  ],

  ['leaf expired', () => verify([leaf(root, { notAfter: NOW - 1000 })]), 'expired'],
  ['leaf not yet valid', () => verify([leaf(root, { notBefore: NOW + 1000 })]), 'not-yet-valid'],
  ['intermediate expired', () => verify(below(caWith({ notAfter: NOW - 1000 }))), 'expired'],
  ['intermediate not yet valid', () => verify(below(caWith({ notBefore: NOW + 1000 }))), 'not-yet-valid'],
  [
    'anchor expired',
    () => {
      const old = authority('old', { notAfter: NOW - 1000 });
      return verify([leaf(old)], [old]);
    },
    'expired',
  ],

  ['leaf signature damaged', () => verify([damaged(leaf(root))]), 'bad-signature'],
  ['intermediate signature damaged', () => verify([good, damaged(intermediate.certificate)]), 'bad-signature'],
  [
    'leaf signed by another key, without key identifiers',
    () => {
      const forger = { certificate: root.certificate, privateKey: newKey() };
      return verify([leaf(forger, { template: { overrides: { extensions: sanOnly() } } })]);
    },
    'bad-signature',
  ],
  [
    'leaf signed by another key, with the right key identifier',
    () => verify([leaf({ certificate: root.certificate, privateKey: newKey() })]),
    'bad-signature',
  ],
  [
    'contents changed after signing',
    () => {
      const raw = leaf(root, { template: { subject: [['CN', 'innocent']] } }).raw.slice();
      raw[raw.indexOf(0x69, 100)] = 0x49;
      return verify([raw]);
    },
    'bad-signature',
  ],

  ['intermediate without basic constraints', () => verify(below(caWith({ basicConstraints: undefined }))), 'not-a-ca'],
  [
    'intermediate with cA false',
    () => verify(below(caWith({ basicConstraints: { ca: false, pathLength: null } }))),
    'not-a-ca',
  ],
  [
    'a leaf that signs',
    () => {
      const privateKey = newKey();
      const template = { keyUsage: ['digitalSignature', 'keyCertSign'] as const };
      const certificate = leaf(root, { key: privateKey, names: ['signer.test'], template });
      return verify(below({ certificate, privateKey }));
    },
    'not-a-ca',
  ],
  [
    'intermediate of version 1',
    () => verify(below(caWith({ overrides: { version: null, extensions: null } }))),
    'not-a-ca',
  ],
  [
    'anchor with cA false',
    () => {
      const ca = authority('ca', { template: { basicConstraints: { ca: false, pathLength: null } } });
      return verify([leaf(ca)], [ca]);
    },
    'not-a-ca',
  ],
  [
    'anchor of version 3 without basic constraints',
    () => {
      const ca = authority('ca', { template: { overrides: { extensions: [] } } });
      return verify([leaf(ca)], [ca]);
    },
    'not-a-ca',
  ],

  [
    'path length 0 with a CA below',
    () => {
      const upper = authority('upper', { issuer: root, pathLength: 0 });
      const lower = authority('lower', { issuer: upper });
      return verify([...below(lower), upper.certificate]);
    },
    'path-too-long',
  ],
  [
    'path length 1 with two CAs below',
    () => {
      const upper = authority('upper', { issuer: root, pathLength: 1 });
      const middle = authority('middle', { issuer: upper });
      const lower = authority('lower', { issuer: middle });
      return verify([...below(lower), middle.certificate, upper.certificate]);
    },
    'path-too-long',
  ],
  [
    'path length 0 of the anchor',
    () => {
      const anchor = authority('anchor', { pathLength: 0 });
      const lower = authority('lower', { issuer: anchor });
      return verify(below(lower), [anchor]);
    },
    'path-too-long',
  ],
  [
    'more CAs than the limit',
    () => verify([good, intermediate.certificate], [root], { limits: { maxIntermediates: 0 } }),
    'path-too-long',
  ],

  [
    'intermediate without keyCertSign',
    () => verify(below(caWith({ keyUsage: ['digitalSignature', 'cRLSign'] }))),
    'key-usage',
  ],
  [
    'anchor without keyCertSign',
    () => {
      const ca = authority('ca', { template: { keyUsage: ['cRLSign'] } });
      return verify([leaf(ca)], [ca]);
    },
    'key-usage',
  ],
  [
    'leaf without digitalSignature',
    () => verify([leaf(root, { template: { keyUsage: ['keyEncipherment', 'keyAgreement'] } })]),
    'key-usage',
  ],

  ['server with clientAuth', () => verify([leaf(root, { extendedKeyUsage: ['clientAuth'] })]), 'extended-key-usage'],
  [
    'client with serverAuth',
    () => verify([leaf(root, { extendedKeyUsage: ['serverAuth'] })], [root], { purpose: 'client-authentication' }),
    'extended-key-usage',
  ],
  [
    'SIP server with clientAuth',
    () =>
      verify([leaf(root, { extendedKeyUsage: ['clientAuth'] })], [root], {
        identity: { type: 'sip-domain', domain: 'example.com' },
      }),
    'extended-key-usage',
  ],
  [
    'intermediate for another usage',
    () => verify(below(caWith({ extendedKeyUsage: ['clientAuth'] }))),
    'extended-key-usage',
  ],
  [
    'anchor for another usage',
    () => {
      const ca = authority('ca', { template: { extendedKeyUsage: ['clientAuth'] } });
      return verify([leaf(ca)], [ca]);
    },
    'extended-key-usage',
  ],

  ...(
    [
      [['serverAuth'], ['sipDomain']],
      [['sipDomain'], ['serverAuth', 'clientAuth']],
    ] as const
  ).map(
    ([above, own]) =>
      [
        `SIP server with ${own.join(' and ')} below a CA with ${above.join(' and ')}`,
        () => {
          const ca = caWith({ extendedKeyUsage: above });
          return verify([leaf(ca, { extendedKeyUsage: own }), ca.certificate], [root], {
            identity: { type: 'sip-domain', domain: 'example.com' },
          });
        },
        'extended-key-usage',
      ] as const,
  ),
  [
    'a CA for one accepted usage, a leaf for another',
    () => {
      const ca = caWith({ extendedKeyUsage: ['clientAuth'] });
      const keyPurposes = [OID.serverAuth, OID.clientAuth];
      return verify([leaf(ca, { extendedKeyUsage: ['serverAuth'] }), ca.certificate], [root], { keyPurposes });
    },
    'extended-key-usage',
  ],
  [
    'CAs for different accepted usages, a leaf for both',
    () => {
      const upper = authority('upper', { issuer: root, template: { extendedKeyUsage: ['clientAuth'] } });
      const lower = authority('lower', { issuer: upper, template: { extendedKeyUsage: ['serverAuth'] } });
      const keyPurposes = [OID.serverAuth, OID.clientAuth];
      const end = leaf(lower, { extendedKeyUsage: ['serverAuth', 'clientAuth'] });
      return verify([end, lower.certificate, upper.certificate], [root], { keyPurposes });
    },
    'extended-key-usage',
  ],
  [
    'an accepted usage that its leaf and its CA share, but not the anchor',
    () => {
      const anchor = authority('anchor', { template: { extendedKeyUsage: ['clientAuth', 'sipDomain'] } });
      const ca = caWith({ extendedKeyUsage: ['any'] }, anchor);
      return verify([leaf(ca, { extendedKeyUsage: ['serverAuth', 'clientAuth'] }), ca.certificate], [anchor]);
    },
    'extended-key-usage',
  ],
  ['no usage is accepted', () => verify([leaf(root)], [root], { keyPurposes: [] }), 'extended-key-usage'],

  ['another name', () => verify([leaf(root, { names: ['example.org'] })]), 'name-mismatch'],
  [
    'the name in the common name only',
    () => verify([leaf(root, { names: [], subject: [['CN', 'example.com']] })]),
    'name-mismatch',
  ],
  [
    'another address',
    () => verify([leaf(root, { names: ['192.0.2.1'] })], [root], { identity: { type: 'ip', address: '192.0.2.2' } }),
    'name-mismatch',
  ],
  [
    'a user of a SIP domain',
    () =>
      verify([leaf(root, { names: ['sip:a@example.com'] })], [root], {
        identity: { type: 'sip-domain', domain: 'example.com' },
      }),
    'name-mismatch',
  ],

  [
    'leaf with an unknown critical extension',
    () => verify([leaf(root, { template: { extraExtensions: [unknownCritical] } })]),
    'unknown-critical-extension',
  ],
  [
    'intermediate with an unknown critical extension',
    () => verify(below(caWith({ extraExtensions: [unknownCritical] }))),
    'unknown-critical-extension',
  ],
  [
    'anchor with an unknown critical extension',
    () => {
      const ca = authority('ca', { template: { extraExtensions: [unknownCritical] } });
      return verify([leaf(ca)], [ca]);
    },
    'unknown-critical-extension',
  ],
  ...[OID.certificatePolicies, OID.policyMappings, OID.policyConstraints, OID.inhibitAnyPolicy].map(
    (oid) =>
      [
        `critical extension ${oid}, which is not processed`,
        () => verify([leaf(root, { template: { extraExtensions: [{ ...unknownCritical, oid }] } })]),
        'unknown-critical-extension',
      ] as const,
  ),
  [
    'critical key identifier',
    () => {
      const extensions = leaf(root).extensions.map((one) =>
        one.oid === OID.subjectKeyIdentifier ? { ...one, critical: true } : one,
      );
      return verify([leaf(root, { template: { overrides: { extensions } } })]);
    },
    'unknown-critical-extension',
  ],

  [
    'leaf signed with SHA-1',
    () =>
      verify(certificatesFromPem(fixture('sha1-leaf.pem')), trustAnchorsFromPem(fixture('rsa-root.pem')), {
        time: Date.UTC(2030, 0),
      }),
    'weak-algorithm',
    'unsupported-key',
  ],
  [
    'intermediate signed with SHA-1',
    () => verify(below(caWith({ overrides: { innerAlgorithm: weakAlgorithm, outerAlgorithm: weakAlgorithm } }))),
    'weak-algorithm',
    'unsupported-key',
  ],
  [
    'leaf signed with an unknown algorithm',
    () =>
      verify([
        leaf(root, { template: { overrides: { innerAlgorithm: unknownAlgorithm, outerAlgorithm: unknownAlgorithm } } }),
      ]),
    'weak-algorithm',
    'unsupported-key',
  ],
  [
    'leaf with RSA of 1024 bits',
    () => verify([leaf(root, { template: { overrides: { subjectPublicKeyInfo: weakKey } } })]),
    'weak-algorithm',
  ],
  [
    'anchor with RSA of 1024 bits',
    () => {
      const ca = authority('ca', { template: { overrides: { subjectPublicKeyInfo: weakKey } } });
      return verify([leaf(ca)], [ca]);
    },
    'weak-algorithm',
    'bad-signature',
  ],
  [
    'leaf with RSA of 16384 bits',
    () =>
      verify([
        leaf(root, { key: { type: 'rsa', modulus: new Uint8Array(2048).fill(0xff), exponent: Uint8Array.of(3) } }),
      ]),
    'unsupported-key',
  ],
  [
    'leaf with a key of unknown kind',
    () => verify([leaf(root, { template: { overrides: { subjectPublicKeyInfo: unsupportedKey } } })]),
    'unsupported-key',
  ],
  [
    'anchor with a key of unknown kind',
    () => {
      const ca = authority('ca', { template: { overrides: { subjectPublicKeyInfo: unsupportedKey } } });
      return verify([leaf(ca)], [ca]);
    },
    'unsupported-key',
    'unsupported-key',
  ],
  [
    'a signature that the provider cannot verify',
    () => {
      const small: CryptoProvider = { ...provider, keyAlgorithms: [] };
      return verify([leaf(root)], [root], { provider: small });
    },
    'unsupported-key',
  ],

  [
    'leaf with keyCertSign',
    () => verify([leaf(root, { template: { keyUsage: ['digitalSignature', 'keyCertSign'] } })]),
    'malformed',
  ],
  [
    'leaf with an RSA modulus of broken octets',
    () =>
      verify([
        leaf(root, { key: { type: 'rsa', modulus: new Uint8Array(260).fill(0x7f), exponent: Uint8Array.of(3) } }),
      ]),
    'malformed',
  ],
  ...[derNull(), derSequence(), derSequence(derSequence(derOid(OID.ocsp)))].map(
    (value) =>
      [
        'leaf with broken authority information access',
        () =>
          verify([
            leaf(root, {
              template: {
                extraExtensions: [{ ...unknownCritical, oid: OID.authorityInfoAccess, critical: false, value }],
              },
            }),
          ]),
        'malformed',
      ] as const,
  ),
  [
    'intermediate with broken authority information access',
    () => verify(below(caWith({ extraExtensions: [{ ...authorityInfoAccessExtension([]), critical: false }] }))),
    'malformed',
  ],
  [
    'intermediate with noRevAvail',
    () => verify(below(caWith({ extraExtensions: [noRevAvailExtension()] }))),
    'malformed',
  ],
  ...[
    crlDistributionPointsExtension([somewhere]),
    freshestCrlExtension([somewhere]),
    authorityInfoAccessExtension([
      ['caIssuers', somewhere],
      ['ocsp', somewhere],
    ]),
  ].map(
    (extension) =>
      [
        `noRevAvail beside ${extension.oid}`,
        () => verify([leaf(root, { template: { extraExtensions: [extension, noRevAvailExtension()] } })]),
        'malformed',
      ] as const,
  ),
  [
    'noRevAvail that is not NULL',
    () => verify([leaf(root, { template: { extraExtensions: [{ ...noRevAvailExtension(), value: derSequence() }] } })]),
    'malformed',
  ],
  [
    'a SIP domain in a DNS name, beside a sip URI of another host',
    () =>
      verify([leaf(root, { names: ['sip:[2001:db8::1]', 'example.com'] })], [root], {
        identity: { type: 'sip-domain', domain: 'example.com' },
      }),
    'name-mismatch',
  ],
  [
    'a URI whose host depends on who reads it',
    () => {
      const nameConstraints = { permitted: [{ type: 'uri', uri: 'example.com' } as const], excluded: [] };
      const ca = caWith({ nameConstraints });
      const names = ['example.com', { type: 'uri', uri: 'https://example.org\\@example.com/' } as const];
      return verify([leaf(ca, { names }), ca.certificate]);
    },
    'name-constraint',
  ],
  ...(
    [
      ['without policies', {}, 'policy'],
      ['with another policy', { acceptable: ['1.2.3'] }, 'policy'],
    ] as const
  ).map(
    ([what, inputs, reason]) =>
      [
        `a leaf that is an anchor, ${what}, where one is required`,
        () => {
          const extraExtensions = what === 'without policies' ? [] : [certificatePoliciesExtension(['1.2.4'])];
          const end = leaf(root, { template: { extraExtensions } });
          return verify([end], [end], { policies: createPolicyChecker({ requireExplicitPolicy: true, ...inputs }) });
        },
        reason,
      ] as const,
  ),
  [
    'a leaf that is an anchor, of which no revocation status is known',
    () => verify([good], [good], { revocation: createRevocationChecker({ mode: 'hard-fail', sources: [] }) }),
    'revocation-unknown',
  ],
  [
    'too many policies',
    () => {
      const extraExtensions = [certificatePoliciesExtension(['1.2.3', '1.2.4'])];
      return verify([leaf(root, { template: { extraExtensions } })], [root], {
        policies: createPolicyChecker(),
        limits: { maxPolicies: 3 },
      });
    },
    'limit-exceeded',
  ],
  [
    'a wildcard below a public suffix that the caller knows',
    () =>
      verify([leaf(root, { names: ['*.co.uk'] })], [root], {
        identity: { type: 'dns', name: 'example.co.uk' },
        isPublicSuffix: (domain) => domain === 'co.uk',
      }),
    'name-mismatch',
  ],
  ['a wildcard below a top-level domain', () => verify([leaf(root, { names: ['*.com'] })]), 'name-mismatch'],
  [
    'another URI',
    () =>
      verify([leaf(root, { names: ['https://example.org/'] })], [root], {
        identity: { type: 'uri', uri: 'https://example.com/' },
      }),
    'name-mismatch',
  ],
  [
    'another service',
    () =>
      verify([leaf(root, { names: ['example.com'] })], [root], {
        identity: { type: 'srv', service: 'imaps', name: 'example.com' },
      }),
    'name-mismatch',
  ],
  [
    'negative serial number',
    () => verify([leaf(root, { template: { overrides: { serialNumber: Uint8Array.of(0x80) } } })]),
    'malformed',
  ],
  [
    'serial number of 22 bytes',
    () => verify([leaf(root, { template: { overrides: { serialNumber: new Uint8Array(22).fill(1) } } })]),
    'malformed',
  ],
  [
    'intermediate with a negative serial number',
    () => verify(below(caWith({ overrides: { serialNumber: Uint8Array.of(0x80) } }))),
    'malformed',
  ],
  [
    'an issuer without a name',
    () => {
      const ca = authority('', { subject: [] });
      return verify([leaf(ca)], [ca]);
    },
    'malformed',
  ],
  [
    'name constraints in a leaf',
    () =>
      verify([
        leaf(root, {
          template: { nameConstraints: { permitted: [{ type: 'dns', name: 'example.com' }], excluded: [] } },
        }),
      ]),
    'malformed',
  ],
  [
    'duplicate extension in the leaf',
    () => {
      const extensions = [...leaf(root).extensions, ...sanOnly()];
      return verify([raw(root, { extensions })]);
    },
    'malformed',
  ],

  [
    'too many certificates',
    () => verify([good, ...new Array<Uint8Array>(64).fill(intermediate.certificate.raw)]),
    'limit-exceeded',
  ],
  ['too many bytes', () => verify([good, new Uint8Array(0x4_0000)]), 'limit-exceeded'],
  [
    'too many candidates',
    () => verify([good, intermediate.certificate], [root], { limits: { maxCandidates: 1 } }),
    'limit-exceeded',
  ],
  [
    'too many signatures',
    () => verify([good, intermediate.certificate], [root], { limits: { maxSignatures: 1 } }),
    'limit-exceeded',
  ],
  [
    'too many name comparisons',
    () => {
      const nameConstraints = { permitted: [{ type: 'dns', name: 'example.com' } as const], excluded: [] };
      return verify(below(caWith({ nameConstraints })), [root], { limits: { maxNameComparisons: 1 } });
    },
    'limit-exceeded',
  ],
];

function raw(issuer: Credential, overrides: NonNullable<Parameters<typeof issueDer>[0]['overrides']>): Uint8Array {
  const publicKey = publicKeyOf(provider, leafKey);
  return issueDer({
    provider,
    issuer,
    publicKey,
    subject: [['CN', 'x']],
    notBefore,
    notAfter,
    overrides,
  }) as Uint8Array;
}
