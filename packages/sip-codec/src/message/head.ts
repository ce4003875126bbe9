import { bytesToLatin1 } from '@portico/bytes';
import { SipError } from '../error.js';
import { findControl, wordsUnder } from '../framing/scan.js';
import { TOKEN } from '../grammar/characters.js';
import { asciiLowerCase, unfold } from '../grammar/text.js';
import { knownNameAt, type KnownName } from './header-name.js';

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

/** One header field as it stands in the message. Offsets are those of the message. */
export class SipHeaderField {
  readonly #bytes: Uint8Array;
  /** The entry in the table of names, or undefined. */
  readonly known: KnownName | undefined;
  /** First byte of the name. */
  readonly start: number;
  readonly nameEnd: number;
  /** The value without the white space round it; it may hold folds. */
  readonly valueStart: number;
  readonly valueEnd: number;
  /** First byte after the field's last line end. */
  readonly end: number;

  constructor(
    bytes: Uint8Array,
    known: KnownName | undefined,
    start: number,
    nameEnd: number,
    valueStart: number,
    valueEnd: number,
    end: number,
  ) {
    this.#bytes = bytes;
    this.known = known;
    this.start = start;
    this.nameEnd = nameEnd;
    this.valueStart = valueStart;
    this.valueEnd = valueEnd;
    this.end = end;
  }

  /** The name as it was written. */
  get rawName(): string {
    return bytesToLatin1(this.#bytes, this.start, this.nameEnd);
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
    return this.#bytes.subarray(this.valueStart, this.valueEnd);
  }

  /**
   * The bytes of the value without any line end: folds and stray CR or LF become SP. A copied value can then never
   * begin a line of its own.
   */
  get oneLine(): Uint8Array {
    const raw = this.rawValue;
    if (!raw.includes(CR) && !raw.includes(LF)) return raw;
    return raw.map((byte) => (byte === CR || byte === LF ? SP : byte));
  }

  /** The value as text, folds read as one space. Bytes that are not UTF-8 become U+FFFD. */
  get value(): string {
    return unfold(this.#bytes, this.valueStart, this.valueEnd);
  }
}

/** The lines of a head, before anything in them is understood. */
export interface Head {
  /** The start line is `startLineStart`..`startLineEnd`, without its line end. */
  readonly startLineStart: number;
  readonly startLineEnd: number;
  readonly fields: readonly SipHeaderField[];
  /** Lines that are no header fields; they stay in the bytes and are in no other list. */
  readonly faults: readonly SipError[];
  /** First byte of the empty line, where a further field would go. */
  readonly fieldsEnd: number;
  /** First byte of the body. */
  readonly bodyStart: number;
}

/** Finds the fields of a message: `*( message-header ) CRLF`, RFC 3261 section 7.3. Never fails. */
export function readHead(bytes: Uint8Array): Head {
  const words = wordsUnder(bytes);
  const total = bytes.length;
  let at = 0;
  while (at < total && (bytes[at] === CR || bytes[at] === LF)) at++;

  const startLineStart = at;
  const startLineEnd = lineEnd(bytes, words, at, total);
  const fields: SipHeaderField[] = [];
  const faults: SipError[] = [];
  at = afterLineEnd(bytes, startLineEnd, total);
  for (;;) {
    // One field with its continuation lines: at..contentEnd, the next one begins at `next`.
    let i = at;
    while (i < total && bytes[i] !== COLON && (bytes[i] as number) > SP) i++;
    // Nearly every name is known and has its colon at once; then it need not be checked for being a token.
    let known = i > at && i < total && bytes[i] === COLON ? knownNameAt(bytes, at, i) : undefined;
    let nameEnd = i;
    if (known === undefined) {
      nameEnd = at;
      while (nameEnd < total && TOKEN[bytes[nameEnd] as number] === 1) nameEnd++;
      if (nameEnd > at) known = knownNameAt(bytes, at, nameEnd);
    }
    let contentEnd = lineEnd(bytes, words, nameEnd, total);
    let next = afterLineEnd(bytes, contentEnd, total);
    if (contentEnd === at) {
      const isCut = startLineEnd === total;
      return { startLineStart, startLineEnd, fields, faults, fieldsEnd: at, bodyStart: isCut ? total : next };
    }
    while (next < total && isBlank(bytes[next] as number)) {
      contentEnd = lineEnd(bytes, words, next, total);
      next = afterLineEnd(bytes, contentEnd, total);
    }

    i = nameEnd;
    while (i < contentEnd && isBlank(bytes[i] as number)) i++;
    if (nameEnd > at && i < contentEnd && bytes[i] === COLON) {
      let valueStart = i + 1;
      while (valueStart < contentEnd && isSpace(bytes[valueStart] as number)) valueStart++;
      let valueEnd = contentEnd;
      while (valueEnd > valueStart && isSpace(bytes[valueEnd - 1] as number)) valueEnd--;
      fields.push(new SipHeaderField(bytes, known, at, nameEnd, valueStart, valueEnd, next));
    } else {
      faults.push(fieldFault(bytes, at, nameEnd, i));
    }
    at = next;
  }
}

/** A line that is not `header-name HCOLON header-value` costs nothing but the line. */
function fieldFault(bytes: Uint8Array, start: number, nameEnd: number, offset: number): SipError {
  return new SipError('field-syntax', {
    offset,
    rule: nameEnd === start ? 'header-name' : 'HCOLON',
    field: bytesToLatin1(bytes, start, nameEnd),
    expected: nameEnd === start ? 'a token' : "':'",
  });
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HTAB;
}

function isSpace(byte: number): boolean {
  return byte <= SP && (byte === SP || byte === HTAB || byte === CR || byte === LF);
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
