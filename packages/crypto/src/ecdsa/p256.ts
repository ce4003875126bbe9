import { lazy } from '../lazy.js';
import { P256_DOMAIN } from '../nist-domains.js';
import type { KeyAlgorithm } from '../provider.js';
import { verifyOnly } from '../verify-only.js';
import { PublicCurve } from './curve.js';
import { P256_FIELD } from './p256-field.js';
import { ecdsaVerifier } from './verifier.js';
import { verifyEcdsa } from './verify.js';

const curve = /* @__PURE__ */ lazy(() => new PublicCurve({ ...P256_DOMAIN, field: P256_FIELD, bits: 256 }));

/** Verifies ECDSA over P-256. */
export const verifyP256: KeyAlgorithm['verify'] = /* @__PURE__ */ ecdsaVerifier('P-256', (point, digest, signature) =>
  verifyEcdsa(curve(), point, digest, signature),
);

/** ECDSA over P-256 without signing, for smaller bundles. */
export const ecdsaP256Verification: KeyAlgorithm = /* @__PURE__ */ verifyOnly({
  keyType: 'ec',
  curve: 'P-256',
  verify: verifyP256,
});
