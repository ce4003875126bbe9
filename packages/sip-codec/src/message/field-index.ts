import { bytesToLatin1 } from '@portico/bytes';
import { SipError } from '../error.js';
import { TOKEN } from '../grammar/characters.js';
import { SipHeaderField, type Head } from './head.js';
import { knownName, placeOf, PLACES } from './header-name.js';

const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

/** Lines of which one number can say which may have a name: the bits of a small integer. */
export const LINES_OF_A_SET = 30;

/**
 * For each place of `placeOf` the set of the lines that it is the place of, the first of them at bit 0; behind these PLACES
 * sets those of the next lines, and so on. So only lines that may have a name are looked at.
 */
export function indexLines(bytes: Uint8Array, { marks, marksStart, marksEnd }: Head): readonly number[] {
  const lines = marksEnd - marksStart - 1;
  const length = Math.ceil(lines / LINES_OF_A_SET) * PLACES;
  const sets = new Array<number>(length);
  for (let i = 0; i < length; i++) sets[i] = 0;
  let from = 0;
  let bit = 0;
  for (let line = 0; line < lines; line++) {
    const place = from + placeOf(bytes, marks[marksStart + line] as number);
    sets[place] = (sets[place] as number) | (1 << bit);
    bit++;
    if (bit === LINES_OF_A_SET) {
      bit = 0;
      from += PLACES;
    }
  }
  return sets;
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
      field: nameEnd === start ? undefined : bytesToLatin1(bytes, start, nameEnd),
      expected: nameEnd === start ? 'a token' : "':'",
    });
  }
  return new SipHeaderField(bytes, knownName(bytesToLatin1(bytes, start, nameEnd)), start, colon, end);
}
