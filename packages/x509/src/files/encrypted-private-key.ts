import { utf8ToBytes } from '@portico/bytes';
import type { MaybePromise, PrivateKey } from '@portico/crypto';
import type { PasswordBasedCryptography } from '@portico/crypto/password-based';
import { readAlgorithmIdentifier } from '../algorithm.js';
import { DerReader } from '../der/reader.js';
import { X509Error } from '../error.js';
import { decodePem } from '../keys/pem.js';
import { privateKeyFromPkcs8 } from '../keys/private-key.js';
import { decryptByPassword } from './encryption-scheme.js';
import { FileDerivation, type EncryptedFileOptions } from './key-derivation.js';

/**
 * EncryptedPrivateKeyInfo, RFC 5958 section 3, encrypted by PBES2. The answer is there at once when the cryptography's
 * is.
 * @param password text stands for its UTF-8
 * @throws X509Error `wrong-password`, `unsupported-key` (older ciphers; more work than `maxIterations`), and
 * those of `privateKeyFromPkcs8`; a promise rejects with them
 */
export function privateKeyFromEncryptedPkcs8(
  der: Uint8Array,
  password: string | Uint8Array,
  cryptography: PasswordBasedCryptography,
  options: EncryptedFileOptions = {},
): MaybePromise<PrivateKey> {
  return decryptPrivateKey(der, password, new FileDerivation(cryptography, options));
}

/** The same for one of several keys in a file. */
export function decryptPrivateKey(
  der: Uint8Array,
  password: string | Uint8Array,
  derivation: FileDerivation,
): MaybePromise<PrivateKey> {
  const outer = new DerReader(new Uint8Array(der));
  const reader = outer.sequence('an EncryptedPrivateKeyInfo');
  const algorithm = readAlgorithmIdentifier(reader);
  const encrypted = reader.octetString('encryptedData');
  reader.end();
  outer.end();
  const plaintext = decryptByPassword(algorithm, encrypted, passwordBytes(password), derivation);
  return 'then' in plaintext ? plaintext.then(readDecrypted) : readDecrypted(plaintext);
}

/**
 * The first `ENCRYPTED PRIVATE KEY` of a PEM file, RFC 7468 section 11; other blocks are passed over.
 * @throws X509Error `not-found`, `invalid-pem`, and those of `privateKeyFromEncryptedPkcs8`
 */
export function privateKeyFromEncryptedPem(
  pem: string | Uint8Array,
  password: string | Uint8Array,
  cryptography: PasswordBasedCryptography,
  options: EncryptedFileOptions = {},
): MaybePromise<PrivateKey> {
  const [block] = decodePem(pem, (label) => label === 'ENCRYPTED PRIVATE KEY');
  if (block === undefined) throw new X509Error('not-found', { expected: 'an ENCRYPTED PRIVATE KEY block' });
  return privateKeyFromEncryptedPkcs8(block.bytes, password, cryptography, options);
}

/** Padding fits a wrong key once in 256 times: then what comes out is no key, which is the password's fault. */
export function readDecrypted(plaintext: Uint8Array): PrivateKey {
  try {
    return privateKeyFromPkcs8(plaintext);
  } catch (error) {
    if (!(error instanceof X509Error) || error.reason === 'unsupported-key') throw error;
    throw new X509Error('wrong-password', { expected: 'the right password', got: error.message });
  }
}

export function passwordBytes(password: string | Uint8Array): Uint8Array {
  return typeof password === 'string' ? utf8ToBytes(password) : password;
}
