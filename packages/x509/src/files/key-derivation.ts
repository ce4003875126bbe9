import type { HashName, MaybePromise } from '@portico/crypto';
import type { PasswordBasedCryptography } from '@portico/crypto/password-based';
import { demandNull, readAlgorithmIdentifier, type AlgorithmIdentifier } from '../algorithm.js';
import { DerReader } from '../der/reader.js';
import { TAG } from '../der/tag.js';
import { X509Error } from '../error.js';
import { findByValue } from '../oids.js';

/** Ten times what is recommended today (OWASP: 600,000); a file must not be able to block for minutes. */
export const MAX_KEY_DERIVATION_ITERATIONS = 10_000_000;

/** Bytes, 128 N r: four times what RFC 7914 section 2 calls sensitive storage's N = 2^20, r = 8 divided by 16. */
export const MAX_SCRYPT_MEMORY = 0x1000_0000;

/** Lanes one after another. */
const MAX_SCRYPT_PARALLELIZATION = 16;

const PBKDF2 = '1.2.840.113549.1.5.12';
const SCRYPT = '1.3.6.1.4.1.11591.4.11';

/** RFC 8018 appendix B.1.2; HMAC with SHA-1, its default, is refused. */
export const HMAC_OIDS: Readonly<Record<HashName, string>> = {
  sha256: '1.2.840.113549.2.9',
  sha384: '1.2.840.113549.2.10',
  sha512: '1.2.840.113549.2.11',
};

/**
 * The key that a PBKDF2 (RFC 8018 appendix A.2) or scrypt (RFC 7914 section 7) AlgorithmIdentifier derives.
 * @param length in bytes; a keyLength in the parameters must be the same
 * @throws X509Error `unsupported-key` for other functions and costs beyond the limits; the DER reasons
 */
export function deriveKey(
  { oid, parameters }: AlgorithmIdentifier,
  password: Uint8Array,
  length: number,
  cryptography: PasswordBasedCryptography,
): MaybePromise<Uint8Array> {
  if (oid !== PBKDF2 && oid !== SCRYPT) {
    throw new X509Error('unsupported-key', { expected: 'a key derived by PBKDF2 or scrypt', got: oid });
  }
  const outer = new DerReader(parameters ?? new Uint8Array(0));
  const reader = outer.sequence('parameters of key derivation');
  outer.end();
  const salt = reader.octetString('a salt');
  if (oid === PBKDF2) {
    const iterations = atMost(reader, 'iterations', MAX_KEY_DERIVATION_ITERATIONS);
    readKeyLength(reader, length);
    const hash = readPseudorandomFunction(reader);
    reader.end();
    return cryptography.pbkdf2(hash, password, salt, iterations, length);
  }
  const N = atMost(reader, 'N', 0x7fff_ffff);
  const r = atMost(reader, 'r', 0xffff);
  const p = atMost(reader, 'p', MAX_SCRYPT_PARALLELIZATION);
  readKeyLength(reader, length);
  reader.end();
  if (N < 2 || (N & (N - 1)) !== 0) throw new X509Error('invalid-key', { expected: 'N that is a power of two' });
  if (128 * N * r > MAX_SCRYPT_MEMORY) {
    throw new X509Error('unsupported-key', { expected: `at most ${MAX_SCRYPT_MEMORY} bytes`, got: `${128 * N * r}` });
  }
  return cryptography.scrypt(password, salt, { N, r, p }, length);
}

function atMost(reader: DerReader, what: string, max: number): number {
  const value = reader.smallInteger(what, 0x7fff_ffff);
  if (value === 0) throw new X509Error('invalid-key', { expected: `${what} above zero`, got: '0' });
  if (value > max) throw new X509Error('unsupported-key', { expected: `${what} of at most ${max}`, got: `${value}` });
  return value;
}

function readKeyLength(reader: DerReader, length: number): void {
  if (reader.peek() !== TAG.integer) return;
  const written = reader.smallInteger('a keyLength', 0xffff);
  if (written !== length) throw new X509Error('invalid-key', { expected: `${length} bytes of key`, got: `${written}` });
}

function readPseudorandomFunction(reader: DerReader): HashName {
  if (reader.remaining === 0) {
    throw new X509Error('unsupported-key', { expected: 'HMAC with SHA-2', got: 'HMAC with SHA-1' });
  }
  const identifier = readAlgorithmIdentifier(reader);
  const hash = findByValue(HMAC_OIDS, identifier.oid);
  if (hash === null) throw new X509Error('unsupported-key', { expected: 'HMAC with SHA-2', got: identifier.oid });
  demandNull(identifier);
  return hash;
}
