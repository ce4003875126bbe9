import { copyBytes } from '@portico/bytes';
import { SipError } from '../error.js';
import { SipFrame } from '../framing/frame.js';
import type { Strictness } from '../framing/declared-length.js';
import { looksLikeResponse } from '../grammar/first-word.js';
import { Scanner } from '../grammar/scanner.js';
import { bytesToText } from '../grammar/text.js';
import { readUri, type Uri } from '../uri/uri.js';
import { headOfFrame, readHead, type Head } from './head.js';
import { SipHeaders } from './headers.js';
import { readStartLine, type RequestLine, type StatusLine } from './start-line.js';

/** What the three kinds of message share. */
abstract class MessageBase {
  /**
   * The whole message, byte for byte; a view of what was parsed. That of a written message is its own, though its `buffer`
   * may hold others too: to transfer it, or to keep it for long, take `serializeSipMessage`.
   */
  readonly bytes: Uint8Array;
  readonly headers: SipHeaders;
  /** Where its lines are. */
  readonly head: Head;

  constructor(bytes: Uint8Array, head: Head) {
    this.bytes = bytes;
    this.headers = new SipHeaders(bytes, head);
    this.head = head;
  }

  /** For splicing: the offset of the first header field. */
  get fieldsStart(): number {
    return this.head.marks[this.head.marksStart] as number;
  }

  /** For splicing: the offset of the empty line. */
  get fieldsEnd(): number {
    return this.head.marks[this.head.marksEnd - 1] as number;
  }

  /** The body, as a view. */
  get body(): Uint8Array {
    return this.bytes.subarray(this.head.bodyStart);
  }
}

/** A request, RFC 3261 section 7.1. */
export class SipRequest extends MessageBase {
  readonly type = 'request' as const;
  /** For splicing: the start line, with offsets. */
  readonly line: RequestLine;
  #uri: Uri | undefined;

  constructor(bytes: Uint8Array, head: Head, line: RequestLine) {
    super(bytes, head);
    this.line = line;
  }

  /** Case-sensitive. */
  get method(): string {
    return this.line.method;
  }

  /** As on the wire. */
  get version(): string {
    return this.line.version;
  }

  /** For splicing: where the Request-URI stands. */
  get uriStart(): number {
    return this.line.uriStart;
  }

  get uriEnd(): number {
    return this.line.uriEnd;
  }

  /** The Request-URI as on the wire. */
  get requestUri(): string {
    return bytesToText(this.bytes, this.line.uriStart, this.line.uriEnd);
  }

  /**
   * The Request-URI, read.
   * @throws SipError `uri-syntax`
   */
  get uri(): Uri {
    this.#uri ??= readUri(new Scanner(this.bytes, this.line.uriStart, this.line.uriEnd, 'Request-URI'));
    return this.#uri;
  }
}

/** A response, RFC 3261 section 7.2. */
export class SipResponse extends MessageBase {
  readonly type = 'response' as const;
  /** For splicing: the start line, with offsets. */
  readonly line: StatusLine;

  constructor(bytes: Uint8Array, head: Head, line: StatusLine) {
    super(bytes, head);
    this.line = line;
  }

  /** As on the wire. */
  get version(): string {
    return this.line.version;
  }

  get status(): number {
    return this.line.status;
  }

  /** The Reason-Phrase. */
  get reason(): string {
    return bytesToText(this.bytes, this.line.reasonStart, this.line.reasonEnd);
  }
}

/** A message whose start line cannot be read. Its header fields are there, so that a request can be answered. */
export class SipMalformed extends MessageBase {
  readonly type = 'malformed' as const;
  readonly error: SipError;
  /** By the first word: what begins with `SIP/` is never answered. */
  readonly looksLike: 'request' | 'response';

  constructor(bytes: Uint8Array, head: Head, error: SipError) {
    super(bytes, head);
    this.error = error;
    this.looksLike = looksLikeResponse(bytes, head.startLineStart, head.startLineEnd) ? 'response' : 'request';
  }
}

export type SipMessage = SipRequest | SipResponse | SipMalformed;

export interface ParseOptions {
  /** Default `strict`; `lenient` forgives white space and brackets in the request line. */
  readonly strictness?: Strictness;
}

/**
 * Reads one message: its start line and where its header fields are; their values are read when asked for. A broken
 * header never loses the message, and a broken start line gives a `malformed` one. With bytes, all that follows the
 * head is the body: what a stream needs is a framer. What a framer would have refused in the lines of the head is a fault of
 * level `framing` in findFaults. The message looks at the bytes that it was given; parse
 * `frame.toOwned()` to keep it.
 * @throws SipError `invalid-argument` if it is given anything else; never for what the bytes hold
 */
export function parseSipMessage(input: SipFrame | Uint8Array, options: ParseOptions = {}): SipMessage {
  const bytes = input instanceof SipFrame ? input.bytes : input;
  if (!(bytes instanceof Uint8Array)) {
    throw new SipError('invalid-argument', {
      field: 'input',
      expected: 'a SipFrame or a Uint8Array',
      got: typeof input,
    });
  }
  const head = input instanceof SipFrame ? headOfFrame(input, bytes) : readHead(bytes, options.strictness ?? 'strict');
  try {
    const line = readStartLine(bytes, head.startLineStart, head.startLineEnd, options.strictness ?? 'strict');
    return line.type === 'request' ? new SipRequest(bytes, head, line) : new SipResponse(bytes, head, line);
  } catch (error) {
    if (!(error instanceof SipError)) throw error;
    return new SipMalformed(bytes, head, error);
  }
}

/** The bytes of a message: a message that was not edited comes back byte for byte. A copy, which the caller owns. */
export function serializeSipMessage(message: SipMessage): Uint8Array<ArrayBuffer> {
  return copyBytes(message.bytes);
}
