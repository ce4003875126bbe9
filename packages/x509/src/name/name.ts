import { bytesEqual, bytesToHex, bytesToLatin1, concatBytes, decodeUtf8 } from '@portico/bytes';
import type { DerElement, DerReader } from '../der/reader.js';
import { TAG } from '../der/tag.js';
import { compareBytes, der, derList, derOid, derSequence, derSetOf, derUtf8String } from '../der/writer.js';
import { X509Error } from '../error.js';
import { ATTRIBUTE_NAMES, attributeOid } from './attributes.js';

/** AttributeTypeAndValue, RFC 5280 section 4.1.2.4. */
export interface NameAttribute {
  /** Dotted. */
  readonly oid: string;
  /** The text, or null where the value is no string that this package reads. */
  readonly value: string | null;
  /** The value's element, as it stands in the name. */
  readonly raw: Uint8Array;
}

/** A distinguished name, RFC 5280 section 4.1.2.4. */
export interface Name {
  /** The whole encoding. */
  readonly raw: Uint8Array;
  /** RelativeDistinguishedNames in the order of the encoding, most general first. */
  readonly rdns: readonly (readonly NameAttribute[])[];
  /** As RFC 4514 writes it, most specific first: `CN=leaf,O=Example`. Empty for the empty name. */
  readonly text: string;
  /**
   * One comparable string per RDN: equal strings are equal RDNs by RFC 5280 section 7.1 (case, white space and
   * invisible characters of text do not count, nor which string type holds it).
   */
  readonly canonical: readonly string[];
}

/** What to write into a name: `['CN', 'leaf']`, by short name or dotted identifier, most general first. */
export type NameTemplate = readonly (readonly [type: string, value: string])[];

/** @throws X509Error `invalid-name` and the DER reasons */
export function readName(reader: DerReader): Name {
  const element = reader.expect(TAG.sequence, 'a Name');
  const sequence = reader.inside(element);
  const rdns: NameAttribute[][] = [];
  while (sequence.remaining > 0) rdns.push(readRelativeName(sequence));
  return new ReadName(reader.whole(element), rdns);
}

/** Most names are only ever compared, and most of these comparisons are of the same bytes: texts are made when asked for. */
class ReadName implements Name {
  readonly raw: Uint8Array;
  readonly rdns: Name['rdns'];
  #canonical: readonly string[] | null = null;

  constructor(raw: Uint8Array, rdns: Name['rdns']) {
    this.raw = raw;
    this.rdns = rdns;
  }

  get text(): string {
    return this.rdns.map(rdnToText).reverse().join(',');
  }

  get canonical(): readonly string[] {
    return (this.#canonical ??= this.rdns.map(canonicalRdn));
  }
}

/** Name comparison, RFC 5280 section 7.1. */
export function namesEqual(left: Name, right: Name): boolean {
  if (bytesEqual(left.raw, right.raw)) return true;
  return left.rdns.length === right.rdns.length && isWithin(left, right);
}

/** Whether `name` is in the subtree below `base`: base is its beginning, RFC 5280 section 7.1. */
export function isWithin(name: Name, base: Name): boolean {
  return base.canonical.every((rdn, index) => rdn === name.canonical[index]);
}

/**
 * One RDN per entry. Country and serial number are PrintableString and e-mail IA5String as RFC 5280 appendix A.1 has
 * them, all else UTF8String.
 * @throws X509Error `invalid-name` for an unknown short name
 */
export function encodeName(template: NameTemplate): Uint8Array {
  return derList(
    TAG.sequence,
    template.map(([type, value]) => {
      const oid = attributeOid(type);
      if (oid === null) throw new X509Error('invalid-name', { expected: 'a known attribute or an OID', got: type });
      return derSetOf(derSequence(derOid(oid), encodeValue(oid, value)));
    }),
  );
}

function readRelativeName(sequence: DerReader): NameAttribute[] {
  const set = sequence.set('an RDN');
  const attributes: NameAttribute[] = [];
  let previous: DerElement | null = null;
  do {
    const element = set.expect(TAG.sequence);
    if (previous !== null && compareBytes(set.whole(previous), set.whole(element)) >= 0) {
      throw new X509Error('not-canonical', { offset: element.offset, expected: 'a SET OF in ascending order' });
    }
    previous = element;
    const reader = set.inside(element);
    const oid = reader.oid();
    const value = reader.anyElement();
    reader.end();
    attributes.push({ oid, value: readValue(reader, value), raw: reader.whole(value) });
  } while (set.remaining > 0);
  return attributes;
}

/** DirectoryString and the other string types that attributes use; null for any other type. @throws X509Error */
function readValue(reader: DerReader, element: DerElement): string | null {
  // A view costs as much as a short text: no more of them than must be.
  const contents = (): Uint8Array => reader.contents(element);
  switch (element.tag) {
    case TAG.utf8String:
      return decodeUtf8(reader.bytes, element.start, element.end, () => {
        throw invalidString(element, 'UTF-8');
      });
    case TAG.printableString:
    case TAG.numericString:
    case TAG.visibleString:
    case TAG.ia5String:
      if (contents().some((byte) => byte > 0x7f)) throw invalidString(element, 'ASCII');
      return bytesToLatin1(contents());
    case TAG.teletexString:
      // Nobody writes real T.61; the certificates that have this type hold Latin-1.
      return bytesToLatin1(contents());
    case TAG.bmpString:
      return decodeWideString(contents(), 2, element);
    case TAG.universalString:
      return decodeWideString(contents(), 4, element);
    default:
      return null;
  }
}

/**
 * The characters of a BMPString (two octets each) or a UniversalString (four), big-endian, X.680 section 41.
 * @throws X509Error `invalid-string` with the element's offset
 */
export function decodeWideString(contents: Uint8Array, width: 2 | 4, element: DerElement): string {
  let text = '';
  for (let at = 0; at < contents.length; at += width) {
    const code = contents.subarray(at, at + width).reduce((high, octet) => high * 256 + octet, 0);
    if (at + width > contents.length || code > 0x10_ffff)
      throw invalidString(element, `${width} octets for each character`);
    text += String.fromCodePoint(code);
  }
  return text;
}

function invalidString({ offset }: DerElement, expected: string): X509Error {
  return new X509Error('invalid-string', { offset, expected });
}

function canonicalRdn(attributes: readonly NameAttribute[]): string {
  const texts = attributes.map(canonicalAttribute);
  return texts[1] === undefined ? (texts[0] as string) : texts.sort().join('+');
}

/** What stands for nothing, RFC 4518 section 2.2: control and format characters that are no space, variation selectors. */
const MAPPED_TO_NOTHING = /[\p{DI}\p{Cf}\u1806\ufffc]|(?![\s\x85])\p{Cc}/gu;

/**
 * Prepared as RFC 4518 section 2 has it, as RFC 5280 section 7.1 demands, and escaped so that no value can look like
 * two. Case is folded by the engine's own mappings instead of RFC 3454's table: down, up and down again, so that a sharp s
 * is two s whatever its case.
 */
function canonicalAttribute({ oid, value, raw }: NameAttribute): string {
  if (value === null) return `${oid}=#${bytesToHex(raw)}`;
  // What nearly all values are: a letter case is all that can differ.
  if (/^[\w.]+(?: [\w.]+)*$/.test(value)) return `${oid}=${value.toLowerCase()}`;
  const visible = value.normalize('NFKC').replace(MAPPED_TO_NOTHING, '');
  const folded = visible.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
  return `${oid}=${folded
    .replace(/[\s\x85]+/g, ' ')
    .trim()
    .replace(/[\\+=#]/g, '\\$&')}`;
}

function rdnToText(attributes: readonly NameAttribute[]): string {
  return attributes
    .map(({ oid, value, raw }) => {
      const type = ATTRIBUTE_NAMES[oid] ?? oid;
      return `${type}=${value === null ? `#${bytesToHex(raw)}` : escapeValue(value)}`;
    })
    .join('+');
}

/** RFC 4514 section 2.4. Control characters are written as hexadecimal pairs, so that a log line stays one line. */
function escapeValue(value: string): string {
  return value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/^[ #]| $/g, '\\$&')
    .replace(/[\x00-\x1f\x7f]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function encodeValue(oid: string, value: string): Uint8Array {
  if (oid === attributeOid('C') || oid === attributeOid('serialNumber')) return asciiString(TAG.printableString, value);
  if (oid === attributeOid('emailAddress') || oid === attributeOid('DC')) return asciiString(TAG.ia5String, value);
  return derUtf8String(value);
}

function asciiString(tag: number, value: string): Uint8Array {
  const codes = Array.from(value, (character) => character.charCodeAt(0));
  if (codes.some((code) => code > 0x7f)) throw new X509Error('invalid-name', { expected: 'ASCII', got: value });
  return der(tag, concatBytes(Uint8Array.from(codes)));
}
