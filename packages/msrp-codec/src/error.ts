/** Why input was refused, or why a message could not be written. */
export type MsrpErrorReason =
  // The framing is lost: nothing after this point can be told apart.
  | 'not-msrp'
  | 'invalid-start-line'
  | 'start-line-too-long'
  | 'invalid-header'
  | 'header-too-long'
  | 'headers-too-long'
  | 'too-many-headers'
  | 'invalid-path-headers'
  | 'invalid-end-line'
  | 'missing-content-type'
  | 'body-in-response'
  | 'body-too-long'
  | 'truncated'
  // One value is malformed; the message around it is intact.
  | 'invalid-uri'
  | 'invalid-byte-range'
  | 'invalid-status'
  // The caller's mistake.
  | 'unwritable-message'
  | 'end-line-in-body';

export interface MsrpErrorDetails {
  /** Bytes of the stream before the line or byte that is wrong; for a value, the offset in its text. */
  readonly offset?: number;
  readonly expected?: string;
  readonly got?: string;
}

/** The one error type of this package. `reason` is stable; `message` is for people and holds no message content. */
export class MsrpError extends Error {
  override readonly name = 'MsrpError';
  /** `decode`: the peer's bytes are malformed. `api-misuse`: the caller asked for something that cannot be written. */
  readonly kind: 'decode' | 'api-misuse';
  readonly reason: MsrpErrorReason;
  readonly offset: number | undefined;
  readonly expected: string | undefined;
  readonly got: string | undefined;

  constructor(reason: MsrpErrorReason, details: MsrpErrorDetails = {}) {
    super(describe(reason, details));
    this.kind = reason === 'unwritable-message' || reason === 'end-line-in-body' ? 'api-misuse' : 'decode';
    this.reason = reason;
    this.offset = details.offset;
    this.expected = details.expected;
    this.got = details.got;
  }
}

function describe(reason: MsrpErrorReason, { offset, expected, got }: MsrpErrorDetails): string {
  const where = offset === undefined ? '' : ` at offset ${offset}`;
  const wanted = expected === undefined ? '' : `: expected ${expected}`;
  const found = got === undefined ? '' : `${expected === undefined ? ':' : ','} got ${got}`;
  return `${reason}${where}${wanted}${found}`;
}
