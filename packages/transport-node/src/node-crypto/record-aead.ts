import {
  createCipheriv,
  createDecipheriv,
  type CipherCCMTypes,
  type CipherGCM,
  type CipherGCMTypes,
  type DecipherGCM,
} from 'node:crypto';
import { CryptoError, type AeadOpener, type AeadSealer, type CipherSuite } from '@portico/crypto';
import { plain } from './bytes.js';
import { releaseMemory } from './released-memory.js';

/** An AEAD's name in `node:crypto`. */
export type NodeAead = CipherGCMTypes | CipherCCMTypes | 'chacha20-poly1305';

/** `suite` with its records sealed and opened by `node:crypto`; `hash` is the same hash, from there too. */
export function nodeCipherSuite(suite: CipherSuite, aead: NodeAead, hash: CipherSuite['hash']): CipherSuite {
  return {
    ...suite,
    hash,
    createSealer: (key) => createSealer(new NodeAeadKey(suite, aead, key)),
    createOpener: (key) => createOpener(new NodeAeadKey(suite, aead, key)),
  };
}

function createSealer(aead: NodeAeadKey): AeadSealer {
  return {
    sealInPlace: (nonce, additionalData, buffer) => aead.seal(nonce, additionalData, buffer),
    destroy: () => aead.destroy(),
  };
}

function createOpener(aead: NodeAeadKey): AeadOpener {
  return {
    open: (nonce, additionalData, sealed) => aead.open(nonce, additionalData, sealed),
    destroy: () => aead.destroy(),
  };
}

/**
 * One key. A cipher object of `node:crypto` is for one message and cannot be set back, so that each record makes its
 * own: some microseconds, which is what records cost beyond their bytes.
 */
class NodeAeadKey {
  // The typings have an overload for each AEAD; at run time they are one function.
  readonly #aead: CipherGCMTypes;
  readonly #key: Uint8Array;
  readonly #ivLength: number;
  readonly #tagLength: number;
  /** CCM must be told; the others have tags of 16 bytes, and each option that is read costs every record a little. */
  readonly #options: { readonly authTagLength: number } | undefined;
  #destroyed = false;
  /** CCM wants to know how long the plaintext will be. */
  readonly #isCcm: boolean;

  constructor({ name, keyLength, ivLength, tagLength }: CipherSuite, aead: NodeAead, key: Uint8Array) {
    if (key.length !== keyLength) {
      throw new CryptoError('invalid-length', `${name} key: expected ${keyLength} bytes, got ${key.length}`);
    }
    this.#aead = aead as CipherGCMTypes;
    this.#key = Uint8Array.from(key);
    this.#ivLength = ivLength;
    this.#tagLength = tagLength;
    this.#isCcm = aead.endsWith('ccm');
    this.#options = this.#isCcm ? { authTagLength: tagLength } : undefined;
  }

  seal(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): void {
    this.#check(nonce);
    const length = buffer.length - this.#tagLength;
    if (length < 0) throw new CryptoError('invalid-length', `${this.#aead}: no room for the tag`);
    const cipher = createCipheriv(this.#aead, this.#key, nonce, this.#options);
    this.#addData(cipher, additionalData, length);
    const ciphertext = cipher.update(buffer.subarray(0, length));
    cipher.final();
    buffer.set(ciphertext);
    buffer.set(cipher.getAuthTag(), length);
    releaseMemory(ciphertext);
  }

  open(nonce: Uint8Array, additionalData: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    this.#check(nonce);
    const length = sealed.length - this.#tagLength;
    if (length < 0) return null;
    const decipher = createDecipheriv(this.#aead, this.#key, nonce, this.#options);
    this.#addData(decipher, additionalData, length);
    decipher.setAuthTag(sealed.subarray(length));
    const plaintext = decipher.update(sealed.subarray(0, length));
    try {
      // Judges the tag; until then nothing of the plaintext leaves here.
      decipher.final();
    } catch {
      plaintext.fill(0);
      return null;
    }
    return plain(plaintext);
  }

  #addData(cipher: CipherGCM | DecipherGCM, additionalData: Uint8Array, plaintextLength: number): void {
    if (this.#isCcm) cipher.setAAD(additionalData, { plaintextLength });
    else cipher.setAAD(additionalData);
  }

  destroy(): void {
    this.#destroyed = true;
    this.#key.fill(0);
  }

  #check(nonce: Uint8Array): void {
    if (this.#destroyed) throw new CryptoError('used-after-destroy', `${this.#aead} key`);
    if (nonce.length !== this.#ivLength) {
      throw new CryptoError('invalid-length', `${this.#aead} nonce: expected ${this.#ivLength} bytes`);
    }
  }
}
