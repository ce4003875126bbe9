import { X509Error } from '../error.js';

/**
 * A Time as RFC 5280 section 4.1.2.5 allows it, in milliseconds: UTCTime as `YYMMDDHHMMSSZ`, where YY below 50 means 20YY,
 * or GeneralizedTime as `YYYYMMDDHHMMSSZ`, no fraction. Years below 2050 must be UTCTime, but certificates in use break this
 * and nothing hangs on it, so they are taken.
 * @param yearDigits 2 for UTCTime, 4 for GeneralizedTime
 * @throws X509Error `invalid-time`
 */
export function decodeTime(bytes: Uint8Array, start: number, end: number, yearDigits: 2 | 4): number {
  if (end - start !== 11 + yearDigits) throw invalidTime(start, `${'Y'.repeat(yearDigits)}MMDDHHMMSSZ`);
  const high = twoDigits(bytes, start);
  const at = start + yearDigits;
  const year = yearDigits === 4 ? high * 100 + twoDigits(bytes, start + 2) : high + (high < 50 ? 2000 : 1900);
  const month = twoDigits(bytes, at);
  const day = twoDigits(bytes, at + 2);
  const hour = twoDigits(bytes, at + 4);
  const minute = twoDigits(bytes, at + 6);
  const second = twoDigits(bytes, at + 8);
  const time = Date.UTC(year + 400, month - 1, day, hour, minute, second);
  const exists = new Date(time).getUTCMonth() === month - 1;
  if (!exists || hour > 23 || minute > 59 || second > 59 || bytes[at + 10] !== 0x5a) {
    throw invalidTime(at, 'a time that exists, and Z');
  }
  return time - 12_622_780_800_000;
}

/**
 * The text of a Time and which of the two types RFC 5280 section 4.1.2.5 wants for it; fractions of a second are cut.
 * @throws X509Error `invalid-argument` outside the years 1950 to 9999
 */
export function encodeTime(milliseconds: number): { readonly type: 'utc' | 'generalized'; readonly text: string } {
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  if (!(year >= 1950 && year <= 9999)) {
    throw new X509Error('invalid-argument', { expected: 'a time from 1950 to 9999', got: milliseconds });
  }
  const rest = [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes()]
    .concat(date.getUTCSeconds())
    .map((part) => String(part).padStart(2, '0'))
    .join('');
  return year < 2050
    ? { type: 'utc', text: `${String(year % 100).padStart(2, '0')}${rest}Z` }
    : { type: 'generalized', text: `${year}${rest}Z` };
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - 0x30;
  const ones = (bytes[at + 1] as number) - 0x30;
  if (!(tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9)) throw invalidTime(at, 'two digits');
  return tens * 10 + ones;
}

function invalidTime(offset: number, expected: string): X509Error {
  return new X509Error('invalid-time', { offset, expected });
}
