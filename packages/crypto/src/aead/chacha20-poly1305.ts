import { constantTimeEqual } from '@portico/bytes';
import { CryptoError } from '../error.js';
import type { AeadOpener, AeadSealer } from '../provider.js';
import { xorBlock } from './chacha20.js';
import { Poly1305, POLY_TAG_LENGTH } from './poly1305.js';
import { hostWordAccess, WordChunk } from './word-chunk.js';

/** RFC 8439 section 2.8. */
export const CHACHA_KEY_LENGTH = 32;
/** RFC 8439 section 2.8. */
export const CHACHA_NONCE_LENGTH = 12;
export { POLY_TAG_LENGTH };

/** Bytes of one key stream block; block 0 begins with the one-time Poly1305 key, RFC 8439 section 2.6. */
const BLOCK_LENGTH = 64;
/** Bytes worked on at a time: whole blocks, few enough to stay in the processor's nearest cache. */
const CHUNK_LENGTH = 4096;

/** What records are worked on in: one for the program, since nothing here is ever interrupted. Wiped after each use. */
const chunk: WordChunk = /* @__PURE__ */ new WordChunk(CHUNK_LENGTH, /* @__PURE__ */ hostWordAccess());
const tag: WordChunk = /* @__PURE__ */ new WordChunk(POLY_TAG_LENGTH, /* @__PURE__ */ hostWordAccess());
const poly: Poly1305 = /* @__PURE__ */ new Poly1305();

/** ChaCha20-Poly1305, RFC 8439 section 2.8, sealing. The key is copied. */
export function createChaChaSealer(key: Uint8Array): AeadSealer {
  const chacha = new ChaChaKey(key);
  return {
    sealInPlace: (nonce, additionalData, buffer) => {
      const length = buffer.length - POLY_TAG_LENGTH;
      if (length < 0) throw new CryptoError('invalid-length', 'ChaCha20: no room for the tag');
      chacha.begin(nonce, additionalData);
      chacha.apply('seal', buffer, buffer, length);
      chacha.finish(additionalData.length, length, buffer, length);
    },
    destroy: () => chacha.destroy(),
  };
}

/** ChaCha20-Poly1305, RFC 8439 section 2.8, opening. The key is copied. */
export function createChaChaOpener(key: Uint8Array): AeadOpener {
  const chacha = new ChaChaKey(key);
  const expected = new Uint8Array(POLY_TAG_LENGTH);
  return {
    open: (nonce, additionalData, sealed) => {
      chacha.begin(nonce, additionalData);
      const length = sealed.length - POLY_TAG_LENGTH;
      if (length < 0) return null;
      // Fresh memory; nobody sees it before the tag was judged.
      const plaintext = new Uint8Array(length);
      chacha.apply('open', sealed, plaintext, length);
      chacha.finish(additionalData.length, length, expected, 0);
      const genuine = constantTimeEqual(expected, sealed.subarray(length));
      // The right tag for a forged record would be a forgery: it does not outlive the comparison.
      expected.fill(0);
      if (genuine) return plaintext;
      plaintext.fill(0);
      return null;
    },
    destroy: () => chacha.destroy(),
  };
}

/** One key, as words. A record is `begin`, `apply`, `finish`, with nothing in between. */
class ChaChaKey {
  readonly #key: Int32Array = new Int32Array(8);
  readonly #nonce: Int32Array = new Int32Array(3);
  #destroyed = false;

  constructor(key: Uint8Array) {
    if (key.length !== CHACHA_KEY_LENGTH) {
      throw new CryptoError('invalid-length', `ChaCha20 key: expected ${CHACHA_KEY_LENGTH} bytes, got ${key.length}`);
    }
    readWords(key, this.#key);
  }

  /** Block 0 of the key stream gives the one-time key (RFC 8439 section 2.6); the additional data go in first. */
  begin(nonce: Uint8Array, additionalData: Uint8Array): void {
    if (this.#destroyed) throw new CryptoError('used-after-destroy', 'ChaCha20 key');
    if (nonce.length !== CHACHA_NONCE_LENGTH) {
      throw new CryptoError('invalid-length', `ChaCha20 nonce: expected ${CHACHA_NONCE_LENGTH} bytes`);
    }
    readWords(nonce, this.#nonce);
    chunk.clear(0, BLOCK_LENGTH);
    xorBlock(this.#key, this.#nonce, 0, chunk.words, 0);
    poly.begin(chunk.words);
    chunk.clear(0, BLOCK_LENGTH);
    for (let offset = 0; offset < additionalData.length; offset += CHUNK_LENGTH) {
      const size = Math.min(CHUNK_LENGTH, additionalData.length - offset);
      poly.update(chunk.words, chunk.load(additionalData, offset, size) >> 4);
    }
  }

  /** Xors the key stream from block 1 on onto `input[0, length)`; Poly1305 sees the ciphertext, whichever of the two it is. */
  apply(direction: 'seal' | 'open', input: Uint8Array, output: Uint8Array, length: number): void {
    const { words } = chunk;
    let counter = 1;
    for (let offset = 0; offset < length; offset += CHUNK_LENGTH) {
      const size = Math.min(CHUNK_LENGTH, length - offset);
      const padded = chunk.load(input, offset, size);
      if (direction === 'open') poly.update(words, padded >> 4);
      for (let at = 0; at < size; at += BLOCK_LENGTH) xorBlock(this.#key, this.#nonce, counter++, words, at >> 2);
      if (direction === 'seal') {
        // Behind the ciphertext is key stream now, where section 2.8 wants zeros up to a whole block.
        chunk.clear(size, padded);
        poly.update(words, padded >> 4);
      }
      chunk.store(output, offset, size);
    }
    chunk.clear(0, Math.min(CHUNK_LENGTH, length + BLOCK_LENGTH));
  }

  /** Both lengths as 64 bits go in last (RFC 8439 section 2.8), and the tag to `output` at `at`. */
  finish(additionalLength: number, length: number, output: Uint8Array, at: number): void {
    const { words } = tag;
    // Neither reaches 2^32 bytes.
    words[0] = additionalLength;
    words[1] = 0;
    words[2] = length;
    words[3] = 0;
    poly.update(words, 1);
    poly.finish(words);
    tag.store(output, at, POLY_TAG_LENGTH);
    words.fill(0);
  }

  destroy(): void {
    this.#destroyed = true;
    this.#key.fill(0);
    this.#nonce.fill(0);
  }
}

/** Little-endian, whatever the host is. */
function readWords(bytes: Uint8Array, words: Int32Array): void {
  for (let i = 0; i < words.length; i++) {
    words[i] =
      (bytes[4 * i] as number) |
      ((bytes[4 * i + 1] as number) << 8) |
      ((bytes[4 * i + 2] as number) << 16) |
      ((bytes[4 * i + 3] as number) << 24);
  }
}
