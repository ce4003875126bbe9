import { bytesToLatin1 } from '@portico/bytes';
import { X509Error } from '../error.js';

/** One encapsulated object of a file, RFC 7468 section 2. */
export interface PemBlock {
  readonly label: string;
  readonly bytes: Uint8Array;
  /** RFC 1421 header lines (`Proc-Type: 4,ENCRYPTED`), as OpenSSL's old key format has them. */
  readonly headers: readonly string[];
}

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const LINE_LENGTH = 64;

/**
 * All blocks of a file, in order. Text before, between and after them is ignored (RFC 7468 section 2); within a block
 * white space may be anywhere, anything else outside the base64 alphabet is refused.
 * @throws X509Error `invalid-pem`, with an offset in characters
 */
export function decodePem(pem: string | Uint8Array): readonly PemBlock[] {
  const text = typeof pem === 'string' ? pem : bytesToLatin1(pem);
  const blocks: PemBlock[] = [];
  for (let at = nextLineStarting(text, BEGIN, 0); at >= 0;) {
    const labelEnd = text.indexOf(DASHES, at + BEGIN.length);
    const label = labelEnd < 0 ? '' : text.slice(at + BEGIN.length, labelEnd);
    if (!/^[A-Z0-9][A-Z0-9 .#-]{0,63}$/.test(label)) {
      throw new X509Error('invalid-pem', { offset: at, expected: 'a label and five dashes' });
    }
    const bodyStart = labelEnd + DASHES.length;
    const end = nextLineStarting(text, END, bodyStart);
    const closing = `${END}${label}${DASHES}`;
    if (end < 0 || !text.startsWith(closing, end)) {
      throw new X509Error('invalid-pem', { offset: at, expected: `${closing} after its beginning` });
    }
    const { headers, start } = readHeaders(text, bodyStart, end);
    blocks.push({ label, headers, bytes: decodeBase64(text, start, end) });
    at = nextLineStarting(text, BEGIN, end + closing.length);
  }
  return blocks;
}

/** One block with lines of 64 characters, ending in a newline: RFC 7468 section 3, strict form. */
export function encodePem(label: string, bytes: Uint8Array): string {
  const base64 = encodeBase64(bytes);
  let text = `${BEGIN}${label}${DASHES}\n`;
  for (let i = 0; i < base64.length; i += LINE_LENGTH) text += `${base64.slice(i, i + LINE_LENGTH)}\n`;
  return `${text}${END}${label}${DASHES}\n`;
}

function nextLineStarting(text: string, marker: string, from: number): number {
  for (let at = text.indexOf(marker, from); at >= 0; at = text.indexOf(marker, at + marker.length)) {
    if (at === 0 || text[at - 1] === '\n' || text[at - 1] === '\r') return at;
  }
  return -1;
}

/** RFC 1421 section 4.4: `Name: value` lines, closed by an empty one. Base64 has no colon, so one look tells. */
function readHeaders(text: string, start: number, end: number): { headers: readonly string[]; start: number } {
  const body = text.slice(start, end);
  if (!body.includes(':')) return { headers: [], start };
  const separator = /\r?\n[ \t]*\r?\n/.exec(body);
  if (separator === null) return { headers: [], start };
  const headers = body
    .slice(0, separator.index)
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return { headers, start: start + separator.index + separator[0].length };
}

function decodeBase64(text: string, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(((end - start) * 3) / 4));
  let length = 0;
  let bits = 0;
  let bitCount = 0;
  let digits = 0;
  let padding = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) continue;
    if (code === 0x3d) {
      padding++;
      continue;
    }
    const value = code < 0x80 ? (BASE64_VALUES[code] as number) : -1;
    if (value < 0 || padding > 0) throw new X509Error('invalid-pem', { offset: i, expected: 'base64' });
    digits++;
    bits = ((bits << 6) | value) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[length++] = bits >> bitCount;
    }
  }
  const leftover = bits & ((1 << bitCount) - 1);
  if ((digits + padding) % 4 !== 0 || padding > 2 || leftover !== 0) {
    throw new X509Error('invalid-pem', { offset: end, expected: 'base64 padded to a multiple of four characters' });
  }
  return bytes.slice(0, length);
}

function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63);
    text += left > 1 ? ALPHABET.charAt((group >> 6) & 63) : '=';
    text += left > 2 ? ALPHABET.charAt(group & 63) : '=';
  }
  return text;
}

const BASE64_VALUES: Int8Array = /* @__PURE__ */ base64Values();

function base64Values(): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let i = 0; i < ALPHABET.length; i++) values[ALPHABET.charCodeAt(i)] = i;
  return values;
}
