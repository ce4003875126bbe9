/** Why cryptography refused. */
export type CryptoErrorReason =
  | 'invalid-share'
  | 'invalid-key'
  | 'unsupported-algorithm'
  | 'invalid-length'
  | 'invalid-provider'
  | 'used-after-destroy'
  | 'self-check-failed';

/** The one error type of this package. `reason` is stable; `message` is for people and never holds key material. */
export class CryptoError extends Error {
  override readonly name = 'CryptoError';
  readonly reason: CryptoErrorReason;

  constructor(reason: CryptoErrorReason, message: string) {
    super(`${reason}: ${message}`);
    this.reason = reason;
  }
}
