import { SipError } from '../error.js';
import { DIGIT, REASON, TOKEN } from '../grammar/characters.js';
import { textToBytes } from '../grammar/text.js';

/** A header field to write: name and value as text. */
export type HeaderInput = readonly [name: string, value: string];

/** Joins text and raw bytes into one fresh array. */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];
  #text = '';
  #length = 0;

  text(text: string): this {
    this.#text += text;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#flush();
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
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
    this.text(`Content-Length: ${body.length}\r\n\r\n`).raw(body);
    return this.toBytes();
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    this.#flush();
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  #flush(): void {
    if (this.#text === '') return;
    const bytes = textToBytes(this.#text);
    this.#text = '';
    this.#parts.push(bytes);
    this.#length += bytes.length;
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
