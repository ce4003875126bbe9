import { bytesEqual, concatBytes } from '@portico/bytes';
import type { EcCurveName, MlDsaName, PrivateKey, PublicKey, RsaPrivateValues } from '@portico/crypto';
import { demandAbsent, demandNull, readAlgorithmIdentifier, type AlgorithmIdentifier } from '../algorithm.js';
import { DerReader } from '../der/reader.js';
import { contextPrimitive, TAG } from '../der/tag.js';
import {
  der,
  derBitString,
  derExplicit,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSmallInteger,
  derUnsignedInteger,
} from '../der/writer.js';
import { X509Error } from '../error.js';
import { CURVE_OIDS, findByValue, OID, PARAMETERLESS_OIDS } from '../oids.js';
import { decodePem, encodePem } from './pem.js';
import { FIELD_LENGTH, readNamedCurve, readRestriction, rsaPssIdentifier } from './public-key.js';

/**
 * The first private key in a PEM file (RFC 7468): `PRIVATE KEY` (PKCS#8), `EC PRIVATE KEY` (SEC1) or `RSA PRIVATE KEY`
 * (PKCS#1).
 * Other blocks, such as certificates and `EC PARAMETERS`, are passed over.
 * @throws X509Error `encrypted-key`, `not-found`, `invalid-pem`, and those of `privateKeyFromPkcs8`
 */
export function privateKeyFromPem(pem: string | Uint8Array): PrivateKey {
  for (const { label, bytes, headers } of decodePem(pem, (one) => one.endsWith('PRIVATE KEY'))) {
    if (label === 'ENCRYPTED PRIVATE KEY' || headers.some((header) => header.includes('ENCRYPTED'))) {
      throw new X509Error('encrypted-key', { expected: 'a key that is not encrypted', got: label });
    }
    if (label === 'PRIVATE KEY') return privateKeyFromPkcs8(bytes);
    if (label === 'EC PRIVATE KEY') return privateKeyFromSec1(bytes);
    if (label === 'RSA PRIVATE KEY') return privateKeyFromPkcs1(bytes);
    throw new X509Error('unsupported-key', { expected: 'a PKCS#8, SEC1 or PKCS#1 key', got: label });
  }
  throw new X509Error('not-found', { expected: 'a PRIVATE KEY block' });
}

/** A `PRIVATE KEY` block (PKCS#8), RFC 7468 section 10. @throws X509Error as `privateKeyToPkcs8` */
export function privateKeyToPem(key: PrivateKey, publicKey?: PublicKey): string {
  return encodePem('PRIVATE KEY', privateKeyToPkcs8(key, publicKey));
}

/**
 * PrivateKeyInfo and OneAsymmetricKey, RFC 5958 section 2. The key's bytes are copies. Whether the numbers belong
 * together is judged by the cryptography that uses them.
 * @throws X509Error `unsupported-key` for another algorithm; `invalid-key` and the DER reasons
 */
export function privateKeyFromPkcs8(pkcs8: Uint8Array): PrivateKey {
  const outer = new DerReader(new Uint8Array(pkcs8));
  const reader = outer.sequence('a OneAsymmetricKey');
  const version = reader.smallInteger('a version', 1);
  const algorithm = readAlgorithmIdentifier(reader);
  const contents = reader.octetString('a privateKey');
  const attributes = reader.tagged(0);
  while (attributes !== null && attributes.remaining > 0) attributes.any();
  // publicKey [1] exists only in version v2, RFC 5958 section 2.
  if (version === 1) reader.optional(contextPrimitive(1));
  reader.end();
  outer.end();
  return readByAlgorithm(algorithm, contents);
}

/**
 * PrivateKeyInfo in DER, RFC 5208 section 5: the inverse of `privateKeyFromPkcs8`, as version v1. With its public half an EC
 * key holds that too, which RFC 5915 section 3 recommends and some readers demand.
 * @throws X509Error `invalid-argument` for an ML-DSA key with neither a seed nor an expanded key
 */
export function privateKeyToPkcs8(key: PrivateKey, publicKey?: PublicKey): Uint8Array {
  switch (key.type) {
    case 'ec':
      return pkcs8(
        derSequence(derOid(OID.ecPublicKey), derOid(CURVE_OIDS[key.curve])),
        derSequence(
          derSmallInteger(1),
          derOctetString(padded(key.scalar, FIELD_LENGTH[key.curve])),
          ...(publicKey?.type === 'ec' ? [derExplicit(1, derBitString(publicKey.point))] : []),
        ),
      );
    case 'rsa':
      return pkcs8(derSequence(derOid(OID.rsaEncryption), derNull()), encodeRsaPrivateKey(key));
    case 'rsa-pss':
      return pkcs8(rsaPssIdentifier(key.restriction ?? null), encodeRsaPrivateKey(key));
    case 'ed25519':
    case 'ed448':
      return pkcs8(derSequence(derOid(PARAMETERLESS_OIDS[key.type])), derOctetString(key.seed));
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return pkcs8(derSequence(derOid(PARAMETERLESS_OIDS[key.type])), encodeMlDsaKey(key));
  }
}

/**
 * ECPrivateKey with its curve inside, RFC 5915 section 3.
 * @throws X509Error `invalid-key`, `unsupported-key` and the DER reasons
 */
export function privateKeyFromSec1(sec1: Uint8Array): PrivateKey {
  return readEcPrivateKey(new Uint8Array(sec1), null);
}

/** ECPrivateKey in DER, RFC 5915 section 3: the inverse of `privateKeyFromSec1`; a `point` (uncompressed) is written along. */
export function privateKeyToSec1(key: PrivateKey & { readonly type: 'ec' }, point?: Uint8Array): Uint8Array {
  return derSequence(
    derSmallInteger(1),
    derOctetString(padded(key.scalar, FIELD_LENGTH[key.curve])),
    derExplicit(0, derOid(CURVE_OIDS[key.curve])),
    ...(point === undefined ? [] : [derExplicit(1, derBitString(point))]),
  );
}

/**
 * RSAPrivateKey with two primes, RFC 8017 appendix A.1.2.
 * @throws X509Error `unsupported-key` for more primes; `invalid-key` and the DER reasons
 */
export function privateKeyFromPkcs1(pkcs1: Uint8Array): PrivateKey {
  return { type: 'rsa', ...readRsaPrivateKey(new Uint8Array(pkcs1)) };
}

/** RSAPrivateKey in DER, RFC 8017 appendix A.1.2: the inverse of `privateKeyFromPkcs1`. */
export function privateKeyToPkcs1(key: RsaPrivateValues): Uint8Array {
  return encodeRsaPrivateKey(key);
}

function readByAlgorithm(algorithm: AlgorithmIdentifier, contents: Uint8Array): PrivateKey {
  switch (algorithm.oid) {
    case OID.ecPublicKey:
      if (algorithm.parameters === null) throw new X509Error('invalid-key', { expected: 'a named curve' });
      return readEcPrivateKey(contents, readNamedCurve(algorithm.parameters));
    case OID.rsaEncryption:
      demandNull(algorithm);
      return { type: 'rsa', ...readRsaPrivateKey(contents) };
    case OID.rsassaPss: {
      const restriction = readRestriction(algorithm);
      return { type: 'rsa-pss', ...(restriction === null ? {} : { restriction }), ...readRsaPrivateKey(contents) };
    }
    default:
      return readParameterlessKey(algorithm, contents);
  }
}

function readParameterlessKey(algorithm: AlgorithmIdentifier, contents: Uint8Array): PrivateKey {
  const type = findByValue(PARAMETERLESS_OIDS, algorithm.oid);
  if (type === null) {
    throw new X509Error('unsupported-key', { expected: 'RSA, EC, Ed25519, Ed448 or ML-DSA', got: algorithm.oid });
  }
  demandAbsent(algorithm);
  switch (type) {
    case 'ed25519':
    case 'ed448': {
      // CurvePrivateKey is an OCTET STRING within the OCTET STRING, RFC 8410 section 7.
      const reader = new DerReader(contents);
      const seed = demandLength(reader.octetString('a CurvePrivateKey'), SEED_LENGTHS[type]);
      reader.end();
      return { type, seed };
    }
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return readMlDsaKey(type, contents);
  }
}

/** RFC 8410 section 7, RFC 9881 section 6. Bytes. */
const SEED_LENGTHS = { ed25519: 32, ed448: 57, mlDsa: 32 } as const;
/** RFC 9881 section 6. Bytes. */
const EXPANDED_LENGTHS: Readonly<Record<MlDsaName, number>> = {
  'ml-dsa-44': 2560,
  'ml-dsa-65': 4032,
  'ml-dsa-87': 4896,
};

/**
 * ML-DSA-PrivateKey, RFC 9881 section 6: a seed under [0], an expanded key, or a sequence of both.
 * @throws X509Error `invalid-key` and the DER reasons
 */
function readMlDsaKey(type: MlDsaName, contents: Uint8Array): PrivateKey {
  const reader = new DerReader(contents);
  const tagged = reader.optional(contextPrimitive(0));
  if (tagged !== null) {
    reader.end();
    return { type, seed: demandLength(reader.contents(tagged), SEED_LENGTHS.mlDsa), expandedKey: null };
  }
  if (reader.peek() === TAG.octetString) {
    const expandedKey = demandLength(reader.octetString('an expandedKey'), EXPANDED_LENGTHS[type]);
    reader.end();
    return { type, seed: null, expandedKey };
  }
  const both = reader.sequence('an ML-DSA private key');
  reader.end();
  const seed = demandLength(both.octetString('a seed'), SEED_LENGTHS.mlDsa);
  const expandedKey = demandLength(both.octetString('an expandedKey'), EXPANDED_LENGTHS[type]);
  both.end();
  return { type, seed, expandedKey };
}

function encodeMlDsaKey({ seed, expandedKey }: MlDsaPrivateKey): Uint8Array {
  if (seed !== null && expandedKey !== null) return derSequence(derOctetString(seed), derOctetString(expandedKey));
  if (seed !== null) return der(contextPrimitive(0), seed);
  if (expandedKey !== null) return derOctetString(expandedKey);
  throw new X509Error('invalid-argument', { expected: 'a seed or an expanded key' });
}

type MlDsaPrivateKey = Extract<PrivateKey, { readonly type: MlDsaName }>;

function demandLength(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) {
    throw new X509Error('invalid-key', { expected: `${length} bytes`, got: bytes.length });
  }
  return bytes;
}

function readEcPrivateKey(bytes: Uint8Array, outerCurve: EcCurveName | null): PrivateKey {
  const outer = new DerReader(bytes);
  const reader = outer.sequence('an ECPrivateKey');
  if (reader.smallInteger('a version', 1) !== 1) throw new X509Error('invalid-key', { expected: 'version 1' });
  const scalar = reader.octetString('a privateKey');
  const parameters = reader.tagged(0);
  const innerCurve = parameters === null ? null : readNamedCurve(parameters.any());
  parameters?.end();
  const publicKey = reader.tagged(1);
  publicKey?.bitStringOctets('a publicKey');
  publicKey?.end();
  reader.end();
  outer.end();
  const curve = outerCurve ?? innerCurve;
  if (curve === null) throw new X509Error('invalid-key', { expected: 'a named curve', got: 'no parameters' });
  if (innerCurve !== null && innerCurve !== curve) {
    throw new X509Error('invalid-key', { expected: `${curve} inside too`, got: innerCurve });
  }
  // RFC 5915 section 3 wants the full length; some writers drop leading zeros or add one.
  return { type: 'ec', curve, scalar: padded(scalar, FIELD_LENGTH[curve]) };
}

function readRsaPrivateKey(bytes: Uint8Array): RsaPrivateValues {
  const outer = new DerReader(bytes);
  const reader = outer.sequence('an RSAPrivateKey');
  if (reader.smallInteger('a version', 1) !== 0) {
    throw new X509Error('unsupported-key', { expected: 'two primes', got: 'more' });
  }
  const values: RsaPrivateValues = {
    modulus: reader.unsignedInteger('a modulus'),
    publicExponent: reader.unsignedInteger('a publicExponent'),
    privateExponent: reader.unsignedInteger('a privateExponent'),
    prime1: reader.unsignedInteger('prime1'),
    prime2: reader.unsignedInteger('prime2'),
    exponent1: reader.unsignedInteger('exponent1'),
    exponent2: reader.unsignedInteger('exponent2'),
    coefficient: reader.unsignedInteger('a coefficient'),
  };
  reader.end();
  outer.end();
  return values;
}

function encodeRsaPrivateKey(key: RsaPrivateValues): Uint8Array {
  return derSequence(
    derSmallInteger(0),
    derUnsignedInteger(key.modulus),
    derUnsignedInteger(key.publicExponent),
    derUnsignedInteger(key.privateExponent),
    derUnsignedInteger(key.prime1),
    derUnsignedInteger(key.prime2),
    derUnsignedInteger(key.exponent1),
    derUnsignedInteger(key.exponent2),
    derUnsignedInteger(key.coefficient),
  );
}

function pkcs8(algorithm: Uint8Array, contents: Uint8Array): Uint8Array {
  return derSequence(derSmallInteger(0), algorithm, derOctetString(contents));
}

function padded(scalar: Uint8Array, length: number): Uint8Array {
  const excess = Math.max(0, scalar.length - length);
  if (!bytesEqual(scalar.subarray(0, excess), new Uint8Array(excess))) {
    throw new X509Error('invalid-key', { expected: `a scalar of ${length} bytes`, got: scalar.length });
  }
  const kept = scalar.subarray(excess);
  return concatBytes(new Uint8Array(length - kept.length), kept);
}
