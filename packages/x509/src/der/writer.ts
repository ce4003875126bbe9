import { asciiToBytes, utf8ToBytes } from '@portico/bytes';
import { encodeOid } from './oid.js';
import { contextConstructed, contextPrimitive, TAG } from './tag.js';
import { encodeTime } from './time.js';

/** One element: tag, minimal definite length, contents. X.690 sections 8.1 and 10.1. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  return derList(tag, contents);
}

/** The same from a list of any length, which arguments cannot be: engines take some hundred thousand at most. */
export function derList(tag: number, elements: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const element of elements) length += element.length;
  const header = Uint8Array.of(tag, ...encodeLength(length));
  const encoding = new Uint8Array(header.length + length);
  encoding.set(header);
  let at = header.length;
  for (const element of elements) {
    encoding.set(element, at);
    at += element.length;
  }
  return encoding;
}

/** SEQUENCE and SEQUENCE OF, X.690 sections 8.9 and 8.10. */
export function derSequence(...elements: readonly Uint8Array[]): Uint8Array {
  return der(TAG.sequence, ...elements);
}

/** SET OF: the elements are sorted by their encoding, X.690 section 11.6. */
export function derSetOf(...elements: readonly Uint8Array[]): Uint8Array {
  return derList(TAG.set, [...elements].sort(compareBytes));
}

/** `[n] EXPLICIT` around an element, X.690 section 8.14.2. */
export function derExplicit(number: number, element: Uint8Array): Uint8Array {
  return der(contextConstructed(number), element);
}

/** `[n] IMPLICIT` in place of a primitive type, from its contents, X.690 section 8.14.3. */
export function derImplicit(number: number, contents: Uint8Array): Uint8Array {
  return der(contextPrimitive(number), contents);
}

/** BOOLEAN, X.690 section 11.1. */
export function derBoolean(value: boolean): Uint8Array {
  return der(TAG.boolean, Uint8Array.of(value ? 0xff : 0x00));
}

/** A non-negative INTEGER from big-endian bytes of any length; leading zeros are dropped, a sign octet added. */
export function derUnsignedInteger(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (bytes[start] === 0) start++;
  const minimal = bytes.subarray(start);
  const needsSign = minimal.length === 0 || (minimal[0] as number) >= 0x80;
  return needsSign ? der(TAG.integer, Uint8Array.of(0), minimal) : der(TAG.integer, minimal);
}

/** An INTEGER from 0 to 2^31 - 1, X.690 section 8.3. */
export function derSmallInteger(value: number): Uint8Array {
  return derUnsignedInteger(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value));
}

/** OCTET STRING, X.690 section 8.7. */
export function derOctetString(contents: Uint8Array): Uint8Array {
  return der(TAG.octetString, contents);
}

/** BIT STRING, X.690 section 8.6; the unused bits must be zero (section 11.2.1). */
export function derBitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return der(TAG.bitString, Uint8Array.of(unusedBits), bytes);
}

/**
 * A BIT STRING of named bits from the set positions: trailing zero bits are dropped, X.690 section 11.2.2.
 */
export function derNamedBits(positions: readonly number[]): Uint8Array {
  const highest = positions.reduce((left, right) => Math.max(left, right), -1);
  const bytes = new Uint8Array(Math.ceil((highest + 1) / 8));
  for (const position of positions) {
    bytes[position >> 3] = (bytes[position >> 3] as number) | (0x80 >> (position & 7));
  }
  return derBitString(bytes, bytes.length * 8 - (highest + 1));
}

/** NULL, X.690 section 8.8. */
export function derNull(): Uint8Array {
  return der(TAG.null);
}

/** OBJECT IDENTIFIER from its dotted form, X.690 section 8.19. @throws X509Error `invalid-oid` */
export function derOid(dotted: string): Uint8Array {
  return der(TAG.oid, encodeOid(dotted));
}

/** UTF8String, X.690 section 8.23. */
export function derUtf8String(text: string): Uint8Array {
  return der(TAG.utf8String, utf8ToBytes(text));
}

/**
 * UTCTime before 2050, GeneralizedTime from then on, RFC 5280 section 4.1.2.5; fractions of a second are cut.
 * @param milliseconds since 1970
 * @throws X509Error `invalid-argument` outside the years 1950 to 9999
 */
export function derTime(milliseconds: number): Uint8Array {
  const { type, text } = encodeTime(milliseconds);
  return der(type === 'utc' ? TAG.utcTime : TAG.generalizedTime, asciiToBytes(text));
}

function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

/** Lexicographic, the shorter first where one is the beginning of the other. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const common = Math.min(left.length, right.length);
  for (let i = 0; i < common; i++) {
    const difference = (left[i] as number) - (right[i] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
