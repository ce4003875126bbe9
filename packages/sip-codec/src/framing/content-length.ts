import { TOKEN } from '../grammar/characters.js';

/** More digits than this cannot be a length that anybody buffers, and some readers would wrap around. */
export const MAX_CONTENT_LENGTH_DIGITS = 10;

/** Bytes of `Content-Length`. */
const NAME_LENGTH = 14;

/** This line is not a Content-Length field. */
export const OTHER_FIELD = -1;

/** This is a Content-Length field, and its value is not 1*DIGIT of at most ten digits. */
export const MALFORMED_LENGTH = -1;

/**
 * Whether a line that begins with c, C, l or L is a Content-Length field (RFC 3261 section 20.14, compact form `l`):
 * the offset after its name, or OTHER_FIELD. The name ends where no token character follows, so that
 * `Content-Length;` is a broken Content-Length and not an unknown field. A line end is behind the line: so no name goes on
 * beyond it.
 */
export function contentLengthNameEnd(bytes: Uint8Array, start: number): number {
  const long = (bytes[start] as number) === 0x6c || (bytes[start] as number) === 0x4c ? 1 : NAME_LENGTH;
  const nameEnd = start + long;
  if (long !== 1 && !isContentLength(bytes, start)) return OTHER_FIELD;
  return TOKEN[bytes[nameEnd] as number] === 1 ? OTHER_FIELD : nameEnd;
}

/**
 * `Content-Length` in any case: only a letter's own two spellings give that letter with this bit. The hyphen and the letter
 * after it come first, because they tell it from Contact, Call-ID, CSeq and Content-Type.
 */
function isContentLength(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at + 7] === 0x2d &&
    ((bytes[at + 8] as number) | 0x20) === 0x6c &&
    ((bytes[at] as number) | 0x20) === 0x63 &&
    ((bytes[at + 1] as number) | 0x20) === 0x6f &&
    ((bytes[at + 2] as number) | 0x20) === 0x6e &&
    ((bytes[at + 3] as number) | 0x20) === 0x74 &&
    ((bytes[at + 4] as number) | 0x20) === 0x65 &&
    ((bytes[at + 5] as number) | 0x20) === 0x6e &&
    ((bytes[at + 6] as number) | 0x20) === 0x74 &&
    ((bytes[at + 9] as number) | 0x20) === 0x65 &&
    ((bytes[at + 10] as number) | 0x20) === 0x6e &&
    ((bytes[at + 11] as number) | 0x20) === 0x67 &&
    ((bytes[at + 12] as number) | 0x20) === 0x74 &&
    ((bytes[at + 13] as number) | 0x20) === 0x68
  );
}

/**
 * `HCOLON 1*DIGIT` from the end of the name to the end of the field, continuation lines included: the value, or
 * MALFORMED_LENGTH. White space before the colon, folding and leading zeros are legal (section 25.1).
 */
export function readContentLength(bytes: Uint8Array, nameEnd: number, end: number): number {
  let i = nameEnd;
  while (isBlank(bytes[i] as number)) i++;
  if (bytes[i] !== 0x3a) return MALFORMED_LENGTH;
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

/** The scanner has already checked that each CR or LF in here belongs to a line end, and that only folds are inside. */
function skipFoldedSpace(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && (isBlank(bytes[i] as number) || bytes[i] === 0x0d || bytes[i] === 0x0a)) i++;
  return i;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}
