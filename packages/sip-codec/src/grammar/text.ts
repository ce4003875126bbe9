import { bytesToUtf8Replacing, utf8ToBytes } from '@portico/bytes';

/** ASCII quickly, other text as UTF-8. */
export function textToBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return utf8ToBytes(text);
    bytes[i] = code;
  }
  return bytes;
}

/** ASCII as bytes; what is beyond it becomes 0xff, which is in no rule for ASCII. */
export function asciiBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i) > 0x7f ? 0xff : text.charCodeAt(i);
  return bytes;
}

/**
 * Bytes from the wire as text: UTF-8, and U+FFFD for each byte that belongs to no character, so that it never fails.
 * For people to read, and for text whose bytes a grammar has already judged.
 */
export const bytesToText: typeof bytesToUtf8Replacing = bytesToUtf8Replacing;

/** ASCII letters in lower case; other characters stay, so that no locale or Unicode folding can make names equal. */
export function asciiLowerCase(text: string): string {
  // Most names need no new string; toLowerCase itself is right for ASCII alone.
  let hasUpper = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    hasUpper ||= code >= 0x41 && code <= 0x5a;
  }
  return hasUpper ? text.toLowerCase() : text;
}

/** Whether two texts are equal but for the case of ASCII letters (RFC 3261 section 7.3.1). */
export function equalsIgnoringCase(left: string, right: string): boolean {
  return left.length === right.length && asciiLowerCase(left) === asciiLowerCase(right);
}

/** The value of a field with each fold and the white space round it read as one SP (RFC 3261 section 7.3.1). */
export function unfold(bytes: Uint8Array, start: number, end: number): string {
  return joinFolds(bytesToText(bytes, start, end));
}

/**
 * Text with each fold and the white space round it as one SP. Line by line, because a pattern that looks for white space in
 * front of a line end looks at a long run of it once for each of its characters.
 */
export function joinFolds(text: string): string {
  if (!text.includes('\n')) return text;
  const [first = '', ...lines] = text.split('\n');
  const pieces: string[] = [];
  let piece = first;
  for (const line of lines) {
    if (isBlank(line.charCodeAt(0))) {
      pieces.push(withoutBlankEnd(piece.endsWith('\r') ? piece.slice(0, -1) : piece));
      let from = 0;
      while (isBlank(line.charCodeAt(from))) from++;
      piece = line.slice(from);
    } else piece += `\n${line}`;
  }
  pieces.push(piece);
  return pieces.join(' ');
}

/** Text without the SP and HTAB at its end. */
export function withoutBlankEnd(text: string): string {
  let end = text.length;
  while (isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
