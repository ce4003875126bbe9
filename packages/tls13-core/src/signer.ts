import {
  keyAlgorithmFor,
  keyFitsScheme,
  SIGNATURE_SCHEMES,
  type CryptoProvider,
  type PrivateKey,
  type SignatureScheme,
  type SignatureSchemeName,
} from '@portico/crypto';
import type { Signer } from './config.js';
import { TlsError } from './error.js';

/**
 * A signer over a private key in memory, for every scheme that fits the key and is not off by default, or for those of
 * `schemes`, in their order.
 * @throws TlsError `invalid-configuration` for a key that the provider cannot sign with, or a scheme that does not fit it
 */
export function createSigner(
  provider: CryptoProvider,
  privateKey: PrivateKey,
  { schemes: names }: { readonly schemes?: readonly SignatureSchemeName[] } = {},
): Signer {
  const algorithm = keyAlgorithmFor(provider, privateKey);
  if (algorithm === undefined) {
    throw new TlsError('invalid-configuration', {
      subject: 'private key',
      got: `${privateKey.type}, unknown to ${provider.name}`,
    });
  }
  const fitting = SIGNATURE_SCHEMES.filter(
    (scheme) => scheme.certificateVerify !== 'none' && keyFitsScheme(privateKey, scheme),
  );
  const schemes =
    names?.map((name) => fitting.find((scheme) => scheme.name === name) ?? doesNotFit(name, privateKey)) ??
    fitting.filter(({ byDefault }) => byDefault !== 'off');
  return {
    schemes: schemes.map(({ name }) => name),
    sign: (name, message) => {
      const scheme = schemes.find((candidate) => candidate.name === name);
      if (scheme === undefined) throw new TlsError('signer-unfit', { subject: name });
      return algorithm.sign(privateKey, scheme.algorithm, message, provider.random);
    },
  };
}

function doesNotFit(name: SignatureSchemeName, { type }: PrivateKey): SignatureScheme {
  throw new TlsError('invalid-configuration', { subject: 'schemes', expected: `one for a key of ${type}`, got: name });
}
