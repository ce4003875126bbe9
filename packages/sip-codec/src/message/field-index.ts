import { bytesToLatin1 } from '@portico/bytes';
import { SipError } from '../error.js';
import { TOKEN } from '../grammar/characters.js';
import { SipHeaderField } from './head.js';
import { knownNameAt, NOT_A_FIELD, UNKNOWN_NAME, type KnownName } from './header-name.js';

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

/**
 * The names of a message's header fields, found at the first question. Two flat lists instead of an object for each
 * field: most fields of most messages are never asked for.
 */
export class FieldIndex {
  readonly #bytes: Uint8Array;
  readonly #marks: readonly number[];
  /** For each line between two marks its name, UNKNOWN_NAME or NOT_A_FIELD. */
  readonly names: readonly KnownName[];
  /** For each line the offset of its colon; of one that is no field, that of the fault. */
  readonly #colons: readonly number[];
  /** Number of lines that are no field. */
  readonly faulty: number;

  constructor(bytes: Uint8Array, marks: readonly number[]) {
    const count = marks.length - 1;
    const names: KnownName[] = [];
    const colons: number[] = [];
    let faulty = 0;
    for (let line = 0; line < count; line++) {
      const start = marks[line] as number;
      const end = marks[line + 1] as number;
      let i = start;
      while (i < end && bytes[i] !== COLON && (bytes[i] as number) > SP) i++;
      // Nearly every name is known and has its colon at once; then it need not be checked for being a token.
      let name = i > start && bytes[i] === COLON ? knownNameAt(bytes, start, i) : undefined;
      if (name === undefined) {
        i = tokenEnd(bytes, start, end);
        name = i > start ? (knownNameAt(bytes, start, i) ?? UNKNOWN_NAME) : NOT_A_FIELD;
        while (i < end && (bytes[i] === SP || bytes[i] === HTAB)) i++;
        if (i === end || bytes[i] !== COLON) name = NOT_A_FIELD;
        if (name === NOT_A_FIELD) faulty++;
      }
      names.push(name);
      colons.push(i);
    }
    this.#bytes = bytes;
    this.#marks = marks;
    this.names = names;
    this.#colons = colons;
    this.faulty = faulty;
  }

  /** First byte of a field's value, without the white space in front of it; folds are white space. */
  valueStart(line: number): number {
    const bytes = this.#bytes;
    const end = this.#marks[line + 1] as number;
    let i = (this.#colons[line] as number) + 1;
    while (i < end && (bytes[i] as number) <= SP && isSpace(bytes[i] as number)) i++;
    // An empty value stands in front of the line end.
    return i === end ? this.#contentEnd(line) : i;
  }

  /** First byte after a field's value, which begins at `start`. */
  valueEnd(line: number, start: number): number {
    const bytes = this.#bytes;
    let i = this.#contentEnd(line);
    while (i > start && (bytes[i - 1] as number) <= SP && isSpace(bytes[i - 1] as number)) i--;
    return i;
  }

  /** The field as an object. */
  field(line: number): SipHeaderField {
    const known = this.names[line] === UNKNOWN_NAME ? undefined : this.names[line];
    const start = this.#marks[line] as number;
    const valueStart = this.valueStart(line);
    let nameEnd = this.#colons[line] as number;
    while ((this.#bytes[nameEnd - 1] as number) <= SP) nameEnd--;
    const valueEnd = this.valueEnd(line, valueStart);
    return new SipHeaderField(
      this.#bytes,
      known,
      start,
      nameEnd,
      valueStart,
      valueEnd,
      this.#marks[line + 1] as number,
    );
  }

  /** A line that is not `header-name HCOLON header-value` costs nothing but the line. */
  fault(line: number): SipError {
    const start = this.#marks[line] as number;
    const nameEnd = tokenEnd(this.#bytes, start, this.#marks[line + 1] as number);
    return new SipError('field-syntax', {
      offset: this.#colons[line] as number,
      rule: nameEnd === start ? 'header-name' : 'HCOLON',
      field: bytesToLatin1(this.#bytes, start, nameEnd),
      expected: nameEnd === start ? 'a token' : "':'",
    });
  }

  /** The end of a field without its last line end. */
  #contentEnd(line: number): number {
    const end = this.#marks[line + 1] as number;
    if (this.#bytes[end - 1] !== LF) return end;
    return this.#bytes[end - 2] === CR ? end - 2 : end - 1;
  }
}

function tokenEnd(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && TOKEN[bytes[i] as number] === 1) i++;
  return i;
}

function isSpace(byte: number): boolean {
  return byte === SP || byte === HTAB || byte === CR || byte === LF;
}
