import type { HashName, SignatureAlgorithm } from '@portico/crypto';
import { DerReader, type DerElement } from './der/reader.js';
import { TAG } from './der/tag.js';
import { derExplicit, derNull, derOid, derSequence, derSmallInteger } from './der/writer.js';
import { X509Error } from './error.js';
import {
  ECDSA_OIDS,
  findByValue,
  HASH_OIDS,
  OID,
  PARAMETERLESS_OIDS,
  RSA_PKCS1_OIDS,
  WEAK_HASH_OIDS,
  WEAK_SIGNATURE_OIDS,
} from './oids.js';

/** AlgorithmIdentifier, RFC 5280 section 4.1.1.2. Views of the input. */
export interface AlgorithmIdentifier {
  readonly raw: Uint8Array;
  readonly oid: string;
  /** The parameters element with its tag, or null where there is none. */
  readonly parameters: Uint8Array | null;
}

/** What an AlgorithmIdentifier of a signature says; `algorithm` is null where `problem` says why not. */
export type SignatureAlgorithmReading =
  | { readonly algorithm: SignatureAlgorithm; readonly problem: null }
  | { readonly algorithm: null; readonly problem: 'weak' | 'unsupported' };

/** Largest salt that an RSASSA-PSS signature can hold with a 16384-bit modulus, rounded up. */
const MAX_SALT_LENGTH = 2048;

/** The next element, or one that was read already. @throws X509Error the DER reasons */
export function readAlgorithmIdentifier(
  reader: DerReader,
  element: DerElement = reader.expect(TAG.sequence, 'an AlgorithmIdentifier'),
): AlgorithmIdentifier {
  const inside = reader.inside(element);
  const oid = inside.oid();
  const parameters = inside.remaining === 0 ? null : inside.any();
  inside.end();
  return { raw: reader.whole(element), oid, parameters };
}

/**
 * Which signature algorithm an identifier names: RFC 4055 (RSA), RFC 5758 (ECDSA), RFC 8410 (Ed25519, Ed448),
 * RFC 9881 (ML-DSA).
 * @throws X509Error `invalid-algorithm` for a known algorithm with the wrong parameters
 */
export function readSignatureAlgorithm(identifier: AlgorithmIdentifier): SignatureAlgorithmReading {
  const { oid, parameters } = identifier;
  const ecdsaHash = findByValue(ECDSA_OIDS, oid);
  if (ecdsaHash !== null) {
    // RFC 5758 section 3.2: the parameters field must be absent.
    demandAbsent(identifier);
    return { algorithm: { type: 'ecdsa', hash: ecdsaHash }, problem: null };
  }
  const rsaHash = findByValue(RSA_PKCS1_OIDS, oid);
  if (rsaHash !== null) {
    // RFC 4055 section 5: NULL must be written, but absent parameters must be accepted as well.
    if (parameters !== null) demandNull(identifier);
    return { algorithm: { type: 'rsa-pkcs1', hash: rsaHash }, problem: null };
  }
  const parameterless = findByValue(PARAMETERLESS_OIDS, oid);
  if (parameterless !== null) {
    demandAbsent(identifier);
    return { algorithm: { type: parameterless }, problem: null };
  }
  if (oid === OID.rsassaPss) return readPssParameters(identifier);
  return { algorithm: null, problem: WEAK_SIGNATURE_OIDS.has(oid) ? 'weak' : 'unsupported' };
}

/** The AlgorithmIdentifier that a certificate carries for a signature algorithm, RFC 5280 section 4.1.1.2. Never throws. */
export function encodeSignatureAlgorithm(algorithm: SignatureAlgorithm): Uint8Array {
  switch (algorithm.type) {
    case 'ecdsa':
      return derSequence(derOid(ECDSA_OIDS[algorithm.hash]));
    case 'rsa-pkcs1':
      return derSequence(derOid(RSA_PKCS1_OIDS[algorithm.hash]), derNull());
    case 'rsa-pss':
      return derSequence(derOid(OID.rsassaPss), encodePssParameters(algorithm.hash, algorithm.saltLength));
    case 'ed25519':
    case 'ed448':
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return derSequence(derOid(PARAMETERLESS_OIDS[algorithm.type]));
  }
}

/** RSASSA-PSS-params, RFC 4055 section 3.1; in a key the salt length is the smallest that may be used. */
export function encodePssParameters(hash: HashName, saltLength: number): Uint8Array {
  const hashIdentifier = derSequence(derOid(HASH_OIDS[hash]), derNull());
  return derSequence(
    derExplicit(0, hashIdentifier),
    derExplicit(1, derSequence(derOid(OID.mgf1), hashIdentifier)),
    derExplicit(2, derSmallInteger(saltLength)),
  );
}

/**
 * RSASSA-PSS-params, RFC 4055 section 3.1. Only MGF1 with the same hash is supported, as in TLS; the defaults are SHA-1
 * and therefore weak.
 * @throws X509Error `invalid-algorithm` where they are absent or not such a structure
 */
export function readPssParameters(identifier: AlgorithmIdentifier): SignatureAlgorithmReading {
  if (identifier.parameters === null) {
    throw new X509Error('invalid-algorithm', { expected: 'RSASSA-PSS-params', got: 'no parameters' });
  }
  // The parameters are one element, so nothing is after it.
  const reader = new DerReader(identifier.parameters).sequence();
  const field = <T>(number: number, read: (inside: DerReader) => T): T | null => {
    const inside = reader.tagged(number);
    if (inside === null) return null;
    const value = read(inside);
    inside.end();
    return value;
  };
  const hash = field(0, readAlgorithmIdentifier);
  const mask = field(1, readAlgorithmIdentifier);
  const saltLength = field(2, (inside) => inside.smallInteger('a salt length', MAX_SALT_LENGTH)) ?? 20;
  if ((field(3, (inside) => inside.smallInteger('a trailer field', 255)) ?? 1) !== 1) {
    throw new X509Error('invalid-algorithm', { expected: 'trailer field 1' });
  }
  reader.end();

  if (hash === null || mask === null || WEAK_HASH_OIDS.has(hash.oid)) return { algorithm: null, problem: 'weak' };
  const name = readHash(hash);
  if (name === null || mask.oid !== OID.mgf1 || mask.parameters === null) {
    return { algorithm: null, problem: 'unsupported' };
  }
  const maskReader = new DerReader(mask.parameters);
  const maskHash = readAlgorithmIdentifier(maskReader);
  if (WEAK_HASH_OIDS.has(maskHash.oid)) return { algorithm: null, problem: 'weak' };
  if (readHash(maskHash) !== name) return { algorithm: null, problem: 'unsupported' };
  return { algorithm: { type: 'rsa-pss', hash: name, saltLength }, problem: null };
}

/** NULL and absent parameters both stand for none, RFC 4055 section 2.1. */
function readHash(identifier: AlgorithmIdentifier): HashName | null {
  if (identifier.parameters !== null) demandNull(identifier);
  return findByValue(HASH_OIDS, identifier.oid);
}

/** @throws X509Error `invalid-algorithm` */
export function demandAbsent({ oid, parameters }: AlgorithmIdentifier): void {
  if (parameters !== null) {
    throw new X509Error('invalid-algorithm', { expected: `no parameters for ${oid}`, got: 'some' });
  }
}

/** @throws X509Error `invalid-algorithm` */
export function demandNull({ oid, parameters }: AlgorithmIdentifier): void {
  // One whole element, so that nothing else of two octets begins so.
  if (parameters?.length !== 2 || parameters[0] !== TAG.null) {
    throw new X509Error('invalid-algorithm', { expected: `NULL parameters for ${oid}` });
  }
}
