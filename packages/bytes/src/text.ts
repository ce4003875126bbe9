import { copyBytes } from './copy.js';
import { BytesError } from './error.js';

/**
 * ASCII text to bytes.
 * @throws BytesError `invalid-text` for a character over 0x7f
 */
export function asciiToBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f)
      throw new BytesError('invalid-text', { offset: i, expected: 'ASCII', got: `U+${code.toString(16)}` });
    bytes[i] = code;
  }
  return bytes;
}

/** Each byte becomes the character of that code (ISO 8859-1); never fails, and loses nothing. */
export function bytesToLatin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = '';
  let at = start;
  // Eight at once: a character alone costs as much as they do together, and more arguments go through an array.
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(
      bytes[at] as number,
      bytes[at + 1] as number,
      bytes[at + 2] as number,
      bytes[at + 3] as number,
      bytes[at + 4] as number,
      bytes[at + 5] as number,
      bytes[at + 6] as number,
      bytes[at + 7] as number,
    );
  }
  for (; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

/** Text to UTF-8 (RFC 3629). A lone surrogate becomes U+FFFD, as in the Encoding Standard. */
export function utf8ToBytes(text: string): Uint8Array<ArrayBuffer> {
  // A UTF-16 unit needs three bytes at most, and a pair of them four.
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.codePointAt(i) as number;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) {
      bytes[length++] = code;
    } else if (code < 0x800) {
      bytes[length++] = 0xc0 | (code >> 6);
      bytes[length++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      bytes[length++] = 0xe0 | (code >> 12);
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[length++] = 0x80 | (code & 0x3f);
    } else {
      i++;
      bytes[length++] = 0xf0 | (code >> 18);
      bytes[length++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[length++] = 0x80 | (code & 0x3f);
    }
  }
  return copyBytes(bytes.subarray(0, length));
}

/**
 * UTF-8 to text, strictly (RFC 3629): overlong forms, surrogates, values over U+10FFFF and cut sequences are refused.
 * @throws BytesError `invalid-text`, with the offset of the sequence
 */
export function bytesToUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return decodeUtf8(bytes, start, end, (offset) => {
    throw new BytesError('invalid-text', {
      offset,
      expected: 'UTF-8',
      got: `0x${(bytes[offset] as number).toString(16)}`,
    });
  });
}

/** As bytesToUtf8, with U+FFFD for each byte that belongs to no character: it never fails. */
export function bytesToUtf8Replacing(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return decodeUtf8(bytes, start, end, () => '\ufffd');
}

/** As bytesToUtf8, with what `invalid` says of the offset of each byte that belongs to no character. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number, invalid: (offset: number) => string): string {
  let i = start;
  while (i < end && (bytes[i] as number) < 0x80) i++;
  if (i === end) return bytesToLatin1(bytes, start, end);
  let text = bytesToLatin1(bytes, start, i);
  while (i < end) {
    const first = bytes[i] as number;
    const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    let code = length === 1 ? first : first & (0xff >> (length + 1));
    let valid = length > 0 && i + length <= end;
    for (let k = 1; valid && k < length; k++) {
      const next = bytes[i + k] as number;
      valid = (next & 0xc0) === 0x80;
      code = (code << 6) | (next & 0x3f);
    }
    if (length === 3) valid &&= code >= 0x800 && (code < 0xd800 || code > 0xdfff);
    if (length === 4) valid &&= code >= 0x10000 && code <= 0x10ffff;
    text += valid ? String.fromCodePoint(code) : invalid(i);
    i += valid ? length : 1;
  }
  return text;
}
