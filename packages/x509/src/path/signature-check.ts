import type { PublicKey, SignatureAlgorithm } from '@portico/crypto';

/** What the path builder cannot do itself: verify one signature. Answered with true or false. */
export interface SignatureCheck {
  readonly algorithm: SignatureAlgorithm;
  readonly key: PublicKey;
  /** The SubjectPublicKeyInfo that `key` was read from, parameters included. */
  readonly keyInfo: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** Knows signatures that were valid before. */
export interface SignatureMemory {
  readonly has: (check: SignatureCheck) => boolean;
  /** Called with all signatures of a path once that path is trusted, and with nothing else. */
  readonly remember: (checks: readonly SignatureCheck[]) => void;
}
