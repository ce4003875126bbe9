import { describeFailure } from '@portico/bytes';

/** Why a certificate, a key or a file was refused, or why something cannot be written. */
export type X509ErrorReason =
  // The encoding
  | 'truncated'
  | 'trailing-bytes'
  | 'unexpected-tag'
  | 'invalid-length'
  | 'invalid-boolean'
  | 'invalid-integer'
  | 'invalid-bit-string'
  | 'invalid-oid'
  | 'invalid-string'
  | 'invalid-time'
  | 'not-canonical'
  | 'too-deep'
  | 'too-large'
  // What it says
  | 'unsupported-version'
  | 'invalid-serial-number'
  | 'invalid-algorithm'
  | 'signature-algorithm-mismatch'
  | 'invalid-name'
  | 'invalid-extension'
  | 'duplicate-extension'
  | 'invalid-key'
  | 'unsupported-key'
  | 'encrypted-key'
  | 'wrong-password'
  // Files
  | 'invalid-pem'
  | 'not-found'
  // The caller
  | 'invalid-argument';

/** Where and what an X509Error is about. */
export interface X509ErrorDetails {
  /**
   * Where the problem was seen: in bytes from the start of the input, for something within a key or within an
   * algorithm's parameters from the start of these; in characters for PEM text.
   */
  readonly offset?: number;
  readonly expected?: string;
  readonly got?: string | number;
}

/** The one error type of this package. `reason` is stable; `message` is for people and never holds key material. */
export class X509Error extends Error {
  override readonly name = 'X509Error';
  declare readonly reason: X509ErrorReason;
  declare readonly offset: number | undefined;
  declare readonly expected: string | undefined;
  declare readonly got: string | undefined;

  constructor(reason: X509ErrorReason, details: X509ErrorDetails = {}) {
    super(describeFailure(reason, details));
    this.reason = reason;
    this.offset = details.offset;
    this.expected = details.expected;
    this.got = details.got?.toString();
  }
}

/** What `read` gives, or the X509Error that it throws. Anything else that it throws is a fault, and goes on. */
export function readOrError<T>(read: () => T): T | X509Error {
  try {
    return read();
  } catch (error) {
    if (error instanceof X509Error) return error;
    throw error;
  }
}
