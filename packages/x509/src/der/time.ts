import { X509Error } from '../error.js';

/**
 * UTCTime as RFC 5280 section 4.1.2.5.1 allows it: `YYMMDDHHMMSSZ`, where YY below 50 means 20YY. In milliseconds.
 * @throws X509Error `invalid-time`
 */
export function decodeUtcTime(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 13) throw invalidTime(start, 'YYMMDDHHMMSSZ');
  const year = twoDigits(bytes, start);
  return decodeRest(bytes, start + 2, year < 50 ? 2000 + year : 1900 + year);
}

/**
 * GeneralizedTime as RFC 5280 section 4.1.2.5.2 allows it: `YYYYMMDDHHMMSSZ`, no fraction. In milliseconds. Years below
 * 2050 must be UTCTime there, but certificates in use break this and nothing hangs on it, so they are taken.
 * @throws X509Error `invalid-time`
 */
export function decodeGeneralizedTime(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 15) throw invalidTime(start, 'YYYYMMDDHHMMSSZ');
  return decodeRest(bytes, start + 4, twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2));
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

function decodeRest(bytes: Uint8Array, at: number, year: number): number {
  const month = twoDigits(bytes, at);
  const day = twoDigits(bytes, at + 2);
  const hour = twoDigits(bytes, at + 4);
  const minute = twoDigits(bytes, at + 6);
  const second = twoDigits(bytes, at + 8);
  const date = new Date(0);
  // setUTCFullYear, because Date.UTC takes years below 100 for 19YY. A day that does not exist falls into another month.
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1;
  date.setUTCHours(hour, minute, second);
  if (!exists || hour > 23 || minute > 59 || second > 59 || bytes[at + 10] !== 0x5a) {
    throw invalidTime(at, 'a time that exists, and Z');
  }
  return date.getTime();
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
