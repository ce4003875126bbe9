import { concatBytes } from '@portico/bytes';
import type { CryptoProvider, KeyAlgorithm, MaybePromise } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import {
  certificatesFromPem,
  derOid,
  derBitString,
  derNull,
  derSequence,
  OID,
  parseCertificate,
  publicKeyOf,
  trustAnchorFromDer,
  trustAnchorsFromPem,
  verifyCertificatePath,
  type Certificate,
  type PathFailureReason,
  type PathLimits,
  type PathVerdict,
  type TrustAnchor,
  type VerifyOptions,
} from '../src/index.js';
import {
  authorityInfoAccessExtension,
  crlDistributionPointsExtension,
  freshestCrlExtension,
  issueDer,
  noRevAvailExtension,
  type Credential,
} from '../src/issue.js';
import { BASIC_RULES } from '../src/path/certificate-rules.js';
import {
  authority,
  DAY,
  fixture,
  leaf,
  leafKey,
  newKey,
  notAfter,
  notBefore,
  NOW,
  provider,
  ruleLists,
  withoutRule,
} from './support.js';

const root = authority('root');
const intermediate = authority('intermediate', { issuer: root });
const good = leaf(intermediate);

/** Verifies at NOW as a server for example.com, unless told otherwise. */
function verify(
  certificates: readonly (Certificate | Uint8Array)[],
  anchors: readonly (TrustAnchor | Certificate)[] = [root],
  options: Partial<VerifyOptions> = {},
): PathVerdict {
  const verdict = verifyCertificatePath({
    provider,
    certificates: certificates.map((one) => (one instanceof Uint8Array ? one : one.raw)),
    trustAnchors: anchors.map((one): TrustAnchor => ({ certificate: 'certificate' in one ? one.certificate : one })),
    time: NOW,
    purpose: 'server-authentication',
    identity: { type: 'dns', name: 'example.com' },
    ...options,
  });
  if (verdict instanceof Promise) throw new Error('expected an answer at once');
  return verdict;
}

function reason(verdict: PathVerdict): PathFailureReason | 'trusted' {
  return verdict.trusted ? 'trusted' : verdict.reason;
}

function chainOf(verdict: PathVerdict): string[] {
  if (!verdict.trusted) throw new Error(verdict.message);
  return verdict.chain.map(({ subject }) => subject.text);
}

describe('paths that are trusted', () => {
  it('the chain runs from the leaf to the anchor', () => {
    expect(chainOf(verify([good, intermediate.certificate]))).toEqual(['CN=example.com', 'CN=intermediate', 'CN=root']);
    expect(chainOf(verify([leaf(root)]))).toEqual(['CN=example.com', 'CN=root']);
  });

  it('an intermediate as anchor ends the path', () => {
    expect(chainOf(verify([good, intermediate.certificate], [intermediate]))).toHaveLength(2);
    expect(chainOf(verify([good], [intermediate]))).toHaveLength(2);
  });

  it('a leaf that is an anchor itself, self-signed or not', () => {
    const selfSigned = leaf(
      { certificate: root.certificate, privateKey: leafKey },
      {
        template: { issuer: { selfSignedWith: leafKey } },
      },
    );
    expect(chainOf(verify([selfSigned], [selfSigned]))).toHaveLength(1);
    expect(chainOf(verify([good], [good]))).toHaveLength(1);
    expect(reason(verify([selfSigned], [selfSigned], { time: notAfter + DAY }))).toBe('expired');
    expect(reason(verify([selfSigned]))).not.toBe('trusted');
  });

  it('certificates in any order, doubled, with the root and strangers among them', () => {
    const other = authority('other');
    const second = authority('second', { issuer: intermediate });
    const end = leaf(second);
    const sent = [second, other, root, intermediate, second, authority('intermediate')].map((one) => one.certificate);
    expect(chainOf(verify([end, ...sent]))).toHaveLength(4);
    expect(chainOf(verify([end, ...sent.reverse()]))).toHaveLength(4);
    expect(chainOf(verify([end, Uint8Array.of(0x30), ...sent]))).toHaveLength(4);
  });

  it('a cross-signed CA: whichever way leads to somebody trusted', () => {
    const otherRoot = authority('other root');
    const { privateKey } = intermediate;
    const subject = [['CN', 'intermediate']] as const;
    const crossed = authority('', { subject, privateKey, issuer: otherRoot });
    const expired = authority('', { subject, privateKey, issuer: root, notAfter: NOW - 1000 });
    const sent = [good, expired.certificate, crossed.certificate, intermediate.certificate];
    expect(chainOf(verify(sent)).at(-1)).toBe('CN=root');
    expect(chainOf(verify(sent, [otherRoot])).at(-1)).toBe('CN=other root');
    expect(reason(verify(sent.slice(0, 2)))).toBe('expired');
  });

  it('CAs that sign each other in a circle do not catch the search', () => {
    const [a, b] = [newKey(), newKey()];
    const aByRoot = authority('a', { privateKey: a, issuer: root });
    const bByA = authority('b', { privateKey: b, issuer: aByRoot });
    const aByB = authority('a', { privateKey: a, issuer: bByA });
    const end = leaf(aByRoot);
    expect(chainOf(verify([end, bByA.certificate, aByB.certificate, aByRoot.certificate]))).toHaveLength(3);
    expect(reason(verify([end, bByA.certificate, aByB.certificate]))).toBe('unknown-issuer');
  });

  it('two anchors of one name: the one whose key signed', () => {
    expect(
      chainOf(verify([good, intermediate.certificate], [authority('root'), root, authority('root')])),
    ).toHaveLength(3);
  });

  it('names that differ in case, white space and string type are the same', () => {
    const caller = authority('x', {
      subject: [
        ['O', 'Big  CA'],
        ['CN', 'root'],
      ],
    });
    const renamed = {
      ...caller.certificate,
      subject: authority('y', {
        subject: [
          ['O', ' big ca'],
          ['CN', 'ROOT'],
        ],
      }).certificate.subject,
    };
    expect(chainOf(verify([leaf({ ...caller, certificate: renamed })], [caller]))).toHaveLength(2);
  });

  it('self-issued CAs count neither for the path length nor for the depth', () => {
    const bounded = authority('bounded', { issuer: root, pathLength: 0 });
    const rekeyed = authority('bounded', { issuer: bounded });
    const end = leaf(rekeyed);
    const sent = [end, rekeyed.certificate, bounded.certificate];
    expect(chainOf(verify(sent, [root], { limits: { maxIntermediates: 1 } }))).toHaveLength(4);
  });

  it('usages: absent extensions, several, and anyExtendedKeyUsage', () => {
    expect(reason(verify([leaf(root, { template: { overrides: { extensions: sanOnly() } } })]))).toBe('trusted');
    const usages = ['1.2.3', 'any'];
    expect(reason(verify([leaf(root, { extendedKeyUsage: usages })]))).toBe('trusted');
    expect(reason(verify([leaf(root, { extendedKeyUsage: ['1.2.3'] })], [root], { keyPurposes: ['1.2.3'] }))).toBe(
      'trusted',
    );
    expect(
      reason(
        verify([leaf(root, { extendedKeyUsage: ['clientAuth'] })], [root], {
          purpose: 'client-authentication',
          identity: null,
        }),
      ),
    ).toBe('trusted');
  });

  it('a SIP server: RFC 5924 usage or the TLS one, the domain in a sip URI', () => {
    const identity = { type: 'sip-domain', domain: 'example.com' } as const;
    const named = { names: ['sip:example.com', 'host.example.com'] };
    expect(reason(verify([leaf(root, named)], [root], { identity }))).toBe('trusted');
    expect(reason(verify([leaf(root, { ...named, extendedKeyUsage: ['sipDomain'] })], [root], { identity }))).toBe(
      'trusted',
    );
    expect(
      reason(
        verify([leaf(root, { ...named, extendedKeyUsage: ['sipDomain'] })], [root], {
          identity: { type: 'dns', name: 'host.example.com' },
        }),
      ),
    ).toBe('extended-key-usage');
    expect(
      reason(verify([leaf(root, named)], [root], { identity: { type: 'sip-domain', domain: 'host.example.com' } })),
    ).toBe('name-mismatch');
  });

  it('serial numbers of any 20 octets, a sign octet before them, and zero', () => {
    for (const serialNumber of [new Uint8Array(21).fill(1), Uint8Array.of(0), Uint8Array.of(0x7f)]) {
      expect(reason(verify([leaf(root, { template: { overrides: { serialNumber } } })]))).toBe('trusted');
    }
  });

  it('RSA keys from 2048 to 8192 bits', () => {
    for (const bytes of [256, 1024]) {
      const modulus = new Uint8Array(bytes).fill(0xff);
      const key = { type: 'rsa', modulus, exponent: Uint8Array.of(3) } as const;
      expect(reason(verify([leaf(root, { key })]))).toBe('trusted');
    }
    const key = { type: 'rsa', modulus: new Uint8Array(256).fill(0x7f), exponent: Uint8Array.of(3) } as const;
    expect(reason(verify([leaf(root, { key })]))).toBe('weak-algorithm');
  });

  it('both ends of the validity belong to it, and the last second wholly', () => {
    const times: readonly [number, PathFailureReason | 'trusted'][] = [
      [notBefore - 1, 'not-yet-valid'],
      [notBefore, 'trusted'],
      [notAfter, 'trusted'],
      [notAfter + 999, 'trusted'],
      [notAfter + 1000, 'expired'],
      [NaN, 'not-yet-valid'],
    ];
    for (const [time, expected] of times) expect(reason(verify([leaf(root)], [root], { time }))).toBe(expected);
  });

  it.each(['rsa', 'rsa-pss', 'p256', 'p384', 'p521', 'ed25519', 'rsa-signed-with-pss'])('OpenSSL chain %s', (kind) => {
    const anchors = trustAnchorsFromPem(fixture(`${kind.replace('-signed-with-pss', '')}-root.pem`));
    const [end] = certificatesFromPem(fixture(`${kind}-leaf.pem`));
    expect(reason(verify([end as Certificate], anchors, { time: Date.UTC(2030, 0) }))).toBe('trusted');
    const { raw } = end as Certificate;
    const damaged = raw.map((byte, i) => (i === raw.length - 3 ? byte ^ 1 : byte));
    expect(reason(verify([damaged], anchors, { time: Date.UTC(2030, 0) }))).toBe('bad-signature');
  });
});

function sanOnly(): { oid: string; critical: boolean; value: Uint8Array }[] {
  return [...good.extensions].filter(({ oid }) => oid === OID.subjectAltName);
}

const unknownCritical = { oid: '1.3.6.1.4.1.55738.1', critical: true, value: derNull() };
const weakAlgorithm = derSequence(derOid('1.2.840.10045.4.1'));
const unknownAlgorithm = derSequence(derOid('1.2.3.4'));
const unsupportedKey = derSequence(unknownAlgorithm, derBitString(new Uint8Array(57)));
const weakKey = certificatesFromPem(fixture('weak-rsa-root.pem'))[0]?.subjectPublicKeyInfo as Uint8Array;
const somewhere = { type: 'uri', uri: 'http://example.com/' } as const;
const caWith = (template: object, issuer: Credential = root): Credential => authority('ca', { issuer, template });
const below = (ca: Credential): Certificate[] => [leaf(ca), ca.certificate];

/** Each breaks one rule. `beyond` is what still refuses it where that rule is taken out: the second line of defence. */
const rows: readonly (readonly [
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
    () => verify([good, ...new Array<Uint8Array>(32).fill(intermediate.certificate.raw)]),
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

function damaged(certificate: Certificate): Uint8Array {
  return certificate.raw.map((byte, i) => (i === certificate.raw.length - 1 ? byte ^ 1 : byte));
}

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

describe('paths that are trusted although they look odd', () => {
  it('noRevAvail, with or without other access information', () => {
    for (const beside of [[], [authorityInfoAccessExtension([['caIssuers', somewhere]])]]) {
      const extraExtensions = [noRevAvailExtension(), ...beside];
      expect(reason(verify([leaf(root, { template: { extraExtensions } })]))).toBe('trusted');
    }
  });

  it('a wildcard below what is no public suffix', () => {
    const identity = { type: 'dns', name: 'a.example.co.uk' } as const;
    const isPublicSuffix = (domain: string): boolean => domain === 'co.uk';
    expect(reason(verify([leaf(root, { names: ['*.example.co.uk'] })], [root], { identity, isPublicSuffix }))).toBe(
      'trusted',
    );
    // The name itself may be a suffix: only a wildcard stands for strangers.
    const own = { type: 'dns', name: 'co.uk' } as const;
    expect(reason(verify([leaf(root, { names: ['co.uk'] })], [root], { identity: own, isPublicSuffix }))).toBe(
      'trusted',
    );
  });
});

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

  it('says which certificate, what was expected and what is there', () => {
    const verdict = verify(below(caWith({ keyUsage: ['cRLSign'] })));
    expect(verdict).toMatchObject({ message: 'CN=ca: expected keyCertSign, got cRLSign' });
  });

  it('never throws for what a peer sends', () => {
    expect(reason(verify([concatBytes(good.raw, good.raw)]))).toBe('malformed');
    expect(reason(verify([new Uint8Array(70_000).fill(0x30)]))).toBe('malformed');
  });
});

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

describe('providers that answer later', () => {
  const later = countVerifications(
    () => undefined,
    (valid) => Promise.resolve(valid),
  );

  it('give the same verdicts', async () => {
    const verdicts = [good, leaf(root), damagedCertificate()].map((end) => ({
      now: verify([end, intermediate.certificate]),
      later: verifyCertificatePath({
        provider: later,
        certificates: [end.raw, intermediate.certificate.raw],
        trustAnchors: [trustAnchorFromDer(root.certificate.raw)],
        time: NOW,
        purpose: 'server-authentication',
        identity: { type: 'dns', name: 'example.com' },
      }),
    }));
    for (const verdict of verdicts) {
      expect(verdict.later).toBeInstanceOf(Promise);
      const awaited = await verdict.later;
      expect(reason(awaited)).toBe(reason(verdict.now));
      if (awaited.trusted) expect(awaited.chain.length).toBe(chainOf(verdict.now).length);
    }
  });

  it('answer at once where no signature is asked for', () => {
    expect(reason(verify([good, intermediate.certificate], [root], { provider: later, time: 0 }))).toBe(
      'not-yet-valid',
    );
  });

  it('reject the verdict when the provider rejects', async () => {
    const broken = countVerifications(
      () => undefined,
      () => Promise.reject(new Error('token removed')),
    );
    const verdict = verifyCertificatePath({
      provider: broken,
      certificates: [leaf(root).raw],
      trustAnchors: [{ certificate: root.certificate }],
      time: NOW,
      purpose: 'server-authentication',
      identity: null,
    });
    await expect(verdict).rejects.toThrow('token removed');
  });
});

function damagedCertificate(): Certificate {
  return parseCertificate(damaged(leaf(root)));
}

function countVerifications(
  count: () => void,
  answer: (valid: MaybePromise<boolean>) => MaybePromise<boolean> = (valid) => valid,
): CryptoProvider {
  const keyAlgorithms = provider.keyAlgorithms.map((algorithm): KeyAlgorithm => ({
    ...algorithm,
    verify: (...args) => {
      count();
      return answer(algorithm.verify(...args));
    },
  }));
  return { ...provider, keyAlgorithms };
}
