// What a test may put into a provider and a product may not: known private keys, a hash that is listened to, RSA keys of
// 1024 bits.
import { verifyPss } from '../../../../packages/crypto/dist/rsa/encoding.js';
import { bitLength, bytesToInteger, integerToBytes, powPublic } from '../../../../packages/crypto/dist/rsa/integer.js';

/** RFC 8448 signs with keys of this size. Our RSA refuses them, as it should. */
const SMALL_MODULUS_BITS = 1024;

/** A provider that also verifies RSASSA-PSS under 1024-bit keys. */
export function acceptSmallRsa(provider) {
  const keyAlgorithms = provider.keyAlgorithms.map((implementation) => {
    if (implementation.keyType !== 'rsa') return implementation;
    return {
      ...implementation,
      verify: (publicKey, algorithm, message, signature) =>
        isSmallRsa(publicKey) && algorithm.type === 'rsa-pss'
          ? verifySmallRsaPss(provider, publicKey, algorithm, message, signature)
          : implementation.verify(publicKey, algorithm, message, signature),
    };
  });
  return { ...provider, keyAlgorithms };
}

function isSmallRsa({ type, modulus }) {
  return type === 'rsa' && bitLength(bytesToInteger(modulus)) === SMALL_MODULUS_BITS;
}

/** RSASSA-PSS-VERIFY, RFC 8017 section 8.1.2, over our own encoding and integers. */
function verifySmallRsaPss(provider, { modulus, exponent }, { hash: hashName, saltLength }, message, signature) {
  const n = bytesToInteger(modulus);
  const s = bytesToInteger(signature);
  const hash = provider.hashes.find(({ name }) => name === hashName);
  if (hash === undefined || signature.length !== SMALL_MODULUS_BITS / 8 || s >= n) return false;
  const recovered = integerToBytes(powPublic(s, bytesToInteger(exponent), n), signature.length);
  return verifyPss(hash, message, saltLength, SMALL_MODULUS_BITS - 1, recovered);
}

/** The group, with this private key in every exchange: what a group draws first is its private key. */
export function withPrivateKey(group, privateKey) {
  const random = () => {
    const draws = [privateKey.slice()];
    return (length) => draws.shift() ?? new Uint8Array(length);
  };
  return {
    ...group,
    start: () => group.start(random()),
    respond: (peerShare) => group.respond(peerShare, random()),
  };
}

/**
 * The hash, with a copy of each HMAC call, before our code wipes what it used. HKDF is made of nothing else, so this is
 * how the secrets that never leave a stage of the key schedule are seen.
 */
export function listenTo(hash) {
  const calls = [];
  const hmac = (key, data) => {
    const output = hash.hmac(key, data);
    calls.push({ key: key.slice(), data: data.slice(), output: output.slice() });
    return output;
  };
  return { hash: { ...hash, hmac }, takeCalls: () => calls.splice(0) };
}

/** The provider with these random values, in this order; zeros where it draws another length, or more. */
export function withRandom(provider, values) {
  const draws = [...values];
  const random = (length) => (draws[0]?.length === length ? draws.shift().slice() : new Uint8Array(length));
  return { ...provider, random };
}
