import { createPrivateKey, createPublicKey } from 'node:crypto';
import { concatBytes } from '@portico/bytes';
import fc, { type Arbitrary } from 'fast-check';
import type { PrivateKey, PublicKey, RsaPssRestriction } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import {
  certificatesFromPem,
  decodePem,
  der,
  derBitString,
  derExplicit,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSmallInteger,
  derUnsignedInteger,
  encodePem,
  keyMatchesCertificate,
  OID,
  privateKeyFromPem,
  privateKeyFromPkcs1,
  privateKeyFromPkcs8,
  privateKeyFromSec1,
  privateKeyToPem,
  privateKeyToPkcs1,
  privateKeyToPkcs8,
  privateKeyToSec1,
  publicKeyFromPem,
  publicKeyFromSpki,
  publicKeyOf,
  publicKeyToPem,
  publicKeyToSpki,
  type Certificate,
  type X509ErrorReason,
} from '../src/index.js';
import { describeCodecProperties } from '../../../test/support/codec-properties.js';
import { fixture, isX509Error, provider, reasonOf } from './support.js';

const P256 = '1.2.840.10045.3.1.7';

const bytesOf = (length: number): Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
/** Big-endian, without leading zeros, above zero. */
const integer = fc
  .tuple(fc.integer({ min: 1, max: 255 }), fc.uint8Array({ maxLength: 140 }))
  .map(([first, rest]) => Uint8Array.of(first, ...rest));
const curve = fc.constantFrom('P-256' as const, 'P-384' as const, 'P-521' as const);
const FIELD = { 'P-256': 32, 'P-384': 48, 'P-521': 66 };
const record = <T>(model: { [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as Arbitrary<T>;

const restriction: Arbitrary<RsaPssRestriction> = record({
  hash: fc.constantFrom('sha256' as const, 'sha384' as const, 'sha512' as const),
  minimumSaltLength: fc.nat(64).filter((length) => length !== 20),
});

const publicKeyArbitrary: Arbitrary<PublicKey> = fc.oneof(
  curve.chain((name) =>
    bytesOf(2 * FIELD[name]).map((xy): PublicKey => ({ type: 'ec', curve: name, point: Uint8Array.of(4, ...xy) })),
  ),
  record({ type: fc.constant('rsa' as const), modulus: integer, exponent: integer }),
  record({
    type: fc.constant('rsa-pss' as const),
    modulus: integer,
    exponent: integer,
    restriction: fc.option(restriction),
  }),
  record({ type: fc.constant('ed25519' as const), key: bytesOf(32) }),
  record({ type: fc.constant('ed448' as const), key: bytesOf(57) }),
  record({ type: fc.constant('ml-dsa-44' as const), key: bytesOf(1312) }),
  record({ type: fc.constant('ml-dsa-65' as const), key: bytesOf(1952) }),
  record({ type: fc.constant('ml-dsa-87' as const), key: bytesOf(2592) }),
);

const rsaValues = {
  modulus: integer,
  publicExponent: integer,
  privateExponent: integer,
  prime1: integer,
  prime2: integer,
  exponent1: integer,
  exponent2: integer,
  coefficient: integer,
};
const privateKeyArbitrary: Arbitrary<PrivateKey> = fc.oneof(
  curve.chain((name) => bytesOf(FIELD[name]).map((scalar): PrivateKey => ({ type: 'ec', curve: name, scalar }))),
  record({ type: fc.constantFrom('rsa' as const, 'rsa-pss' as const), ...rsaValues }),
  record({ type: fc.constant('rsa-pss' as const), restriction, ...rsaValues }),
  record({ type: fc.constant('ed25519' as const), seed: bytesOf(32) }),
  record({ type: fc.constant('ed448' as const), seed: bytesOf(57) }),
  record({ type: fc.constant('ml-dsa-44' as const), seed: bytesOf(32), expandedKey: fc.option(bytesOf(2560)) }),
  record({ type: fc.constant('ml-dsa-65' as const), seed: fc.constant(null), expandedKey: bytesOf(4032) }),
  record({ type: fc.constant('ml-dsa-87' as const), seed: fc.constant(null), expandedKey: bytesOf(4896) }),
);

/** Reads out of a Buffer that is overwritten afterwards: what is said to be a copy must be one of a Buffer too. */
function ofOverwritten<T>(read: (der: Uint8Array) => T): (der: Uint8Array) => T {
  return (der) => {
    const given = Buffer.from(der);
    const key = read(given);
    given.fill(0xee);
    return key;
  };
}

describeCodecProperties('SubjectPublicKeyInfo', {
  decode: ofOverwritten(publicKeyFromSpki),
  encode: publicKeyToSpki,
  arbitrary: publicKeyArbitrary,
  isOurError: isX509Error,
  // RSASSA-PSS parameters may leave the trailer field out or write it.
  encoding: 'tolerant',
});

describeCodecProperties('PKCS#8', {
  decode: ofOverwritten(privateKeyFromPkcs8),
  encode: privateKeyToPkcs8,
  arbitrary: privateKeyArbitrary,
  isOurError: isX509Error,
  // Attributes, public keys and a curve written twice are read over.
  encoding: 'tolerant',
});

describeCodecProperties('PKCS#1', {
  decode: ofOverwritten(privateKeyFromPkcs1),
  encode: (key) => privateKeyToPkcs1(key as PrivateKey & { type: 'rsa' }),
  arbitrary: record({ type: fc.constant('rsa' as const), ...rsaValues }) as Arbitrary<PrivateKey>,
  isOurError: isX509Error,
});

const kinds = ['rsa', 'rsa-pss', 'p256', 'p384', 'p521', 'ed25519'] as const;

describe.each(kinds)('OpenSSL key %s', (kind) => {
  const pem = fixture(`${kind}.key.pem`);
  const key = privateKeyFromPem(pem);

  it('is read, and written so that Node reads the same key', () => {
    expect(createPrivateKey(privateKeyToPem(key)).equals(createPrivateKey(pem))).toBe(true);
    // EC keys have their public halves in the file.
    expect(privateKeyToPem(key, publicKeyOf(provider, key))).toBe(pem);
  });

  it('has the public half that OpenSSL derives', () => {
    const expected = publicKeyFromPem(fixture(`${kind}.pub.pem`));
    const derived = publicKeyOf(provider, key);
    expect(derived).toEqual(expected);
    expect(publicKeyToPem(expected)).toBe(fixture(`${kind}.pub.pem`));
    expect(createPublicKey(publicKeyToPem(expected)).asymmetricKeyType).toBe(
      createPublicKey(fixture(`${kind}.pub.pem`)).asymmetricKeyType,
    );
  });

  it('belongs to its certificate and to no other', () => {
    const owners = kinds.filter((other) =>
      keyMatchesCertificate(provider, key, certificatesFromPem(fixture(`${other}-root.pem`))[0] as Certificate),
    );
    expect(owners).toEqual([kind]);
  });
});

describe('key files', () => {
  it.each(['p256', 'p384', 'p521'])('SEC1 %s, behind EC PARAMETERS', (name) => {
    const key = privateKeyFromPem(fixture(`${name}-sec1.key.pem`));
    expect(key).toEqual(privateKeyFromPem(fixture(`${name}.key.pem`)));
    if (key.type !== 'ec') throw new Error('not an EC key');
    const { point } = publicKeyOf(provider, key) as PublicKey & { type: 'ec' };
    const original = decodePem(fixture(`${name}-sec1.key.pem`)).find(({ label }) => label === 'EC PRIVATE KEY');
    expect(privateKeyToSec1(key, point)).toEqual(original?.bytes);
    expect(ofOverwritten(privateKeyFromSec1)(privateKeyToSec1(key))).toEqual(key);
  });

  it('PKCS#1', () => {
    const key = privateKeyFromPem(fixture('rsa-pkcs1.key.pem'));
    expect(key).toEqual(privateKeyFromPem(fixture('rsa.key.pem')));
    const publicPem = createPublicKey(fixture('rsa.pub.pem')).export({ type: 'pkcs1', format: 'pem' });
    expect(publicKeyFromPem(publicPem as string)).toEqual(publicKeyOf(provider, key));
  });

  it('takes an RSASSA-PSS key that is written as plain RSA for its certificate', () => {
    const key = privateKeyFromPem(fixture('rsa-pss.key.pem'));
    const [certificate] = certificatesFromPem(fixture('rsa-pss-root.pem'));
    expect(keyMatchesCertificate(provider, { ...key, type: 'rsa' } as PrivateKey, certificate as Certificate)).toBe(
      true,
    );
  });

  it('reads a key between other blocks and text', () => {
    const text = `notes\n${fixture('p256-root.pem')}more\n${fixture('ed25519.key.pem')}`;
    expect(privateKeyFromPem(text).type).toBe('ed25519');
  });

  it('does not keep the input', () => {
    const pkcs8 = privateKeyToPkcs8({ type: 'ed25519', seed: new Uint8Array(32).fill(7) });
    const key = privateKeyFromPkcs8(pkcs8);
    pkcs8.fill(0);
    expect(key).toEqual({ type: 'ed25519', seed: new Uint8Array(32).fill(7) });
  });
});

describe('the key of a certificate', () => {
  const [certificate] = certificatesFromPem(fixture('p256-root.pem'));
  const key = (name: string): PrivateKey => privateKeyFromPem(fixture(`${name}.key.pem`));
  const publicKey = (name: string): PublicKey => publicKeyFromPem(fixture(`${name}.pub.pem`));
  const matches = (privateKey: PrivateKey, certified: PublicKey | null): boolean =>
    keyMatchesCertificate(provider, privateKey, { ...(certificate as Certificate), publicKey: certified });
  /** One with the last byte of a number or key changed. */
  const other = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
  const rsa = publicKey('rsa') as PublicKey & { type: 'rsa' };
  const restricted: RsaPssRestriction = { hash: 'sha384', minimumSaltLength: 48 };
  const pss = publicKey('rsa-pss') as PublicKey & { type: 'rsa-pss' };
  const ed25519 = publicKey('ed25519') as PublicKey & { type: 'ed25519' };
  const ec = publicKey('p256') as PublicKey & { type: 'ec' };

  it.each<readonly [what: string, privateKey: PrivateKey, certified: PublicKey | null]>([
    ['EC', key('p256'), ec],
    ['Ed25519', key('ed25519'), ed25519],
    ['RSA', key('rsa'), rsa],
    ['RSASSA-PSS', key('rsa-pss'), pss],
    ['RSASSA-PSS, restricted by the certificate alone', key('rsa-pss'), { ...pss, restriction: restricted }],
    ['RSA, for RSASSA-PSS', key('rsa'), { ...rsa, type: 'rsa-pss', restriction: restricted }],
  ])('is its own: %s', (_, privateKey, certified) => {
    expect(matches(privateKey, certified)).toBe(true);
  });

  it.each<readonly [what: string, privateKey: PrivateKey, certified: PublicKey | null]>([
    ['a key that is not known', key('p256'), null],
    ['another point of the curve', key('p256'), { ...ec, point: other(ec.point) }],
    ['the same point said to be of another curve', key('p256'), { ...ec, curve: 'P-384' }],
    ['another Ed25519 key', key('ed25519'), { ...ed25519, key: other(ed25519.key) }],
    ['the same bytes as a key of another kind', key('ed25519'), { ...ed25519, type: 'ed448' }],
    ['another modulus', key('rsa'), { ...rsa, modulus: other(rsa.modulus) }],
    ['another exponent', key('rsa'), { ...rsa, exponent: other(rsa.exponent) }],
    ['another modulus for RSASSA-PSS', key('rsa-pss'), { ...pss, modulus: other(pss.modulus) }],
    ['an RSASSA-PSS key for plain RSA', key('rsa-pss'), { type: 'rsa', modulus: pss.modulus, exponent: pss.exponent }],
  ])('is not: %s', (_, privateKey, certified) => {
    expect(matches(privateKey, certified)).toBe(false);
  });

  it('is asked of a provider that has such keys', () => {
    const without = {
      ...provider,
      keyAlgorithms: provider.keyAlgorithms.filter(({ keyType }) => keyType !== 'ed25519'),
    };
    expect(reasonOf(() => publicKeyOf(without, key('ed25519')))).toBe('unsupported-key');
  });
});

const ecAlgorithm = derSequence(derOid(OID.ecPublicKey), derOid(P256));
const rsaAlgorithm = derSequence(derOid(OID.rsaEncryption), derNull());
const mlDsa44 = derSequence(derOid('2.16.840.1.101.3.4.3.17'));
const point = Uint8Array.of(4, ...new Uint8Array(64));
const rsaPublic = (...numbers: Uint8Array[]): Uint8Array => derBitString(derSequence(...numbers));
const one = derUnsignedInteger(Uint8Array.of(1));
const spki = (algorithm: Uint8Array, bits: Uint8Array): (() => unknown) => {
  return () => publicKeyFromSpki(derSequence(algorithm, bits));
};
const pkcs8 = (algorithm: Uint8Array, contents: Uint8Array, version = 0, ...rest: Uint8Array[]): (() => unknown) => {
  return () => privateKeyFromPkcs8(derSequence(derSmallInteger(version), algorithm, derOctetString(contents), ...rest));
};
const ecPrivate = (scalar: Uint8Array, ...rest: Uint8Array[]): Uint8Array =>
  derSequence(derSmallInteger(1), derOctetString(scalar), ...rest);

const refusals: readonly (readonly [what: string, action: () => unknown, reason: X509ErrorReason])[] = [
  ['an encrypted key', () => privateKeyFromPem(fixture('encrypted.key.pem')), 'encrypted-key'],
  ['an encrypted old key', () => privateKeyFromPem(fixture('encrypted-traditional.key.pem')), 'encrypted-key'],
  ['a DSA private key block', () => privateKeyFromPem(encodePem('DSA PRIVATE KEY', derNull())), 'unsupported-key'],
  ['a file without a key', () => privateKeyFromPem(fixture('p256-root.pem')), 'not-found'],
  ['a file without a public key', () => publicKeyFromPem(fixture('p256-root.pem')), 'not-found'],
  ['an empty file', () => privateKeyFromPem(''), 'not-found'],
  [
    'an unknown curve',
    spki(derSequence(derOid(OID.ecPublicKey), derOid('1.3.132.0.10')), derBitString(point)),
    'unsupported-key',
  ],
  [
    'explicit curve parameters',
    spki(derSequence(derOid(OID.ecPublicKey), derSequence()), derBitString(point)),
    'unsupported-key',
  ],
  ['an EC key without a curve', spki(derSequence(derOid(OID.ecPublicKey)), derBitString(point)), 'invalid-key'],
  ['a compressed point', spki(ecAlgorithm, derBitString(Uint8Array.of(2, ...point.subarray(33)))), 'unsupported-key'],
  [
    'a compressed point with the other sign',
    spki(ecAlgorithm, derBitString(Uint8Array.of(3, ...point.subarray(33)))),
    'unsupported-key',
  ],
  [
    'a compressed point that is too long',
    spki(ecAlgorithm, derBitString(Uint8Array.of(2, ...point.subarray(32)))),
    'invalid-key',
  ],
  ['the other one', spki(ecAlgorithm, derBitString(Uint8Array.of(3, ...point.subarray(1)))), 'invalid-key'],
  ['an uncompressed point of half the length', spki(ecAlgorithm, derBitString(point.subarray(0, 33))), 'invalid-key'],
  ['a short point', spki(ecAlgorithm, derBitString(point.subarray(0, 64))), 'invalid-key'],
  ['a hybrid point', spki(ecAlgorithm, derBitString(Uint8Array.of(6, ...point.subarray(1)))), 'invalid-key'],
  ['the point at infinity', spki(ecAlgorithm, derBitString(Uint8Array.of(0))), 'invalid-key'],
  ['RSA without NULL', spki(derSequence(derOid(OID.rsaEncryption)), rsaPublic(one, one)), 'invalid-algorithm'],
  ['a negative modulus', spki(rsaAlgorithm, rsaPublic(Uint8Array.of(2, 1, 0x80), one)), 'invalid-integer'],
  ['a modulus of zero', spki(rsaAlgorithm, rsaPublic(Uint8Array.of(2, 1, 0), one)), 'invalid-key'],
  ['an exponent of zero', spki(rsaAlgorithm, rsaPublic(one, Uint8Array.of(2, 1, 0))), 'invalid-key'],
  ['something after an exponent', spki(rsaAlgorithm, rsaPublic(one, one, one)), 'trailing-bytes'],
  [
    'something after an RSA key',
    spki(rsaAlgorithm, derBitString(concatBytes(derSequence(one, one), one))),
    'trailing-bytes',
  ],
  [
    'something after a subjectPublicKey',
    () => publicKeyFromSpki(derSequence(ecAlgorithm, derBitString(point), derNull())),
    'trailing-bytes',
  ],
  ['a short Ed25519 key', spki(derSequence(derOid(OID.ed25519)), derBitString(new Uint8Array(31))), 'invalid-key'],
  [
    'Ed25519 with NULL',
    spki(derSequence(derOid(OID.ed25519), derNull()), derBitString(new Uint8Array(32))),
    'invalid-algorithm',
  ],
  ['version 2 of PKCS#8', pkcs8(ecAlgorithm, ecPrivate(new Uint8Array(32)), 2), 'invalid-integer'],
  [
    'a public key in version 1',
    pkcs8(ecAlgorithm, ecPrivate(new Uint8Array(32)), 0, Uint8Array.of(0x81, 1, 0)),
    'trailing-bytes',
  ],
  ['a scalar over the field', pkcs8(ecAlgorithm, ecPrivate(new Uint8Array(33).fill(1))), 'invalid-key'],
  [
    'two different curves',
    pkcs8(ecAlgorithm, ecPrivate(new Uint8Array(32), derExplicit(0, derOid('1.3.132.0.34')))),
    'invalid-key',
  ],
  [
    'an EC key in PKCS#8 without a curve',
    pkcs8(derSequence(derOid(OID.ecPublicKey)), ecPrivate(new Uint8Array(32))),
    'invalid-key',
  ],
  ['SEC1 without a curve', () => privateKeyFromSec1(ecPrivate(new Uint8Array(32))), 'invalid-key'],
  [
    'SEC1 of version 0',
    () => privateKeyFromSec1(derSequence(derSmallInteger(0), derOctetString(point))),
    'invalid-key',
  ],
  ['three primes', () => privateKeyFromPkcs1(derSequence(derSmallInteger(1))), 'unsupported-key'],
  ['a short seed', pkcs8(derSequence(derOid(OID.ed25519)), derOctetString(new Uint8Array(31))), 'invalid-key'],
  ['a short Ed448 key', spki(derSequence(derOid('1.3.101.113')), derBitString(new Uint8Array(56))), 'invalid-key'],
  ['a short Ed448 seed', pkcs8(derSequence(derOid('1.3.101.113')), derOctetString(new Uint8Array(56))), 'invalid-key'],
  [
    'a key of another algorithm',
    spki(derSequence(derOid('1.3.101.110')), derBitString(new Uint8Array(32))),
    'unsupported-key',
  ],
  ['a short ML-DSA key', spki(mlDsa44, derBitString(new Uint8Array(1311))), 'invalid-key'],
  ['an ML-DSA key of another parameter set', spki(mlDsa44, derBitString(new Uint8Array(1952))), 'invalid-key'],
  [
    'ML-DSA with NULL',
    spki(derSequence(derOid('2.16.840.1.101.3.4.3.17'), derNull()), derBitString(new Uint8Array(1312))),
    'invalid-algorithm',
  ],
  ['a short ML-DSA seed', pkcs8(mlDsa44, der(0x80, new Uint8Array(31))), 'invalid-key'],
  ['a short expanded ML-DSA key', pkcs8(mlDsa44, derOctetString(new Uint8Array(2559))), 'invalid-key'],
  [
    'a short expanded ML-DSA key beside a seed',
    pkcs8(mlDsa44, derSequence(derOctetString(new Uint8Array(32)), derOctetString(new Uint8Array(2559)))),
    'invalid-key',
  ],
  [
    'a short ML-DSA seed beside an expanded key',
    pkcs8(mlDsa44, derSequence(derOctetString(new Uint8Array(31)), derOctetString(new Uint8Array(2560)))),
    'invalid-key',
  ],
  [
    'something after an ML-DSA seed',
    pkcs8(mlDsa44, concatBytes(der(0x80, new Uint8Array(32)), derNull())),
    'trailing-bytes',
  ],
  ['a seed without its inner string', pkcs8(derSequence(derOid(OID.ed25519)), new Uint8Array(32)), 'unexpected-tag'],
];

describe('keys that are refused', () => {
  it.each(refusals)('%s', (_, action, reason) => {
    expect(reasonOf(action)).toBe(reason);
  });

  it('takes scalars with leading zeros dropped or added', () => {
    const short = privateKeyFromPkcs8(
      derSequence(derSmallInteger(0), ecAlgorithm, derOctetString(ecPrivate(Uint8Array.of(5)))),
    );
    expect(short).toEqual({ type: 'ec', curve: 'P-256', scalar: Uint8Array.of(...new Uint8Array(31), 5) });
    const long = privateKeyFromPkcs8(
      derSequence(derSmallInteger(0), ecAlgorithm, derOctetString(ecPrivate(Uint8Array.of(...new Uint8Array(35), 5)))),
    );
    expect(long).toEqual(short);
  });
});
