import { sha1 as nobleSha1 } from '@noble/hashes/legacy.js';

/**
 * SHA-1 (FIPS 180-4), 20 bytes: for names that others gave in it, such as an OCSP CertID (RFC 6960 section 4.1.1), and
 * for nothing that must be hard to forge. It is no part of any provider, so no signature can be verified with it.
 */
export function sha1(data: Uint8Array): Uint8Array {
  return nobleSha1(data);
}
