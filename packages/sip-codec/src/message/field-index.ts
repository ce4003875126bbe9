import { bytesToLatin1 } from '@portico/bytes';
import { SipError } from '../error.js';
import { TOKEN } from '../grammar/characters.js';
import { SipHeaderField, type Head } from './head.js';
import { bucketOf, knownName, slotOf, SLOT_BUCKETS } from './header-name.js';

const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

/**
 * Which lines a name may be in, in one array: for each bucket its first line, for each line the next one of its bucket,
 * and for each line its slot. Lines count from 1; 0 is none.
 */
export type LineIndex = number[];

/** Where the chain of a bucket begins: the array's first entries are the buckets. */
export function indexLines(bytes: Uint8Array, { marks, marksStart, marksEnd }: Head): LineIndex {
  const lines = marksEnd - marksStart - 1;
  const index = new Array<number>(SLOT_BUCKETS + 2 * lines);
  for (let bucket = 0; bucket < SLOT_BUCKETS; bucket++) index[bucket] = 0;
  // From the last to the first, so that a chain is in order.
  for (let line = lines; line > 0; line--) {
    const slot = slotOf(bytes, marks[marksStart + line - 1] as number);
    const bucket = bucketOf(slot);
    index[SLOT_BUCKETS + line - 1] = index[bucket] as number;
    index[SLOT_BUCKETS + lines + line - 1] = slot;
    index[bucket] = line;
  }
  return index;
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
  return new SipHeaderField(bytes, knownName(bytesToLatin1(bytes, start, nameEnd)), start, colon, end);
}
