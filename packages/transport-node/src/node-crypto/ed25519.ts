import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { hexToBytes } from '@portico/bytes';
import { CryptoError, type KeyAlgorithm, type PrivateKey } from '@portico/crypto';
import { base64url, plain } from './bytes.js';
import { PrivateKeyCache, PublicKeyCache } from './key-cache.js';

/** RFC 8032 section 5.1.5. */
const KEY_LENGTH = 32;
/** RFC 8032 section 5.1.6. */
const SIGNATURE_LENGTH = 64;

const publicKeys = new PublicKeyCache();
const privateKeys = new PrivateKeyCache();

/** Ed25519, RFC 8032 section 5.1; in certificates RFC 8410. */
export const ed25519: KeyAlgorithm = {
  keyType: 'ed25519',
  verify: (publicKey, algorithm, message, signature) => {
    if (publicKey.type !== 'ed25519' || algorithm.type !== 'ed25519') return false;
    const { key } = publicKey;
    if (key.length !== KEY_LENGTH || signature.length !== SIGNATURE_LENGTH || !isStrictPoint(key)) return false;
    return verify(
      null,
      message,
      publicKeys.get(key, () => importPublicKey(key)),
      signature,
    );
  },
  sign: (privateKey, algorithm, message) => {
    const key = privateKeys.get(privateKey, () => importKey(privateKey));
    if (algorithm.type !== 'ed25519') {
      throw new CryptoError('unsupported-algorithm', `an ed25519 key cannot sign ${algorithm.type}`);
    }
    return plain(sign(null, message, key));
  },
  publicKey: (privateKey) => {
    const { x } = createPublicKey(privateKeys.get(privateKey, () => importKey(privateKey))).export({ format: 'jwk' });
    return { type: 'ed25519', key: plain(Buffer.from(x as string, 'base64url')) };
  },
  generate: (random) => ({ type: 'ed25519', seed: random(KEY_LENGTH) }),
};

function importPublicKey(key: Uint8Array): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: base64url(key) }, format: 'jwk' });
}

/** PKCS#8 up to the seed, RFC 8410 section 7. */
const PKCS8_PREFIX = hexToBytes('302e020100300506032b657004220420');

function importKey(privateKey: PrivateKey): KeyObject {
  if (privateKey.type !== 'ed25519') {
    throw new CryptoError('invalid-key', `expected an ed25519 key, got ${privateKey.type}`);
  }
  if (privateKey.seed.length !== KEY_LENGTH) {
    throw new CryptoError('invalid-key', `ed25519: expected ${KEY_LENGTH} bytes, got ${privateKey.seed.length}`);
  }
  const der = Buffer.concat([PKCS8_PREFIX, privateKey.seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return key;
}

/**
 * What OpenSSL lets pass and the provider over noble does not: a y-coordinate of the prime or above, which RFC 8032
 * section 5.1.3 refuses, and the points of small order, under which one signature fits many messages.
 */
function isStrictPoint(key: Uint8Array): boolean {
  const last = (key[KEY_LENGTH - 1] as number) & 0x7f;
  return !SMALL_ORDER_Y.some((y) => isSameY(y, key, last)) && !isAbovePrime(key, last);
}

/** The y-coordinates of the points whose order divides 8, little-endian; either sign of x goes with each. */
const SMALL_ORDER_Y: readonly Uint8Array[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map(hexToBytes);

function isSameY(y: Uint8Array, key: Uint8Array, last: number): boolean {
  return y.every((byte, index) => byte === (index === KEY_LENGTH - 1 ? last : key[index]));
}

/** 2^255 - 19 and above: all bits but the lowest byte's set, and that at least 0xed. */
function isAbovePrime(key: Uint8Array, last: number): boolean {
  if (last !== 0x7f || (key[0] as number) < 0xed) return false;
  for (let i = 1; i < KEY_LENGTH - 1; i++) if (key[i] !== 0xff) return false;
  return true;
}
