const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const HTAB = 0x09;

/** First byte of a value, behind the white space after the colon; folds are white space. */
export function valueStartAt(bytes: Uint8Array, colon: number, end: number): number {
  // A line end is white space, so what follows a space is in the line.
  if (bytes[colon + 1] === SP && (bytes[colon + 2] as number) > SP) return colon + 2;
  let i = colon + 1;
  while (i < end && (bytes[i] as number) <= SP && isSpace(bytes[i] as number)) i++;
  // An empty value stands in front of the line end.
  return i === end ? contentEndAt(bytes, end) : i;
}

/** First byte after the value that begins at `start`, in a line that ends at `end`. */
export function valueEndAt(bytes: Uint8Array, start: number, end: number): number {
  if (end - 3 > start && (bytes[end - 3] as number) > SP && bytes[end - 2] === CR && bytes[end - 1] === LF)
    return end - 2;
  let i = contentEndAt(bytes, end);
  while (i > start && (bytes[i - 1] as number) <= SP && isSpace(bytes[i - 1] as number)) i--;
  return i;
}

/** The end of a line without its line end. */
function contentEndAt(bytes: Uint8Array, end: number): number {
  if (bytes[end - 1] !== LF) return end;
  return bytes[end - 2] === CR ? end - 2 : end - 1;
}

function isSpace(byte: number): boolean {
  return byte === SP || byte === HTAB || byte === CR || byte === LF;
}
