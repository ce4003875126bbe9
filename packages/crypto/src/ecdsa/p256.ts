import { P256_DOMAIN } from '../nist-domains.js';
import type { KeyAlgorithm } from '../provider.js';
import { verifyOnly } from '../verify-only.js';
import { P256_FIELD } from './p256-field.js';
import { curveVerifier } from './signature.js';

/** Verifies ECDSA over P-256. */
export const verifyP256: KeyAlgorithm['verify'] = /* @__PURE__ */ curveVerifier('P-256', {
  ...P256_DOMAIN,
  field: P256_FIELD,
  bits: 256,
});

/** ECDSA over P-256 without signing, for smaller bundles. */
export const ecdsaP256Verification: KeyAlgorithm = /* @__PURE__ */ verifyOnly({
  keyType: 'ec',
  curve: 'P-256',
  verify: verifyP256,
});
