import { cbc } from '@noble/ciphers/aes.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { scrypt } from '@noble/hashes/scrypt.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { HashName, MaybePromise } from './provider.js';

/** What encrypted key files need beside a provider: RFC 8018 and RFC 7914. */
export interface PasswordBasedCryptography {
  /** PBKDF2 with HMAC, RFC 8018 section 5.2. `length` in bytes. */
  readonly pbkdf2: (
    hash: HashName,
    password: Uint8Array,
    salt: Uint8Array,
    iterations: number,
    length: number,
  ) => MaybePromise<Uint8Array>;
  /** RFC 7914 section 6. It takes 128 N r bytes of memory. */
  readonly scrypt: (
    password: Uint8Array,
    salt: Uint8Array,
    cost: { readonly N: number; readonly r: number; readonly p: number },
    length: number,
  ) => MaybePromise<Uint8Array>;
  /** AES-CBC with the padding of RFC 8018 section 6.1.1; null where the padding is none, as a wrong key gives. */
  readonly decryptAesCbc: (key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array) => MaybePromise<Uint8Array | null>;
}

const HASHES = { sha256, sha384, sha512 };

/** The implementation over noble, synchronous. 100,000 iterations block for some tenths of a second. */
export const passwordBasedCryptography: PasswordBasedCryptography = {
  pbkdf2: (hash, password, salt, iterations, length) =>
    pbkdf2(HASHES[hash], password, salt, { c: iterations, dkLen: length }),
  scrypt: (password, salt, cost, length) => scrypt(password, salt, { ...cost, dkLen: length }),
  decryptAesCbc: (key, iv, ciphertext) => {
    try {
      return cbc(key, iv).decrypt(ciphertext);
    } catch {
      return null;
    }
  },
};
