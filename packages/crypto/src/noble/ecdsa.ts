import { ecdsaVerifier } from '../ecdsa/verifier.js';
import { verifyP256 } from '../ecdsa/p256.js';
import { verifyP384 } from '../ecdsa/p384.js';
import { CryptoError } from '../error.js';
import type { HashName, KeyAlgorithm, PrivateKey, SignatureAlgorithm } from '../provider.js';
import { derivedRandom } from './derived-random.js';
import { hashNamed } from './hashes.js';
import { p256, p384, p521, randomScalar, type NistCurve } from './nist-curves.js';
import { withRandom } from './scoped-random.js';

/** ECDSA over P-256, FIPS 186-5 section 6. */
export const ecdsaP256: KeyAlgorithm = /* @__PURE__ */ ecdsaOver(p256, verifyP256);
/** ECDSA over P-384, FIPS 186-5 section 6. */
export const ecdsaP384: KeyAlgorithm = /* @__PURE__ */ ecdsaOver(p384, verifyP384);
/** ECDSA over P-256 with BigInt alone: for engines that compile nothing, where it is ten times as fast as `ecdsaP256`. */
export const ecdsaP256BigInt: KeyAlgorithm = /* @__PURE__ */ ecdsaOver(p256, /* @__PURE__ */ verifyWithNoble(p256));
/** The same over P-384. */
export const ecdsaP384BigInt: KeyAlgorithm = /* @__PURE__ */ ecdsaOver(p384, /* @__PURE__ */ verifyWithNoble(p384));
/** ECDSA over P-521, FIPS 186-5 section 6. */
export const ecdsaP521: KeyAlgorithm = /* @__PURE__ */ ecdsaOver(p521, /* @__PURE__ */ verifyWithNoble(p521));

function ecdsaOver(curve: NistCurve, verify: KeyAlgorithm['verify']): KeyAlgorithm {
  return {
    keyType: 'ec',
    curve: curve.name,
    verify,
    sign: (privateKey, algorithm, message, random) => {
      const scalar = checkedScalar(curve, privateKey);
      const digest = hashNamed(ecdsaHash(algorithm)).digest(message);
      // RFC 6979 section 3.6: the nonce comes from key, digest and fresh randomness, so neither a broken generator nor
      // a fault in the deterministic nonce gives the key away.
      const extraEntropy = random(curve.fieldLength);
      return withRandom(random, () =>
        curve.noble().sign(digest, scalar, { prehash: false, format: 'der', lowS: false, extraEntropy }),
      );
    },
    publicKey: (privateKey) => {
      const scalar = checkedScalar(curve, privateKey);
      const point = withRandom(derivedRandom(scalar), () => curve.noble().getPublicKey(scalar, false));
      return { type: 'ec', curve: curve.name, point };
    },
    generate: (random) => ({ type: 'ec', curve: curve.name, scalar: randomScalar(curve, random) }),
  };
}

function verifyWithNoble(curve: NistCurve): KeyAlgorithm['verify'] {
  return ecdsaVerifier(curve.name, (point, digest, signature) => {
    // RFC 5480 section 2.2 allows compressed points in certificates; TLS 1.3 does not, and noble would take both.
    if (point.length !== curve.pointLength || point[0] !== 0x04) return false;
    try {
      // Both halves of the group are valid s values in TLS and X.509; only DER is a valid encoding.
      return curve.noble().verify(signature, digest, point, { prehash: false, format: 'der', lowS: false });
    } catch {
      // noble throws for a signature that is not DER and for a point off the curve.
      return false;
    }
  });
}

/** The scalar of a key of this curve: in [1, n-1] (FIPS 186-5 appendix A.2) and of full length. */
function checkedScalar(curve: NistCurve, privateKey: PrivateKey): Uint8Array {
  if (privateKey.type !== 'ec' || privateKey.curve !== curve.name) {
    throw new CryptoError('invalid-key', `expected an ec ${curve.name} key, got ${describe(privateKey)}`);
  }
  const { scalar } = privateKey;
  if (scalar.length !== curve.fieldLength || !curve.noble().utils.isValidSecretKey(scalar)) {
    throw new CryptoError('invalid-key', `${curve.name}: the scalar is outside 1 to n-1 or not padded to field size`);
  }
  return scalar;
}

function describe(key: PrivateKey): string {
  return key.type === 'ec' ? `ec ${key.curve}` : key.type;
}

function ecdsaHash(algorithm: SignatureAlgorithm): HashName {
  if (algorithm.type === 'ecdsa') return algorithm.hash;
  throw new CryptoError('unsupported-algorithm', `an ec key cannot sign ${algorithm.type}`);
}
