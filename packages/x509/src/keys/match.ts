import { bytesEqual } from '@portico/bytes';
import { keyAlgorithmFor, type CryptoProvider, type PrivateKey, type PublicKey } from '@portico/crypto';
import { X509Error } from '../error.js';
import type { Certificate } from '../certificate.js';
import { publicKeyToSpki } from './public-key.js';

/**
 * The public half of a private key, as a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) holds it.
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
 * Whether a private key belongs to a certificate (RFC 5280 section 4.1.2.7). An RSASSA-PSS certificate also takes its key written as plain RSA,
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
  // What an RSASSA-PSS key may be used with is for the certificate to say; which key it is are its numbers.
  const written: PublicKey =
    certified.type === 'rsa-pss' && 'modulus' in own
      ? { ...own, type: certified.type, restriction: certified.restriction }
      : own;
  return bytesEqual(publicKeyToSpki(written), publicKeyToSpki(certified));
}
