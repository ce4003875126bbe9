import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asciiBytes,
  asciiLowerCase,
  bytesToText,
  equalsIgnoringCase,
  joinFolds,
  textToBytes,
  unfold,
  withoutBlankEnd,
} from '../src/grammar/text.js';
import { WireText, writeAscii } from '../src/grammar/wire-text.js';
import { isHostname, isIpv4Address } from '../src/uri/host.js';
import { twinRuns, wire, wireText } from './wire.js';

const ascii = fc.string({ unit: 'binary-ascii', maxLength: 40 });
/** Text of any characters, with more of ASCII's edges than chance would have. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('@', 'A', 'Z', '[', '`', 'a', 'z', '\x7f', '\x80', 'É', 'ſ', 'K'),
    ),
  )
  .map((parts) => parts.join(''));
const folded = fc
  .array(fc.constantFrom(' ', '\t', '\r', '\n', '\r\n ', '\n\t', 'a', 'é', '0'), { maxLength: 12 })
  .map((parts) => parts.join(''));

describe('texts that are judged as ASCII', () => {
  it('have 0xff for what is beyond it, whose low bits could be a letter', () => {
    expect(Array.from(asciiBytes('a\x7f\u0080\u0141\u{1f600}'))).toEqual([0x61, 0x7f, 0xff, 0xff, 0xff, 0xff]);
    expect([isHostname('LA.example'), isHostname('\u014cA.example')]).toEqual([true, false]);
    expect([isIpv4Address('192.0.2.1'), isIpv4Address('192.0.2.\u0131')]).toEqual([true, false]);
  });
});

describe('text and bytes', () => {
  it('become one another as UTF-8', () => {
    const check = fc.property(text, (own) => {
      const bytes = textToBytes(own);
      expect(bytes).toEqual(new Uint8Array(new TextEncoder().encode(own)));
      expect(bytesToText(bytes)).toBe(own);
      expect(bytesToText(Uint8Array.of(0xff, ...bytes, 0xff), 1, bytes.length + 1)).toBe(own);
    });
    fc.assert(check, twinRuns(300));
  });

  it('of each byte that belongs to no character U+FFFD comes, and of the others what they are', () => {
    const parts = fc.array(fc.oneof(fc.constantFrom('\xff', '\x80', '\xe2'), fc.constantFrom('a', 'é', '€', '😀')));
    const check = fc.property(parts, (own) => {
      const bytes = own.flatMap((one) => (/[\xff\x80\xe2]/.test(one) ? [one.charCodeAt(0)] : [...textToBytes(one)]));
      // A first byte with too few behind it belongs to no character, whatever follows.
      fc.pre(!/\xe2\x80/.test(own.join('')));
      const expected = own.map((one) => (/[\xff\x80\xe2]/.test(one) ? '\ufffd' : one)).join('');
      expect(bytesToText(Uint8Array.from(bytes))).toBe(expected);
    });
    fc.assert(check, twinRuns(200));
    let isBroken = true;
    const broken = {
      length: 1,
      get 0() {
        if (!isBroken) return 0x61;
        isBroken = false;
        throw new RangeError('broken');
      },
    };
    // What goes wrong for a reason of its own is not mended.
    expect(() => bytesToText(broken as never)).toThrow('broken');
  });

  it('are equal but for the case of ASCII letters, and of no others', () => {
    const lower = (own: string): string =>
      Array.from(own, (letter) => (letter >= 'A' && letter <= 'Z' ? letter.toLowerCase() : letter)).join('');
    const check = fc.property(text, text, (left, right) => {
      expect(asciiLowerCase(left)).toBe(lower(left));
      expect(equalsIgnoringCase(left, lower(left))).toBe(true);
      expect(equalsIgnoringCase(left, right)).toBe(lower(left) === lower(right));
    });
    fc.assert(check, twinRuns(300));
    for (const other of ['b', 'aa', '', '\u00e1']) expect(equalsIgnoringCase('A', other)).toBe(false);
    for (const letter of ['A', 'M', 'Z']) expect(asciiLowerCase(letter)).toBe(letter.toLowerCase());
  });

  it('are joined where they are folded, as a pattern would do it', () => {
    const check = fc.property(folded, fc.constantFrom('', '\r', '\n ', ' '), (own, other) => {
      const expected = own.replace(/[ \t]*\r?\n[ \t]+/g, ' ');
      expect(joinFolds(own)).toBe(expected);
      expect(withoutBlankEnd(own)).toBe(own.replace(/[ \t]+$/, ''));
      const bytes = textToBytes(other + own + other);
      expect(unfold(bytes, other.length, bytes.length - other.length)).toBe(expected);
    });
    fc.assert(check, twinRuns(1000));
  });
});

describe('the text of bytes on the wire', () => {
  it('is their ASCII, up to where it is asked for', () => {
    const check = fc.property(ascii, fc.constantFrom('', 'x', '\xff'), fc.nat({ max: 3 }), (own, behind, offset) => {
      const bytes = wire('\xff'.repeat(offset) + own + behind).subarray(offset);
      const source = new WireText(bytes, own.length);
      const cut = own.length >> 1;
      expect(source.cut(cut, own.length)).toBe(own.slice(cut));
      expect([source.ascii, source.ascii]).toEqual([own, own]);
      expect(new WireText(bytes, own.length).ascii).toBe(own);
      expect(source.cut(0, cut)).toBe(own.slice(0, cut));
    });
    fc.assert(check, twinRuns(200));
  });

  it('is none where a byte is over 0x7f, in UTF-8 or not: then each byte is cut out as one character', () => {
    for (const own of ['\x80', 'a\xff', '\xc3\xa9b', '\xef\xbb\xbfa', 'a\xef\xbb\xbf', 'a'.repeat(99) + '\x80']) {
      const bytes = wire(own);
      expect(new WireText(bytes, bytes.length).ascii).toBeUndefined();
      const source = new WireText(bytes, bytes.length);
      expect([source.cut(0, bytes.length), source.ascii, source.cut(1, bytes.length)]).toEqual([
        own,
        undefined,
        own.slice(1),
      ]);
    }
  });

  it('may be in shared memory', () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(4), 1);
    bytes.set(wire('abc'));
    expect(new WireText(bytes, 2).ascii).toBe('ab');
  });

  it('is written where it belongs, however long it is', () => {
    for (const at of [0, 1, 5]) {
      for (const size of [0, 1, 7, 63, 64, 65, 130]) {
        const own = Array.from({ length: size }, (_, i) => String.fromCharCode(33 + (i % 90))).join('');
        const target = new Uint8Array(size + 8).fill(0x7e);
        writeAscii(own, target, at);
        expect([at, size, wireText(target)]).toEqual([at, size, '~'.repeat(at) + own + '~'.repeat(8 - at)]);
      }
    }
  });
});
