import { findByValue } from '../oids.js';

/** Identifier octets (X.690 section 8.1.2) of the types that certificates and keys use. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** `[n]` around or instead of a primitive type. */
export function contextPrimitive(number: number): number {
  return 0x80 | number;
}

/** `[n]` around another element (EXPLICIT), or instead of a SEQUENCE or SET (IMPLICIT). */
export function contextConstructed(number: number): number {
  return 0xa0 | number;
}

/** Bit 6 of the identifier octet: the contents are elements themselves. */
export const CONSTRUCTED_BIT = 0x20;

export function tagToText(tag: number): string {
  const known = findByValue(TAG, tag);
  if (known !== null) return known;
  if ((tag & 0xc0) === 0x80) return `[${tag & 0x1f}]${(tag & CONSTRUCTED_BIT) === 0 ? '' : ' constructed'}`;
  return `tag 0x${tag.toString(16)}`;
}
