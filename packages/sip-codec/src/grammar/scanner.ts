import { bytesToLatin1, decodeUtf8 } from '@portico/bytes';
import { SipError, type SipErrorReason } from '../error.js';
import { DIGIT, QDTEXT, runEnd, TOKEN, type CharacterClass } from './characters.js';
import { joinFolds } from './text.js';
import type { WireText } from './wire-text.js';

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const HTAB = 0x09;
const DQUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Reads one field value, rule by rule. Offsets are those of the array it was given: the message. */
export class Scanner {
  readonly bytes: Uint8Array;
  readonly end: number;
  /** What is being read, for errors: a header name or `Request-URI`. */
  readonly field: string;
  offset: number;
  readonly #text: WireText | undefined;

  /** With the text of the bytes, if there is one, values are cut out of it. */
  constructor(bytes: Uint8Array, start: number, end: number, field: string, text?: WireText) {
    this.bytes = bytes;
    this.#text = text;
    this.offset = start;
    this.end = end;
    this.field = field;
  }

  /** The text of the bytes, character by byte, if there is one and it is ASCII. */
  get asciiSource(): string | undefined {
    return this.#text?.ascii;
  }

  get atEnd(): boolean {
    return this.offset >= this.end;
  }

  /** The next byte, or -1 at the end: no byte has that value, so it matches nothing. */
  peek(): number {
    return this.offset < this.end ? (this.bytes[this.offset] as number) : -1;
  }

  /** `SWS = [LWS]`, `LWS = [*WSP CRLF] 1*WSP`; any number of folds, as section 7.3.1 shows. Returns whether any was there. */
  skipSpace(): boolean {
    if (this.offset >= this.end || (this.bytes[this.offset] as number) > SP) return false;
    const from = this.offset;
    for (;;) {
      const byte = this.peek();
      if (byte === SP || byte === HTAB) this.offset++;
      else if ((byte === CR || byte === LF) && this.#foldLength() > 0) this.offset += this.#foldLength();
      else return this.offset > from;
    }
  }

  /** Takes the byte if it is the next one. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.offset++;
    return true;
  }

  /** `SWS byte SWS`, as COMMA, SEMI, EQUAL, SLASH and COLON are. Takes nothing if the byte is not there. */
  takeSeparator(byte: number): boolean {
    const from = this.offset;
    this.skipSpace();
    if (this.peek() === byte) {
      this.offset++;
      this.skipSpace();
      return true;
    }
    this.offset = from;
    return false;
  }

  /** @throws SipError `header-syntax` unless the byte is next */
  expect(byte: number, rule: string): void {
    if (!this.take(byte)) this.fail(rule, `'${String.fromCharCode(byte)}'`);
  }

  /** Goes over as many bytes of the class as there are, maybe none; returns where they end. */
  skipRun(characters: CharacterClass): number {
    const end = runEnd(this.bytes, this.offset, this.end, characters);
    this.offset = end;
    return end;
  }

  /** As many bytes of the class as there are, maybe none. */
  run(characters: CharacterClass): string {
    const from = this.offset;
    return this.cut(from, this.skipRun(characters));
  }

  /** The bytes of `start`..`end`, each as one character. */
  cut(start: number, end: number): string {
    if (start === end) return '';
    return this.#text === undefined ? bytesToLatin1(this.bytes, start, end) : this.#text.cut(start, end);
  }

  /** @throws SipError `header-syntax` unless at least one byte of the class is next */
  runOfSome(characters: CharacterClass, rule: string): string {
    const text = this.run(characters);
    if (text.length === 0) this.fail(rule, rule);
    return text;
  }

  /** @throws SipError `header-syntax` */
  token(rule = 'token'): string {
    return this.runOfSome(TOKEN, rule);
  }

  /**
   * `1*DIGIT` up to `max`; leading zeros are legal and cost nothing.
   * @throws SipError `header-syntax`, or `value-out-of-range` over `max`
   */
  integer(max: number, rule: string): number {
    const from = this.offset;
    let i = from;
    let value = 0;
    while (i < this.end && DIGIT[this.bytes[i] as number] === 1) {
      value = value * 10 + (this.bytes[i] as number) - 0x30;
      i++;
    }
    if (i === from) this.fail(rule, 'a digit');
    if (value > max) {
      throw new SipError('value-out-of-range', {
        field: this.field,
        offset: from,
        rule,
        expected: `at most ${max}`,
        got: bytesToLatin1(this.bytes, from, Math.min(i, from + 24)),
      });
    }
    this.offset = i;
    return value;
  }

  /**
   * `quoted-string = DQUOTE *(qdtext / quoted-pair) DQUOTE`: its text without the quotes, pairs resolved, each fold and the white space round it as one SP.
   * @throws SipError `header-syntax` if it does not end, holds a bare control character, or is not UTF-8
   */
  quotedString(): string {
    const opening = this.offset;
    this.expect(DQUOTE, 'quoted-string');
    let text = '';
    let from = this.offset;
    for (;;) {
      const byte = this.peek();
      if (QDTEXT[byte] === 1) {
        this.skipRun(QDTEXT);
      } else if (byte === DQUOTE || byte === BACKSLASH) {
        text += joinFolds(this.utf8(from, this.offset, 'quoted-string'));
        if (this.take(DQUOTE)) return text;
        text += String.fromCharCode(this.quotedPair());
        from = this.offset;
      } else if (!this.skipSpace()) {
        if (byte === -1) this.offset = opening;
        this.fail('quoted-string', byte === -1 ? 'a closing quote' : 'qdtext');
      }
    }
  }

  /**
   * `quoted-pair = "\" (%x00-09 / %x0B-0C / %x0E-7F)`: the byte behind the backslash.
   * @throws SipError `header-syntax`
   */
  quotedPair(): number {
    this.expect(BACKSLASH, 'quoted-pair');
    const escaped = this.peek();
    if (escaped === -1 || escaped === CR || escaped === LF || escaped > 0x7f) this.fail('quoted-pair', 'ASCII');
    this.offset++;
    return escaped;
  }

  /** @throws SipError `header-syntax` if the bytes are not UTF-8 */
  utf8(start: number, end: number, rule: string): string {
    if (this.asciiSource !== undefined) return this.asciiSource.substring(start, end);
    return decodeUtf8(this.bytes, start, end, () => {
      this.offset = start;
      return this.fail(rule, 'UTF-8');
    });
  }

  /** A reader of `start`..`end` of the same bytes, for the same field. */
  within(start: number, end: number): Scanner {
    return new Scanner(this.bytes, start, end, this.field, this.#text);
  }

  /** @throws SipError `header-syntax` if anything but white space is left */
  finish(rule: string): void {
    this.skipSpace();
    if (!this.atEnd) this.fail(rule, 'the end of the value');
  }

  fail(rule: string, expected: string, reason: SipErrorReason = 'header-syntax'): never {
    const next = this.peek();
    throw new SipError(reason, {
      field: this.field,
      offset: this.offset,
      rule,
      expected,
      got: next === -1 ? 'the end' : `0x${next.toString(16).padStart(2, '0')}`,
    });
  }

  /** Length of a line end with the white space that makes it a fold, or 0. */
  #foldLength(): number {
    let i = this.offset;
    if (this.bytes[i] === CR) i++;
    if (this.bytes[i] !== LF) return 0;
    i++;
    if (i >= this.end || (this.bytes[i] !== SP && this.bytes[i] !== HTAB)) return 0;
    return i + 1 - this.offset;
  }
}
