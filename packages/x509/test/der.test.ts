import { bytesToHex, hexToBytes } from '@portico/bytes';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { decodeOid, encodeOid, MAX_OID_LENGTH, MAX_REMEMBERED_OIDS } from '../src/der/oid.js';
import { MAX_DER_DEPTH } from '../src/der/reader.js';
import { encodeTime } from '../src/der/time.js';
import {
  der,
  derBitString,
  derBoolean,
  derNamedBits,
  DerReader,
  derOid,
  derSequence,
  derSetOf,
  derSmallInteger,
  derTime,
  derUnsignedInteger,
  TAG,
  type X509ErrorReason,
} from '../src/index.js';
import { describeCodecProperties } from '../../../test/support/codec-properties.js';
import { isX509Error, reasonOf } from './support.js';

type Tree = { readonly tag: number; readonly contents: Uint8Array } | { readonly children: readonly Tree[] };

const treeArbitrary: Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record(
      { tag: fc.constantFrom(TAG.octetString, TAG.utf8String, 0x81), contents: fc.uint8Array({ maxLength: 140 }) },
      { noNullPrototype: true },
    ),
    fc.record({ children: fc.array(tie('tree'), { maxLength: 4 }) }, { noNullPrototype: true }),
  ),
})).tree;

function encodeTree(tree: Tree): Uint8Array {
  return 'children' in tree ? derSequence(...tree.children.map(encodeTree)) : der(tree.tag, tree.contents);
}

function decodeTree(bytes: Uint8Array): Tree {
  const reader = new DerReader(bytes);
  const tree = readTree(reader);
  reader.end();
  return tree;
}

function readTree(reader: DerReader): Tree {
  const element = reader.element();
  if (element.tag !== TAG.sequence) return { tag: element.tag, contents: reader.contents(element).slice() };
  const inside = reader.inside(element);
  const children: Tree[] = [];
  while (inside.remaining > 0) children.push(readTree(inside));
  return { children };
}

describeCodecProperties('DER elements', {
  decode: decodeTree,
  encode: encodeTree,
  arbitrary: treeArbitrary,
  isOurError: isX509Error,
});

describeCodecProperties('OBJECT IDENTIFIER contents in an element', {
  decode: (bytes) => {
    const reader = new DerReader(bytes);
    const oid = reader.oid();
    reader.end();
    return oid;
  },
  encode: derOid,
  arbitrary: fc
    .tuple(fc.nat(2), fc.nat(39), fc.array(fc.bigInt({ min: 0n, max: 2n ** 128n }), { maxLength: 5 }))
    .map(([root, second, rest]) => [root, second, ...rest].join('.')),
  isOurError: isX509Error,
});

describeCodecProperties('Time', {
  decode: (bytes) => {
    const reader = new DerReader(bytes);
    const time = reader.time();
    reader.end();
    return time;
  },
  encode: derTime,
  arbitrary: fc
    .integer({ min: Date.UTC(1950, 0) / 1000, max: Date.UTC(9999, 11, 31) / 1000 })
    .map((seconds) => seconds * 1000),
  isOurError: isX509Error,
  // GeneralizedTime before 2050 is read, and would be written as UTCTime.
  encoding: 'tolerant',
});

interface Refusal {
  readonly what: string;
  readonly hex: string;
  readonly read: (reader: DerReader) => unknown;
  readonly reason: X509ErrorReason;
}

const refusals: readonly Refusal[] = [
  { what: 'indefinite length', hex: '30800000', read: (r) => r.element(), reason: 'invalid-length' },
  { what: 'long form for a short length', hex: '04810100', read: (r) => r.element(), reason: 'invalid-length' },
  { what: 'leading zero in a length', hex: '0482000100', read: (r) => r.element(), reason: 'invalid-length' },
  { what: 'leading zeros in a length', hex: '048300ffff', read: (r) => r.element(), reason: 'invalid-length' },
  { what: 'long form with a zero', hex: '0482007f', read: (r) => r.element(), reason: 'invalid-length' },
  { what: 'length of four octets, cut off', hex: '048401000000', read: (r) => r.element(), reason: 'truncated' },
  { what: 'length of five octets', hex: '04850000000001', read: (r) => r.element(), reason: 'invalid-length' },
  { what: 'reserved length 0xff', hex: '04ff', read: (r) => r.element(), reason: 'invalid-length' },
  { what: 'contents cut off', hex: '0402aa', read: (r) => r.element(), reason: 'truncated' },
  { what: 'length cut off', hex: '0482', read: (r) => r.element(), reason: 'truncated' },
  { what: 'nothing', hex: '', read: (r) => r.element(), reason: 'truncated' },
  { what: 'nothing where a type is wanted', hex: '', read: (r) => r.integer(), reason: 'truncated' },
  { what: 'high tag number', hex: '1f8100', read: (r) => r.element(), reason: 'unexpected-tag' },
  { what: 'end-of-contents', hex: '0000', read: (r) => r.element(), reason: 'unexpected-tag' },
  { what: 'another type', hex: '0401aa', read: (r) => r.integer(), reason: 'unexpected-tag' },
  { what: 'constructed OCTET STRING', hex: '24030401aa', read: (r) => r.octetString(), reason: 'unexpected-tag' },
  { what: 'boolean 0x01', hex: '010101', read: (r) => r.boolean(), reason: 'invalid-boolean' },
  { what: 'boolean of two octets', hex: '0102ffff', read: (r) => r.boolean(), reason: 'invalid-boolean' },
  { what: 'boolean 0xfe', hex: '0101fe', read: (r) => r.boolean(), reason: 'invalid-boolean' },
  { what: 'FALSE, the default', hex: '010100', read: (r) => r.defaultFalse(), reason: 'not-canonical' },
  { what: 'a default of 0x01', hex: '010101', read: (r) => r.defaultFalse(), reason: 'invalid-boolean' },
  { what: 'empty boolean', hex: '0100', read: (r) => r.boolean(), reason: 'invalid-boolean' },
  { what: 'empty integer', hex: '0200', read: (r) => r.integer(), reason: 'invalid-integer' },
  { what: 'padded positive integer', hex: '0202007f', read: (r) => r.integer(), reason: 'invalid-integer' },
  { what: 'padded negative integer', hex: '0202ff80', read: (r) => r.integer(), reason: 'invalid-integer' },
  { what: 'negative', hex: '0201ff', read: (r) => r.unsignedInteger('it'), reason: 'invalid-integer' },
  { what: 'over a maximum', hex: '020105', read: (r) => r.smallInteger('it', 4), reason: 'invalid-integer' },
  { what: 'over 2^31', hex: '02050100000000', read: (r) => r.smallInteger('it', 2 ** 31), reason: 'invalid-integer' },
  { what: 'bit string without its count', hex: '0300', read: (r) => r.bitString(), reason: 'invalid-bit-string' },
  {
    what: 'bit string of nothing, before a zero',
    hex: '030000',
    read: (r) => r.bitString(),
    reason: 'invalid-bit-string',
  },
  { what: 'eight unused bits', hex: '03020800', read: (r) => r.bitString(), reason: 'invalid-bit-string' },
  { what: 'unused bits of nothing', hex: '030101', read: (r) => r.bitString(), reason: 'invalid-bit-string' },
  { what: 'an unused bit that is one', hex: '03020101', read: (r) => r.bitString(), reason: 'invalid-bit-string' },
  { what: 'bits for octets', hex: '03020180', read: (r) => r.bitStringOctets('it'), reason: 'invalid-bit-string' },
  { what: 'empty identifier', hex: '0600', read: (r) => r.oid(), reason: 'invalid-oid' },
  { what: 'identifier with an open arc', hex: '06022a86', read: (r) => r.oid(), reason: 'invalid-oid' },
  {
    what: 'identifier with an arc that is open at 0x80',
    hex: '06032a8180',
    read: (r) => r.oid(),
    reason: 'invalid-oid',
  },
  { what: 'identifier with a padded first arc', hex: '06028001', read: (r) => r.oid(), reason: 'invalid-oid' },
  { what: 'identifier with a padded arc', hex: '06032a8001', read: (r) => r.oid(), reason: 'invalid-oid' },
  { what: 'another type for a Time', hex: `040d${'30'.repeat(13)}`, read: (r) => r.time(), reason: 'unexpected-tag' },
  { what: 'digits for a Time', hex: `040f${'31'.repeat(14)}5a`, read: (r) => r.time(), reason: 'unexpected-tag' },
  { what: 'a lone octet in a SEQUENCE', hex: '300105', read: (r) => r.any(), reason: 'truncated' },
  { what: 'a byte too many', hex: '050000', read: (r) => [r.element(), r.end()], reason: 'trailing-bytes' },
  { what: 'broken nesting', hex: '3002040a', read: (r) => r.any(), reason: 'truncated' },
];

describe('strict DER', () => {
  it.each(refusals)('refuses $what', ({ hex, read, reason }) => {
    expect(reasonOf(() => read(new DerReader(hexToBytes(hex))))).toBe(reason);
  });

  it.each([
    ['010100', (r: DerReader) => r.boolean(), false],
    ['0101ff', (r: DerReader) => r.boolean(), true],
    ['0101ff', (r: DerReader) => r.defaultFalse(), true],
    ['020100', (r: DerReader) => r.unsignedInteger('it').join(), '0'],
    ['02020080', (r: DerReader) => r.unsignedInteger('it').join(), '128'],
    ['02020100', (r: DerReader) => r.unsignedInteger('it').join(), '1,0'],
    ['0201ff', (r: DerReader) => r.integer().join(), '255'],
    ['020200ff', (r: DerReader) => r.integer().join(), '0,255'],
    ['0202ff7f', (r: DerReader) => r.integer().join(), '255,127'],
    ['020104', (r: DerReader) => r.smallInteger('it', 4), 4],
    ['02020100', (r: DerReader) => r.smallInteger('it', 256), 256],
    ['030100', (r: DerReader) => r.bitString().unusedBits, 0],
    ['03020780', (r: DerReader) => r.bitString().unusedBits, 7],
  ])('reads %s', (hex, read, value) => {
    const reader = new DerReader(hexToBytes(hex));
    expect(read(reader)).toBe(value);
    expect(reader.remaining).toBe(0);
  });

  it.each([
    [[0x30, 0x80, 0, 0], 'invalid-length at offset 1: expected a definite length below 2^32'],
    [[0x16, 0], 'unexpected-tag at offset 0: expected it, got ia5String'],
    [[0x83, 0], 'unexpected-tag at offset 0: expected it, got [3]'],
    [[0x82, 0], 'unexpected-tag at offset 0: expected it, got [2]'],
    [[0xbe, 0], 'unexpected-tag at offset 0: expected it, got [30] constructed'],
    [[0x09, 0], 'unexpected-tag at offset 0: expected it, got tag 0x9'],
    [[0x41, 0], 'unexpected-tag at offset 0: expected it, got tag 0x41'],
    [[0xc1, 0], 'unexpected-tag at offset 0: expected it, got tag 0xc1'],
    [[], 'truncated at offset 0: expected it, got the end'],
    [[0x30, 2, 5], 'truncated at offset 0: expected 2 bytes, got 1'],
  ])('says what is there in place of a SEQUENCE: %j', (bytes, message) => {
    expect(() => new DerReader(Uint8Array.from(bytes)).sequence('it')).toThrow(message);
  });

  it('names types by themselves where nobody does', () => {
    expect(() => new DerReader(hexToBytes('0500')).boolean()).toThrow('expected boolean, got null');
    expect(() => new DerReader(hexToBytes('040d')).time()).toThrow('expected a Time, got octetString');
  });

  it('tells the offset in the outermost array', () => {
    const bytes = derSequence(derSmallInteger(1), derSequence(hexToBytes('010101')));
    const reader = new DerReader(bytes).sequence('outer');
    reader.integer();
    expect(() => reader.sequence('inner').boolean()).toThrow('at offset 7');
  });

  it('bounds nesting', () => {
    /** SEQUENCEs in each other, written from the innermost out. */
    const nested = (levels: number): Uint8Array => {
      const bytes = new Uint8Array(5 * levels);
      let start = bytes.length;
      for (let i = 0; i < levels; i++) {
        const length = bytes.length - start;
        const octets = [length >>> 16, length >>> 8, length].slice(length < 0x100 ? 2 : length < 0x1_0000 ? 1 : 0);
        const header = length < 0x80 ? [0x30, length] : [0x30, 0x80 | octets.length, ...octets];
        start -= header.length;
        bytes.set(header, start);
      }
      return bytes.subarray(start);
    };
    expect(reasonOf(() => new DerReader(nested(MAX_DER_DEPTH)).any())).toBe('accepted');
    expect(reasonOf(() => new DerReader(nested(MAX_DER_DEPTH + 1)).any())).toBe('too-deep');
    expect(reasonOf(() => new DerReader(nested(20_000)).any())).toBe('too-deep');
  });

  it.each([
    [() => derUnsignedInteger(hexToBytes('0000')), '020100'],
    [() => derUnsignedInteger(new Uint8Array(0)), '020100'],
    [() => derUnsignedInteger(hexToBytes('80')), '02020080'],
    [() => derUnsignedInteger(hexToBytes('007f')), '02017f'],
    [() => derUnsignedInteger(hexToBytes('0000ff')), '020200ff'],
    [() => derUnsignedInteger(hexToBytes('01')), '020101'],
    [() => derSmallInteger(0x7fff_ffff), '02047fffffff'],
    [() => derSmallInteger(0x0102_0304), '020401020304'],
    [() => derSmallInteger(0), '020100'],
    [() => derBoolean(true), '0101ff'],
    [() => derBoolean(false), '010100'],
    [() => derNamedBits([0]), '03020780'],
    [() => derNamedBits([5, 6]), '03020106'],
    [() => derNamedBits([7]), '03020001'],
    [() => derNamedBits([8]), '0303070080'],
    [() => derNamedBits([0, 8]), '0303078080'],
    [() => derNamedBits([1, 17]), '030406400040'],
    [() => derNamedBits([]), '030100'],
    [() => derBitString(hexToBytes('aa')), '030200aa'],
    [() => derSetOf(hexToBytes('020102'), hexToBytes('020101'), hexToBytes('0500')), '31080201010201020500'],
    [() => der(TAG.octetString, new Uint8Array(0x80)).subarray(0, 3), '048180'],
    [() => der(TAG.octetString, new Uint8Array(0x100)).subarray(0, 4), '04820100'],
  ])('writes %#: shortest and canonical', (write, hex) => {
    expect(bytesToHex(write())).toBe(hex);
  });
});

describe('object identifiers', () => {
  it.each([
    ['0.0', '00'],
    ['0.39', '27'],
    ['1.0', '28'],
    ['2.0', '50'],
    ['2.999.3', '883703'],
    ['1.39', '4f'],
    ['2.47', '7f'],
    ['2.48', '8100'],
    ['1.2.840.113549.1.1.11', '2a864886f70d01010b'],
    // Around 2^46, where arcs become BigInt, and beyond 2^53.
    ['1.2.70368744177663', '2a8fffffffffff7f'],
    ['1.2.70368744177664', '2a90808080808000'],
    ['1.2.9007199254740991', '2a8fffffffffffff7f'],
    ['1.2.9007199254740993', '2a9080808080808001'],
    ['2.70368744177663.1', '9080808080804f01'],
    // X.667: an arc of 128 bits.
    ['2.25.329800735698586629295641978511506172918', '6983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776'],
  ])('%s is %s', (dotted, hex) => {
    const bytes = encodeOid(dotted);
    expect(decodeOid(bytes)).toBe(dotted);
    expect(bytesToHex(bytes)).toBe(hex);
  });

  it.each(['', '1', '3.1', '1.40', '01.2', '1.2.', '1.2.x', '-1.2', '1..2', `1.2.${'9'.repeat(400)}`])(
    'does not write "%s"',
    (dotted) => {
      expect(reasonOf(() => encodeOid(dotted))).toBe('invalid-oid');
    },
  );

  it('bounds their length', () => {
    expect(reasonOf(() => decodeOid(new Uint8Array(MAX_OID_LENGTH).fill(1)))).toBe('accepted');
    expect(reasonOf(() => decodeOid(new Uint8Array(MAX_OID_LENGTH + 1).fill(1)))).toBe('invalid-oid');
    expect(encodeOid(`1.2${'.1'.repeat(MAX_OID_LENGTH - 1)}`)).toHaveLength(MAX_OID_LENGTH);
    expect(reasonOf(() => encodeOid(`1.2${'.1'.repeat(MAX_OID_LENGTH)}`))).toBe('invalid-oid');
  });

  it('are the same whether they are remembered or read again, and no more are remembered than the limit says', () => {
    let largest = 0;
    const { set } = Map.prototype;
    const watched = vi.spyOn(Map.prototype, 'set').mockImplementation(function (
      this: Map<unknown, unknown>,
      key,
      value,
    ) {
      set.call(this, key, value);
      largest = Math.max(largest, this.size);
      return this;
    });
    const read = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => decodeOid(Uint8Array.of(0x2a, 0x81 + (index >> 7), index & 0x7f)));
    const plain = (count: number): string[] => Array.from({ length: count }, (_, index) => `1.2.${128 + index}`);
    const count = MAX_REMEMBERED_OIDS + 100;
    try {
      expect(read(count)).toEqual(plain(count));
      expect(read(count)).toEqual(plain(count));
      expect(read(10)).toEqual(plain(10));
    } finally {
      watched.mockRestore();
    }
    expect(largest).toBe(MAX_REMEMBERED_OIDS);
  });

  it('do not take octets behind them for their own', () => {
    const bytes = hexToBytes('2a03040506');
    expect([2, 3, 4, 5].map((end) => decodeOid(bytes, 0, end))).toEqual([
      '1.2.3',
      '1.2.3.4',
      '1.2.3.4.5',
      '1.2.3.4.5.6',
    ]);
    expect(decodeOid(bytes, 1, 3)).toBe('0.3.4');
    expect(decodeOid(bytes, 0, 2)).toBe('1.2.3');
  });
});

describe('times, RFC 5280 section 4.1.2.5', () => {
  it('say of which type they must be', () => {
    expect(encodeTime(Date.UTC(2049, 0))).toEqual({ type: 'utc', text: '490101000000Z' });
    expect(encodeTime(Date.UTC(2050, 0))).toEqual({ type: 'generalized', text: '20500101000000Z' });
  });

  const read = (tag: number, text: string): number =>
    new DerReader(
      der(
        tag,
        Uint8Array.from(text, (character) => character.charCodeAt(0)),
      ),
    ).time();

  it.each([
    [TAG.utcTime, '491231235959Z', '2049-12-31T23:59:59.000Z'],
    [TAG.utcTime, '500101000000Z', '1950-01-01T00:00:00.000Z'],
    [TAG.utcTime, '000229000000Z', '2000-02-29T00:00:00.000Z'],
    [TAG.generalizedTime, '99991231235959Z', '9999-12-31T23:59:59.000Z'],
    [TAG.generalizedTime, '20500101000000Z', '2050-01-01T00:00:00.000Z'],
    [TAG.generalizedTime, '20240101000000Z', '2024-01-01T00:00:00.000Z'],
    [TAG.generalizedTime, '00500101000000Z', '0050-01-01T00:00:00.000Z'],
    [TAG.generalizedTime, '00000229000000Z', '0000-02-29T00:00:00.000Z'],
  ])('reads 0x%s %s', (tag, text, expected) => {
    expect(new Date(read(tag, text)).toISOString()).toBe(expected);
  });

  it.each([
    [TAG.utcTime, '4912312359Z'],
    [TAG.utcTime, '491231235959Z0'],
    [TAG.utcTime, '/91231235959Z'],
    [TAG.utcTime, '490:01000000Z'],
    [TAG.utcTime, '491/01000000Z'],
    [TAG.generalizedTime, '20491231235959Z0'],
    [TAG.generalizedTime, '20:01231235959Z'],
    [TAG.generalizedTime, '20/91231235959Z'],
    [TAG.utcTime, '491231235959+0100'],
    [TAG.utcTime, '491231235959z'],
    [TAG.utcTime, '490229000000Z'],
    [TAG.utcTime, '491301000000Z'],
    [TAG.utcTime, '490001000000Z'],
    [TAG.utcTime, '490100000000Z'],
    [TAG.utcTime, '490101240000Z'],
    [TAG.utcTime, '490101006000Z'],
    [TAG.utcTime, '490101000060Z'],
    [TAG.utcTime, '49 101000000Z'],
    [TAG.utcTime, '20491231235959Z'],
    [TAG.generalizedTime, '20491231235959.5Z'],
    [TAG.generalizedTime, '20490229000000Z'],
    [TAG.generalizedTime, '21000229000000Z'],
    [TAG.generalizedTime, '491231235959Z'],
  ])('refuses 0x%s %s', (tag, text) => {
    expect(reasonOf(() => read(tag, text))).toBe('invalid-time');
  });

  /** The calendar as Date has it, in which a day that there is not falls into another month. */
  function plainTime(year: number, month: number, day: number): number | null {
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : null;
  }

  it('knows the days of every month in all ten thousand years', () => {
    const digits = (value: number, length: number): string => String(value).padStart(length, '0');
    for (let year = 0; year <= 9999; year++) {
      for (const [month, day] of [
        [1, 1],
        [1 + (year % 12), 28 + (year % 5)],
        [2, 29],
        [year % 14, year % 33],
        [12, 31],
      ] as const) {
        let time: number | null = null;
        try {
          time = read(TAG.generalizedTime, `${digits(year, 4)}${digits(month, 2)}${digits(day, 2)}000000Z`);
        } catch {
          // Compared below.
        }
        if (time !== plainTime(year, month, day)) expect([year, month, day, time]).toBe(plainTime(year, month, day));
      }
    }
  });

  it('ends with its element: what stands behind is not read', () => {
    for (const [tag, text] of [
      [TAG.utcTime, '491231235959'],
      [TAG.generalizedTime, '20491231235959'],
    ] as const) {
      const digits = Uint8Array.from(text, (character) => character.charCodeAt(0));
      const bytes = Uint8Array.of(tag, digits.length, ...digits, 0x5a);
      expect(() => new DerReader(bytes).time()).toThrow(
        `invalid-time at offset 2: expected ${tag === TAG.utcTime ? 'YYMMDDHHMMSSZ' : 'YYYYMMDDHHMMSSZ'}`,
      );
    }
  });

  it.each([
    ['2049-12-31T23:59:59.000Z', '170d3439313233313233353935395a'],
    ['2050-01-01T00:00:00.000Z', '180f32303530303130313030303030305a'],
    ['1950-01-01T00:00:00.000Z', '170d3530303130313030303030305a'],
    ['9999-12-31T23:59:59.999Z', '180f39393939313233313233353935395a'],
  ])('writes %s as UTCTime before 2050', (text, hex) => {
    expect(bytesToHex(derTime(Date.parse(text)))).toBe(hex);
  });

  it.each([NaN, Infinity, Date.UTC(1949, 11, 31), Date.UTC(10_000, 0), 1e17])('does not write %s', (time) => {
    expect(reasonOf(() => derTime(time))).toBe('invalid-argument');
  });
});
