import type { PublicKey, RsaPssRestriction } from '@portico/crypto';
import {
  demandAbsent,
  demandNull,
  encodePssParameters,
  readAlgorithmIdentifier,
  readPssParameters,
  type AlgorithmIdentifier,
} from '../algorithm.js';
import { DerReader } from '../der/reader.js';
import { derBitString, derNull, derOid, derSequence, derUnsignedInteger } from '../der/writer.js';
import { X509Error } from '../error.js';
import { CURVE_OIDS, findByValue, OID, PARAMETERLESS_OIDS } from '../oids.js';
import { decodePem, encodePem } from './pem.js';

/** Bytes of a field element: a point is 0x04 and two of them. */
export const FIELD_LENGTH = { 'P-256': 32, 'P-384': 48, 'P-521': 66 } as const;

/** Bytes of a subjectPublicKey that has no inner structure: RFC 8410 section 4, RFC 9881 section 4. */
const PLAIN_KEY_LENGTHS = {
  ed25519: 32,
  ed448: 57,
  'ml-dsa-44': 1312,
  'ml-dsa-65': 1952,
  'ml-dsa-87': 2592,
} as const;

/**
 * SubjectPublicKeyInfo, RFC 5280 section 4.1.2.7: RSA (RFC 8017), RSASSA-PSS (RFC 4055), EC on P-256, P-384 and P-521
 * (RFC 5480), Ed25519 and Ed448 (RFC 8410), ML-DSA (RFC 9881). The key's bytes are copies.
 * @throws X509Error `unsupported-key` for another algorithm, curve or point form; `invalid-key` and the DER reasons
 */
export function publicKeyFromSpki(spki: Uint8Array): PublicKey {
  const outer = new DerReader(new Uint8Array(spki));
  const key = readSubjectPublicKeyInfo(outer);
  outer.end();
  return key;
}

/** SubjectPublicKeyInfo in DER, RFC 5280 section 4.1.2.7: the inverse of `publicKeyFromSpki`. */
export function publicKeyToSpki(key: PublicKey): Uint8Array {
  switch (key.type) {
    case 'ec':
      return derSequence(derSequence(derOid(OID.ecPublicKey), derOid(CURVE_OIDS[key.curve])), derBitString(key.point));
    case 'rsa':
      return derSequence(derSequence(derOid(OID.rsaEncryption), derNull()), derBitString(encodeRsaPublicKey(key)));
    case 'rsa-pss':
      return derSequence(rsaPssIdentifier(key.restriction), derBitString(encodeRsaPublicKey(key)));
    case 'ed25519':
    case 'ed448':
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return derSequence(derSequence(derOid(PARAMETERLESS_OIDS[key.type])), derBitString(key.key));
  }
}

/**
 * The first public key in a PEM file: `PUBLIC KEY` (RFC 7468 section 13) or `RSA PUBLIC KEY`.
 * @throws X509Error `not-found`, `invalid-pem`, and those of `publicKeyFromSpki`
 */
export function publicKeyFromPem(pem: string | Uint8Array): PublicKey {
  const [block] = decodePem(pem, (label) => label === 'PUBLIC KEY' || label === 'RSA PUBLIC KEY');
  if (block === undefined) throw new X509Error('not-found', { expected: 'a PUBLIC KEY block' });
  return block.label === 'PUBLIC KEY' ? publicKeyFromSpki(block.bytes) : readRsaPublicKey(new Uint8Array(block.bytes));
}

/** A `PUBLIC KEY` block, RFC 7468 section 13. */
export function publicKeyToPem(key: PublicKey): string {
  return encodePem('PUBLIC KEY', publicKeyToSpki(key));
}

/**
 * Reads one SubjectPublicKeyInfo; the key's bytes are views.
 * @throws X509Error as `publicKeyFromSpki`
 */
export function readSubjectPublicKeyInfo(outer: DerReader): PublicKey {
  const reader = outer.sequence('a SubjectPublicKeyInfo');
  const algorithm = readAlgorithmIdentifier(reader);
  const bits = reader.bitStringOctets('a subjectPublicKey');
  reader.end();
  switch (algorithm.oid) {
    case OID.ecPublicKey:
      return readEcKey(algorithm, bits);
    case OID.rsaEncryption:
      demandNull(algorithm);
      return readRsaPublicKey(bits);
    case OID.rsassaPss:
      return { ...readRsaPublicKey(bits), type: 'rsa-pss', restriction: readRestriction(algorithm) };
    default:
      return readPlainKey(algorithm, bits);
  }
}

/** A key that is nothing but bytes: Ed25519, Ed448 (RFC 8410 section 4), ML-DSA (RFC 9881 section 4). */
function readPlainKey(algorithm: AlgorithmIdentifier, bits: Uint8Array): PublicKey {
  const type = findByValue(PARAMETERLESS_OIDS, algorithm.oid);
  if (type === null) {
    throw new X509Error('unsupported-key', { expected: 'RSA, EC, Ed25519, Ed448 or ML-DSA', got: algorithm.oid });
  }
  demandAbsent(algorithm);
  const length = PLAIN_KEY_LENGTHS[type];
  if (bits.length !== length) throw invalidKey(`${length} bytes`, String(bits.length));
  return { type, key: bits };
}

/** ECParameters, one element, must be a namedCurve, RFC 5480 section 2.1.1. @throws X509Error `unsupported-key` */
export function readNamedCurve(parameters: Uint8Array): keyof typeof FIELD_LENGTH {
  const reader = new DerReader(parameters);
  if (reader.peek() !== 0x06) {
    throw new X509Error('unsupported-key', { expected: 'a named curve', got: 'another' });
  }
  const oid = reader.oid('a named curve');
  const curve = findByValue(CURVE_OIDS, oid);
  if (curve === null) throw new X509Error('unsupported-key', { expected: 'P-256, P-384 or P-521', got: oid });
  return curve;
}

function readEcKey(algorithm: AlgorithmIdentifier, point: Uint8Array): PublicKey {
  if (algorithm.parameters === null) throw invalidKey('a named curve', 'no parameters');
  const curve = readNamedCurve(algorithm.parameters);
  const field = FIELD_LENGTH[curve];
  // RFC 5480 section 2.2 makes the compressed forms optional; nothing in TLS 1.3 uses them.
  if ((point[0] === 0x02 || point[0] === 0x03) && point.length === field + 1) {
    throw new X509Error('unsupported-key', { expected: 'an uncompressed point', got: 'a compressed one' });
  }
  if (point[0] !== 0x04 || point.length !== 2 * field + 1) {
    throw invalidKey(`0x04 and ${2 * field} bytes`, `${point.length} bytes`);
  }
  return { type: 'ec', curve, point };
}

/** RSAPublicKey, RFC 8017 appendix A.1.1. */
function readRsaPublicKey(bytes: Uint8Array): Extract<PublicKey, { readonly type: 'rsa' }> {
  const outer = new DerReader(bytes);
  const reader = outer.sequence('an RSAPublicKey');
  const modulus = reader.unsignedInteger('a modulus');
  const exponent = reader.unsignedInteger('an exponent');
  reader.end();
  outer.end();
  if (modulus[0] === 0 || exponent[0] === 0) throw invalidKey('a modulus and an exponent above zero', 'zero');
  return { type: 'rsa', modulus, exponent };
}

/** The RSASSA-PSS-params of a key, RFC 4055 section 3.1; null where there are none. @throws X509Error `unsupported-key` */
export function readRestriction(algorithm: AlgorithmIdentifier): RsaPssRestriction | null {
  if (algorithm.parameters === null) return null;
  const { algorithm: pss } = readPssParameters(algorithm);
  if (pss?.type !== 'rsa-pss') {
    throw new X509Error('unsupported-key', { expected: 'SHA-256, SHA-384 or SHA-512' });
  }
  return { hash: pss.hash, minimumSaltLength: pss.saltLength };
}

/** The AlgorithmIdentifier of an RSASSA-PSS key, RFC 4055 section 3.1: without parameters where nothing is restricted. */
export function rsaPssIdentifier(restriction: RsaPssRestriction | null): Uint8Array {
  const parameters = restriction === null ? [] : [encodePssParameters(restriction.hash, restriction.minimumSaltLength)];
  return derSequence(derOid(OID.rsassaPss), ...parameters);
}

function encodeRsaPublicKey(key: { readonly modulus: Uint8Array; readonly exponent: Uint8Array }): Uint8Array {
  return derSequence(derUnsignedInteger(key.modulus), derUnsignedInteger(key.exponent));
}

function invalidKey(expected: string, got: string): X509Error {
  return new X509Error('invalid-key', { expected, got });
}
