import { concatBytes } from '@portico/bytes';
import type { PrivateKey } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import {
  der,
  derBitString,
  derExplicit,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSmallInteger,
  OID,
  privateKeyFromPkcs1,
  privateKeyFromPkcs8,
  privateKeyFromSec1,
  privateKeyToPkcs8,
  publicKeyFromSpki,
  X509Error,
  type X509ErrorReason,
} from '../src/index.js';
import { reasonOf } from './support.js';

/** A structure that is right, of which one part is another. */
type Row = readonly [what: string, encoding: Uint8Array, reason: X509ErrorReason];

const none: Uint8Array = Uint8Array.of();
const more = derNull();
const negative = Uint8Array.of(0x02, 1, 0x80);
const P256 = derOid('1.2.840.10045.3.1.7');
const SHA1 = derOid('1.3.14.3.2.26');

const seed = new Uint8Array(32).fill(7);
const expandedKey = new Uint8Array(2560).fill(8);
const scalar = new Uint8Array(32).fill(9);
const point = Uint8Array.of(4, ...new Uint8Array(64).fill(10));

/** OneAsymmetricKey, RFC 5958 section 2. */
function pkcs8(
  algorithm: Uint8Array,
  privateKey: Uint8Array,
  { version = 0, attributes = none, publicKey = none, inside = none, behind = none } = {},
): Uint8Array {
  const parts = [derSmallInteger(version), algorithm, derOctetString(privateKey), attributes, publicKey, inside];
  return concatBytes(derSequence(...parts), behind);
}

/** ECPrivateKey, RFC 5915 section 3. */
function sec1({
  version = 1,
  parameters = P256,
  publicKey = derBitString(point),
  inside = none,
  behind = none,
} = {}): Uint8Array {
  const parts = [derSmallInteger(version), derOctetString(scalar), derExplicit(0, parameters)];
  return concatBytes(derSequence(...parts, derExplicit(1, publicKey), inside), behind);
}

const integers = [
  ['a modulus', 33],
  ['a publicExponent', 3],
  ['a privateExponent', 7],
  ['prime1', 11],
  ['prime2', 3],
  ['exponent1', 7],
  ['exponent2', 1],
  ['a coefficient', 4],
] as const;

/** RSAPrivateKey, RFC 8017 appendix A.1.2. */
function pkcs1({ version = 0, below = '', inside = none, behind = none } = {}): Uint8Array {
  const values = integers.map(([name, value]) => (name === below ? negative : derSmallInteger(value)));
  return concatBytes(derSequence(derSmallInteger(version), ...values, inside), behind);
}

const ec = derSequence(derOid(OID.ecPublicKey), P256);
const rsa = derSequence(derOid(OID.rsaEncryption), derNull());
const pss = derSequence(derOid(OID.rsassaPss));
const ed25519 = derSequence(derOid(OID.ed25519));
const ed448 = derSequence(derOid(OID.ed448));
const mlDsaOid = derOid('2.16.840.1.101.3.4.3.17');
const mlDsa = derSequence(mlDsaOid);
const both = derSequence(derOctetString(seed), derOctetString(expandedKey));
const curveKey = derOctetString(seed);
const attribute = derSequence(derOid('1.2.840.113549.1.9.20'), der(0x31, derNull()));

const rsaKey = {
  modulus: Uint8Array.of(33),
  publicExponent: Uint8Array.of(3),
  privateExponent: Uint8Array.of(7),
  prime1: Uint8Array.of(11),
  prime2: Uint8Array.of(3),
  exponent1: Uint8Array.of(7),
  exponent2: Uint8Array.of(1),
  coefficient: Uint8Array.of(4),
};
const ecKey: PrivateKey = { type: 'ec', curve: 'P-256', scalar };

describe('private keys from which the refused ones differ in one part', () => {
  it.each<readonly [what: string, encoding: Uint8Array, key: PrivateKey]>([
    ['EC', pkcs8(ec, sec1()), ecKey],
    ['RSA', pkcs8(rsa, pkcs1()), { type: 'rsa', ...rsaKey }],
    ['RSASSA-PSS', pkcs8(pss, pkcs1()), { type: 'rsa-pss', ...rsaKey }],
    ['Ed25519', pkcs8(ed25519, curveKey), { type: 'ed25519', seed }],
    ['an ML-DSA seed', pkcs8(mlDsa, der(0x80, seed)), { type: 'ml-dsa-44', seed, expandedKey: null }],
    [
      'an expanded ML-DSA key',
      pkcs8(mlDsa, derOctetString(expandedKey)),
      { type: 'ml-dsa-44', seed: null, expandedKey },
    ],
    ['both', pkcs8(mlDsa, both), { type: 'ml-dsa-44', seed, expandedKey }],
    ['no attributes', pkcs8(ec, sec1(), { attributes: der(0xa0) }), ecKey],
    ['two attributes', pkcs8(ec, sec1(), { attributes: der(0xa0, attribute, attribute) }), ecKey],
    ['a public key, version v2', pkcs8(ec, sec1(), { version: 1, publicKey: der(0x81, none, point) }), ecKey],
    ['version v2 without one', pkcs8(ec, sec1(), { version: 1 }), ecKey],
  ])('%s', (_, encoding, key) => {
    expect(privateKeyFromPkcs8(encoding)).toEqual(key);
  });

  it('SEC1 and PKCS#1', () => {
    expect(privateKeyFromSec1(sec1())).toEqual(ecKey);
    expect(privateKeyFromPkcs1(pkcs1())).toEqual({ type: 'rsa', ...rsaKey });
  });
});

describe('PKCS#8, RFC 5958 section 2', () => {
  it.each<Row>([
    ['version 2', pkcs8(ec, sec1(), { version: 2 }), 'invalid-integer'],
    ['another algorithm', pkcs8(derSequence(derOid('1.3.101.110')), curveKey), 'unsupported-key'],
    [
      'something after the algorithm',
      pkcs8(derSequence(derOid(OID.rsaEncryption), more, more), pkcs1()),
      'trailing-bytes',
    ],
    ['half an attribute', pkcs8(ec, sec1(), { attributes: der(0xa0, attribute, Uint8Array.of(0x30)) }), 'truncated'],
    ['an octet as attributes', pkcs8(ec, sec1(), { attributes: der(0xa0, Uint8Array.of(0x30)) }), 'truncated'],
    ['a public key, version v1', pkcs8(ec, sec1(), { publicKey: der(0x81, none, point) }), 'trailing-bytes'],
    ['another field, version v2', pkcs8(ec, sec1(), { version: 1, publicKey: der(0x82, point) }), 'trailing-bytes'],
    ['something more inside', pkcs8(ec, sec1(), { inside: more }), 'trailing-bytes'],
    ['something more behind', pkcs8(ec, sec1(), { behind: more }), 'trailing-bytes'],
    ['RSA without NULL', pkcs8(derSequence(derOid(OID.rsaEncryption)), pkcs1()), 'invalid-algorithm'],
    ['RSA with a curve', pkcs8(derSequence(derOid(OID.rsaEncryption), P256), pkcs1()), 'invalid-algorithm'],
    ['RSASSA-PSS with NULL', pkcs8(derSequence(derOid(OID.rsassaPss), derNull()), pkcs1()), 'unexpected-tag'],
    [
      'RSASSA-PSS for SHA-1 alone',
      pkcs8(derSequence(derOid(OID.rsassaPss), derSequence()), pkcs1()),
      'unsupported-key',
    ],
    ['EC with NULL', pkcs8(derSequence(derOid(OID.ecPublicKey), derNull()), sec1()), 'unsupported-key'],
    ['EC with a hash', pkcs8(derSequence(derOid(OID.ecPublicKey), SHA1), sec1()), 'unsupported-key'],
    ['Ed25519 with NULL', pkcs8(derSequence(derOid(OID.ed25519), derNull()), curveKey), 'invalid-algorithm'],
    ['ML-DSA with NULL', pkcs8(derSequence(mlDsaOid, derNull()), both), 'invalid-algorithm'],
    ['something after a seed', pkcs8(ed25519, concatBytes(curveKey, more)), 'trailing-bytes'],
    ['an Ed448 seed of 32 bytes', pkcs8(ed448, curveKey), 'invalid-key'],
    ['something after an ML-DSA seed', pkcs8(mlDsa, concatBytes(der(0x80, seed), more)), 'trailing-bytes'],
    ['something after an expanded key', pkcs8(mlDsa, concatBytes(derOctetString(expandedKey), more)), 'trailing-bytes'],
    ['something after both', pkcs8(mlDsa, concatBytes(both, more)), 'trailing-bytes'],
    [
      'something inside both',
      pkcs8(mlDsa, derSequence(derOctetString(seed), derOctetString(expandedKey), more)),
      'trailing-bytes',
    ],
  ])('refuses %s', (_, encoding, reason) => {
    expect(reasonOf(() => privateKeyFromPkcs8(encoding))).toBe(reason);
  });

  it('writes no ML-DSA key that is neither a seed nor expanded', () => {
    const neither: PrivateKey = { type: 'ml-dsa-44', seed: null, expandedKey: null };
    expect(reasonOf(() => privateKeyToPkcs8(neither))).toBe('invalid-argument');
  });
});

describe('SEC1, RFC 5915 section 3', () => {
  it.each<Row>([
    ['version 0', sec1({ version: 0 }), 'invalid-key'],
    ['version 2', sec1({ version: 2 }), 'invalid-integer'],
    ['another curve', sec1({ parameters: derOid('1.3.132.0.10') }), 'unsupported-key'],
    ['no curve in the parameters', sec1({ parameters: none }), 'truncated'],
    ['something after the curve', sec1({ parameters: concatBytes(P256, more) }), 'trailing-bytes'],
    ['a public key that is no BIT STRING', sec1({ publicKey: derOctetString(point) }), 'unexpected-tag'],
    ['a public key of half an octet', sec1({ publicKey: derBitString(Uint8Array.of(0x40), 4) }), 'invalid-bit-string'],
    ['something after the public key', sec1({ publicKey: concatBytes(derBitString(point), more) }), 'trailing-bytes'],
    ['something more inside', sec1({ inside: more }), 'trailing-bytes'],
    ['something more behind', sec1({ behind: more }), 'trailing-bytes'],
  ])('refuses %s', (_, encoding, reason) => {
    expect(reasonOf(() => privateKeyFromSec1(encoding))).toBe(reason);
    const inPkcs8 = pkcs8(ec, encoding);
    expect(reasonOf(() => privateKeyFromPkcs8(inPkcs8))).toBe(reason);
  });
});

describe('PKCS#1, RFC 8017 appendix A.1.2', () => {
  it.each<Row>([
    ['version 1, of more primes', pkcs1({ version: 1 }), 'unsupported-key'],
    ['version 2', pkcs1({ version: 2 }), 'invalid-integer'],
    ['something more inside', pkcs1({ inside: more }), 'trailing-bytes'],
    ['something more behind', pkcs1({ behind: more }), 'trailing-bytes'],
    ...integers.map(([name]): Row => [`${name} below zero`, pkcs1({ below: name }), 'invalid-integer']),
  ])('refuses %s', (_, encoding, reason) => {
    expect(reasonOf(() => privateKeyFromPkcs1(encoding))).toBe(reason);
    expect(reasonOf(() => privateKeyFromPkcs8(pkcs8(rsa, encoding)))).toBe(reason);
    expect(reasonOf(() => privateKeyFromPkcs8(pkcs8(pss, encoding)))).toBe(reason);
  });

  it.each(integers)('says that it is %s that is below zero', (name) => {
    expect(() => privateKeyFromPkcs1(pkcs1({ below: name }))).toThrow(
      expect.objectContaining({ expected: `${name} not below zero` }) as X509Error,
    );
  });
});

describe('what an error says of a public key', () => {
  const spki = (algorithm: Uint8Array, ...values: Uint8Array[]): Uint8Array =>
    derSequence(algorithm, derBitString(derSequence(...values)));

  it.each<readonly [what: string, encoding: Uint8Array, error: Partial<X509Error>]>([
    ['a modulus of zero', spki(rsa, derSmallInteger(0), derSmallInteger(3)), { reason: 'invalid-key', got: 'zero' }],
    [
      'an RSASSA-PSS key for SHA-1 alone',
      spki(derSequence(derOid(OID.rsassaPss), derSequence()), derSmallInteger(33), derSmallInteger(3)),
      { reason: 'unsupported-key', expected: 'SHA-256, SHA-384 or SHA-512' },
    ],
  ])('%s', (_, encoding, error) => {
    expect(() => publicKeyFromSpki(encoding)).toThrow(expect.objectContaining(error) as X509Error);
  });
});
