import { CCM_NONCE_LENGTH, createAesCcmOpener, createAesCcmSealer, type CcmTagLength } from '../aead/aes-ccm.js';
import { createAesGcmOpener, createAesGcmSealer, GCM_NONCE_LENGTH, GCM_TAG_LENGTH } from '../aead/aes-gcm.js';
import { CryptoError } from '../error.js';
import type { CipherSuite, CipherSuiteName } from '../provider.js';
import {
  CHACHA_KEY_LENGTH,
  CHACHA_NONCE_LENGTH,
  createChaChaOpener,
  createChaChaSealer,
  POLY_TAG_LENGTH,
} from '../aead/chacha20-poly1305.js';
import { sha256, sha384 } from './hashes.js';

/** RFC 9846 section 5.5: 2^24.5 full-size records leave AES-GCM a safety margin of about 2^-57. */
const GCM_RECORD_LIMIT = /* @__PURE__ */ Math.floor(2 ** 24.5);

/** TLS_AES_128_GCM_SHA256, RFC 9846 appendix B.4. */
export const aes128GcmSha256: CipherSuite = {
  name: 'TLS_AES_128_GCM_SHA256',
  id: 0x1301,
  hash: sha256,
  keyLength: 16,
  ivLength: GCM_NONCE_LENGTH,
  tagLength: GCM_TAG_LENGTH,
  confidentialityLimit: GCM_RECORD_LIMIT,
  createSealer: (key) => createAesGcmSealer(checkedKey(key, 16)),
  createOpener: (key) => createAesGcmOpener(checkedKey(key, 16)),
};

/** TLS_AES_256_GCM_SHA384, RFC 9846 appendix B.4. */
export const aes256GcmSha384: CipherSuite = {
  name: 'TLS_AES_256_GCM_SHA384',
  id: 0x1302,
  hash: sha384,
  keyLength: 32,
  ivLength: GCM_NONCE_LENGTH,
  tagLength: GCM_TAG_LENGTH,
  confidentialityLimit: GCM_RECORD_LIMIT,
  createSealer: (key) => createAesGcmSealer(checkedKey(key, 32)),
  createOpener: (key) => createAesGcmOpener(checkedKey(key, 32)),
};

/** TLS_CHACHA20_POLY1305_SHA256, RFC 9846 appendix B.4. Section 5.5 sets it no limit below the sequence number's. */
export const chacha20Poly1305Sha256: CipherSuite = {
  name: 'TLS_CHACHA20_POLY1305_SHA256',
  id: 0x1303,
  hash: sha256,
  keyLength: CHACHA_KEY_LENGTH,
  ivLength: CHACHA_NONCE_LENGTH,
  tagLength: POLY_TAG_LENGTH,
  confidentialityLimit: Infinity,
  createSealer: createChaChaSealer,
  createOpener: createChaChaOpener,
};

/**
 * RFC 9846 section 5.5 is silent on CCM. By RFC 9001 appendix B.2 a margin of 2^-57 needs v + q <= 2^34.5 / l, for q
 * records of l blocks and v forgeries: 2^23.5 with l = 2^10, a full record, and v = q. RFC 9147 section 4.5.3 sets 2^23.
 */
const CCM_RECORD_LIMIT = 0x800000;

/** TLS_AES_128_CCM_SHA256, RFC 9846 appendix B.4. */
export const aes128CcmSha256: CipherSuite = /* @__PURE__ */ ccmSuite('TLS_AES_128_CCM_SHA256', 0x1304, 16);

/** TLS_AES_128_CCM_8_SHA256, RFC 9846 appendix B.4: for small devices, with a tag that is guessed once in 2^64. */
export const aes128Ccm8Sha256: CipherSuite = /* @__PURE__ */ ccmSuite('TLS_AES_128_CCM_8_SHA256', 0x1305, 8);

function ccmSuite(name: CipherSuiteName, id: number, tagLength: CcmTagLength): CipherSuite {
  return {
    name,
    id,
    hash: sha256,
    keyLength: 16,
    ivLength: CCM_NONCE_LENGTH,
    tagLength,
    confidentialityLimit: CCM_RECORD_LIMIT,
    byDefault: 'off',
    createSealer: (key) => createAesCcmSealer(key, tagLength),
    createOpener: (key) => createAesCcmOpener(key, tagLength),
  };
}

/** The two AES suites share their AEAD, which takes either key: only here is it known which one is meant. */
function checkedKey(key: Uint8Array, length: number): Uint8Array {
  if (key.length === length) return key;
  throw new CryptoError('invalid-length', `AES-GCM key: expected ${length} bytes, got ${key.length}`);
}
