import { createPrivateKey, createPublicKey, sign, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import {
  CryptoError,
  type HashName,
  type KeyAlgorithm,
  type PrivateKey,
  type SignatureAlgorithm,
} from '@portico/crypto';
import { base64url, plain } from './bytes.js';
import { PrivateKeyCache, PublicKeyCache } from './key-cache.js';
import { drawKey, p256, p384, p521, pointOf, type NodeCurve } from './nist-curves.js';

/** ECDSA over P-256, FIPS 186-5 section 6. */
export const ecdsaP256: KeyAlgorithm = ecdsaOver(p256);
/** ECDSA over P-384, FIPS 186-5 section 6. */
export const ecdsaP384: KeyAlgorithm = ecdsaOver(p384);
/** ECDSA over P-521, FIPS 186-5 section 6. */
export const ecdsaP521: KeyAlgorithm = ecdsaOver(p521);

/** Nonces come from OpenSSL's own generator, not from the injected source. */
function ecdsaOver(curve: NodeCurve): KeyAlgorithm {
  const publicKeys = new PublicKeyCache();
  const privateKeys = new PrivateKeyCache();
  const pointLength = 1 + 2 * curve.fieldLength;
  return {
    keyType: 'ec',
    curve: curve.name,
    verify: (publicKey, algorithm, message, signature) => {
      if (publicKey.type !== 'ec' || publicKey.curve !== curve.name || algorithm.type !== 'ecdsa') return false;
      const { point } = publicKey;
      if (point.length !== pointLength || point[0] !== 0x04) return false;
      let key: KeyObject;
      try {
        key = publicKeys.get(point, () => createPublicKey({ key: jwkOfPoint(curve, point), format: 'jwk' }));
      } catch {
        return false; // Not a point on the curve.
      }
      // OpenSSL takes DER alone: it writes what it read anew and compares.
      return verify(algorithm.hash, message, key, signature);
    },
    sign: (privateKey, algorithm, message) => {
      const key = privateKeys.get(privateKey, () => importKey(curve, privateKey));
      return plain(sign(ecdsaHash(algorithm), message, key));
    },
    publicKey: (privateKey) => ({ type: 'ec', curve: curve.name, point: plain(checkedPoint(curve, privateKey)) }),
    generate: (random) => ({ type: 'ec', curve: curve.name, scalar: drawKey(curve, random).scalar }),
  };
}

/** The point of a key of this curve, whose scalar is in [1, n-1] (FIPS 186-5 appendix A.2) and of full length. */
function checkedPoint(curve: NodeCurve, privateKey: PrivateKey): Buffer {
  if (privateKey.type !== 'ec' || privateKey.curve !== curve.name) {
    const got = privateKey.type === 'ec' ? `ec ${privateKey.curve}` : privateKey.type;
    throw new CryptoError('invalid-key', `expected an ec ${curve.name} key, got ${got}`);
  }
  try {
    if (privateKey.scalar.length === curve.fieldLength) return pointOf(curve, privateKey.scalar);
  } catch {
    // Said below.
  }
  throw new CryptoError('invalid-key', `${curve.name}: the scalar is outside 1 to n-1 or not padded to field size`);
}

function importKey(curve: NodeCurve, privateKey: PrivateKey): KeyObject {
  const jwk = jwkOfPoint(curve, checkedPoint(curve, privateKey));
  // checkedPoint has refused every other kind of key.
  const { scalar } = privateKey as Extract<PrivateKey, { type: 'ec' }>;
  return createPrivateKey({ key: { ...jwk, d: base64url(scalar) }, format: 'jwk' });
}

function jwkOfPoint({ name, fieldLength }: NodeCurve, point: Uint8Array): JsonWebKey {
  return {
    kty: 'EC',
    crv: name,
    x: base64url(point.subarray(1, 1 + fieldLength)),
    y: base64url(point.subarray(1 + fieldLength)),
  };
}

function ecdsaHash(algorithm: SignatureAlgorithm): HashName {
  if (algorithm.type === 'ecdsa') return algorithm.hash;
  throw new CryptoError('unsupported-algorithm', `an ec key cannot sign ${algorithm.type}`);
}
