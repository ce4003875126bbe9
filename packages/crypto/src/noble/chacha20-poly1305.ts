import { Poly1305 } from '@noble/ciphers/_poly1305.js';
import { chacha20 } from '@noble/ciphers/chacha.js';
import { constantTimeEqual } from '@portico/bytes';
import { CryptoError } from '../error.js';
import type { AeadOpener, AeadSealer } from '../provider.js';

/** RFC 8439 section 2.8. */
export const CHACHA_KEY_LENGTH = 32;
/** RFC 8439 section 2.8. */
export const CHACHA_NONCE_LENGTH = 12;
/** RFC 8439 section 2.5. */
export const POLY_TAG_LENGTH = 16;

/** ChaCha20-Poly1305, RFC 8439 section 2.8, sealing. The key is copied. */
export function createChaChaSealer(key: Uint8Array): AeadSealer {
  const chacha = new ChaChaKey(key);
  return {
    sealInPlace: (nonce, additionalData, buffer) => {
      chacha.check(nonce);
      if (buffer.length < POLY_TAG_LENGTH) throw new CryptoError('invalid-length', 'ChaCha20: no room for the tag');
      const data = buffer.subarray(0, buffer.length - POLY_TAG_LENGTH);
      chacha.xorStream(nonce, data, data);
      buffer.set(chacha.tag(nonce, additionalData, data), data.length);
    },
    destroy: () => chacha.destroy(),
  };
}

/** ChaCha20-Poly1305, RFC 8439 section 2.8, opening. The key is copied. */
export function createChaChaOpener(key: Uint8Array): AeadOpener {
  const chacha = new ChaChaKey(key);
  return {
    open: (nonce, additionalData, sealed) => {
      chacha.check(nonce);
      if (sealed.length < POLY_TAG_LENGTH) return null;
      const data = sealed.subarray(0, sealed.length - POLY_TAG_LENGTH);
      const tag = chacha.tag(nonce, additionalData, data);
      const genuine = constantTimeEqual(tag, sealed.subarray(data.length));
      // The right tag for a forged record would be a forgery: it does not outlive the comparison.
      tag.fill(0);
      if (!genuine) return null;
      const plaintext = new Uint8Array(data.length);
      chacha.xorStream(nonce, data, plaintext);
      return plaintext;
    },
    destroy: () => chacha.destroy(),
  };
}

class ChaChaKey {
  readonly #key: Uint8Array;
  #destroyed = false;

  constructor(key: Uint8Array) {
    if (key.length !== CHACHA_KEY_LENGTH) {
      throw new CryptoError('invalid-length', `ChaCha20 key: expected ${CHACHA_KEY_LENGTH} bytes, got ${key.length}`);
    }
    this.#key = Uint8Array.from(key);
  }

  check(nonce: Uint8Array): void {
    if (this.#destroyed) throw new CryptoError('used-after-destroy', 'ChaCha20 key');
    if (nonce.length !== CHACHA_NONCE_LENGTH) {
      throw new CryptoError('invalid-length', `ChaCha20 nonce: expected ${CHACHA_NONCE_LENGTH} bytes`);
    }
  }

  /** The data's key stream begins at block 1: block 0 is the Poly1305 key. */
  xorStream(nonce: Uint8Array, input: Uint8Array, output: Uint8Array): void {
    chacha20(this.#key, nonce, input, output, 1);
  }

  /** RFC 8439 sections 2.6 and 2.8: Poly1305 over both parts, each filled to 16 bytes, and both lengths. */
  tag(nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    const oneTimeKey = new Uint8Array(CHACHA_KEY_LENGTH);
    chacha20(this.#key, nonce, oneTimeKey, oneTimeKey, 0);
    const poly = new Poly1305(oneTimeKey);
    oneTimeKey.fill(0);
    updatePadded(poly, additionalData);
    updatePadded(poly, ciphertext);
    const lengths = new Uint8Array(16);
    const view = new DataView(lengths.buffer);
    view.setUint32(0, additionalData.length, true);
    view.setUint32(8, ciphertext.length, true);
    poly.update(lengths);
    return poly.digest();
  }

  destroy(): void {
    this.#destroyed = true;
    this.#key.fill(0);
  }
}

const ZEROS = /* @__PURE__ */ new Uint8Array(16);

function updatePadded(poly: Poly1305, data: Uint8Array): void {
  poly.update(data);
  const overhang = data.length % 16;
  if (overhang !== 0) poly.update(ZEROS.subarray(overhang));
}
