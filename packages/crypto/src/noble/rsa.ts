import type { KeyAlgorithm } from '../provider.js';
import { createRsaKeyAlgorithm } from '../rsa/key-algorithm.js';
import { rsaVerifier } from '../rsa/verifier.js';
import { verifyOnly } from '../verify-only.js';
import { sha256, sha384, sha512 } from './hashes.js';

/** RSA with keys for any scheme (`rsaEncryption`): PKCS#1 v1.5 and PSS, RFC 8017 section 8. */
export const rsa: KeyAlgorithm = /* @__PURE__ */ createRsaKeyAlgorithm('rsa', [sha256, sha384, sha512]);
/** RSA with keys that are for PSS alone (`id-RSASSA-PSS`), RFC 8017 section 8.1. */
export const rsaPss: KeyAlgorithm = /* @__PURE__ */ createRsaKeyAlgorithm('rsa-pss', [sha256, sha384, sha512]);
/** `rsa` without signing, for smaller bundles. */
export const rsaVerification: KeyAlgorithm = /* @__PURE__ */ verifyOnly({
  keyType: 'rsa',
  verify: /* @__PURE__ */ rsaVerifier('rsa', [sha256, sha384, sha512]),
});
