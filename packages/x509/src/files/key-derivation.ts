import type { HashName, MaybePromise } from '@portico/crypto';
import type { PasswordBasedCryptography } from '@portico/crypto/password-based';
import { demandNull, readAlgorithmIdentifier, type AlgorithmIdentifier } from '../algorithm.js';
import { DerReader } from '../der/reader.js';
import { TAG } from '../der/tag.js';
import { X509Error } from '../error.js';
import { findByValue } from '../oids.js';

/**
 * What all derivations of one file may cost unless the caller says otherwise, in iterations of PBKDF2 with HMAC-SHA-256,
 * of which noble makes some 300,000 in a second. OpenSSL and Windows write about 2,000, Java 10,000; OWASP's scrypt
 * (N = 2^17, r = 8) is within. Files of 600,000, as OWASP recommends for PBKDF2, need a caller who waits for them.
 */
export const DEFAULT_KEY_DERIVATION_ITERATIONS = 350_000;

/** What beside its iterations a derivation costs: its parameters, the decryption after it. */
const DERIVATION_COST = 100;

/** An iteration beside one with SHA-256, as noble has it: 64-bit words in halves. */
const HASH_COSTS: Readonly<Record<HashName, number>> = { sha256: 1, sha384: 3, sha512: 3 };

/** Blocks of scrypt (N r p) that take as long as an iteration, as noble has them. */
const SCRYPT_BLOCKS_PER_ITERATION = 3;

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

/** What the caller of a reader of encrypted files may choose. */
export interface EncryptedFileOptions {
  /**
   * What all derivations of the file may cost, in iterations of PBKDF2 with HMAC-SHA-256;
   * `DEFAULT_KEY_DERIVATION_ITERATIONS` by default.
   */
  readonly maxIterations?: number;
}

/** What derives keys for one file, and how many iterations are left to it. */
export class FileDerivation {
  readonly cryptography: PasswordBasedCryptography;
  #left: number;

  constructor(cryptography: PasswordBasedCryptography, { maxIterations }: EncryptedFileOptions) {
    this.cryptography = cryptography;
    this.#left = maxIterations ?? DEFAULT_KEY_DERIVATION_ITERATIONS;
  }

  /**
   * Takes what so many iterations cost; the hash of their MAC.
   * @throws X509Error `unsupported-key` where too few are left, before anything is derived
   */
  spend(iterations: number, hash: HashName = 'sha256'): void {
    const cost = DERIVATION_COST + iterations * HASH_COSTS[hash];
    // Written so that NaN is no budget.
    if (!(cost <= this.#left)) {
      const expected = `derivations that cost at most ${this.#left} iterations (maxIterations)`;
      throw new X509Error('unsupported-key', { expected, got: `${cost}` });
    }
    this.#left -= cost;
  }
}

/**
 * The key that a PBKDF2 (RFC 8018 appendix A.2) or scrypt (RFC 7914 section 7) AlgorithmIdentifier derives.
 * @param length in bytes; a keyLength in the parameters must be the same
 * @throws X509Error `unsupported-key` for other functions and costs beyond the limits; the DER reasons
 */
export function deriveKey(
  { oid, parameters }: AlgorithmIdentifier,
  password: Uint8Array,
  length: number,
  derivation: FileDerivation,
): MaybePromise<Uint8Array> {
  if (oid !== PBKDF2 && oid !== SCRYPT) {
    throw new X509Error('unsupported-key', { expected: 'a key derived by PBKDF2 or scrypt', got: oid });
  }
  const outer = new DerReader(parameters ?? new Uint8Array(0));
  const reader = outer.sequence('parameters of key derivation');
  outer.end();
  const salt = reader.octetString('a salt');
  if (oid === PBKDF2) {
    const iterations = atMost(reader, 'iterations', 0x7fff_ffff);
    readKeyLength(reader, length);
    const hash = readPseudorandomFunction(reader);
    reader.end();
    derivation.spend(iterations, hash);
    return derivation.cryptography.pbkdf2(hash, password, salt, iterations, length);
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
  derivation.spend((N * r * p) / SCRYPT_BLOCKS_PER_ITERATION);
  return derivation.cryptography.scrypt(password, salt, { N, r, p }, length);
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
