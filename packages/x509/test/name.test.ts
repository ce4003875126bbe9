import { asciiToBytes, bytesToUtf8, concatBytes, utf8ToBytes } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import {
  der,
  DerReader,
  derNull,
  derOid,
  derSequence,
  derSetOf,
  derUtf8String,
  encodeName,
  TAG,
  type Name,
} from '../src/index.js';
import { ATTRIBUTE_NAMES, attributeOid } from '../src/name/attributes.js';
import { ipAddressToText } from '../src/name/ip-address.js';
import { isWithin, namesEqual, readName } from '../src/name/name.js';
import { reasonOf } from './support.js';

const attribute = (value: Uint8Array, oid = '2.5.4.3'): Uint8Array => derSequence(derOid(oid), value);
const read = (...rdns: readonly Uint8Array[]): Name => readName(new DerReader(derSequence(...rdns)));
/** A name of one attribute. */
const one = (value: Uint8Array, oid?: string): Name => read(derSetOf(attribute(value, oid)));
const text = (value: string): Name => one(derUtf8String(value));

describe('strings in names', () => {
  it.each([
    ['UTF8String', TAG.utf8String, utf8ToBytes('Zürich €'), 'Zürich €'],
    ['PrintableString', TAG.printableString, asciiToBytes('Zurich'), 'Zurich'],
    ['NumericString', TAG.numericString, asciiToBytes('123 4'), '123 4'],
    ['VisibleString', TAG.visibleString, asciiToBytes('Zurich'), 'Zurich'],
    ['IA5String', TAG.ia5String, Uint8Array.of(0x61, 0x7f), 'a\x7f'],
    ['TeletexString', TAG.teletexString, Uint8Array.of(0x5a, 0xfc), 'Zü'],
    ['BMPString', TAG.bmpString, Uint8Array.of(0, 0x5a, 0x20, 0xac, 0x01, 0x02), 'Z€Ă'],
    ['an empty BMPString', TAG.bmpString, new Uint8Array(0), ''],
    [
      'UniversalString',
      TAG.universalString,
      Uint8Array.of(0, 0, 0, 0x41, 0, 1, 0xf5, 0x11, 0, 0x10, 0xff, 0xff),
      'A🔑\u{10ffff}',
    ],
    ['an INTEGER', TAG.integer, Uint8Array.of(1), null],
  ])('%s', (_, tag, contents, value) => {
    const encoding = der(tag, contents);
    expect(one(encoding).rdns).toEqual([[{ oid: '2.5.4.3', value, raw: encoding }]]);
  });

  it.each([
    [TAG.printableString, [0x80], 'invalid-string at offset 11: expected ASCII'],
    [TAG.numericString, [0x80], 'expected ASCII'],
    [TAG.visibleString, [0x80], 'expected ASCII'],
    [TAG.ia5String, [0x80], 'expected ASCII'],
    [TAG.bmpString, [0], 'invalid-string at offset 11: expected 2 octets for each character'],
    [TAG.universalString, [0, 0], 'invalid-string at offset 11: expected 4 octets for each character'],
    [TAG.universalString, [0, 0x11, 0, 0], 'invalid-string at offset 11: expected 4 octets for each character'],
    [TAG.utf8String, [0xc3], 'invalid-string at offset 11: expected UTF-8'],
  ])('0x%s of %j is refused', (tag, octets, message) => {
    expect(() => one(der(tag, Uint8Array.from(octets)))).toThrow(message);
  });
});

describe('names as text, RFC 4514', () => {
  it.each([
    ['plain', 'CN=plain'],
    ['a+b', 'CN=a\\+b'],
    ['a"b,c;d<e>f\\g', 'CN=a\\"b\\,c\\;d\\<e\\>f\\\\g'],
    ['#a', 'CN=\\#a'],
    [' a ', 'CN=\\ a\\ '],
    ['a # b', 'CN=a # b'],
    ['a\nb\x7f', 'CN=a\\0ab\\7f'],
  ])('%j is %s', (value, written) => {
    expect(text(value).text).toBe(written);
  });

  it('has the most specific first, several in one RDN with a plus, and unknown values in hexadecimal', () => {
    const name = read(
      derSetOf(attribute(derUtf8String('DE'), '2.5.4.6')),
      derSetOf(attribute(derUtf8String('x'), '2.5.4.11'), attribute(derUtf8String('y'), '2.5.4.3')),
      derSetOf(attribute(derNull(), '1.2.3')),
    );
    expect(name.text).toBe('1.2.3=#0500,CN=y+OU=x,C=DE');
    expect(read().text).toBe('');
  });
});

describe('names that are equal, RFC 5280 section 7.1', () => {
  // Encodings, read in each test: a name keeps what was once made of it.
  const set = (...attributes: readonly Uint8Array[]): Uint8Array => derSetOf(...attributes);
  const name = (...rdns: readonly Uint8Array[]): Uint8Array => derSequence(...rdns);
  const single = (value: Uint8Array, oid?: string): Uint8Array => name(set(attribute(value, oid)));
  const utf8 = (value: string): Uint8Array => single(derUtf8String(value));
  const printable = (value: string): Uint8Array => single(der(TAG.printableString, asciiToBytes(value)));
  const equal = (left: Uint8Array, right: Uint8Array): boolean =>
    namesEqual(readName(new DerReader(left)), readName(new DerReader(right)));

  it.each<readonly [Uint8Array, Uint8Array]>([
    [utf8('a'), utf8('A')],
    [utf8('a b'), utf8('A  B')],
    [utf8('a b'), utf8(' a \t b ')],
    [utf8('a-b  c'), utf8('A-B C')],
    [utf8('STRASSE'), utf8('strasse')],
    [utf8('ÄB'), utf8('äb')],
    [utf8('ﬁ'), utf8('fi')],
    // RFC 4518 section 2.2: what is mapped to nothing.
    [utf8('evil'), utf8('e\u00adv\u0001i\u200bl\u200d')],
    [utf8('evil'), utf8('\u1806e\u034fv\u180bi\ufe0fl\ufffc')],
    [utf8('evil'), utf8('\ufeffe\u2060v\u206fi\u{e0061}l\x7f\x80\x9f')],
    [utf8('evil'), utf8('e\u3164v\uffa0il\u180e\u202e')],
    // Before they are composed, and before spaces are looked at.
    [utf8('é'), utf8('e\u00ad\u0301')],
    [utf8('a b'), utf8('a \u200b b\u00ad ')],
    // White space: section 2.2's line ends, section 2.6.1's spaces.
    [utf8('a b'), utf8('a\x85\u2028\u00a0\u1680\u3000b\x0b')],
    [utf8(''), utf8(' \t')],
    // Case, RFC 3454 table B.2.
    [utf8('straße'), utf8('STRASSE')],
    [utf8('straße'), utf8('STRAẞE')],
    [utf8('ΟΔΟΣ'), utf8('οδοσ')],
    [utf8('οδος'), utf8('οδοσ')],
    [utf8('ſ'), utf8('S')],
    [utf8('İ'), utf8('i\u0307')],
    [utf8('ᾳ'), utf8('ΑΙ')],
    [utf8('ŉ'), utf8('ʼN')],
    [utf8('\u212a'), utf8('k')],
    [utf8('Ⅷ'), utf8('viii')],
    [utf8('e v'), single(der(TAG.universalString, Uint8Array.of(0, 0, 0, 0x45, 0, 0, 0, 0x20, 0, 0, 0, 0x56)))],
    [utf8('a'), printable('A')],
    [utf8('a-b'), printable('A-B')],
    [
      name(set(attribute(derUtf8String('x'), '2.5.4.11'), attribute(derUtf8String('y'), '2.5.4.3'))),
      name(set(attribute(derUtf8String('X'), '2.5.4.11'), attribute(derUtf8String('Y'), '2.5.4.3'))),
    ],
    // As text the OU comes first; as encoding the shorter one does.
    [
      name(set(attribute(derUtf8String('x'), '2.5.4.11'), attribute(derUtf8String('yy'), '2.5.4.3'))),
      name(
        set(
          attribute(der(TAG.bmpString, Uint8Array.of(0, 0x78)), '2.5.4.11'),
          attribute(derUtf8String('yy'), '2.5.4.3'),
        ),
      ),
    ],
    [single(derNull()), single(derNull())],
    [name(), name()],
  ])('%#', (left, right) => {
    expect(equal(left, right)).toBe(true);
    expect(equal(right, left)).toBe(true);
  });

  it.each<readonly [Uint8Array, Uint8Array]>([
    [utf8('a'), utf8('b')],
    [utf8('a b'), utf8('ab')],
    [utf8('ab'), utf8('a\x85b')],
    [utf8('ab'), utf8('a\tb')],
    [utf8('e'), utf8('é')],
    [utf8('ss'), utf8('s')],
    [utf8('a'), utf8('а')],
    [utf8('a'), utf8('a-')],
    [utf8('a'), single(derUtf8String('a'), '2.5.4.10')],
    [utf8('a'), single(derNull())],
    [single(derNull()), single(der(TAG.integer, Uint8Array.of(1)))],
    [utf8('a'), name()],
    [utf8('a'), name(set(attribute(derUtf8String('a'))), set(attribute(derUtf8String('a'))))],
    [
      name(set(attribute(derUtf8String('a')), attribute(derUtf8String('b')))),
      name(set(attribute(derUtf8String('a'))), set(attribute(derUtf8String('b')))),
    ],
    [name(set(attribute(derUtf8String('a')), attribute(derUtf8String('b')))), utf8('a')],
    // No value looks like two attributes, or like one that is no text.
    [name(set(attribute(derUtf8String('a')), attribute(derUtf8String('b')))), utf8('a+2.5.4.3=b')],
    [single(derNull()), utf8('#0500')],
    [utf8('a\\'), utf8('a')],
    [utf8('a\\+b'), utf8('a+b')],
  ])('not %#', (left, right) => {
    expect(equal(left, right)).toBe(false);
    expect(equal(right, left)).toBe(false);
  });

  it('a name lies within its beginnings', () => {
    const [c, co] = [
      read(derSetOf(attribute(derUtf8String('DE'), '2.5.4.6'))),
      encodeName([
        ['C', 'de'],
        ['O', 'x'],
      ]),
    ];
    const longer = readName(new DerReader(co));
    expect([isWithin(longer, c), isWithin(c, longer), isWithin(c, c), isWithin(c, read())]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});

describe('names that are written', () => {
  const typeOf = (type: string): number => {
    const set = new DerReader(encodeName([[type, 'ab']])).sequence('').set('').sequence('');
    set.oid();
    return set.element().tag;
  };

  it.each([
    ['CN', '2.5.4.3', TAG.utf8String],
    ['SN', '2.5.4.4', TAG.utf8String],
    ['serialNumber', '2.5.4.5', TAG.printableString],
    ['C', '2.5.4.6', TAG.printableString],
    ['L', '2.5.4.7', TAG.utf8String],
    ['ST', '2.5.4.8', TAG.utf8String],
    ['STREET', '2.5.4.9', TAG.utf8String],
    ['O', '2.5.4.10', TAG.utf8String],
    ['OU', '2.5.4.11', TAG.utf8String],
    ['title', '2.5.4.12', TAG.utf8String],
    ['GN', '2.5.4.42', TAG.utf8String],
    ['organizationIdentifier', '2.5.4.97', TAG.utf8String],
    ['UID', '0.9.2342.19200300.100.1.1', TAG.utf8String],
    ['DC', '0.9.2342.19200300.100.1.25', TAG.ia5String],
    ['emailAddress', '1.2.840.113549.1.9.1', TAG.ia5String],
  ])('%s is %s', (short, oid, tag) => {
    expect([attributeOid(short), attributeOid(short.toUpperCase()), attributeOid(oid)]).toEqual([oid, oid, oid]);
    expect(ATTRIBUTE_NAMES[oid]).toBe(short);
    expect(typeOf(short)).toBe(tag);
    expect(typeOf(oid)).toBe(tag);
    expect(readName(new DerReader(encodeName([[short, 'ab']]))).text).toBe(`${short}=ab`);
  });

  it('have an identifier for what has no short name, and nothing for what has neither', () => {
    expect(attributeOid('1.2.3')).toBe('1.2.3');
    expect(attributeOid('nothing')).toBeNull();
    expect(reasonOf(() => encodeName([['nothing', 'x']]))).toBe('invalid-name');
  });

  it.each([
    ['C', '\x7f', 'accepted'],
    ['C', '\x80', 'invalid-name'],
    ['DC', 'ü', 'invalid-name'],
    ['CN', 'ü', 'accepted'],
  ])('%s of %j: %s', (type, value, expected) => {
    expect(reasonOf(() => encodeName([[type, value]]))).toBe(expected);
  });

  it('have one RDN for each entry', () => {
    const encoding = encodeName([
      ['C', 'DE'],
      ['CN', 'ü'],
    ]);
    expect(readName(new DerReader(encoding)).rdns.map((rdn) => rdn.map(({ value }) => value))).toEqual([['DE'], ['ü']]);
    expect(bytesToUtf8(concatBytes(encoding.subarray(-2)))).toBe('ü');
  });
});

describe('addresses as text', () => {
  it.each([
    [[192, 0, 2, 1], '192.0.2.1'],
    [[0, 1, 254], '0001fe'],
    [[], ''],
    [[192, 0, 2, 0, 255, 255, 255, 0], 'c0000200ffffff00'],
    [[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2], '2001:db8::1:0:0:2'],
    [[0, 0, 0, 0, 0, 1, 0, 2, 0, 3, 0, 0, 0, 0, 0, 0], '0:0:1:2:3::'],
    [[0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 0], '0:1:2:3:4:5:6:0'],
    [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], '1::'],
  ])('%j is %s', (octets, written) => {
    expect(ipAddressToText(Uint8Array.from(octets))).toBe(written);
  });
});
