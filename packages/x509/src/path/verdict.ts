import type { Certificate } from '../certificate.js';

/** Why a certificate is not trusted. */
export type PathFailureReason =
  | 'no-trust-anchors'
  | 'unknown-issuer'
  | 'malformed'
  | 'expired'
  | 'not-yet-valid'
  | 'bad-signature'
  | 'not-a-ca'
  | 'path-too-long'
  | 'key-usage'
  | 'extended-key-usage'
  | 'name-mismatch'
  | 'name-constraint'
  | 'unknown-critical-extension'
  | 'weak-algorithm'
  | 'unsupported-key'
  | 'limit-exceeded';

/** One rule that did not hold. */
export interface PathFailure {
  readonly reason: PathFailureReason;
  /** For people: which certificate, what was expected, what is there. */
  readonly message: string;
}

export type PathVerdict =
  | {
      readonly trusted: true;
      /** From the leaf to the trust anchor's certificate. */
      readonly chain: readonly Certificate[];
    }
  | ({ readonly trusted: false } & PathFailure);

export function failure(reason: PathFailureReason, certificate: Certificate, message: string): PathFailure {
  return { reason, message: `${certificate.subject.text || 'certificate without a subject'}: ${message}` };
}
