import { X509Error } from '../error.js';
import { decodeOid } from './oid.js';
import { CONSTRUCTED_BIT, contextConstructed, TAG, tagToText } from './tag.js';
import { decodeTime } from './time.js';

/** Nesting of elements. Certificates need about twelve: NameConstraints in an extension in a list in a TBSCertificate. */
export const MAX_DER_DEPTH = 32;

/** Lengths of more than four octets are refused: no certificate or key comes near 2^32 bytes. */
const MAX_LENGTH_OCTETS = 4;

/** Where an element lies in the reader's array. */
export interface DerElement {
  readonly tag: number;
  /** Of the identifier octet. */
  readonly offset: number;
  /** Of the first content octet. */
  readonly start: number;
  /** One past the last content octet. */
  readonly end: number;
}

/** A BIT STRING; the unused bits of the last octet are zero (X.690 section 11.2.1). */
export interface BitString {
  readonly unusedBits: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads DER (X.690 sections 8 to 11) strictly: definite minimal lengths, minimal integers, booleans 0x00 or 0xff, one
 * octet of tag, bounded nesting. Everything it returns is a view of the array it was given, and offsets in errors count
 * from the start of that array.
 */
export class DerReader {
  readonly bytes: Uint8Array;
  readonly #end: number;
  readonly #depth: number;
  #offset: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length, depth = 0) {
    if (depth > MAX_DER_DEPTH) {
      throw new X509Error('too-deep', { offset: start, expected: `at most ${MAX_DER_DEPTH} levels` });
    }
    this.bytes = bytes;
    this.#offset = start;
    this.#end = end;
    this.#depth = depth;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#end - this.#offset;
  }

  /** The next identifier octet, or null at the end. */
  peek(): number | null {
    return this.#offset < this.#end ? (this.bytes[this.#offset] as number) : null;
  }

  /**
   * The next element, whatever its type.
   * @throws X509Error `truncated`, `invalid-length`, `unexpected-tag`
   */
  element(): DerElement {
    const offset = this.#offset;
    const tag = this.#octet();
    // High tag numbers (X.690 section 8.1.2.4) occur in no structure of RFC 5280; tag 0 is end-of-contents.
    if ((tag & 0x1f) === 0x1f || tag === 0) {
      throw new X509Error('unexpected-tag', { offset, expected: 'a tag of one octet', got: `0x${tag.toString(16)}` });
    }
    const length = this.#length();
    const start = this.#offset;
    if (length > this.#end - start) {
      throw new X509Error('truncated', { offset, expected: `${length} bytes`, got: this.#end - start });
    }
    this.#offset = start + length;
    return { tag, offset, start, end: start + length };
  }

  /**
   * The next element, which must have that tag.
   * @throws X509Error `unexpected-tag` and those of `element`
   */
  expect(tag: number, what?: string): DerElement {
    const next = this.peek();
    if (next !== tag) {
      throw new X509Error(next === null ? 'truncated' : 'unexpected-tag', {
        offset: this.#offset,
        expected: what ?? tagToText(tag),
        got: next === null ? 'the end' : tagToText(next),
      });
    }
    return this.element();
  }

  /** The next element if it has that tag, else null. */
  optional(tag: number): DerElement | null {
    return this.peek() === tag ? this.element() : null;
  }

  /**
   * A reader over an element's contents.
   * @throws X509Error `too-deep`
   */
  inside(element: DerElement): DerReader {
    return new DerReader(this.bytes, element.start, element.end, this.#depth + 1);
  }

  /** A view of the contents. */
  contents(element: DerElement): Uint8Array {
    return this.bytes.subarray(element.start, element.end);
  }

  /** A view of the whole element, tag and length included. */
  whole(element: DerElement): Uint8Array {
    return this.bytes.subarray(element.offset, element.end);
  }

  sequence(what?: string): DerReader {
    return this.inside(this.expect(TAG.sequence, what));
  }

  set(what: string): DerReader {
    return this.inside(this.expect(TAG.set, what));
  }

  /** The inside of `[n] EXPLICIT` or of a constructed `[n] IMPLICIT`, or null if another element comes. */
  tagged(number: number): DerReader | null {
    const element = this.optional(contextConstructed(number));
    return element === null ? null : this.inside(element);
  }

  /** @throws X509Error `invalid-boolean` unless it is 0x00 or 0xff (X.690 section 11.1) */
  boolean(): boolean {
    const element = this.expect(TAG.boolean);
    const value = this.bytes[element.start];
    if (element.end - element.start !== 1 || (value !== 0x00 && value !== 0xff)) {
      throw new X509Error('invalid-boolean', { offset: element.offset, expected: '0x00 or 0xff' });
    }
    return value === 0xff;
  }

  /** BOOLEAN DEFAULT FALSE. @throws X509Error `not-canonical` where FALSE is spelt out (X.690 section 11.5), and as `boolean` */
  defaultFalse(): boolean {
    const { offset } = this;
    if (this.peek() !== TAG.boolean) return false;
    if (this.boolean()) return true;
    throw new X509Error('not-canonical', { offset, expected: 'no FALSE, the default' });
  }

  /** The two's complement content octets. @throws X509Error `invalid-integer` unless they are minimal (section 8.3.2) */
  integer(what?: string): Uint8Array {
    return decodeInteger(this, this.expect(TAG.integer, what));
  }

  /** A positive integer or zero as big-endian bytes without a sign octet. @throws X509Error `invalid-integer` */
  unsignedInteger(what: string): Uint8Array {
    const contents = decodeUnsignedInteger(this, this.expect(TAG.integer, what), what);
    return contents.length > 1 && contents[0] === 0 ? contents.subarray(1) : contents;
  }

  /** An integer from 0 to `max`, which is below 2^31. @throws X509Error `invalid-integer` */
  smallInteger(what: string, max: number): number {
    return this.integerContents(this.expect(TAG.integer, what), max, what);
  }

  /** The same from an element's contents, whatever its tag (IMPLICIT ones have another). */
  integerContents(element: DerElement, max: number, what = 'an INTEGER'): number {
    let value = 0;
    for (const byte of decodeUnsignedInteger(this, element, what)) {
      value = value * 256 + byte;
      if (value > max) {
        throw new X509Error('invalid-integer', { offset: element.offset, expected: `${what} of at most ${max}` });
      }
    }
    return value;
  }

  octetString(what?: string): Uint8Array {
    return this.contents(this.expect(TAG.octetString, what));
  }

  /** @throws X509Error `invalid-bit-string` */
  bitString(what?: string): BitString {
    return decodeBitString(this, this.expect(TAG.bitString, what));
  }

  /** A BIT STRING that holds whole octets, as keys and signatures are. @throws X509Error `invalid-bit-string` */
  bitStringOctets(what: string): Uint8Array {
    const { offset } = this;
    const { unusedBits, bytes } = this.bitString(what);
    if (unusedBits !== 0) throw new X509Error('invalid-bit-string', { offset, expected: `${what} of whole octets` });
    return bytes;
  }

  /** In dotted form. @throws X509Error `invalid-oid` */
  oid(what?: string): string {
    const element = this.expect(TAG.oid, what);
    return decodeOid(this.bytes, element.start, element.end);
  }

  /** UTCTime or GeneralizedTime, in milliseconds since 1970 (RFC 5280 section 4.1.2.5). @throws X509Error `invalid-time` */
  time(): number {
    const utc = this.optional(TAG.utcTime);
    const time = utc ?? this.expect(TAG.generalizedTime, 'a Time');
    return decodeTime(this.bytes, time.start, time.end, utc === null ? 4 : 2);
  }

  /** Any one element, checked to be DER all the way down as far as tags tell. */
  anyElement(): DerElement {
    const element = this.element();
    checkNested(this, element);
    return element;
  }

  /** The same; a view of the whole. */
  any(): Uint8Array {
    return this.whole(this.anyElement());
  }

  /** @throws X509Error `trailing-bytes` unless everything was read */
  end(): void {
    if (this.remaining !== 0) {
      throw new X509Error('trailing-bytes', {
        offset: this.#offset,
        expected: 'the end',
        got: `${this.remaining} more bytes`,
      });
    }
  }

  #octet(): number {
    if (this.#offset >= this.#end) {
      throw new X509Error('truncated', { offset: this.#offset, expected: 'another octet', got: 'the end' });
    }
    return this.bytes[this.#offset++] as number;
  }

  /** Definite form in as few octets as possible, X.690 sections 8.1.3 and 10.1. */
  #length(): number {
    const offset = this.#offset;
    const first = this.#octet();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > MAX_LENGTH_OCTETS) {
      throw new X509Error('invalid-length', { offset, expected: 'a definite length below 2^32' });
    }
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + this.#octet();
    if (length < 0x80 || length < 256 ** (count - 1)) {
      throw new X509Error('invalid-length', { offset, expected: 'the shortest form' });
    }
    return length;
  }
}

/**
 * The contents of an INTEGER, whatever its tag (IMPLICIT ones have another).
 * @throws X509Error `invalid-integer` unless it is minimal, X.690 section 8.3.2
 */
export function decodeInteger(reader: DerReader, element: DerElement): Uint8Array {
  const contents = reader.contents(element);
  const [first, second] = contents;
  if (first === undefined) throw new X509Error('invalid-integer', { offset: element.offset, expected: 'an octet' });
  // The first nine bits are neither all zeros nor all ones.
  const leading = second === undefined ? null : (first << 1) | (second >> 7);
  if (leading === 0 || leading === 0x1ff) {
    throw new X509Error('invalid-integer', { offset: element.offset, expected: 'the shortest form' });
  }
  return contents;
}

/** The same, of an INTEGER that is not negative. */
function decodeUnsignedInteger(reader: DerReader, element: DerElement, what: string): Uint8Array {
  const contents = decodeInteger(reader, element);
  if ((contents[0] as number) >= 0x80) {
    throw new X509Error('invalid-integer', { offset: element.offset, expected: `${what} not below zero` });
  }
  return contents;
}

/** The contents of a BIT STRING, whatever its tag (IMPLICIT ones have another). @throws X509Error `invalid-bit-string` */
export function decodeBitString(reader: DerReader, element: DerElement): BitString {
  const unusedBits = reader.bytes[element.start] as number;
  const bytes = reader.bytes.subarray(element.start + 1, element.end);
  const last = bytes[bytes.length - 1] as number;
  const valid =
    element.end > element.start &&
    unusedBits <= 7 &&
    (bytes.length > 0 || unusedBits === 0) &&
    (last & ((1 << unusedBits) - 1)) === 0;
  if (!valid) {
    throw new X509Error('invalid-bit-string', { offset: element.offset, expected: 'zero in at most 7 unused bits' });
  }
  return { unusedBits, bytes };
}

function checkNested(reader: DerReader, element: DerElement): void {
  if ((element.tag & CONSTRUCTED_BIT) !== 0) {
    const inner = reader.inside(element);
    while (inner.remaining > 0) checkNested(inner, inner.element());
  }
}
