import { lazy } from '../lazy.js';
import { P384_DOMAIN } from '../nist-domains.js';
import type { KeyAlgorithm } from '../provider.js';
import { verifyOnly } from '../verify-only.js';
import { PublicCurve } from './curve.js';
import { P384_FIELD } from './p384-field.js';
import { ecdsaVerifier } from './verifier.js';
import { verifyEcdsa } from './verify.js';

const curve = /* @__PURE__ */ lazy(() => new PublicCurve({ ...P384_DOMAIN, field: P384_FIELD, bits: 384 }));

/** Verifies ECDSA over P-384. */
export const verifyP384: KeyAlgorithm['verify'] = /* @__PURE__ */ ecdsaVerifier('P-384', (point, digest, signature) =>
  verifyEcdsa(curve(), point, digest, signature),
);

/** ECDSA over P-384 without signing, for smaller bundles. */
export const ecdsaP384Verification: KeyAlgorithm = /* @__PURE__ */ verifyOnly({
  keyType: 'ec',
  curve: 'P-384',
  verify: verifyP384,
});
