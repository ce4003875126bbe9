import type { KeyAlgorithm } from '../provider.js';
import { nobleEd25519 } from './edwards25519.js';
import { eddsaKeys } from './eddsa.js';

/** Ed25519, RFC 8032 section 5.1; in certificates RFC 8410. */
export const ed25519: KeyAlgorithm = /* @__PURE__ */ eddsaKeys('ed25519', 32, nobleEd25519);
