import { bytesToLatin1 } from '@portico/bytes';
import { SipError, type SipErrorReason } from '../error.js';
import type { Strictness } from '../framing/declared-length.js';
import type { SipFrame } from '../framing/frame.js';
import { findControl, wordsUnder } from '../framing/scan.js';
import { asciiLowerCase, unfold } from '../grammar/text.js';
import type { KnownName } from './header-name.js';
import { valueEndAt, valueStartAt } from './value-bounds.js';

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const HTAB = 0x09;

/** One header field as it stands in the message. Offsets are those of the message. */
export class SipHeaderField {
  /** The message that it stands in. */
  readonly bytes: Uint8Array;
  /** The entry in the table of names, or undefined. */
  readonly known: KnownName | undefined;
  /** First byte of the name. */
  readonly start: number;
  readonly #colon: number;
  /** First byte after the field's last line end. */
  readonly end: number;

  constructor(bytes: Uint8Array, known: KnownName | undefined, start: number, colon: number, end: number) {
    this.bytes = bytes;
    this.known = known;
    this.start = start;
    this.#colon = colon;
    this.end = end;
  }

  get nameEnd(): number {
    let i = this.#colon;
    while (i > this.start && (this.bytes[i - 1] as number) <= SP) i--;
    return i;
  }

  /** The value without the white space round it; it may hold folds. */
  get valueStart(): number {
    return valueStartAt(this.bytes, this.#colon, this.end);
  }

  get valueEnd(): number {
    return valueEndAt(this.bytes, this.valueStart, this.end);
  }

  /** The name as it was written. */
  get rawName(): string {
    return bytesToLatin1(this.bytes, this.start, this.nameEnd);
  }

  /** The name as the RFCs write it: compact forms written out. An unknown name stays as it was written. */
  get name(): string {
    return this.known?.canonical ?? this.rawName;
  }

  /** What names are equal by: in lower case, compact forms written out. */
  get key(): string {
    return this.known?.key ?? asciiLowerCase(this.rawName);
  }

  /** The bytes of the value, folds included, as a view. */
  get rawValue(): Uint8Array {
    const { valueStart } = this;
    return this.bytes.subarray(valueStart, valueEndAt(this.bytes, valueStart, this.end));
  }

  /** The value as text, folds read as one space. Bytes that are not UTF-8 become U+FFFD. */
  get value(): string {
    return unfold(this.bytes, this.valueStart, this.valueEnd);
  }
}

/** The lines of a head, before anything in them is understood. Offsets are those of the message. */
export interface Head {
  /** The start line is `startLineStart`..`startLineEnd`, without its line end. */
  readonly startLineStart: number;
  readonly startLineEnd: number;
  /**
   * From `marksStart` to `marksEnd`: where each header field begins, with its continuation lines; behind the last one,
   * where a further one would go.
   */
  readonly marks: readonly number[];
  readonly marksStart: number;
  readonly marksEnd: number;
  /** First byte of the body. */
  readonly bodyStart: number;
  /** By which rules the lines are to be judged (`framingFault`), where no framer has done so. */
  readonly unframed?: Strictness;
}

/** What the framer has found already: it has looked at every byte of the head. */
export function headOfFrame({ marks, marksStart, marksEnd, headLength }: SipFrame, bytes: Uint8Array): Head {
  const fieldsStart = marks[marksStart] as number;
  const startLineEnd = bytes[fieldsStart - 2] === CR ? fieldsStart - 2 : fieldsStart - 1;
  return { startLineStart: 0, startLineEnd, marks, marksStart, marksEnd, bodyStart: headLength };
}

/**
 * Finds the fields of a message: `*( message-header ) CRLF`, RFC 3261 section 7.3. Never fails.
 */
export function readHead(bytes: Uint8Array, strictness: Strictness): Head {
  const words = wordsUnder(bytes.buffer, bytes.length);
  const total = bytes.length;
  let at = 0;
  while (bytes[at] === CR || bytes[at] === LF) at++;

  const startLineStart = at;
  const startLineEnd = lineEnd(bytes, words, at, total);
  const marks: number[] = [];
  at = afterLineEnd(bytes, startLineEnd, total);
  for (;;) {
    const contentEnd = lineEnd(bytes, words, at, total);
    let next = afterLineEnd(bytes, contentEnd, total);
    marks.push(at);
    if (contentEnd === at) {
      const marksEnd = marks.length;
      return { startLineStart, startLineEnd, marks, marksStart: 0, marksEnd, bodyStart: next, unframed: strictness };
    }
    while (bytes[next] === SP || bytes[next] === HTAB) {
      next = afterLineEnd(bytes, lineEnd(bytes, words, next, total), total);
    }
    at = next;
  }
}

/** What a framer would have refused in the lines of a head that none has seen; such bytes are read all the same. */
export function framingFault(bytes: Uint8Array, head: Head): SipError | undefined {
  const { unframed, startLineStart, marks, marksStart, marksEnd, bodyStart } = head;
  if (unframed === undefined) return undefined;
  const fieldsStart = marks[marksStart] as number;
  if (bytes[fieldsStart] === SP || bytes[fieldsStart] === HTAB) return fault('fold-after-start-line', fieldsStart);
  let lineEnding = 0;
  for (let i = startLineStart; i < bodyStart; i++) {
    const byte = bytes[i] as number;
    if (byte > CR || (byte !== CR && byte !== LF)) continue;
    if (byte === CR && bytes[i + 1] !== LF) return fault('bare-cr', i);
    if (lineEnding !== 0 && byte !== lineEnding) return fault('mixed-line-ends', i);
    if (byte === LF && unframed === 'strict') return fault('bare-lf', i);
    lineEnding = byte;
    if (byte === CR) i++;
  }
  // Behind the last field there is nothing, not even an empty line.
  return marks[marksEnd - 1] === bodyStart ? fault('head-truncated', bodyStart) : undefined;
}

function fault(reason: SipErrorReason, offset: number): SipError {
  return new SipError(reason, { offset });
}

/** Offset of the line end (CRLF or LF) of the line that holds `from`, or the end of the bytes. */
function lineEnd(bytes: Uint8Array, words: Int32Array | undefined, from: number, end: number): number {
  let i = from;
  for (;;) {
    i = findControl(bytes, words, i, end);
    if (i >= end || bytes[i] === LF || (bytes[i] === CR && bytes[i + 1] === LF)) return i;
    i++;
  }
}

function afterLineEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return end;
  return bytes[at] === CR ? at + 2 : at + 1;
}
