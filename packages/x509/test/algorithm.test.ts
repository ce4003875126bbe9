import { describe, expect, it } from 'vitest';
import {
  der,
  derExplicit,
  derNull,
  derOctetString,
  derOid,
  DerReader,
  derSequence,
  derSmallInteger,
  OID,
  TAG,
  X509Error,
} from '../src/index.js';
import { readAlgorithmIdentifier, readSignatureAlgorithm } from '../src/algorithm.js';
import { ECDSA_OIDS, HASH_OIDS, RSA_PKCS1_OIDS } from '../src/oids.js';

const something = derOctetString(new Uint8Array(1));
const sha256 = derSequence(derOid(HASH_OIDS.sha256), derNull());
const mgf1 = derSequence(derOid(OID.mgf1), sha256);
/** RSASSA-PSS-params, RFC 4055 section 3.1, beside what may be left out. */
const pss = (...fields: readonly Uint8Array[]): Uint8Array =>
  derSequence(derOid(OID.rsassaPss), derSequence(...fields));
const field = (number: number, ...elements: readonly Uint8Array[]): Uint8Array =>
  derExplicit(number, Uint8Array.from(elements.flatMap((element) => [...element])));
const [hash, mask, salt] = [field(0, sha256), field(1, mgf1), field(2, derSmallInteger(32))];

function outcome(identifier: Uint8Array): unknown {
  try {
    return readSignatureAlgorithm(readAlgorithmIdentifier(new DerReader(identifier)));
  } catch (error) {
    if (error instanceof X509Error) return error.reason;
    throw error;
  }
}

const algorithm = (value: object): object => ({ algorithm: value, problem: null });
const problem = (value: 'weak' | 'unsupported'): object => ({ algorithm: null, problem: value });
const pssSha256 = algorithm({ type: 'rsa-pss', hash: 'sha256', saltLength: 32 });
const rsaSha256 = algorithm({ type: 'rsa-pkcs1', hash: 'sha256' });

describe('AlgorithmIdentifiers of signatures', () => {
  it.each<readonly [what: string, identifier: Uint8Array, outcome: unknown]>([
    ['PKCS#1 with NULL', derSequence(derOid(RSA_PKCS1_OIDS.sha256), derNull()), rsaSha256],
    ['PKCS#1 without parameters', derSequence(derOid(RSA_PKCS1_OIDS.sha256)), rsaSha256],
    ['PKCS#1 with others', derSequence(derOid(RSA_PKCS1_OIDS.sha256), something), 'invalid-algorithm'],
    [
      'PKCS#1 with a NULL that is not empty',
      derSequence(derOid(RSA_PKCS1_OIDS.sha256), der(TAG.null, Uint8Array.of(0))),
      'invalid-algorithm',
    ],
    [
      'PKCS#1 with another element of two octets',
      derSequence(derOid(RSA_PKCS1_OIDS.sha256), der(TAG.octetString)),
      'invalid-algorithm',
    ],
    ['ECDSA with NULL', derSequence(derOid(ECDSA_OIDS.sha256), derNull()), 'invalid-algorithm'],
    ['Ed25519 with NULL', derSequence(derOid(OID.ed25519), derNull()), 'invalid-algorithm'],
    ['RSASSA-PSS', pss(hash, mask, salt), pssSha256],
    ['its trailer spelt out', pss(hash, mask, salt, field(3, derSmallInteger(1))), pssSha256],
    ['the trailer 0', pss(hash, mask, salt, field(3, derSmallInteger(0))), 'invalid-algorithm'],
    ['the trailer 255', pss(hash, mask, salt, field(3, derSmallInteger(255))), 'invalid-algorithm'],
    ['the trailer 256', pss(hash, mask, salt, field(3, derSmallInteger(256))), 'invalid-integer'],
    ['a salt of its default length', pss(hash, mask), algorithm({ type: 'rsa-pss', hash: 'sha256', saltLength: 20 })],
    [
      'the longest salt',
      pss(hash, mask, field(2, derSmallInteger(2048))),
      algorithm({ type: 'rsa-pss', hash: 'sha256', saltLength: 2048 }),
    ],
    ['a longer one', pss(hash, mask, field(2, derSmallInteger(2049))), 'invalid-integer'],
    ['something after the hash', pss(field(0, sha256, something), mask, salt), 'trailing-bytes'],
    ['something after the mask', pss(hash, field(1, mgf1, something), salt), 'trailing-bytes'],
    ['something after the salt', pss(hash, mask, field(2, derSmallInteger(32), something)), 'trailing-bytes'],
    ['something after the trailer', pss(hash, mask, salt, field(3, derSmallInteger(1), something)), 'trailing-bytes'],
    ['something after the fields', pss(hash, mask, salt, something), 'trailing-bytes'],
    ['no parameters', derSequence(derOid(OID.rsassaPss)), 'invalid-algorithm'],
    [
      'a hash with parameters that are not NULL',
      pss(field(0, derSequence(derOid(HASH_OIDS.sha256), something)), mask, salt),
      'invalid-algorithm',
    ],
    ['a hash without parameters', pss(field(0, derSequence(derOid(HASH_OIDS.sha256))), mask, salt), pssSha256],
    ['the default hash, SHA-1', pss(mask, salt), problem('weak')],
    ['the default mask, of SHA-1', pss(hash, salt), problem('weak')],
    ['SHA-1 by name', pss(field(0, derSequence(derOid('1.3.14.3.2.26'))), mask, salt), problem('weak')],
    ['a hash that nobody knows', pss(field(0, derSequence(derOid('1.2.3'))), mask, salt), problem('unsupported')],
    [
      'a hash and a mask of hashes that nobody knows',
      pss(
        field(0, derSequence(derOid('1.2.3'))),
        field(1, derSequence(derOid(OID.mgf1), derSequence(derOid('1.2.3')))),
        salt,
      ),
      problem('unsupported'),
    ],
    ['another mask', pss(hash, field(1, derSequence(derOid('1.2.3'), sha256)), salt), problem('unsupported')],
    ['a mask without a hash', pss(hash, field(1, derSequence(derOid(OID.mgf1))), salt), problem('unsupported')],
    [
      'a mask of another hash',
      pss(hash, field(1, derSequence(derOid(OID.mgf1), derSequence(derOid(HASH_OIDS.sha384)))), salt),
      problem('unsupported'),
    ],
    [
      'a mask of SHA-1',
      pss(hash, field(1, derSequence(derOid(OID.mgf1), derSequence(derOid('1.3.14.3.2.26')))), salt),
      problem('weak'),
    ],
  ])('%s', (_, identifier, expected) => {
    expect(outcome(identifier)).toEqual(expected);
  });

  it.each([
    ['md2WithRSAEncryption, RFC 3279', '1.2.840.113549.1.1.2'],
    ['md4WithRSAEncryption, RFC 2313', '1.2.840.113549.1.1.3'],
    ['md5WithRSAEncryption, RFC 3279', '1.2.840.113549.1.1.4'],
    ['sha1WithRSAEncryption, RFC 3279', '1.2.840.113549.1.1.5'],
    ['sha224WithRSAEncryption, RFC 4055', '1.2.840.113549.1.1.14'],
    ['sha1WithRSASignature, of OIW', '1.3.14.3.2.29'],
    ['ecdsa-with-SHA1, RFC 3279', '1.2.840.10045.4.1'],
    ['ecdsa-with-SHA224, RFC 5758', '1.2.840.10045.4.3.1'],
    ['id-dsa-with-sha1, RFC 3279', '1.2.840.10040.4.3'],
    ['id-dsa-with-sha224, RFC 5758', '2.16.840.1.101.3.4.3.1'],
  ])('%s is known, and weak', (_, oid) => {
    expect(outcome(derSequence(derOid(oid)))).toEqual(problem('weak'));
  });

  it.each([
    ['md5', '1.2.840.113549.2.5'],
    ['SHA-1', '1.3.14.3.2.26'],
    ['SHA-224', '2.16.840.1.101.3.4.2.4'],
  ])('RSASSA-PSS over %s is known, and weak', (_, oid) => {
    expect(outcome(pss(field(0, derSequence(derOid(oid))), mask, salt))).toEqual(problem('weak'));
  });
});
