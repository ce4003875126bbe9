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
const WHITE_SPACE = ' \t\n\v\f\r';

/** Characters behind a boundary that are looked at: labels have 64, and long lines must not be read again and again. */
const LOOK_AHEAD = 80;

/** Labels as files have them; RFC 7468 section 3 would allow any printable characters. */
const LABEL = /^[A-Z0-9][A-Z0-9 .#-]{0,63}$/;

/** What a line may have before a boundary: white space and byte order marks, as text or as the bytes of UTF-8. */
const NOTHING = /^(?:\s|\xef\xbb\xbf)*$/;

/** What stands before a boundary in its line. */
type LineStart = 'nothing' | 'comment' | 'text';

/**
 * The blocks of a file, in order. Text before, between and after them is ignored (RFC 7468 section 2); within a block
 * white space may be anywhere, anything else outside the base64 alphabet is refused. A block begins a line (white space
 * and a byte order mark do not count) or follows the end of another at once. Lines that begin with `#` are comments.
 * Nothing is lost in silence: a block that begins behind other text, or has no beginning or end, is refused.
 * @param isWanted says by the label which blocks matter; others are text, whatever is in them. All do by default
 * @throws X509Error `invalid-pem`, with an offset in characters
 */
export function decodePem(
  pem: string | Uint8Array,
  isWanted: (label: string) => boolean = () => true,
): readonly PemBlock[] {
  const text = typeof pem === 'string' ? pem : bytesToLatin1(pem);
  const blocks: PemBlock[] = [];
  const markers = /-----(?:BEGIN|END) /g;
  let before: LineStart = 'nothing';
  let from = 0;
  for (let marker = markers.exec(text); marker !== null; marker = markers.exec(text)) {
    const { index: at } = marker;
    before = lineStart(text.slice(from, at), before);
    from = markers.lastIndex;
    const begins = marker[0] === BEGIN;
    const label = readLabel(text, from);
    const bodyStart = from + label.length + DASHES.length;
    const whole = text.startsWith(DASHES, from + label.length);
    if (before === 'comment' || !isWanted(label) || (before === 'text' && !(begins && isLineEnd(text, bodyStart)))) {
      if (before === 'nothing') {
        if (whole && !begins) from = markers.lastIndex = bodyStart;
        else before = 'text';
      }
      continue;
    }
    if (before === 'text' || !begins || !whole || !LABEL.test(label)) {
      throw new X509Error('invalid-pem', { offset: at, expected: `a line ${BEGIN}, a label and five dashes` });
    }
    const closing = `${END}${label}${DASHES}`;
    const end = markers.exec(text)?.index ?? text.length;
    if (!text.startsWith(closing, end)) {
      throw new X509Error('invalid-pem', { offset: at, expected: `${closing} after its beginning` });
    }
    const { headers, start } = readHeaders(text, bodyStart, end);
    blocks.push({ label, headers, bytes: decodeBase64(text, start, end) });
    from = markers.lastIndex = end + closing.length;
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

/** By what stands since the last boundary, which was behind what `before` says. */
function lineStart(since: string, before: LineStart): LineStart {
  const start = Math.max(since.lastIndexOf('\n'), since.lastIndexOf('\r')) + 1;
  if (start === 0 && before !== 'nothing') return before;
  const line = since.slice(start);
  if (NOTHING.test(line)) return 'nothing';
  return line.trimStart().startsWith('#') ? 'comment' : 'text';
}

/** Up to the dashes or the end of the line, without what is too much before them. */
function readLabel(text: string, start: number): string {
  const [label] = text.slice(start, start + LOOK_AHEAD).split(/-----|[\r\n]/) as [string];
  return label.replace(/[\s-]+$/, '');
}

/** Whether nothing but white space is left of a line. */
function isLineEnd(text: string, start: number): boolean {
  return /^[^\S\r\n]*(?:[\r\n]|$)/.test(text.slice(start, start + LOOK_AHEAD));
}

/** RFC 1421 section 4.4: `Name: value` lines, closed by an empty one. Base64 has no colon, so one look tells. */
function readHeaders(text: string, start: number, end: number): { headers: readonly string[]; start: number } {
  const body = text.slice(start, end);
  if (!body.includes(':')) return { headers: [], start };
  const separator = /\r?\n[ \t]*\r?\n/.exec(body);
  if (separator === null) return { headers: [], start };
  const headers = text
    .slice(start, start + separator.index)
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return { headers, start: start + separator.index + separator[0].length };
}

function decodeBase64(text: string, start: number, end: number): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let bitCount = 0;
  let digits = 0;
  let padding = 0;
  for (let i = start; i < end; i++) {
    const value = BASE64_VALUES[text.charCodeAt(i)];
    if (value !== undefined && padding === 0) {
      digits++;
      bits = (bits << 6) | value;
      bitCount += 6;
      if (bitCount >= 8) {
        bitCount -= 8;
        bytes.push(bits >> bitCount);
        bits &= (1 << bitCount) - 1;
      }
    } else if (text.charAt(i) === '=') {
      padding++;
    } else if (!WHITE_SPACE.includes(text.charAt(i))) {
      throw new X509Error('invalid-pem', { offset: i, expected: 'base64' });
    }
  }
  if ((digits + padding) % 4 !== 0 || padding > 2 || bits !== 0) {
    throw new X509Error('invalid-pem', { offset: end, expected: 'base64 padded to a multiple of four characters' });
  }
  return new Uint8Array(bytes);
}

function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    // Behind the end there are zeros: what is not there counts as such among bits.
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63);
    text += left > 1 ? ALPHABET.charAt((group >> 6) & 63) : '=';
    text += left > 2 ? ALPHABET.charAt(group & 63) : '=';
  }
  return text;
}

/** By character code; what is no digit of base64 has none. */
const BASE64_VALUES: readonly (number | undefined)[] = /* @__PURE__ */ base64Values();

function base64Values(): readonly (number | undefined)[] {
  const values: number[] = [];
  for (const [value, digit] of [...ALPHABET].entries()) values[digit.charCodeAt(0)] = value;
  return values;
}
