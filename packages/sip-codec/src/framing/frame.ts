import { copyBytes } from '@portico/bytes';
import type { SipError } from '../error.js';
import { looksLikeAck, looksLikeResponse } from '../grammar/first-word.js';

/**
 * One complete message, unparsed. A frame that came out of `push` is **borrowed**: its bytes are a view into the
 * caller's chunk or into the framer's buffer, valid until the next `push` and as long as the caller leaves the chunk
 * alone. `toOwned()` makes a frame that stays valid.
 */
export class SipFrame {
  readonly type = 'message' as const;
  readonly #memory: ArrayBufferLike;
  readonly #start: number;
  /** Bytes of start line, header fields and the empty line. */
  readonly headLength: number;
  /** Bytes of the whole message. */
  readonly length: number;
  /**
   * From `marksStart` to `marksEnd` the offsets in the message at which its header fields begin, in order, and behind them
   * that of the empty line. Messages that were framed together share the table; what is written in it never changes.
   */
  readonly marks: readonly number[];
  readonly marksStart: number;
  readonly marksEnd: number;

  constructor(
    memory: ArrayBufferLike,
    start: number,
    headLength: number,
    length: number,
    marks: readonly number[],
    marksStart: number,
    marksEnd: number,
  ) {
    this.#memory = memory;
    this.#start = start;
    this.headLength = headLength;
    this.length = length;
    this.marks = marks;
    this.marksStart = marksStart;
    this.marksEnd = marksEnd;
  }

  /** The whole message, as a view. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#memory, this.#start, this.length);
  }

  /** Start line, header fields and the empty line, as a view. */
  get head(): Uint8Array {
    return this.bytes.subarray(0, this.headLength);
  }

  /** The body, as a view; bodies are never inspected. */
  get body(): Uint8Array {
    return this.bytes.subarray(this.headLength);
  }

  /** A frame with a copy of exactly these bytes, which stays valid whatever happens to the buffers. */
  toOwned(): SipFrame {
    const marks = this.marks.slice(this.marksStart, this.marksEnd);
    return new SipFrame(copyBytes(this.bytes).buffer, 0, this.headLength, this.length, marks, 0, marks.length);
  }
}

/** The peer sent CRLFCRLF between messages: answer with one CRLF (RFC 5626 section 4.4.1). */
export interface KeepAlivePing {
  readonly type: 'keepalive-ping';
}

/** The peer answered our ping with CRLF (RFC 5626 section 4.4.1). */
export interface KeepAlivePong {
  readonly type: 'keepalive-pong';
}

export const KEEPALIVE_PING: KeepAlivePing = /* @__PURE__ */ Object.freeze({ type: 'keepalive-ping' });
export const KEEPALIVE_PONG: KeepAlivePong = /* @__PURE__ */ Object.freeze({ type: 'keepalive-pong' });

/** What a ping and a pong look like on the wire (RFC 5626 section 4.4.1). Fresh bytes at each call. */
export function keepAliveBytes(item: KeepAlivePing | KeepAlivePong): Uint8Array<ArrayBuffer> {
  return item.type === 'keepalive-ping' ? Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a) : Uint8Array.of(0x0d, 0x0a);
}

/** What to do about a message that could not be framed. */
export interface FramingRecovery {
  /** The status to answer with where the message is a request that can be answered; null: answer nothing. */
  readonly answer: number | null;
  /** Whether the place in the stream is lost: after the answer the connection has to be closed. */
  readonly close: boolean;
}

/** Always the last item of a `push`: everything before it was good. */
export class SipFramingFailure {
  readonly type = 'error' as const;
  readonly error: SipError;
  readonly recovery: FramingRecovery;
  /**
   * The complete lines in front of the fault, to build an answer from (`createBestEffortResponse`). A copy: it belongs
   * to the receiver.
   */
  readonly head: Uint8Array;

  constructor(error: SipError, head: Uint8Array, close: boolean) {
    this.error = error;
    this.head = copyBytes(head);
    const { length } = head;
    const isRequest = length > 0 && !looksLikeResponse(head, 0, length) && !looksLikeAck(head, 0, length);
    const answerable = isRequest && error.status !== 'none';
    this.recovery = { answer: answerable ? (error.status as number) : null, close };
  }
}

export type SipItem = SipFrame | KeepAlivePing | KeepAlivePong | SipFramingFailure;

/** Bytes in, items out; no IO, no clock. `More`: what comes besides messages, keep-alives and failures. */
export interface SipFramer<More = never> {
  /**
   * Takes the whole chunk and returns what it completes. Frames are valid until the next `push`; call `toOwned()` on
   * those to keep. Nothing of the chunk is referenced by the framer afterwards. A failure is the last item; after one
   * on a stream every further push returns no items, because the place is lost and late chunks are not the caller's
   * fault.
   * @throws SipError `invalid-argument` if the chunk is not a Uint8Array
   */
  push(chunk: Uint8Array): readonly (SipItem | More)[];

  /** The input is over: a message that is not complete becomes a failure, `head-truncated` or `body-truncated`. */
  end(): readonly (SipItem | More)[];

  /** Bytes of buffer that the framer holds; 0 when no message is pending. */
  readonly heldBytes: number;

  /** The failure after which a stream framer says nothing more, or null. */
  readonly failed: SipError | null;
}
