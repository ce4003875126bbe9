import { CryptoError } from './error.js';
import type { Hash } from './provider.js';

/**
 * HKDF-Extract, RFC 5869 section 2.2: a pseudorandom key of `hash.outputLength` bytes.
 * An empty salt stands for `outputLength` zero bytes: HMAC pads both to the same key.
 */
export function hkdfExtract(hash: Hash, salt: Uint8Array, inputKeyingMaterial: Uint8Array): Uint8Array {
  return hash.hmac(salt, inputKeyingMaterial);
}

/** Blocks are counted in one byte, RFC 5869 section 2.3. */
const MAX_HKDF_BLOCKS = 255;

/**
 * HKDF-Expand, RFC 5869 section 2.3: `length` bytes from a pseudorandom key.
 * @throws CryptoError `invalid-length` for more than 255 blocks of output
 */
export function hkdfExpand(hash: Hash, pseudorandomKey: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const { outputLength } = hash;
  if (!Number.isSafeInteger(length) || length < 0 || length > MAX_HKDF_BLOCKS * outputLength) {
    throw new CryptoError('invalid-length', `HKDF-Expand: expected 0 to ${MAX_HKDF_BLOCKS * outputLength} bytes`);
  }
  const output = new Uint8Array(length);
  // T(i) = HMAC(PRK, T(i-1) | info | i): one scratch array, whose first part is the previous block.
  const scratch = new Uint8Array(outputLength + info.length + 1);
  scratch.set(info, outputLength);
  for (let offset = 0, counter = 1; offset < length; offset += outputLength, counter++) {
    scratch[scratch.length - 1] = counter;
    const block = hash.hmac(pseudorandomKey, counter === 1 ? scratch.subarray(outputLength) : scratch);
    output.set(block.subarray(0, Math.min(outputLength, length - offset)), offset);
    scratch.set(block);
    block.fill(0);
  }
  scratch.fill(0);
  return output;
}
