import type { MaybePromise } from '@portico/crypto';
import { readAlgorithmIdentifier, type AlgorithmIdentifier } from '../algorithm.js';
import { DerReader } from '../der/reader.js';
import { X509Error } from '../error.js';
import { deriveKey, type FileDerivation } from './key-derivation.js';

const PBES2 = '1.2.840.113549.1.5.13';

/** AES in CBC mode by the bytes of its key, RFC 8018 appendix B.2.5. */
const AES_CBC_KEY_LENGTHS: Readonly<Record<string, number>> = {
  '2.16.840.1.101.3.4.1.2': 16,
  '2.16.840.1.101.3.4.1.22': 24,
  '2.16.840.1.101.3.4.1.42': 32,
};

const AES_BLOCK_LENGTH = 16;

/**
 * Decrypts by PBES2, RFC 8018 section 6.2: AES-CBC under a key from PBKDF2 with SHA-2 or from scrypt. The older schemes
 * (PBES1, RC2, 3DES) are refused.
 * @param password UTF-8
 * @throws X509Error `wrong-password` where the padding says so, which CBC does not always; `unsupported-key`,
 * `invalid-key` and the DER reasons
 */
export function decryptByPassword(
  { oid, parameters }: AlgorithmIdentifier,
  ciphertext: Uint8Array,
  password: Uint8Array,
  derivation: FileDerivation,
): MaybePromise<Uint8Array> {
  if (oid !== PBES2) throw new X509Error('unsupported-key', { expected: 'encryption by PBES2', got: oid });
  const outer = new DerReader(parameters ?? new Uint8Array(0));
  const reader = outer.sequence('PBES2-params');
  const derivationAlgorithm = readAlgorithmIdentifier(reader);
  const encryption = readAlgorithmIdentifier(reader);
  reader.end();
  outer.end();
  const keyLength = AES_CBC_KEY_LENGTHS[encryption.oid];
  if (keyLength === undefined) throw new X509Error('unsupported-key', { expected: 'AES-CBC', got: encryption.oid });
  const ivReader = new DerReader(encryption.parameters ?? new Uint8Array(0));
  const iv = ivReader.octetString('an IV');
  ivReader.end();
  if (iv.length !== AES_BLOCK_LENGTH || ciphertext.length === 0 || ciphertext.length % AES_BLOCK_LENGTH !== 0) {
    throw new X509Error('invalid-key', { expected: 'an IV and ciphertext of whole AES blocks' });
  }
  const decrypt = (key: Uint8Array): MaybePromise<Uint8Array> => {
    const plaintext = derivation.cryptography.decryptAesCbc(key, iv, ciphertext);
    return plaintext !== null && 'then' in plaintext ? plaintext.then(demandPlaintext) : demandPlaintext(plaintext);
  };
  const key = deriveKey(derivationAlgorithm, password, keyLength, derivation);
  return 'then' in key ? key.then(decrypt) : decrypt(key);
}

function demandPlaintext(plaintext: Uint8Array | null): Uint8Array {
  if (plaintext === null) throw new X509Error('wrong-password', { expected: 'the right password' });
  return plaintext;
}
