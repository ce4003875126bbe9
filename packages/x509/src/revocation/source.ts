import type { Certificate } from '../certificate.js';
import type { RevocationContext } from '../path/revocation.js';
import type { SignatureCheck } from '../path/signature-check.js';
import type { RevocationReason } from './reason.js';

/** What is known about one certificate. */
export type RevocationStatus =
  | { readonly status: 'good' }
  | {
      readonly status: 'revoked';
      /** Milliseconds since 1970. */ readonly at: number;
      readonly reason: RevocationReason;
    }
  | { readonly status: 'unknown'; /** For people: why nothing that is there says anything. */ readonly why: string };

/** Where revocation is looked up. It knows what it was given; nothing is fetched. */
export interface RevocationSource {
  readonly kind: 'crl' | 'ocsp';
  /**
   * Yields the signatures to be verified.
   * @param issuer the CA whose key signed `certificate`
   */
  readonly status: (
    certificate: Certificate,
    issuer: Certificate,
    context: RevocationContext,
  ) => Generator<SignatureCheck, RevocationStatus, boolean>;
}
