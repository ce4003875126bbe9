import {
  keyAlgorithmFor,
  type CryptoProvider,
  type MaybePromise,
  type PrivateKey,
  type SignatureAlgorithm,
} from '@portico/crypto';
import { encodeSignatureAlgorithm } from '../algorithm.js';
import { derBitString, derSequence } from '../der/writer.js';
import { X509Error } from '../error.js';
import { usualSignatureAlgorithm } from './certificate.js';

/** What every signed structure of X.509 needs beside its contents. */
export interface Signing {
  readonly provider: CryptoProvider;
  readonly privateKey: PrivateKey;
  /** By default the usual one for the key. */
  readonly signatureAlgorithm?: SignatureAlgorithm;
}

/**
 * Contents, algorithm and signature as one SEQUENCE, and whatever follows them in it. The contents may depend on the
 * algorithm.
 * @throws X509Error `unsupported-key`; CryptoError `invalid-key` or `unsupported-algorithm`
 */
export function sign(
  { provider, privateKey, signatureAlgorithm }: Signing,
  contents: (algorithm: Uint8Array) => Uint8Array,
  ...after: readonly Uint8Array[]
): MaybePromise<Uint8Array> {
  const algorithm = signatureAlgorithm ?? usualSignatureAlgorithm(privateKey);
  const identifier = encodeSignatureAlgorithm(algorithm);
  const signed = contents(identifier);
  const keyAlgorithm = keyAlgorithmFor(provider, privateKey);
  if (keyAlgorithm === undefined) {
    throw new X509Error('unsupported-key', { expected: `a key that ${provider.name} can sign with` });
  }
  const finish = (signature: Uint8Array): Uint8Array =>
    derSequence(signed, identifier, derBitString(signature), ...after);
  const signature = keyAlgorithm.sign(privateKey, algorithm, signed, provider.random);
  return 'then' in signature ? signature.then(finish) : finish(signature);
}
