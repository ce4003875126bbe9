import { SipError } from '../error.js';
import { isBlank } from './content-length.js';
import { checkChunk, plainBytes } from './chunk.js';
import { KEEPALIVE_PING, KEEPALIVE_PONG, SipFrame, SipFramingFailure, type SipFramer, type SipItem } from './frame.js';
import { NO_LENGTH, type Strictness } from './declared-length.js';
import { HeadScanner } from './head-scanner.js';
import type { KeepAliveRole } from './keep-alive.js';
import type { SipLimits } from './limits.js';
import { wordsUnder } from './scan.js';

const CR = 0x0d;
const LF = 0x0a;

/**
 * One message per unit: a UDP datagram (RFC 3261 section 18.3) or a complete WebSocket message (RFC 7118 section 5.1),
 * each judged by itself: a broken one says nothing about the next, so nothing has to be closed and nothing is kept.
 */
export class DatagramFramer implements SipFramer {
  /** Nothing is kept from one unit to the next. */
  readonly heldBytes = 0;
  readonly failed = null;
  readonly #unit: 'datagram' | 'websocket';
  readonly #role: KeepAliveRole;
  readonly #strictness: Strictness;
  readonly #limits: SipLimits;
  readonly #head: HeadScanner;

  constructor(unit: 'datagram' | 'websocket', role: KeepAliveRole, strictness: Strictness, limits: SipLimits) {
    this.#unit = unit;
    this.#role = role;
    this.#strictness = strictness;
    this.#limits = limits;
    this.#head = new HeadScanner(limits, strictness);
  }

  push(unit: Uint8Array): readonly SipItem[] {
    checkChunk(unit);
    const bytes = plainBytes(unit);
    const memory = bytes.buffer;
    let lineEnds = 0;
    while (isLineEnd(bytes[lineEnds])) lineEnds++;
    if (lineEnds === bytes.length) return this.#keepAlive(bytes);

    const start = this.#startLine(bytes);
    const head = this.#head;
    head.reset();
    head.intactLength = 0;
    try {
      // As on a stream, where such a line could belong to what was in front of it.
      if (isBlank(bytes[start] as number)) throw new SipError('fold-before-start-line', { offset: 0 });
      if (!head.scan(bytes, wordsUnder(memory, bytes.length), bytes.byteOffset, start, bytes.length)) {
        head.intactLength = bytes.length - start;
        throw new SipError('head-truncated', { offset: bytes.length - start, expected: 'an empty line' });
      }
      const body = this.#bodyLength(bytes.length - start - head.headLength);
      const { headLength, marks, marksStart, marksEnd } = head;
      return [
        new SipFrame(memory, bytes.byteOffset + start, headLength, headLength + body, marks, marksStart, marksEnd),
      ];
    } catch (error) {
      if (!(error instanceof SipError)) throw error;
      return [new SipFramingFailure(error, bytes.subarray(start, start + head.intactLength), false)];
    }
  }

  end(): readonly SipItem[] {
    return [];
  }

  /** CRLF keep-alives are not for UDP (RFC 5626 section 4.4.1): line ends alone in a datagram are dropped. */
  #keepAlive(bytes: Uint8Array): readonly SipItem[] {
    if (this.#unit === 'datagram') return [];
    if (this.#role === 'answer' && isLineEnds(bytes, 2)) return [KEEPALIVE_PING];
    if (this.#role === 'ask' && isLineEnds(bytes, 1)) return [KEEPALIVE_PONG];
    return [];
  }

  /** Where the start line begins: behind CRLFs, as on a stream (RFC 3261 section 7.5), by the lenient rules also behind LFs. */
  #startLine(bytes: Uint8Array): number {
    let at = 0;
    for (;;) {
      if (bytes[at] === CR && bytes[at + 1] === LF) at += 2;
      else if (bytes[at] === LF && this.#strictness === 'lenient') at++;
      else return at;
    }
  }

  #bodyLength(rest: number): number {
    const head = this.#head;
    const declared = head.declaredLength === NO_LENGTH ? rest : head.declaredLength;
    const details = { offset: head.headLength, field: 'Content-Length', got: String(declared) };
    if (declared > this.#limits.body) {
      throw new SipError('body-too-large', { ...details, expected: `at most ${this.#limits.body} bytes` });
    }
    if (this.#unit === 'datagram') {
      // What follows the body is discarded; a body that is cut is an error (section 18.3).
      if (declared > rest) throw new SipError('body-truncated', { ...details, expected: `at most ${rest}` });
    } else if (declared !== rest) {
      // A second message in the same WebSocket message would be one that other readers do not see.
      throw new SipError('content-length-mismatch', { ...details, expected: String(rest) });
    }
    return declared;
  }
}

/** Behind the last byte there is none. */
function isLineEnd(byte: number | undefined): boolean {
  return byte === CR || byte === LF;
}

function isLineEnds(bytes: Uint8Array, count: number): boolean {
  if (bytes.length !== 2 * count) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== (i % 2 === 0 ? CR : LF)) return false;
  return true;
}
