import { bytesEqual } from '@portico/bytes';
import { keyAlgorithmFor, type CryptoProvider, type PrivateKey, type PublicKey } from '@portico/crypto';
import { X509Error } from '../error.js';
import type { Certificate } from '../certificate.js';

/**
 * The public half of a private key.
 * @throws X509Error `unsupported-key` where the provider has no such algorithm; CryptoError `invalid-key`
 */
export function publicKeyOf(provider: CryptoProvider, privateKey: PrivateKey): PublicKey {
  const algorithm = keyAlgorithmFor(provider, privateKey);
  if (algorithm === undefined) {
    throw new X509Error('unsupported-key', {
      expected: `a kind of key that ${provider.name} has`,
      got: privateKey.type,
    });
  }
  return algorithm.publicKey(privateKey);
}

/**
 * Whether a private key belongs to a certificate. An RSASSA-PSS certificate also takes its key written as plain RSA,
 * which is how most tools store it.
 * @throws X509Error `unsupported-key`; CryptoError `invalid-key` for a private key that is not one
 */
export function keyMatchesCertificate(
  provider: CryptoProvider,
  privateKey: PrivateKey,
  certificate: Certificate,
): boolean {
  return certificate.publicKey !== null && sameKey(publicKeyOf(provider, privateKey), certificate.publicKey);
}

function sameKey(own: PublicKey, certified: PublicKey): boolean {
  switch (own.type) {
    case 'ec':
      return certified.type === 'ec' && own.curve === certified.curve && bytesEqual(own.point, certified.point);
    case 'ed25519':
    case 'ed448':
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return certified.type === own.type && bytesEqual(own.key, certified.key);
    case 'rsa':
    case 'rsa-pss':
      return (
        (certified.type === own.type || certified.type === 'rsa-pss') &&
        bytesEqual(own.modulus, certified.modulus) &&
        bytesEqual(own.exponent, certified.exponent)
      );
  }
}
