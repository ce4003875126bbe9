import type { SignatureAlgorithmReading } from '../algorithm.js';
import type { Certificate } from '../certificate.js';
import type { SignatureCheck } from '../path/signature-check.js';

/** What somebody signed. */
export interface Signed {
  readonly signatureReading: SignatureAlgorithmReading;
  readonly signature: Uint8Array;
}

/** Whether the key of a certificate signed that; an unknown key or algorithm did not. Yields the signature. */
export function* isSignedBy(
  { signatureReading: { algorithm }, signature }: Signed,
  message: Uint8Array,
  { publicKey: key, subjectPublicKeyInfo: keyInfo }: Certificate,
): Generator<SignatureCheck, boolean, boolean> {
  return algorithm !== null && key !== null && (yield { algorithm, key, keyInfo, message, signature });
}
