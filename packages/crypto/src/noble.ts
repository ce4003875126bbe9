import { createProvider } from './create-provider.js';
import { x25519 } from './curve25519/x25519.js';
import {
  aes128Ccm8Sha256,
  aes128CcmSha256,
  aes128GcmSha256,
  aes256GcmSha384,
  chacha20Poly1305Sha256,
} from './noble/cipher-suites.js';
import { ecdsaP256Verification } from './ecdsa/p256.js';
import { ecdsaP384Verification } from './ecdsa/p384.js';
import { ecdsaP256, ecdsaP256BigInt, ecdsaP384, ecdsaP384BigInt, ecdsaP521 } from './noble/ecdsa.js';
import { ed25519 } from './noble/ed25519.js';
import { ed448 } from './noble/ed448.js';
import { sha256, sha384, sha512 } from './noble/hashes.js';
import { secp256r1MlKem768, secp384r1MlKem1024, x25519BigIntMlKem768, x25519MlKem768 } from './noble/hybrid-groups.js';
import { mldsa44, mldsa65, mldsa87 } from './noble/ml-dsa.js';
import { mlkem1024, mlkem512, mlkem768 } from './noble/ml-kem.js';
import { secp256r1, secp384r1, secp521r1 } from './noble/nist-groups.js';
import { rsa, rsaPss, rsaVerification } from './noble/rsa.js';
import { x25519BigInt } from './noble/x25519-bigint.js';
import { x448 } from './noble/x448.js';
import type { CryptoProvider, NamedGroup, RandomBytes } from './provider.js';

export {
  aes128Ccm8Sha256,
  aes128CcmSha256,
  aes128GcmSha256,
  aes256GcmSha384,
  chacha20Poly1305Sha256,
  ecdsaP256,
  ecdsaP256BigInt,
  ecdsaP256Verification,
  ecdsaP384,
  ecdsaP384BigInt,
  ecdsaP384Verification,
  ecdsaP521,
  ed25519,
  ed448,
  mldsa44,
  mldsa65,
  mldsa87,
  mlkem1024,
  mlkem512,
  mlkem768,
  rsa,
  rsaPss,
  rsaVerification,
  secp256r1,
  secp256r1MlKem768,
  secp384r1,
  secp384r1MlKem1024,
  secp521r1,
  sha256,
  sha384,
  sha512,
  x25519,
  x25519BigInt,
  x25519BigIntMlKem768,
  x25519MlKem768,
  x448,
};

export interface NobleProviderOptions {
  /** The only thing that pure JavaScript cannot make by itself. */
  readonly random: RandomBytes;
  /**
   * What runs the program. `compiled` is the default: engines that compile what runs often, as V8, JavaScriptCore and
   * SpiderMonkey do. For `interpreted` ones (Hermes, QuickJS, XS, V8 with `--jitless`) curves go over BigInt, which such
   * engines have in native code, and hybrids with ML-KEM come last. Both do the same with the same bytes.
   */
  readonly engine?: 'compiled' | 'interpreted';
}

/**
 * Every algorithm of this package over noble, in pure JavaScript. ChaCha20-Poly1305 comes first because it is the
 * fastest of the three here, and in constant time; hybrids with ML-KEM come before what a quantum computer breaks. For a
 * smaller bundle give `createProvider` the ones you need.
 */
export function createNobleProvider({ random, engine = 'compiled' }: NobleProviderOptions): CryptoProvider {
  return createProvider({
    name: 'noble',
    random,
    hashes: [sha256, sha384, sha512],
    cipherSuites: [chacha20Poly1305Sha256, aes128GcmSha256, aes256GcmSha384, aes128CcmSha256, aes128Ccm8Sha256],
    groups: [...groupsFor(engine), mlkem768, mlkem1024, mlkem512],
    keyAlgorithms: [
      ...(engine === 'compiled' ? [ecdsaP256, ed25519, ecdsaP384] : [ecdsaP256BigInt, ed25519, ecdsaP384BigInt]),
      ecdsaP521,
      ed448,
      rsa,
      rsaPss,
      mldsa44,
      mldsa65,
      mldsa87,
    ],
  });
}

function groupsFor(engine: 'compiled' | 'interpreted'): readonly NamedGroup[] {
  const nist = [secp256r1, secp384r1, secp521r1];
  const nistHybrids = [secp256r1MlKem768, secp384r1MlKem1024];
  switch (engine) {
    case 'compiled':
      return [x25519MlKem768, ...nistHybrids, x25519, ...nist, x448];
    case 'interpreted':
      return [x25519BigInt, ...nist, x448, x25519BigIntMlKem768, ...nistHybrids];
  }
}
