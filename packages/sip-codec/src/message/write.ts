import { utf8ToBytes } from '@portico/bytes';
import { SipError } from '../error.js';
import { DIGIT, HEXDIG, REASON, TOKEN } from '../grammar/characters.js';
import type { Head, SipHeaderField } from './head.js';
import { headerKey } from './header-name.js';
import { messageMemory } from './memory.js';
import { writeOneLine } from './one-line.js';

/** A header field to write: name and value as text. */
export type HeaderInput = readonly [name: string, value: string];

/** Room for most heads; a longer one is moved to twice the room until it fits. */
const SPARE_LENGTH = 4096;

/** Where the last message was written and the next one can be; not there while a message is being written. */
let spare: Uint8Array<ArrayBuffer> | undefined;

/**
 * Writes a message piece by piece, then gives it an array of its length, and notes where header fields begin, so that
 * what was written need not be parsed to be read.
 */
export class MessageWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  readonly #marks: number[] = [];

  constructor() {
    this.#bytes = spare ?? new Uint8Array(SPARE_LENGTH);
    spare = undefined;
  }

  /** Bytes that were written. */
  get length(): number {
    return this.#length;
  }

  text(text: string): this {
    const { length } = text;
    const bytes = this.#room(length);
    const at = this.#length;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return this.raw(utf8ToBytes(text));
      bytes[at + i] = code;
    }
    this.#length = at + length;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#room(bytes.length).set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** The value of a field that came from the wire, as it came but for line ends. */
  valueOf(field: SipHeaderField): this {
    this.#length = writeOneLine(field, this.#room(field.end - field.start), this.#length);
    return this;
  }

  /** A header field begins here. */
  mark(): this {
    this.#marks.push(this.#length);
    return this;
  }

  /**
   * One header field of the caller's. Content-Length is written by `end`: a second one would be another length to some.
   * @throws SipError `line-break-in-value`, `invalid-argument`
   */
  header(name: string, value: string): this {
    if (headerKey(name) === 'content-length') {
      throw new SipError('invalid-argument', { field: name, expected: 'another field', got: value });
    }
    return this.mark().text(headerLine(name, value));
  }

  /** A field whose value came from the wire, on one line. */
  copy(name: string, value: SipHeaderField | Uint8Array): this {
    this.mark().text(name).text(': ');
    if (value instanceof Uint8Array) this.raw(value);
    else this.valueOf(value);
    return this.text('\r\n');
  }

  /** Content-Length, the empty line and the body. `startLineEnd`: where the start line ends, without its line end. */
  end(body: Uint8Array, startLineEnd: number): { readonly bytes: Uint8Array<ArrayBuffer>; readonly head: Head } {
    this.mark().text('Content-Length: ').text(String(body.length)).text('\r\n').mark().text('\r\n');
    const bodyStart = this.#length;
    const marks = this.#marks;
    const head = { startLineStart: 0, startLineEnd, marks, marksStart: 0, marksEnd: marks.length, bodyStart };
    return { bytes: this.toBytes(body), head };
  }

  /** All that was written, and a body behind it. The writer is done with. */
  toBytes(body: Uint8Array = NO_BODY): Uint8Array<ArrayBuffer> {
    const length = this.#length;
    const written = new Uint8Array(this.#bytes.buffer, 0, length);
    if (this.#bytes.length === SPARE_LENGTH) spare = this.#bytes;
    const bytes = messageMemory(length + body.length);
    bytes.set(written);
    if (body.length > 0) bytes.set(body, length);
    return bytes;
  }

  /** The bytes, with room for so many more. */
  #room(more: number): Uint8Array {
    const needed = this.#length + more;
    if (needed > this.#bytes.length) {
      let size = this.#bytes.length;
      while (size < needed) size *= 2;
      const larger = new Uint8Array(size);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}

const NO_BODY = new Uint8Array(0);

/**
 * `name: value CRLF`. A value can hold no line break and no NUL, so that it can never become a second field or end the
 * head: whoever wants a value on several lines does not need one.
 * @throws SipError `line-break-in-value`, `invalid-argument`
 */
export function headerLine(name: string, value: string): string {
  checkToken('header name', name);
  checkValue(name, value);
  return `${name}: ${value}\r\n`;
}

/**
 * No line break, and no other control character but HTAB: the grammar has a place for one behind a backslash alone, as
 * quoted-pair (RFC 3261 section 25.1).
 * @throws SipError `line-break-in-value`, also for NUL; `invalid-argument` for other control characters
 */
export function checkValue(field: string, value: string): void {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code >= 0x20 ? code !== 0x7f : code === 0x09) continue;
    const breaksLine = code === 0x0d || code === 0x0a || code === 0;
    if (!breaksLine && value.charCodeAt(i - 1) === BACKSLASH) continue;
    throw new SipError(breaksLine ? 'line-break-in-value' : 'invalid-argument', {
      field,
      offset: i,
      rule: 'header-value',
      got: `U+${code.toString(16).padStart(4, '0')}`,
    });
  }
}

const BACKSLASH = 0x5c;

/** @throws SipError `invalid-argument` unless it is a token */
export function checkToken(what: string, text: string): void {
  let valid = text.length > 0;
  for (let i = 0; i < text.length; i++) valid &&= TOKEN[text.charCodeAt(i)] === 1;
  if (!valid) throw new SipError('invalid-argument', { field: what, expected: 'a token', got: JSON.stringify(text) });
}

/** @throws SipError `invalid-argument` unless it is a status of 100 to 699 */
export function checkStatus(status: number): void {
  if (Number.isInteger(status) && status >= 100 && status <= 699) return;
  throw new SipError('invalid-argument', { field: 'status', expected: '100 to 699', got: String(status) });
}

/** @throws SipError `line-break-in-value`, or `invalid-argument` for what a Reason-Phrase cannot hold */
export function checkReason(reason: string): void {
  checkValue('Reason-Phrase', reason);
  for (let i = 0; i < reason.length; i++) {
    const code = reason.charCodeAt(i);
    if (code > 0x7f || REASON[code] === 1) continue;
    if (code === 0x25 && HEXDIG[reason.charCodeAt(i + 1)] === 1 && HEXDIG[reason.charCodeAt(i + 2)] === 1) continue;
    throw new SipError('invalid-argument', {
      field: 'Reason-Phrase',
      offset: i,
      expected: 'text',
      got: reason.charAt(i),
    });
  }
}

/** @throws SipError `invalid-argument` for a Request-URI with white space or a control character */
export function checkRequestUri(uri: string): void {
  for (let i = 0; i < uri.length; i++) {
    const code = uri.charCodeAt(i);
    if (code > 0x20 && code < 0x7f) continue;
    throw new SipError('invalid-argument', { field: 'Request-URI', offset: i, expected: 'printable ASCII' });
  }
  if (uri === '' || DIGIT[uri.charCodeAt(0)] === 1) {
    throw new SipError('invalid-argument', { field: 'Request-URI', expected: 'a URI', got: JSON.stringify(uri) });
  }
}
