import { X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { asciiToBytes, bytesToHex, concatBytes, utf8ToBytes } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import {
  certificatesFromPem,
  decodePem,
  der,
  derOctetString,
  derBitString,
  derBoolean,
  derExplicit,
  derNull,
  DerReader,
  derOid,
  derSequence,
  derSmallInteger,
  derUtf8String,
  encodePem,
  isSelfIssued,
  MAX_CERTIFICATE_LENGTH,
  OID,
  parseCertificate,
  trustAnchorsFromPem,
  publicKeyFromPem,
  publicKeyFromSpki,
  publicKeyToSpki,
  TAG,
  type Certificate,
  type Extension,
  type X509ErrorReason,
} from '../src/index.js';
import { issueDer, keyUsageExtension, type CertificateOverrides, type CertificateTemplate } from '../src/issue.js';
import { mutate, randomBytes, seededRandom } from '../../../test/support/random.js';
import { CERTIFICATE, signed, TBS_CERTIFICATE } from './support/specimens.js';
import {
  authority,
  DAY,
  fixture,
  isX509Error,
  leafKey,
  notAfter,
  notBefore,
  NOW,
  provider,
  reasonOf,
} from './support.js';

const fixtures = readdirSync(new URL('fixtures', import.meta.url)).filter(
  (name) => name.endsWith('.pem') && !name.includes('.key.') && !name.includes('.pub.') && name !== 'request.pem',
);

function only(name: string): Certificate {
  return certificatesFromPem(fixture(name))[0] as Certificate;
}

describe.each(fixtures)('OpenSSL certificate %s', (name) => {
  const certificate = only(name);
  const oracle = new X509Certificate(fixture(name));

  it('says what Node reads in it', () => {
    expect(
      bytesToHex(certificate.serialNumber)
        .replace(/^(?:00)+/, '')
        .toUpperCase(),
    ).toBe(oracle.serialNumber);
    expect(certificate.notBefore).toBe(Date.parse(oracle.validFrom));
    expect(certificate.notAfter).toBe(Date.parse(oracle.validTo));
    expect(certificate.basicConstraints?.ca ?? false).toBe(oracle.ca);
    expect(certificate.extendedKeyUsage ?? undefined).toEqual(oracle.keyUsage);
    expect(certificate.subjectPublicKeyInfo).toEqual(
      new Uint8Array(oracle.publicKey.export({ type: 'spki', format: 'der' })),
    );
    expect(certificate.raw).toEqual(new Uint8Array(oracle.raw));
    for (const { value } of certificate.subject.rdns.flat())
      expect(oracle.subject.replaceAll('\\', '')).toContain(value);
  });

  it('is refused cut anywhere, and with a byte more', () => {
    for (let length = 0; length < certificate.raw.length; length++) {
      expect(reasonOf(() => parseCertificate(certificate.raw.subarray(0, length)))).not.toBe('accepted');
    }
    expect(reasonOf(() => parseCertificate(concatBytes(certificate.raw, Uint8Array.of(0))))).toBe('trailing-bytes');
  });
});

describe('parsing', () => {
  const certificate = only('p256-leaf.pem');

  it('gives typed extensions', () => {
    expect(certificate).toMatchObject({
      version: 3,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: [OID.serverAuth, OID.clientAuth, OID.sipDomain],
      basicConstraints: { ca: false, pathLength: null },
      publicKey: { type: 'ec', curve: 'P-256' },
      publicKeyProblem: null,
      signatureReading: { algorithm: { type: 'ecdsa', hash: 'sha256' }, problem: null },
    });
    expect(certificate.authorityKeyIdentifier?.keyIdentifier).toEqual(only('p256-root.pem').subjectKeyIdentifier);
    expect(certificate.subjectAltNames.map(({ type }) => type)).toEqual([
      'dns',
      'dns',
      'ip',
      'ip',
      'uri',
      'email',
      'other',
      'registered-id',
      'directory',
    ]);
    expect(certificate.subjectAltNames).toMatchObject([
      { name: 'example.com' },
      { name: '*.example.com' },
      { address: Uint8Array.of(192, 0, 2, 1) },
      { address: { length: 16 } },
      { uri: 'sip:example.com' },
      { address: 'a@example.com' },
      { oid: '1.3.6.1.4.1.311.20.2.3' },
      { oid: '1.2.3.4' },
      { name: { text: 'CN=Directory,C=DE' } },
    ]);
    expect(only('name-constraints.pem').nameConstraints).toMatchObject({
      permitted: [{ type: 'dns', name: 'example.com' }],
      excluded: [{ type: 'ip', address: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) }],
    });
  });

  it('writes names as RFC 4514 has them', () => {
    expect(certificate.subject.text).toBe('emailAddress=a@example.com,O=a\\, \\"b\\"\\; \\<c\\>,CN=leaf');
    expect(certificate.issuer.text).toBe('CN=p256 root,O=Portico fixtures,C=DE');
    expect(isSelfIssued(certificate)).toBe(false);
    expect(isSelfIssued(only('p256-root.pem'))).toBe(true);
  });

  it('reads Ed448, key and signature', () => {
    expect(only('ed448-root.pem')).toMatchObject({
      publicKey: { type: 'ed448' },
      publicKeyProblem: null,
      signatureReading: { algorithm: { type: 'ed448' } },
    });
  });

  it('keeps a certificate with an unknown key, and says why there is none', () => {
    const algorithm = derSequence(derOid('1.2.3.4'));
    const subjectPublicKeyInfo = derSequence(algorithm, derBitString(octets(1)));
    const unknown = made({ subjectPublicKeyInfo, innerAlgorithm: algorithm, outerAlgorithm: algorithm });
    expect(parseCertificate(unknown)).toMatchObject({
      publicKey: null,
      publicKeyProblem: expect.stringContaining('1.2.3.4') as string,
      signatureReading: { algorithm: null, problem: 'unsupported' },
    });
    expect(only('sha1-leaf.pem').signatureReading).toEqual({ algorithm: null, problem: 'weak' });
    expect(only('v1.pem')).toMatchObject({ version: 1, extensions: [], keyUsage: null, subjectAltNames: [] });
  });

  it('copies its input', () => {
    // Of a Buffer, `slice` would be a view.
    for (const input of [certificate.raw.slice(), Buffer.from(certificate.raw)]) {
      const parsed = parseCertificate(input);
      input.fill(0);
      expect(parsed.subject.text).toBe(certificate.subject.text);
      expect(parsed.tbsCertificate[0]).toBe(TAG.sequence);
      expect(parsed.raw).toEqual(certificate.raw);
      expect(parsed.raw.constructor).toBe(Uint8Array);
      expect(parsed.publicKey).toEqual(certificate.publicKey);
    }
  });

  it('throws only X509Error for 10,000 random and 20,000 mutated inputs', () => {
    const random = seededRandom(1);
    const inputs = [certificate.raw, only('rsa-pss-leaf.pem').raw, only('name-constraints.pem').raw];
    const outcomes = { accepted: 0, refused: 0 };
    for (let i = 0; i < 30_000; i++) {
      const bytes =
        i % 3 === 0 ? randomBytes(random, random(200)) : mutate(random, inputs[i % inputs.length] as Uint8Array);
      try {
        parseCertificate(bytes);
        outcomes.accepted++;
      } catch (error) {
        if (!isX509Error(error)) throw new Error(`threw ${String(error)} for ${bytesToHex(bytes)}`, { cause: error });
        outcomes.refused++;
      }
    }
    // Damage to a name, a number or the signature leaves a certificate that can be read.
    expect(Math.min(outcomes.accepted, outcomes.refused)).toBeGreaterThan(1000);
  });
});

const root = authority('root');

function made(overrides: CertificateOverrides, template: Partial<CertificateTemplate> = {}): Uint8Array {
  return issueDer({
    provider,
    issuer: { selfSignedWith: leafKey },
    subject: [['CN', 'x']],
    notBefore,
    notAfter,
    overrides,
    ...template,
  }) as Uint8Array;
}

function withExtension(oid: string, value: Uint8Array, ...more: Extension[]): Uint8Array {
  return made({ extensions: [{ oid, critical: false, value }, ...more] });
}

function contentsOf(encoding: Uint8Array): Uint8Array {
  const reader = new DerReader(encoding);
  return reader.contents(reader.element());
}

const octets = (...bytes: number[]): Uint8Array => Uint8Array.of(...bytes);
const time = (tag: number, text: string): Uint8Array => der(tag, asciiToBytes(text));
const goodTime = time(TAG.utcTime, '270101000000Z');
const ecdsaSha256 = derSequence(derOid('1.2.840.10045.4.3.2'));
const name = (...rdns: Uint8Array[]): Uint8Array => derSequence(...rdns);
const rdn = (...attributes: Uint8Array[]): Uint8Array => der(TAG.set, ...attributes);
const attribute = (oid: string, value: Uint8Array): Uint8Array => derSequence(derOid(oid), value);
const dns = (text: string): Uint8Array => der(0x82, asciiToBytes(text));
const [version2, v1] = [derExplicit(0, derSmallInteger(1)), TBS_CERTIFICATE.slice(1, 7)];
const uniqueIdentifier = (number: number): Uint8Array => der(0x80 | number, octets(0, 1));
const sameExtension = { oid: OID.keyUsage, critical: false, value: keyUsageExtension(['cRLSign']).value };

const refusals: readonly (readonly [what: string, der: () => Uint8Array, reason: X509ErrorReason])[] = [
  ['version v4', () => made({ version: 3 }), 'unsupported-version'],
  ['version v1 spelt out', () => made({ version: 0, extensions: null }), 'not-canonical'],
  ['version 65536', () => made({ version: 0xffff }), 'unsupported-version'],
  ['version 65537', () => made({ version: 0x1_0000 }), 'invalid-integer'],
  ['a unique identifier in v1', () => signed([...v1, uniqueIdentifier(1)]), 'unsupported-version'],
  ['the other unique identifier in v1', () => signed([...v1, uniqueIdentifier(2)]), 'unsupported-version'],
  [
    'unique identifiers in the wrong order',
    () => signed([version2, ...v1, uniqueIdentifier(2), uniqueIdentifier(1)]),
    'trailing-bytes',
  ],
  ['a unique identifier that is no BIT STRING', () => signed([version2, ...v1, der(0x81)]), 'invalid-bit-string'],
  ['the other one that is none', () => signed([version2, ...v1, der(0x82, octets(8, 0))]), 'invalid-bit-string'],
  ['an octet after the serial number of v1', () => signed([...v1, derNull()]), 'trailing-bytes'],
  ['extensions in v1', () => made({ version: null }), 'unsupported-version'],
  ['extensions in v2', () => made({ version: 1 }), 'unsupported-version'],
  ['no serial number octets', () => made({ serialNumber: octets() }), 'invalid-integer'],
  ['padded serial number', () => made({ serialNumber: octets(0, 1) }), 'invalid-integer'],
  [
    'two signature algorithms',
    () => made({ innerAlgorithm: derSequence(derOid('1.2.840.10045.4.3.3')) }),
    'signature-algorithm-mismatch',
  ],
  [
    'FALSE spelt out for cA',
    () => withExtension(OID.basicConstraints, derSequence(derBoolean(false))),
    'not-canonical',
  ],
  [
    'FALSE spelt out for critical',
    () => {
      const spelt = derSequence(derOid('1.2.3'), derBoolean(false), derOctetString(derNull()));
      return signed([...TBS_CERTIFICATE.slice(0, 7), der(0xa3, derSequence(spelt))]);
    },
    'not-canonical',
  ],
  [
    'two parameters for one algorithm',
    () => made({ outerAlgorithm: derSequence(derOid('1.2.840.10045.4.3.2'), derNull()) }),
    'signature-algorithm-mismatch',
  ],
  [
    'ECDSA with NULL',
    () => {
      const algorithm = derSequence(derOid('1.2.840.10045.4.3.2'), derNull());
      return made({ innerAlgorithm: algorithm, outerAlgorithm: algorithm });
    },
    'invalid-algorithm',
  ],
  [
    'RSASSA-PSS without parameters',
    () => {
      const algorithm = derSequence(derOid(OID.rsassaPss));
      return made({ innerAlgorithm: algorithm, outerAlgorithm: algorithm });
    },
    'invalid-algorithm',
  ],
  [
    'RSASSA-PSS with another trailer',
    () => {
      const algorithm = derSequence(derOid(OID.rsassaPss), derSequence(derExplicit(3, derSmallInteger(2))));
      return made({ innerAlgorithm: algorithm, outerAlgorithm: algorithm });
    },
    'invalid-algorithm',
  ],
  [
    'three things in an AlgorithmIdentifier',
    () => {
      const algorithm = derSequence(derOid(OID.ed25519), derNull(), derNull());
      return made({ innerAlgorithm: algorithm, outerAlgorithm: algorithm });
    },
    'trailing-bytes',
  ],
  ['a validity of one time', () => made({ validity: derSequence(goodTime) }), 'truncated'],
  ['a validity of three times', () => made({ validity: derSequence(goodTime, goodTime, goodTime) }), 'trailing-bytes'],
  [
    'UTCTime without seconds',
    () => made({ validity: derSequence(time(TAG.utcTime, '2701010000Z'), goodTime) }),
    'invalid-time',
  ],
  [
    'GeneralizedTime with an offset',
    () => made({ validity: derSequence(goodTime, time(TAG.generalizedTime, '20270101000000+0000')) }),
    'invalid-time',
  ],
  ['a subject that is a SET', () => made({ subject: der(TAG.set), issuer: name() }), 'unexpected-tag'],
  ['an empty RDN', () => made({ subject: name(rdn()) }), 'truncated'],
  ['an attribute without a value', () => made({ subject: name(rdn(derSequence(derOid('2.5.4.3')))) }), 'truncated'],
  [
    'an attribute with two values',
    () => made({ subject: name(rdn(derSequence(derOid('2.5.4.3'), derNull(), derNull()))) }),
    'trailing-bytes',
  ],
  [
    'an RDN out of order',
    () =>
      made({ subject: name(rdn(attribute('2.5.4.4', derUtf8String('a')), attribute('2.5.4.3', derUtf8String('a')))) }),
    'not-canonical',
  ],
  [
    'an RDN with the same twice',
    () =>
      made({ subject: name(rdn(attribute('2.5.4.3', derUtf8String('a')), attribute('2.5.4.3', derUtf8String('a')))) }),
    'not-canonical',
  ],
  [
    'a name that is not UTF-8',
    () => made({ subject: name(rdn(attribute('2.5.4.3', der(TAG.utf8String, octets(0xff))))) }),
    'invalid-string',
  ],
  [
    'a PrintableString outside ASCII',
    () => made({ subject: name(rdn(attribute('2.5.4.3', der(TAG.printableString, octets(0xe9))))) }),
    'invalid-string',
  ],
  [
    'half a BMPString character',
    () => made({ subject: name(rdn(attribute('2.5.4.3', der(TAG.bmpString, octets(0, 65, 0))))) }),
    'invalid-string',
  ],
  [
    'a broken key of a known kind',
    () =>
      made({
        subjectPublicKeyInfo: derSequence(derSequence(derOid(OID.ed25519)), derBitString(octets(1))),
        extensions: null,
      }),
    'invalid-key',
  ],
  [
    'a signature with unused bits',
    () => {
      const { tbsCertificate, signatureAlgorithm } = parseCertificate(made({}));
      return derSequence(tbsCertificate, signatureAlgorithm.raw, derBitString(octets(0x80), 1));
    },
    'invalid-bit-string',
  ],
  [
    'the same extension twice',
    () => withExtension(OID.keyUsage, sameExtension.value, sameExtension),
    'duplicate-extension',
  ],
  [
    'the same unknown extension twice',
    () => made({ extensions: ['1.2.3', '1.2.4', '1.2.3'].map((oid) => ({ oid, critical: false, value: octets() })) }),
    'duplicate-extension',
  ],
  [
    'a critical flag of 0x01',
    () => {
      const bytes = made({ extensions: [{ oid: '1.2.3', critical: true, value: octets() }] });
      return bytes.map((byte, i) => (byte === 0xff && bytes[i - 1] === 1 && bytes[i - 2] === 1 ? 0x01 : byte));
    },
    'invalid-boolean',
  ],
  ['an unknown key usage of no bits', () => withExtension(OID.keyUsage, derBitString(octets())), 'invalid-extension'],
  ['a key usage of zeros', () => withExtension(OID.keyUsage, derBitString(octets(0))), 'invalid-extension'],
  ['a key usage that is no BIT STRING', () => withExtension(OID.keyUsage, derNull()), 'unexpected-tag'],
  [
    'something after a key usage',
    () => withExtension(OID.keyUsage, concatBytes(sameExtension.value, derNull())),
    'trailing-bytes',
  ],
  ['no extended key usage', () => withExtension(OID.extKeyUsage, derSequence()), 'truncated'],
  [
    'a path length without cA',
    () => withExtension(OID.basicConstraints, derSequence(derSmallInteger(1))),
    'invalid-extension',
  ],
  [
    'a negative path length',
    () => withExtension(OID.basicConstraints, derSequence(derBoolean(true), octets(2, 1, 0xff))),
    'invalid-integer',
  ],
  [
    'a path length over 2^31',
    () => withExtension(OID.basicConstraints, derSequence(derBoolean(true), octets(2, 5, 1, 0, 0, 0, 0))),
    'invalid-integer',
  ],
  [
    'something after basic constraints',
    () => withExtension(OID.basicConstraints, derSequence(derBoolean(true), derSmallInteger(1), derNull())),
    'trailing-bytes',
  ],
  ['no alternative names', () => withExtension(OID.subjectAltName, derSequence()), 'invalid-extension'],
  [
    'alternative names that are text',
    () => withExtension(OID.subjectAltName, asciiToBytes('example.com')),
    'unexpected-tag',
  ],
  [
    'an alternative name of unknown form',
    () => withExtension(OID.subjectAltName, derSequence(der(0x89))),
    'unexpected-tag',
  ],
  [
    'a DNS name outside ASCII',
    () => withExtension(OID.subjectAltName, derSequence(der(0x82, octets(0xc3, 0xa9)))),
    'invalid-string',
  ],
  [
    'an address of five octets',
    () => withExtension(OID.subjectAltName, derSequence(der(0x87, octets(1, 2, 3, 4, 5)))),
    'invalid-extension',
  ],
  [
    'an address range for an address',
    () => withExtension(OID.subjectAltName, derSequence(der(0x87, new Uint8Array(8)))),
    'invalid-extension',
  ],
  [
    'an otherName without a value',
    () => withExtension(OID.subjectAltName, derSequence(der(0xa0, derOid('1.2.3')))),
    'truncated',
  ],
  [
    'an otherName with two values',
    () =>
      withExtension(
        OID.subjectAltName,
        derSequence(der(0xa0, derOid('1.2.3'), derExplicit(0, concatBytes(derNull(), derNull())))),
      ),
    'trailing-bytes',
  ],
  [
    'two directory names in one',
    () => withExtension(OID.subjectAltName, derSequence(der(0xa4, name(), name()))),
    'trailing-bytes',
  ],
  [
    'a subject key identifier without its string',
    () => withExtension(OID.subjectKeyIdentifier, octets(1, 2, 3)),
    'unexpected-tag',
  ],
  [
    'an authority issuer without a serial number',
    () => withExtension(OID.authorityKeyIdentifier, derSequence(der(0xa1, dns('a')))),
    'invalid-extension',
  ],
  [
    'an authority serial number without an issuer',
    () => withExtension(OID.authorityKeyIdentifier, derSequence(der(0x82, octets(1)))),
    'invalid-extension',
  ],
  [
    'an authority serial number that is padded',
    () => withExtension(OID.authorityKeyIdentifier, derSequence(der(0xa1, dns('a')), der(0x82, octets(0, 1)))),
    'invalid-integer',
  ],
  ['name constraints of nothing', () => withExtension(OID.nameConstraints, derSequence()), 'invalid-extension'],
  ['empty permitted subtrees', () => withExtension(OID.nameConstraints, derSequence(der(0xa0))), 'truncated'],
  [
    'a subtree with a minimum',
    () => withExtension(OID.nameConstraints, derSequence(der(0xa0, derSequence(dns('a'), der(0x80, octets(1)))))),
    'invalid-extension',
  ],
  [
    'a subtree with a minimum of two octets',
    () => withExtension(OID.nameConstraints, derSequence(der(0xa0, derSequence(dns('a'), der(0x80, octets(0, 0)))))),
    'invalid-extension',
  ],
  [
    'a subtree with an empty minimum',
    () => withExtension(OID.nameConstraints, derSequence(der(0xa0, derSequence(dns('a'), der(0x80))))),
    'invalid-extension',
  ],
  [
    'a subtree with a maximum',
    () => withExtension(OID.nameConstraints, derSequence(der(0xa0, derSequence(dns('a'), der(0x81, octets(1)))))),
    'invalid-extension',
  ],
  [
    'an address for an address range',
    () => withExtension(OID.nameConstraints, derSequence(der(0xa0, derSequence(der(0x87, octets(1, 2, 3, 4)))))),
    'invalid-extension',
  ],
  ['NULL for subtrees', () => withExtension(OID.nameConstraints, derSequence(derNull())), 'trailing-bytes'],
  [
    'something after the extensions',
    () => made({ tbsCertificate: (tbs) => derSequence(contentsOf(tbs), derNull()) }),
    'trailing-bytes',
  ],
  ['a name of one octet', () => made({ subject: octets(0x30, 1, 0x31) }), 'truncated'],
  ['more than the largest', () => new Uint8Array(MAX_CERTIFICATE_LENGTH + 1), 'too-large'],
  ['as long as the largest', () => new Uint8Array(MAX_CERTIFICATE_LENGTH), 'unexpected-tag'],
];

describe('certificates that are refused', () => {
  it.each(refusals)('%s', (_, encoding, reason) => {
    expect(reasonOf(() => parseCertificate(encoding()))).toBe(reason);
  });

  it.each([
    [() => made({ version: 3 }), 'expected v1, v2 or v3, got v4'],
    [() => signed([...v1, uniqueIdentifier(1)]), 'expected v2 or v3, got v1'],
    [() => made({ version: null }), 'expected v3, got v1'],
    [() => made({ version: 1 }), 'expected v3, got v2'],
  ])('says which version it has and which it must have (%#)', (encoding, message) => {
    expect(() => parseCertificate(encoding())).toThrow(message);
  });

  it('what is refused is refused for that alone: the unbroken certificate is read', () => {
    expect(parseCertificate(made({})).subject.text).toBe('CN=x');
    expect(parseCertificate(made({ version: 1, extensions: null })).version).toBe(2);
    const identifiers = [uniqueIdentifier(1), uniqueIdentifier(2)];
    expect(parseCertificate(signed(v1)).version).toBe(1);
    expect(parseCertificate(signed([version2, ...v1, ...identifiers])).version).toBe(2);
    expect(parseCertificate(signed([version2, ...v1, uniqueIdentifier(2)])).version).toBe(2);
    expect(parseCertificate(made({ innerAlgorithm: ecdsaSha256, outerAlgorithm: ecdsaSha256 })).version).toBe(3);
    expect(NOW).toBeGreaterThan(notBefore + DAY - 1);
    expect(root.certificate.basicConstraints).toEqual({ ca: true, pathLength: null });
  });

  it('a file may call its certificates X509 CERTIFICATE', () => {
    const pem = ['X509 CERTIFICATE', 'TRUSTED CERTIFICATE', 'CERTIFICATE'].map((label) =>
      encodePem(label, CERTIFICATE),
    );
    expect(certificatesFromPem(pem.join('')).map(({ raw }) => raw)).toEqual([CERTIFICATE, CERTIFICATE]);
  });

  it('each is found, whatever else is in the file', () => {
    const broken = ['DH PARAMETERS', 'PRIVATE KEY', 'X509 CRL', 'something odd'].map(
      (label) => `-----BEGIN ${label}-----\n!!!\n-----END ${label}-----`,
    );
    const [first, second] = [fixture('p256-root.pem'), fixture('p384-root.pem')];
    const raw = [first, second].flatMap((pem) => decodePem(pem).map(({ bytes }) => bytes));
    for (const text of [
      `\ufeff${first}${second}`,
      first.trimEnd() + second,
      `${broken.join('')}${first}-----BEGIN X509 CRL-----\n${second}`,
    ]) {
      expect(certificatesFromPem(text).map((certificate) => certificate.raw)).toEqual(raw);
      expect(trustAnchorsFromPem(utf8ToBytes(text)).map(({ certificate }) => certificate.raw)).toEqual(raw);
    }
    expect(reasonOf(() => certificatesFromPem(first + second.replace('-----', '----')))).toBe('invalid-pem');
  });

  it('files without a certificate', () => {
    expect(reasonOf(() => certificatesFromPem(fixture('p256.key.pem')))).toBe('not-found');
    expect(decodePem(fixture('p256-root.pem'))).toHaveLength(1);
  });
});

describe('input that is a Buffer', () => {
  it('is copied too, although its slice is a view', () => {
    const [pem] = decodePem(fixture('p256-leaf.pem'));
    const buffer = Buffer.from(pem?.bytes ?? []);
    const { raw, serialNumber } = parseCertificate(buffer);
    const before = [raw.slice(), serialNumber.slice()];
    buffer.fill(0);
    expect([raw, serialNumber]).toEqual(before);
    const key = Buffer.from(publicKeyToSpki(publicKeyFromPem(fixture('ed25519.pub.pem'))));
    const read = publicKeyFromSpki(key);
    const bytes = read.type === 'ed25519' ? read.key.slice() : null;
    key.fill(0);
    expect(read).toEqual({ type: 'ed25519', key: bytes });
  });
});
