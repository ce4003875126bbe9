import type { KeyAlgorithm } from '../provider.js';
import { nobleEd448 } from './curve448.js';
import { eddsaKeys } from './eddsa.js';

/** Ed448, RFC 8032 section 5.2; in certificates RFC 8410. */
export const ed448: KeyAlgorithm = /* @__PURE__ */ eddsaKeys('ed448', 57, nobleEd448);
