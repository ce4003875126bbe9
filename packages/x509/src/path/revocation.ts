import type { CryptoProvider } from '@portico/crypto';
import type { Certificate } from '../certificate.js';
import type { SignatureCheck } from './signature-check.js';
import type { PassedCheck, PathFailure } from './verdict.js';

/** What revocation is judged with. */
export interface RevocationContext {
  readonly provider: CryptoProvider;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * Judges the revocation of a path that holds otherwise. A value that is passed in, so that a verifier without
 * revocation does not carry its code.
 */
export interface RevocationChecker {
  /** Identifiers (dotted) of the extensions that it processes, which may then be critical. */
  readonly processedExtensions: readonly string[];
  /**
   * Yields the signatures to be verified; what held of which certificate, or the failure. A certificate that was not
   * looked up, or of which nothing is known, is not in the list.
   * @param chain leaf first, anchor last, every signature on it valid
   */
  readonly check: (
    chain: readonly Certificate[],
    context: RevocationContext,
  ) => Generator<SignatureCheck, readonly PassedCheck[] | PathFailure, boolean>;
}
