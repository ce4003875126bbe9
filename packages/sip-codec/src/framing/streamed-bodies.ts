import { copyBytes } from '@portico/bytes';
import { SipError } from '../error.js';
import { SipFrame, type SipFramer } from './frame.js';
import { checkedOptions, type SipFramerOptions } from './framer.js';
import { StreamFramer } from './stream-framer.js';

/**
 * A message whose body follows in `body-chunk` items. Borrowed, as SipFrame is: valid until the next `push`; `toOwned()`
 * makes one that stays.
 */
export class SipMessageHead {
  readonly type = 'headers' as const;
  /** The head as a message without a body, to be parsed. Its Content-Length is that of the body to come. */
  readonly frame: SipFrame;
  /** Bytes of body to come; never 0. */
  readonly bodyLength: number;

  constructor(frame: SipFrame, bodyLength: number) {
    this.frame = frame;
    this.bodyLength = bodyLength;
  }

  toOwned(): SipMessageHead {
    return new SipMessageHead(this.frame.toOwned(), this.bodyLength);
  }
}

/** A piece of a body, never empty. Its bytes are a view that is valid until the next `push`. */
export class SipBodyChunk {
  readonly type = 'body-chunk' as const;
  readonly bytes: Uint8Array;
  /** Bytes of this body that are still to come; 0 in its last chunk. */
  readonly left: number;

  constructor(bytes: Uint8Array, left: number) {
    this.bytes = bytes;
    this.left = left;
  }

  toOwned(): SipBodyChunk {
    return new SipBodyChunk(copyBytes(this.bytes), this.left);
  }
}

/** A page-mode message of RFC 3428 section 8 fits in; what is longer is worth not to be collected. */
export const DEFAULT_WHOLE_BODY_LIMIT = 65_536;

export interface StreamedSipFramerOptions extends Omit<SipFramerOptions, 'mode'> {
  /** Bodies up to so many bytes come whole, as `message` items. Default DEFAULT_WHOLE_BODY_LIMIT; 0: none but empty ones. */
  readonly wholeUpTo?: number;
}

/**
 * A framer for byte streams that does not collect long bodies: a `headers` item as soon as the head is complete, then
 * `body-chunk` items as the bytes come. All else is as in `createSipFramer`; `limits.body` is still what a declared
 * length may be, and can be large, since nothing of such a body is held. A body that is cut ends in a failure whose head
 * is empty: the head was given before.
 * @throws SipError `invalid-argument` for options out of range
 */
export function createStreamedSipFramer(
  options: StreamedSipFramerOptions = {},
): SipFramer<SipMessageHead | SipBodyChunk> {
  const { keepAlive, strictness, limits } = checkedOptions(options);
  const { wholeUpTo = DEFAULT_WHOLE_BODY_LIMIT } = options;
  if (!Number.isSafeInteger(wholeUpTo) || wholeUpTo < 0) {
    throw new SipError('invalid-argument', {
      field: 'wholeUpTo',
      expected: 'a limit: a non-negative integer',
      got: String(wholeUpTo),
    });
  }
  return new StreamFramer<SipMessageHead | SipBodyChunk>(keepAlive, strictness, limits, {
    wholeUpTo,
    headers: (memory, start, { headLength, declaredLength, marks, marksStart, marksEnd }) =>
      new SipMessageHead(
        new SipFrame(memory, start, headLength, headLength, marks, marksStart, marksEnd),
        declaredLength,
      ),
    chunk: (buffer, start, end, left) => new SipBodyChunk(buffer.subarray(start, end), left),
  });
}
