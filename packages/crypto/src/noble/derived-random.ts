import type { RandomBytes } from '../provider.js';
import { hkdfExpand, hkdfExtract } from '../hkdf.js';
import { sha256 } from './hashes.js';

/**
 * Blinding for operations on a secret that are given no random source (computing a public key): a stream derived from
 * the secret itself. It is as unknown to an observer as the secret is, and needs nothing from the host.
 */
export function derivedRandom(secret: Uint8Array): RandomBytes {
  let key = hkdfExtract(sha256, new Uint8Array(0), secret);
  return (length) => {
    const drawn = hkdfExpand(sha256, key, Uint8Array.of(1), length);
    key = hkdfExpand(sha256, key, Uint8Array.of(2), key.length);
    return drawn;
  };
}
