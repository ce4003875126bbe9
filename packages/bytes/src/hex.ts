import { BytesError } from './error.js';

const DIGITS = '0123456789abcdef';

/** Lower-case hexadecimal, two digits per byte. */
export function bytesToHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 0x0f);
  return text;
}

/**
 * Reads hexadecimal of either case; white space is skipped.
 * @throws BytesError `invalid-hex` for another character or an odd number of digits
 */
export function hexToBytes(text: string): Uint8Array<ArrayBuffer> {
  const digits: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === ' ' || character === '\n' || character === '\r' || character === '\t') continue;
    const value = DIGITS.indexOf(character.toLowerCase());
    if (value < 0) throw new BytesError('invalid-hex', { offset: i, expected: 'a hexadecimal digit', got: character });
    digits.push(value);
  }
  if (digits.length % 2 !== 0) {
    throw new BytesError('invalid-hex', { expected: 'an even number of digits', got: digits.length });
  }
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = ((digits[2 * i] as number) << 4) | (digits[2 * i + 1] as number);
  }
  return bytes;
}

const BYTES_PER_LINE = 16;

/** A dump for people: offset, sixteen bytes in hexadecimal, and their printable ASCII; one line per sixteen bytes. */
export function hexdump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += BYTES_PER_LINE) {
    const row = bytes.subarray(offset, offset + BYTES_PER_LINE);
    const hex = Array.from(row, (byte) => bytesToHex(Uint8Array.of(byte))).join(' ');
    const printable = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(
      '',
    );
    lines.push(`${offset.toString(16).padStart(8, '0')}  ${hex.padEnd(BYTES_PER_LINE * 3 - 1)}  ${printable}`);
  }
  return lines.join('\n');
}
