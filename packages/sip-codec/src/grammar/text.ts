import { BytesError, bytesToUtf8, utf8ToBytes } from '@portico/bytes';

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

/**
 * Bytes from the wire as text: UTF-8, and U+FFFD for each byte that belongs to no character, so that it never fails.
 * For people to read, and for text whose bytes a grammar has already judged.
 */
export function bytesToText(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = '';
  let at = start;
  for (;;) {
    try {
      return text + bytesToUtf8(bytes, at, end);
    } catch (error) {
      if (!(error instanceof BytesError) || error.offset === undefined) throw error;
      text += `${bytesToUtf8(bytes, at, error.offset)}\ufffd`;
      at = error.offset + 1;
    }
  }
}

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
  for (let i = start; i < end; i++) {
    if (bytes[i] === 0x0d || bytes[i] === 0x0a) {
      return bytesToText(bytes, start, end).replace(/[ \t]*\r?\n[ \t]+/g, ' ');
    }
  }
  return bytesToText(bytes, start, end);
}
