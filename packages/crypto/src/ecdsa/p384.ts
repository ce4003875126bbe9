import { P384_DOMAIN } from '../nist-domains.js';
import type { KeyAlgorithm } from '../provider.js';
import { verifyOnly } from '../verify-only.js';
import { P384_FIELD } from './p384-field.js';
import { curveVerifier } from './signature.js';

/** Verifies ECDSA over P-384. */
export const verifyP384: KeyAlgorithm['verify'] = /* @__PURE__ */ curveVerifier('P-384', {
  ...P384_DOMAIN,
  field: P384_FIELD,
  bits: 384,
});

/** ECDSA over P-384 without signing, for smaller bundles. */
export const ecdsaP384Verification: KeyAlgorithm = /* @__PURE__ */ verifyOnly({
  keyType: 'ec',
  curve: 'P-384',
  verify: verifyP384,
});
