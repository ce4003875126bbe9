import type { CryptoProvider } from '@portico/crypto';
import type { Certificate } from '../certificate.js';
import type { RuleName } from './rule.js';
import type { SignatureCheck } from './signature-check.js';
import type { PathFailure } from './verdict.js';

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
  /** What it judges, for the list of checks that passed. */
  readonly rules: readonly RuleName[];
  /**
   * Yields the signatures to be verified; null where nothing is broken.
   * @param chain leaf first, anchor last, every signature on it valid
   */
  readonly check: (
    chain: readonly Certificate[],
    context: RevocationContext,
  ) => Generator<SignatureCheck, PathFailure | null, boolean>;
}
