import { constantTimeEqual } from '@portico/bytes';
import { CryptoError } from '../error.js';
import type { AeadOpener, AeadSealer } from '../provider.js';
import { expandAesKey, xorCounterMode } from './aes.js';
import { absorbLarge, absorbSmall, GHASH_BLOCK_LENGTH, smallTable } from './ghash.js';
import { BYTES_BEFORE_LARGE_TABLE, TablePool, type TableLoan } from './table-pool.js';

/** RFC 5116 section 5.1: the IV of every TLS suite. SP 800-38D section 8.2.1 recommends this length alone. */
export const GCM_NONCE_LENGTH = 12;
/** RFC 5116 section 5.1. */
export const GCM_TAG_LENGTH = 16;

/** Shared by all keys of the program. */
const largeTables = /* @__PURE__ */ new TablePool();

/** AES-GCM for records, SP 800-38D section 7, sealing. The key has 16 or 32 bytes and is not kept. */
export function createAesGcmSealer(key: Uint8Array): AeadSealer {
  const gcm = new GcmKey(key, largeTables);
  return {
    sealInPlace: (nonce, additionalData, buffer) => gcm.seal(nonce, additionalData, buffer),
    destroy: () => gcm.destroy(),
  };
}

/** AES-GCM for records, SP 800-38D section 7, opening. The key has 16 or 32 bytes and is not kept. */
export function createAesGcmOpener(key: Uint8Array): AeadOpener {
  const gcm = new GcmKey(key, largeTables);
  return {
    open: (nonce, additionalData, sealed) => gcm.open(nonce, additionalData, sealed),
    destroy: () => gcm.destroy(),
  };
}

/**
 * One AES-GCM key. The key schedule and the small GHASH table are made here, once; a key that moves much data borrows a
 * large table from the pool. Table-driven like noble's own: not constant time against an attacker on the same core.
 */
export class GcmKey {
  readonly #roundKeys: Int32Array;
  readonly #small: Int32Array;
  readonly #pool: TablePool;
  #loan: TableLoan | null = null;
  /** Bytes hashed since this key last had no large table. */
  #hashed = 0;
  #destroyed = false;

  constructor(key: Uint8Array, pool: TablePool) {
    if (key.length !== 16 && key.length !== 32) {
      throw new CryptoError('invalid-length', `AES-GCM key: expected 16 or 32 bytes, got ${key.length}`);
    }
    this.#pool = pool;
    this.#roundKeys = expandAesKey(key);
    // H is the block cipher of the zero block, SP 800-38D section 7.1 step 1.
    const subkey = new Uint8Array(GHASH_BLOCK_LENGTH);
    xorCounterMode(this.#roundKeys, new Uint8Array(GCM_NONCE_LENGTH), 0, subkey, subkey, GHASH_BLOCK_LENGTH);
    this.#small = smallTable(subkey);
    subkey.fill(0);
  }

  /** SP 800-38D section 7.1: encrypts in place and writes the tag into the last 16 bytes. */
  seal(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): void {
    this.#check(nonce);
    const length = buffer.length - GCM_TAG_LENGTH;
    if (length < 0) throw new CryptoError('invalid-length', 'AES-GCM: no room for the tag');
    xorCounterMode(this.#roundKeys, nonce, 2, buffer, buffer, length);
    const tag = this.#tag(nonce, additionalData, buffer, length);
    buffer.set(tag, length);
  }

  /** SP 800-38D section 7.2. The tag is compared before anything is decrypted. */
  open(nonce: Uint8Array, additionalData: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    this.#check(nonce);
    const length = sealed.length - GCM_TAG_LENGTH;
    if (length < 0) return null;
    const tag = this.#tag(nonce, additionalData, sealed, length);
    const genuine = constantTimeEqual(tag, sealed.subarray(length));
    // The right tag for a forged record would be a forgery: it does not outlive the comparison.
    tag.fill(0);
    if (!genuine) return null;
    const plaintext = new Uint8Array(length);
    xorCounterMode(this.#roundKeys, nonce, 2, sealed, plaintext, length);
    return plaintext;
  }

  destroy(): void {
    this.#destroyed = true;
    this.#roundKeys.fill(0);
    this.#small.fill(0);
    if (this.#loan?.owner === this) this.#pool.release(this.#loan);
    this.#loan = null;
  }

  /** GHASH over additional data, ciphertext and both lengths, under the key stream of counter 1 (section 7.1 step 7). */
  #tag(nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array, length: number): Uint8Array {
    const state = new Uint8Array(GHASH_BLOCK_LENGTH);
    const lengths = new Uint8Array(GHASH_BLOCK_LENGTH);
    writeBitLength(lengths, 0, additionalData.length);
    writeBitLength(lengths, 8, length);
    const table = this.#largeTable(length);
    this.#absorb(table, state, additionalData, additionalData.length);
    this.#absorb(table, state, ciphertext, length);
    this.#absorb(table, state, lengths, GHASH_BLOCK_LENGTH);
    xorCounterMode(this.#roundKeys, nonce, 1, state, state, GHASH_BLOCK_LENGTH);
    return state;
  }

  /** Hashes `bytes[0, length)`, the last block filled with zeros. */
  #absorb(large: Int32Array | null, state: Uint8Array, bytes: Uint8Array, length: number): void {
    const whole = length - (length % GHASH_BLOCK_LENGTH);
    this.#absorbBlocks(large, state, bytes, whole);
    if (whole === length) return;
    const padded = new Uint8Array(GHASH_BLOCK_LENGTH);
    for (let i = whole; i < length; i++) padded[i - whole] = bytes[i] as number;
    this.#absorbBlocks(large, state, padded, GHASH_BLOCK_LENGTH);
  }

  #absorbBlocks(large: Int32Array | null, state: Uint8Array, bytes: Uint8Array, end: number): void {
    if (large === null) absorbSmall(this.#small, state, bytes, end);
    else absorbLarge(large, state, bytes, end);
  }

  /** The large table, if this key has one or has now earned one. */
  #largeTable(length: number): Int32Array | null {
    if (this.#loan !== null) {
      if (this.#loan.owner === this) {
        this.#pool.touch(this.#loan);
        return this.#loan.table;
      }
      this.#loan = null;
      this.#hashed = 0;
    }
    this.#hashed += length;
    if (this.#hashed < BYTES_BEFORE_LARGE_TABLE) return null;
    this.#loan = this.#pool.borrow(this, this.#small);
    return this.#loan.table;
  }

  #check(nonce: Uint8Array): void {
    if (this.#destroyed) throw new CryptoError('used-after-destroy', 'AES-GCM key');
    if (nonce.length !== GCM_NONCE_LENGTH) {
      throw new CryptoError('invalid-length', `AES-GCM nonce: expected ${GCM_NONCE_LENGTH} bytes, got ${nonce.length}`);
    }
  }
}

/** A length in bits as 64 bits, big-endian. */
function writeBitLength(block: Uint8Array, offset: number, bytes: number): void {
  const high = Math.floor(bytes / 0x20000000);
  const low = (bytes * 8) >>> 0;
  for (let i = 0; i < 4; i++) {
    block[offset + i] = high >>> (24 - 8 * i);
    block[offset + 4 + i] = low >>> (24 - 8 * i);
  }
}
