import { constantTimeEqual } from '@portico/bytes';
import { CryptoError } from '../error.js';
import type { AeadOpener, AeadSealer } from '../provider.js';
import { absorbCbc, expandAesKey, xorCounterMode } from './aes.js';

/** RFC 5116 section 5.3, which leaves three bytes for the length of a message. */
export const CCM_NONCE_LENGTH = 12;

const BLOCK_LENGTH = 16;
const KEY_LENGTH = 16;
/** Bytes that count what is left of a block beside the nonce and a byte of flags: q of SP 800-38C appendix A.1. */
const LENGTH_SIZE = 3;
/** SP 800-38C section 5.4: a message is shorter than 2^(8q) bytes. */
const MAX_MESSAGE_LENGTH = 0xffffff;
/** SP 800-38C appendix A.2.2: longer ones have another encoding, which no record needs. */
const MAX_ADDITIONAL_DATA_LENGTH = 0xfeff;

/** 16, or 8 for the CCM_8 suites (RFC 6655 section 6). */
export type CcmTagLength = 8 | 16;

/** AES-128-CCM for records, SP 800-38C section 6, sealing. The key has 16 bytes and is not kept. */
export function createAesCcmSealer(key: Uint8Array, tagLength: CcmTagLength): AeadSealer {
  const ccm = new CcmKey(key, tagLength);
  return {
    sealInPlace: (nonce, additionalData, buffer) => ccm.seal(nonce, additionalData, buffer),
    destroy: () => ccm.destroy(),
  };
}

/** AES-128-CCM for records, SP 800-38C section 6, opening. The key has 16 bytes and is not kept. */
export function createAesCcmOpener(key: Uint8Array, tagLength: CcmTagLength): AeadOpener {
  const ccm = new CcmKey(key, tagLength);
  return {
    open: (nonce, additionalData, sealed) => ccm.open(nonce, additionalData, sealed),
    destroy: () => ccm.destroy(),
  };
}

/** One AES-CCM key; its schedule is made once. Two cipher calls a block, one for the MAC and one for the key stream. */
class CcmKey {
  readonly #roundKeys: Int32Array;
  readonly #tagLength: CcmTagLength;
  #destroyed = false;

  constructor(key: Uint8Array, tagLength: CcmTagLength) {
    if (key.length !== KEY_LENGTH) {
      throw new CryptoError('invalid-length', `AES-CCM key: expected ${KEY_LENGTH} bytes, got ${key.length}`);
    }
    this.#roundKeys = expandAesKey(key);
    this.#tagLength = tagLength;
  }

  /** SP 800-38C section 6.1: the MAC of the plaintext first, then both under the key stream. */
  seal(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): void {
    this.#check(nonce);
    const length = buffer.length - this.#tagLength;
    if (length < 0) throw new CryptoError('invalid-length', 'AES-CCM: no room for the tag');
    if (length > MAX_MESSAGE_LENGTH) throw new CryptoError('invalid-length', 'AES-CCM: the message is too long');
    const tag = this.#tag(nonce, additionalData, buffer, length);
    this.#xorStream(nonce, 1, buffer, buffer, length);
    buffer.set(tag.subarray(0, this.#tagLength), length);
  }

  /**
   * SP 800-38C section 6.2. The MAC covers the plaintext, so that it has to be decrypted before it can be judged; it is
   * wiped where the tag does not fit.
   */
  open(nonce: Uint8Array, additionalData: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    this.#check(nonce);
    const length = sealed.length - this.#tagLength;
    if (length < 0 || length > MAX_MESSAGE_LENGTH) return null;
    const plaintext = new Uint8Array(length);
    this.#xorStream(nonce, 1, sealed, plaintext, length);
    const tag = this.#tag(nonce, additionalData, plaintext, length);
    const genuine = constantTimeEqual(tag.subarray(0, this.#tagLength), sealed.subarray(length));
    // The right tag for a forged record would be a forgery: it does not outlive the comparison.
    tag.fill(0);
    if (genuine) return plaintext;
    plaintext.fill(0);
    return null;
  }

  destroy(): void {
    this.#destroyed = true;
    this.#roundKeys.fill(0);
  }

  /** CBC-MAC over B_0, additional data and plaintext, under the key stream of counter 0 (SP 800-38C section 6.1). */
  #tag(nonce: Uint8Array, additionalData: Uint8Array, plaintext: Uint8Array, length: number): Uint8Array {
    if (additionalData.length > MAX_ADDITIONAL_DATA_LENGTH) {
      throw new CryptoError('invalid-length', 'AES-CCM: the additional data is too long');
    }
    const state = new Int32Array(4);
    this.#absorb(state, firstBlock(nonce, this.#tagLength, additionalData.length > 0, length), BLOCK_LENGTH);
    if (additionalData.length > 0) {
      const encoded = new Uint8Array(2 + additionalData.length);
      encoded[0] = additionalData.length >>> 8;
      encoded[1] = additionalData.length;
      encoded.set(additionalData, 2);
      this.#absorb(state, encoded, encoded.length);
    }
    this.#absorb(state, plaintext, length);
    const tag = new Uint8Array(BLOCK_LENGTH);
    for (let i = 0; i < BLOCK_LENGTH; i++) tag[i] = (state[i >> 2] as number) >>> (24 - 8 * (i & 3));
    this.#xorStream(nonce, 0, tag, tag, BLOCK_LENGTH);
    return tag;
  }

  /** `bytes[0, length)`, the last block filled with zeros (SP 800-38C appendix A.2). */
  #absorb(state: Int32Array, bytes: Uint8Array, length: number): void {
    const whole = length - (length % BLOCK_LENGTH);
    absorbCbc(this.#roundKeys, state, bytes, whole);
    if (whole === length) return;
    const padded = new Uint8Array(BLOCK_LENGTH);
    padded.set(bytes.subarray(whole, length));
    absorbCbc(this.#roundKeys, state, padded, BLOCK_LENGTH);
    padded.fill(0);
  }

  /**
   * Key stream from block `counter` on. A counter block is flags, nonce and three bytes that count (SP 800-38C appendix
   * A.3): its first twelve bytes are `xorCounterMode`'s IV, the nonce's last one the top of its counter.
   */
  #xorStream(nonce: Uint8Array, counter: number, input: Uint8Array, output: Uint8Array, length: number): void {
    const iv = new Uint8Array(CCM_NONCE_LENGTH);
    iv[0] = LENGTH_SIZE - 1;
    iv.set(nonce.subarray(0, CCM_NONCE_LENGTH - 1), 1);
    const first = ((nonce[CCM_NONCE_LENGTH - 1] as number) << 24) | counter;
    xorCounterMode(this.#roundKeys, iv, first, input, output, length);
  }

  #check(nonce: Uint8Array): void {
    if (this.#destroyed) throw new CryptoError('used-after-destroy', 'AES-CCM key');
    if (nonce.length !== CCM_NONCE_LENGTH) {
      throw new CryptoError('invalid-length', `AES-CCM nonce: expected ${CCM_NONCE_LENGTH} bytes, got ${nonce.length}`);
    }
  }
}

/** B_0, SP 800-38C appendix A.2.1: flags, nonce, and the length of the message. */
function firstBlock(nonce: Uint8Array, tagLength: CcmTagLength, hasData: boolean, length: number): Uint8Array {
  const block = new Uint8Array(BLOCK_LENGTH);
  block[0] = (hasData ? 0x40 : 0) | (((tagLength - 2) / 2) << 3) | (LENGTH_SIZE - 1);
  block.set(nonce, 1);
  block[13] = length >>> 16;
  block[14] = length >>> 8;
  block[15] = length;
  return block;
}
