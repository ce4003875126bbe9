/** Why bytes could not be read or written. */
export type BytesErrorReason =
  | 'truncated'
  | 'trailing-bytes'
  | 'length-out-of-bounds'
  | 'value-out-of-range'
  | 'invalid-hex'
  | 'invalid-text'
  | 'queue-underrun';

export interface BytesErrorDetails {
  /** Offset in the input, in bytes, at which the problem was seen. */
  readonly offset?: number;
  readonly expected?: string;
  readonly got?: string | number;
}

/** The one error type of this package. `reason` is stable; `message` is for people. */
export class BytesError extends Error {
  override readonly name = 'BytesError';
  readonly reason: BytesErrorReason;
  readonly offset: number | undefined;
  readonly expected: string | undefined;
  readonly got: string | undefined;

  constructor(reason: BytesErrorReason, details: BytesErrorDetails = {}) {
    super(describeFailure(reason, details));
    this.reason = reason;
    this.offset = details.offset;
    this.expected = details.expected;
    this.got = details.got?.toString();
  }
}

/** One line for people: the reason, then what is known of where, what was expected and what was there. */
export function describeFailure(
  reason: string,
  { offset, expected, got }: { [Detail in keyof BytesErrorDetails]?: BytesErrorDetails[Detail] | undefined },
): string {
  const where = offset === undefined ? '' : ` at offset ${offset}`;
  const wanted = expected === undefined ? '' : `: expected ${expected}`;
  const found = got === undefined ? '' : `${expected === undefined ? ':' : ','} got ${got}`;
  return `${reason}${where}${wanted}${found}`;
}
