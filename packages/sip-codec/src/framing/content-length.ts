import { TOKEN } from '../grammar/characters.js';

/** More digits than this cannot be a length that anybody buffers, and some readers would wrap around. */
export const MAX_CONTENT_LENGTH_DIGITS = 10;

/** Bytes of `Content-Length`. */
const NAME_LENGTH = 14;

/** This line is not a Content-Length field. */
export const OTHER_FIELD = -2;

/** This is a Content-Length field, and its value is not 1*DIGIT of at most ten digits. */
export const MALFORMED_LENGTH = -1;

const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

/** Whether a line may be the first one of a Content-Length field, by its letters that tell it from all usual fields. */
export function mayBeContentLength(bytes: Uint8Array, start: number, end: number): boolean {
  const letter = (bytes[start] as number) | 0x20;
  if (letter !== 0x63) return letter === 0x6c;
  return end - start >= NAME_LENGTH && bytes[start + 7] === 0x2d && ((bytes[start + 8] as number) | 0x20) === 0x6c;
}

/**
 * A field that begins at `start` and ends before the line end at `end`, continuation lines included, read as
 * Content-Length (RFC 3261 section 20.14, compact form `l`): the value, MALFORMED_LENGTH, or OTHER_FIELD. The name ends
 * where no token character follows, so that `Content-Length;` is a broken Content-Length and not an unknown field.
 * `HCOLON 1*DIGIT`: white space before the colon, folding and leading zeros are legal (section 25.1).
 */
export function readContentLength(bytes: Uint8Array, start: number, end: number): number {
  let i = start + 1;
  if (((bytes[start] as number) | 0x20) !== 0x6c) {
    if (!isContentLength(bytes, start)) return OTHER_FIELD;
    i = start + NAME_LENGTH;
  }
  if (bytes[i] !== COLON) {
    if (TOKEN[bytes[i] as number] === 1) return OTHER_FIELD;
    while (isBlank(bytes[i] as number)) i++;
    if (bytes[i] !== COLON) return MALFORMED_LENGTH;
  }
  i = skipFoldedSpace(bytes, i + 1, end);
  const digits = i;
  let value = 0;
  while (i < end) {
    const digit = (bytes[i] as number) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    i++;
  }
  if (i === digits || i - digits > MAX_CONTENT_LENGTH_DIGITS) return MALFORMED_LENGTH;
  return skipFoldedSpace(bytes, i, end) === end ? value : MALFORMED_LENGTH;
}

/**
 * `Content-Length` in any case: only a letter's own two spellings give that letter with this bit. A line end is behind the line: so
 * no name goes on beyond it.
 */
function isContentLength(bytes: Uint8Array, at: number): boolean {
  return (
    ((bytes[at] as number) | 0x20) === 0x63 &&
    ((bytes[at + 1] as number) | 0x20) === 0x6f &&
    ((bytes[at + 2] as number) | 0x20) === 0x6e &&
    ((bytes[at + 3] as number) | 0x20) === 0x74 &&
    ((bytes[at + 4] as number) | 0x20) === 0x65 &&
    ((bytes[at + 5] as number) | 0x20) === 0x6e &&
    ((bytes[at + 6] as number) | 0x20) === 0x74 &&
    bytes[at + 7] === 0x2d &&
    ((bytes[at + 8] as number) | 0x20) === 0x6c &&
    ((bytes[at + 9] as number) | 0x20) === 0x65 &&
    ((bytes[at + 10] as number) | 0x20) === 0x6e &&
    ((bytes[at + 11] as number) | 0x20) === 0x67 &&
    ((bytes[at + 12] as number) | 0x20) === 0x74 &&
    ((bytes[at + 13] as number) | 0x20) === 0x68
  );
}

/** The scanner has already checked that each CR or LF in here belongs to a line end, and that only folds are inside. */
function skipFoldedSpace(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && (bytes[i] as number) <= SP && isFoldedSpace(bytes[i] as number)) i++;
  return i;
}

function isFoldedSpace(byte: number): boolean {
  return isBlank(byte) || byte === 0x0d || byte === 0x0a;
}

/** SP or HTAB, with which a continuation line begins. */
export function isBlank(byte: number): boolean {
  return byte === SP || byte === HTAB;
}
