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

/** Bytes of one key stream block; block 0 begins with the one-time Poly1305 key, RFC 8439 section 2.6. */
const BLOCK_LENGTH = 64;

/** ChaCha20-Poly1305, RFC 8439 section 2.8, sealing. The key is copied. */
export function createChaChaSealer(key: Uint8Array): AeadSealer {
  const chacha = new ChaChaKey(key);
  return {
    sealInPlace: (nonce, additionalData, buffer) => {
      chacha.check(nonce);
      const length = buffer.length - POLY_TAG_LENGTH;
      if (length < 0) throw new CryptoError('invalid-length', 'ChaCha20: no room for the tag');
      // One pass makes the Poly1305 key and the ciphertext. noble xors word by word only where both arrays are aligned,
      // which a record behind its 5-byte header never is: the scratch array gains more than its copies cost.
      const scratch = new Uint8Array(BLOCK_LENGTH + length);
      scratch.set(buffer.subarray(0, length), BLOCK_LENGTH);
      chacha.xorStream(nonce, scratch, 0);
      const ciphertext = scratch.subarray(BLOCK_LENGTH);
      const tag = computeTag(scratch.subarray(0, CHACHA_KEY_LENGTH), additionalData, ciphertext);
      scratch.fill(0, 0, BLOCK_LENGTH);
      buffer.set(ciphertext);
      buffer.set(tag, length);
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
      const ciphertext = sealed.subarray(0, sealed.length - POLY_TAG_LENGTH);
      const oneTimeKey = new Uint8Array(CHACHA_KEY_LENGTH);
      chacha.xorStream(nonce, oneTimeKey, 0);
      const tag = computeTag(oneTimeKey, additionalData, ciphertext);
      oneTimeKey.fill(0);
      const genuine = constantTimeEqual(tag, sealed.subarray(ciphertext.length));
      // The right tag for a forged record would be a forgery: it does not outlive the comparison.
      tag.fill(0);
      if (!genuine) return null;
      // Fresh memory; the data's key stream begins at block 1.
      const plaintext = Uint8Array.from(ciphertext);
      chacha.xorStream(nonce, plaintext, 1);
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

  /** Xors the key stream from block `counter` on onto `data`, RFC 8439 section 2.4. */
  xorStream(nonce: Uint8Array, data: Uint8Array, counter: number): void {
    chacha20(this.#key, nonce, data, data, counter);
  }

  destroy(): void {
    this.#destroyed = true;
    this.#key.fill(0);
  }
}

/** RFC 8439 section 2.8: Poly1305 over both parts, each filled to 16 bytes, and both lengths as 64 bits. */
function computeTag(oneTimeKey: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const poly = new Poly1305(oneTimeKey);
  updatePadded(poly, additionalData);
  updatePadded(poly, ciphertext);
  const lengths = new Uint8Array(16);
  const view = new DataView(lengths.buffer);
  // A record never reaches 2^32 bytes.
  view.setUint32(0, additionalData.length, true);
  view.setUint32(8, ciphertext.length, true);
  poly.update(lengths);
  return poly.digest();
}

const ZEROS = /* @__PURE__ */ new Uint8Array(16);

function updatePadded(poly: Poly1305, data: Uint8Array): void {
  poly.update(data);
  const overhang = data.length % 16;
  if (overhang !== 0) poly.update(ZEROS.subarray(overhang));
}
