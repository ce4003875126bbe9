import { utf8ToBytes } from '@portico/bytes';
import { SipError } from '../error.js';
import { DIGIT, HEXDIG, REASON, TOKEN } from '../grammar/characters.js';
import { writeAscii } from '../grammar/wire-text.js';
import type { Head, SipHeaderField } from './head.js';

/** A header field to write: name and value as text. */
export type HeaderInput = readonly [name: string, value: string];

/**
 * Joins text and raw bytes into one array, which is the only one that is made, and notes where header fields begin, so
 * that what was written need not be parsed to be read.
 */
export class MessageWriter {
  /** In front of the text in hand. Text is ASCII. */
  readonly #parts: (string | Uint8Array)[] = [];
  #text = '';
  /** Bytes of both. */
  #length = 0;
  readonly #marks: number[] = [];

  text(text: string): this {
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return this.raw(utf8ToBytes(text));
    return this.ascii(text);
  }

  /** Text that is known to be ASCII. */
  ascii(text: string): this {
    this.#text += text;
    this.#length += text.length;
    return this;
  }

  raw(bytes: Uint8Array): this {
    if (this.#text !== '') this.#parts.push(this.#text);
    this.#text = '';
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }

  /** The value of a field that came from the wire, as it came but for line ends; `source` is the text of its head. */
  valueOf(field: SipHeaderField, source: string | undefined): this {
    if (source === undefined) return this.raw(field.oneLine);
    const { valueStart, valueEnd } = field;
    if (isWithin(source.indexOf('\r', valueStart), valueEnd) || isWithin(source.indexOf('\n', valueStart), valueEnd)) {
      return this.raw(field.oneLine);
    }
    return this.ascii(source.substring(valueStart, valueEnd));
  }

  /** A header field begins here. */
  mark(): this {
    this.#marks.push(this.#length);
    return this;
  }

  /**
   * One header field.
   * @throws SipError `line-break-in-value`, `invalid-argument`
   */
  header(name: string, value: string): this {
    return this.mark().text(headerLine(name, value));
  }

  /** A field whose value came from the wire, on one line. */
  copy(name: string, value: SipHeaderField | Uint8Array, source: string | undefined): this {
    this.mark().ascii(`${name}: `);
    if (value instanceof Uint8Array) this.raw(value);
    else this.valueOf(value, source);
    return this.ascii('\r\n');
  }

  /** Content-Length, the empty line and the body. `startLineEnd`: where the start line ends, without its line end. */
  end(body: Uint8Array, startLineEnd: number): { readonly bytes: Uint8Array<ArrayBuffer>; readonly head: Head } {
    this.mark().ascii(`Content-Length: ${body.length}\r\n`).mark().ascii('\r\n');
    const bodyStart = this.#length;
    const marks = this.#marks;
    const head = { startLineStart: 0, startLineEnd, marks, marksStart: 0, marksEnd: marks.length, bodyStart };
    if (body.length > 0) this.raw(body);
    return { bytes: this.toBytes(), head };
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      if (typeof part === 'string') writeAscii(part, bytes, at);
      else bytes.set(part, at);
      at += part.length;
    }
    writeAscii(this.#text, bytes, at);
    return bytes;
  }
}

function isWithin(found: number, end: number): boolean {
  return found >= 0 && found < end;
}

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

/** @throws SipError `line-break-in-value` */
export function checkValue(field: string, value: string): void {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0x0d || code === 0x0a || code === 0) {
      throw new SipError('line-break-in-value', {
        field,
        offset: i,
        rule: 'header-value',
        got: `U+${code.toString(16).padStart(4, '0')}`,
      });
    }
  }
}

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
