import { constants, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { JsonWebKey, KeyObject, SigningOptions } from 'node:crypto';
import {
  CryptoError,
  readRsaPublicKey,
  restrictionAllows,
  type KeyAlgorithm,
  type PrivateKey,
  type PublicKey,
  type RsaPrivateValues,
  type RsaPublicKey,
  type SignatureAlgorithm,
} from '@portico/crypto';
import { rsa as nobleRsa, rsaPss as nobleRsaPss } from '@portico/crypto/noble';
import { base64url, plain } from './bytes.js';
import { PrivateKeyCache, PublicKeyCache } from './key-cache.js';

/** RSA with keys for any scheme (`rsaEncryption`): PKCS#1 v1.5 and PSS, RFC 8017 section 8. */
export const rsa: KeyAlgorithm = nodeRsa(nobleRsa, 'rsa');
/** RSA with keys that are for PSS alone (`id-RSASSA-PSS`), RFC 8017 section 8.1. */
export const rsaPss: KeyAlgorithm = nodeRsa(nobleRsaPss, 'rsa-pss');

/**
 * `plainAlgorithm` judges keys and algorithms, OpenSSL does the arithmetic: in constant time, blinded, and with each
 * signature checked before it is released. Salts and new keys come from OpenSSL's own generator.
 */
function nodeRsa(plainAlgorithm: KeyAlgorithm, keyType: 'rsa' | 'rsa-pss'): KeyAlgorithm {
  const publicKeys = new PublicKeyCache();
  const privateKeys = new PrivateKeyCache();
  return {
    ...plainAlgorithm,
    verify: (publicKey, algorithm, message, signature) => {
      if (publicKey.type !== keyType || !isUsable(publicKey, algorithm)) return false;
      const checked = readRsaPublicKey(publicKey.modulus, publicKey.exponent);
      if (typeof checked === 'string' || signature.length !== checked.length) return false;
      const options = signingOptions(algorithm, checked);
      if (options === null) return false;
      const jwk = jwkOf(publicKey.modulus, publicKey.exponent);
      const name = Buffer.from(`${jwk.n} ${jwk.e}`, 'latin1');
      const key = publicKeys.get(name, () => createPublicKey({ key: jwk, format: 'jwk' }));
      return verify(algorithm.hash, message, { key, ...options }, signature);
    },
    sign: (privateKey, algorithm, message) => {
      // Checks each part of the key against the others (RFC 8017 section 3.2), and that it is of this type.
      const publicKey = plainAlgorithm.publicKey(privateKey) as RsaKey;
      const options = isUsable(publicKey, algorithm) ? signingOptions(algorithm, checkedKey(publicKey)) : null;
      if (options === null || !isRsaAlgorithm(algorithm, keyType)) {
        throw new CryptoError('unsupported-algorithm', `this ${keyType} key cannot sign ${algorithm.type} so`);
      }
      const key = privateKeys.get(privateKey, () => importKey(privateKey as RsaPrivateValues & PrivateKey));
      return plain(sign(algorithm.hash, message, { key, ...options }));
    },
    generate: () => generateRsa(keyType),
  };
}

type RsaAlgorithm = Extract<SignatureAlgorithm, { type: 'rsa-pkcs1' | 'rsa-pss' }>;
type RsaKey = Extract<PublicKey, { type: 'rsa' | 'rsa-pss' }>;

function isRsaAlgorithm(algorithm: SignatureAlgorithm, keyType: 'rsa' | 'rsa-pss'): algorithm is RsaAlgorithm {
  return algorithm.type === 'rsa-pss' || (algorithm.type === 'rsa-pkcs1' && keyType === 'rsa');
}

/** RFC 4055 sections 1.2 and 3.1: a PSS key signs with PSS alone, and its parameters fix the hash and the least salt. */
function isUsable(publicKey: RsaKey, algorithm: SignatureAlgorithm): algorithm is RsaAlgorithm {
  return isRsaAlgorithm(algorithm, publicKey.type) && restrictionAllows(publicKey, algorithm);
}

/** What `node:crypto` is told; null where the modulus is too small for hash and salt (RFC 8017 section 9.1.1 step 3). */
function signingOptions(algorithm: RsaAlgorithm, { modulusBits }: RsaPublicKey): SigningOptions | null {
  switch (algorithm.type) {
    case 'rsa-pkcs1':
      return { padding: constants.RSA_PKCS1_PADDING };
    case 'rsa-pss': {
      const { saltLength, hash } = algorithm;
      if (Math.ceil((modulusBits - 1) / 8) < Number(hash.slice(3)) / 8 + saltLength + 2) return null;
      return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
    }
  }
}

function checkedKey({ modulus, exponent }: RsaKey): RsaPublicKey {
  const checked = readRsaPublicKey(modulus, exponent);
  if (typeof checked === 'string') throw new CryptoError('invalid-key', `rsa: ${checked}`);
  return checked;
}

function jwkOf(modulus: Uint8Array, exponent: Uint8Array): JsonWebKey {
  return { kty: 'RSA', n: base64url(modulus), e: base64url(exponent) };
}

function importKey(values: RsaPrivateValues): KeyObject {
  const key = {
    ...jwkOf(values.modulus, values.publicExponent),
    d: base64url(values.privateExponent),
    p: base64url(values.prime1),
    q: base64url(values.prime2),
    dp: base64url(values.exponent1),
    dq: base64url(values.exponent2),
    qi: base64url(values.coefficient),
  };
  return createPrivateKey({ key, format: 'jwk' });
}

/** The smallest modulus that this project takes; CA/Browser Forum Baseline Requirements, section 6.1.5. */
const GENERATED_BITS = 2048;

function generateRsa(type: 'rsa' | 'rsa-pss'): PrivateKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: GENERATED_BITS });
  const { n, e, d, p, q, dp, dq, qi } = privateKey.export({ format: 'jwk' });
  const bytes = (text: string | undefined): Uint8Array => plain(Buffer.from(text as string, 'base64url'));
  return {
    type,
    modulus: bytes(n),
    publicExponent: bytes(e),
    privateExponent: bytes(d),
    prime1: bytes(p),
    prime2: bytes(q),
    exponent1: bytes(dp),
    exponent2: bytes(dq),
    coefficient: bytes(qi),
  };
}
