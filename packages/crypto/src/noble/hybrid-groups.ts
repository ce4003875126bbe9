import { x25519 } from '../curve25519/x25519.js';
import { createHybridGroup } from '../hybrid-group.js';
import type { NamedGroup } from '../provider.js';
import { mlkem1024, mlkem768 } from './ml-kem.js';
import { secp256r1, secp384r1 } from './nist-groups.js';
import { x25519BigInt } from './x25519-bigint.js';

/** X25519MLKEM768, draft-ietf-tls-ecdhe-mlkem: ML-KEM stands first here, as in no other. */
export const x25519MlKem768: NamedGroup = /* @__PURE__ */ createHybridGroup({
  name: 'X25519MLKEM768',
  id: 0x11ec,
  parts: [mlkem768, x25519],
});

/** The same with `x25519BigInt`. */
export const x25519BigIntMlKem768: NamedGroup = /* @__PURE__ */ createHybridGroup({
  name: 'X25519MLKEM768',
  id: 0x11ec,
  parts: [mlkem768, x25519BigInt],
});

/** SecP256r1MLKEM768, draft-ietf-tls-ecdhe-mlkem: ECDH first. */
export const secp256r1MlKem768: NamedGroup = /* @__PURE__ */ createHybridGroup({
  name: 'SecP256r1MLKEM768',
  id: 0x11eb,
  parts: [secp256r1, mlkem768],
});

/** SecP384r1MLKEM1024, draft-ietf-tls-ecdhe-mlkem: ECDH first. */
export const secp384r1MlKem1024: NamedGroup = /* @__PURE__ */ createHybridGroup({
  name: 'SecP384r1MLKEM1024',
  id: 0x11ed,
  parts: [secp384r1, mlkem1024],
});
