import { bytesToLatin1 } from '@portico/bytes';
import { SipError } from '../error.js';
import { TOKEN } from '../grammar/characters.js';
import { SipHeaderField, type Head } from './head.js';
import { knownName, slotOf } from './header-name.js';

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

/** For each line between two marks the number of its name's beginning, by which most lines need no second look. */
export function slotsOf(bytes: Uint8Array, { marks, marksStart, marksEnd }: Head): readonly number[] {
  const slots: number[] = [];
  for (let line = marksStart; line < marksEnd - 1; line++) slots.push(slotOf(bytes, marks[line] as number));
  return slots;
}

/** First byte of a value, behind the white space after the colon; folds are white space. */
export function valueStartAt(bytes: Uint8Array, colon: number, end: number): number {
  let i = colon + 1;
  while (i < end && (bytes[i] as number) <= SP && isSpace(bytes[i] as number)) i++;
  // An empty value stands in front of the line end.
  return i === end ? contentEndAt(bytes, end) : i;
}

/** First byte after the value that begins at `start`, in a line that ends at `end`. */
export function valueEndAt(bytes: Uint8Array, start: number, end: number): number {
  let i = contentEndAt(bytes, end);
  while (i > start && (bytes[i - 1] as number) <= SP && isSpace(bytes[i - 1] as number)) i--;
  return i;
}

/** The line `start`..`end` as a field, or the error if it is none: that costs nothing but the line. */
export function fieldAt(bytes: Uint8Array, start: number, end: number): SipHeaderField | SipError {
  let nameEnd = start;
  while (nameEnd < end && TOKEN[bytes[nameEnd] as number] === 1) nameEnd++;
  let colon = nameEnd;
  while (colon < end && (bytes[colon] === SP || bytes[colon] === HTAB)) colon++;
  if (nameEnd === start || colon === end || bytes[colon] !== COLON) {
    return new SipError('field-syntax', {
      offset: colon,
      rule: nameEnd === start ? 'header-name' : 'HCOLON',
      field: bytesToLatin1(bytes, start, nameEnd),
      expected: nameEnd === start ? 'a token' : "':'",
    });
  }
  const known = knownName(bytesToLatin1(bytes, start, nameEnd));
  const valueStart = valueStartAt(bytes, colon, end);
  return new SipHeaderField(bytes, known, start, nameEnd, valueStart, valueEndAt(bytes, valueStart, end), end);
}

/** The end of a line without its line end. */
function contentEndAt(bytes: Uint8Array, end: number): number {
  if (bytes[end - 1] !== LF) return end;
  return bytes[end - 2] === CR ? end - 2 : end - 1;
}

function isSpace(byte: number): boolean {
  return byte === SP || byte === HTAB || byte === CR || byte === LF;
}
