import { SipError } from '../error.js';

/** What one message may be. Every limit bounds the current message, never how much was read at once. */
export interface SipLimits {
  /** Bytes of the start line, without its line end. */
  readonly startLine: number;
  /** Bytes of one header field with its continuation lines, without the last line end. */
  readonly headerLine: number;
  /** Bytes from the first header field to the end of the last one, without the last line end. */
  readonly headerBlock: number;
  /** Header fields in one message; continuation lines are not counted. */
  readonly headerCount: number;
  /** Bytes of the body. A declared length is judged before anything is buffered. */
  readonly body: number;
}

/** RFC 3261 section 18.1.1 wants 65,535 bytes to be handled in one datagram; longer start lines than this are attacks. */
export const DEFAULT_START_LINE_LIMIT = 8_192;

/** PASSporTs of RFC 8224 with certificates are the longest fields in real use: a few kilobytes. */
export const DEFAULT_HEADER_LINE_LIMIT = 16_384;

/** One datagram's worth, section 18.1.1. */
export const DEFAULT_HEADER_BLOCK_LIMIT = 65_535;

/** Seventy hops of Via and Record-Route (Max-Forwards, section 8.1.1.6) and as many fields again, with room. */
export const DEFAULT_HEADER_COUNT_LIMIT = 512;

/** Four datagrams' worth: RFC 3428 keeps MESSAGE small, and larger content belongs to MSRP. */
export const DEFAULT_BODY_LIMIT = 262_144;

export const DEFAULT_SIP_LIMITS: SipLimits = {
  startLine: DEFAULT_START_LINE_LIMIT,
  headerLine: DEFAULT_HEADER_LINE_LIMIT,
  headerBlock: DEFAULT_HEADER_BLOCK_LIMIT,
  headerCount: DEFAULT_HEADER_COUNT_LIMIT,
  body: DEFAULT_BODY_LIMIT,
};

/**
 * Fills in the defaults.
 * @throws SipError `invalid-argument` for a limit that is not a non-negative integer, and for a name that is none of a limit
 */
export function resolveLimits(limits: Partial<SipLimits> = {}): SipLimits {
  const resolved: Record<string, number> & SipLimits = { ...DEFAULT_SIP_LIMITS };
  for (const [field, value = resolved[field]] of Object.entries(limits)) {
    // What is no limit has no default.
    if (!((resolved[field] as number) >= 0 && Number.isSafeInteger(value) && (value as number) >= 0)) {
      throw new SipError('invalid-argument', {
        field,
        expected: 'a limit: a non-negative integer',
        got: String(value),
      });
    }
    resolved[field] = value as number;
  }
  return resolved;
}
