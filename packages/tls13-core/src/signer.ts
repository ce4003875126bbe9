import {
  keyAlgorithmFor,
  keyFitsScheme,
  SIGNATURE_SCHEMES,
  type CryptoProvider,
  type PrivateKey,
} from '@portico/crypto';
import type { Signer } from './config.js';
import { TlsError } from './error.js';

/**
 * A signer over a private key in memory, for every scheme that fits the key.
 * @throws TlsError `invalid-configuration` for a key that the provider cannot sign with
 */
export function createSigner(provider: CryptoProvider, privateKey: PrivateKey): Signer {
  const algorithm = keyAlgorithmFor(provider, privateKey);
  if (algorithm === undefined) {
    throw new TlsError('invalid-configuration', {
      subject: 'private key',
      got: `${privateKey.type}, unknown to ${provider.name}`,
    });
  }
  const schemes = SIGNATURE_SCHEMES.filter((scheme) => !scheme.certificatesOnly && keyFitsScheme(privateKey, scheme));
  return {
    schemes: schemes.map(({ name }) => name),
    sign: (name, message) => {
      const scheme = schemes.find((candidate) => candidate.name === name);
      if (scheme === undefined) throw new TlsError('signer-unfit', { subject: name });
      return algorithm.sign(privateKey, scheme.algorithm, message, provider.random);
    },
  };
}
