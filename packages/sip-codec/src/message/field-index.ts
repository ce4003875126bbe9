import { bytesToLatin1 } from '@portico/bytes';
import { SipError } from '../error.js';
import { TOKEN } from '../grammar/characters.js';
import { SipHeaderField, type Head } from './head.js';
import { knownName, slotOf } from './header-name.js';

const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

/**
 * The slot of each line, in order. To pass over a line costs one comparison then, so that nothing is gained by an order
 * of another kind; where there are many lines, `SipHeaders` makes a map.
 */
export function indexLines(bytes: Uint8Array, { marks, marksStart, marksEnd }: Head): readonly number[] {
  const lines = marksEnd - marksStart - 1;
  const slots = new Array<number>(lines);
  for (let line = 0; line < lines; line++) slots[line] = slotOf(bytes, marks[marksStart + line] as number);
  return slots;
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
