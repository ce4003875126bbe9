import { utf8ToBytes } from '@portico/bytes';
import { SipError } from '../error.js';
import { DIGIT, REASON, TOKEN } from '../grammar/characters.js';
import { SipHeaderField } from './head.js';

/** A header field to write: name and value as text. */
export type HeaderInput = readonly [name: string, value: string];

/** Joins text and raw bytes into one fresh array, which is the only one that is made. */
export class MessageWriter {
  /** Text is ASCII; of a field its value on one line. */
  readonly #parts: (string | Uint8Array | SipHeaderField)[] = [];
  #length = 0;

  text(text: string): this {
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return this.raw(utf8ToBytes(text));
    return this.#add(text, text.length);
  }

  raw(bytes: Uint8Array): this {
    return this.#add(bytes, bytes.length);
  }

  /** The value of a field that came from the wire, as it came but for line ends. */
  valueOf(field: SipHeaderField): this {
    return this.#add(field, field.valueEnd - field.valueStart);
  }

  /**
   * One header field.
   * @throws SipError `line-break-in-value`, `invalid-argument`
   */
  header(name: string, value: string): this {
    return this.text(headerLine(name, value));
  }

  /** Content-Length, the empty line and the body. */
  end(body: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.text(`Content-Length: ${body.length}\r\n\r\n`).raw(body).toBytes();
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      if (typeof part === 'string') {
        for (let i = 0; i < part.length; i++) bytes[at + i] = part.charCodeAt(i);
        at += part.length;
      } else if (part instanceof SipHeaderField) {
        at = part.copyOneLine(bytes, at);
      } else {
        bytes.set(part, at);
        at += part.length;
      }
    }
    return bytes;
  }

  #add(part: string | Uint8Array | SipHeaderField, length: number): this {
    this.#parts.push(part);
    this.#length += length;
    return this;
  }
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
    if (code > 0x7f || REASON[code] === 1 || code === 0x25) continue;
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
