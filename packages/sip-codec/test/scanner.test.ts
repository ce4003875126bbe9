import { bytesToUtf8 } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SipError } from '../src/error.js';
import { BLANK, DIGIT, TOKEN } from '../src/grammar/characters.js';
import { Scanner } from '../src/grammar/scanner.js';
import { WireText } from '../src/grammar/wire-text.js';
import { refused, twinRuns, wire } from './wire.js';

const DQUOTE = 0x22;
const COMMA = 0x2c;

/** Text whose every part matters to some rule, in front of it and behind it bytes that are not the scanner's. */
const piece = fc.constantFrom(
  ' ',
  '\t',
  '\r\n',
  '\r\n ',
  '\n\t',
  '\n',
  '\r',
  ',',
  '"',
  '\\',
  'a',
  '7',
  '\x00',
  '\x7f',
  'é',
);
const part = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(''));
const parts = fc.tuple(
  fc.constantFrom('', 'a', ' ', '"'),
  part,
  fc.constantFrom('', ' ', '\n ', '\r\n ', '\n', '"', '1'),
);

/** A scanner of the middle one, with the text of the bytes at hand and without. */
function scanners([before, text, behind]: readonly [string, string, string]): readonly Scanner[] {
  const bytes = wire(before + text + behind);
  const end = before.length + text.length;
  return [undefined, new WireText(bytes, bytes.length)].map(
    (source) => new Scanner(bytes, before.length, end, 'Subject', source),
  );
}

function scanner(text: string): Scanner {
  return new Scanner(wire(text), 0, text.length, 'Subject');
}

/** `SWS`, as often as section 7.3.1 allows. */
const SPACE = /^(?:[ \t]|\r?\n[ \t])*/;
const QUOTED = /^"((?:[ \t!\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\x00-\x09\x0b\x0c\x0e-\x7f]|\r?\n[ \t])*)"/;

function length(pattern: RegExp, text: string): number {
  return pattern.exec(text)?.[0].length ?? 0;
}

describe('a scanner', () => {
  it('goes over white space and folds as their pattern does, and never behind its end', () => {
    const check = fc.property(parts, (whole) => {
      const [before, text] = whole;
      for (const own of scanners(whole)) {
        const space = length(SPACE, text);
        expect(own.skipSpace()).toBe(space > 0);
        expect(own.offset).toBe(before.length + space);
        expect(own.atEnd).toBe(space === text.length);
        expect(own.peek()).toBe(space === text.length ? -1 : text.charCodeAt(space));
        expect(own.skipSpace()).toBe(false);
      }
    });
    fc.assert(check, twinRuns(500));
  });

  it('takes a separator with the white space round it, or nothing', () => {
    const check = fc.property(parts, (whole) => {
      const [before, text] = whole;
      const space = length(SPACE, text);
      const taken = text[space] === ',' ? space + 1 + length(SPACE, text.slice(space + 1)) : 0;
      for (const own of scanners(whole)) {
        expect(own.takeSeparator(COMMA)).toBe(taken > 0);
        expect(own.offset).toBe(before.length + taken);
      }
    });
    fc.assert(check, twinRuns(500));
  });

  it('reads a quoted string as its pattern does, or says where it goes wrong', () => {
    let read = 0;
    const check = fc.property(parts, ([before, text, behind]) => {
      const whole = [before, `"${text}`, behind] as const;
      const found = QUOTED.exec(whole[1]);
      const inner = found?.[1] ?? '';
      // A lone é is no UTF-8, and neither are two.
      const isRead = found !== null && !/[^\\]é|^é/.test(inner);
      for (const own of scanners(whole)) {
        if (!isRead) {
          expect(refused(() => own.quotedString())).toMatchObject({ reason: 'header-syntax', field: 'Subject' });
          continue;
        }
        read++;
        const value = inner.replace(/\\([^])|[ \t]*\r?\n[ \t]+/g, (_, escaped?: string) => escaped ?? ' ');
        expect(own.quotedString()).toBe(value);
        expect(own.offset).toBe(before.length + (found?.[0].length ?? 0));
      }
    });
    fc.assert(check, twinRuns(1000));
    expect(read).toBeGreaterThan(0);
  });

  it('reads UTF-8 in quoted strings, in front of pairs and folds and behind them', () => {
    const bytes = Uint8Array.of(
      DQUOTE,
      0xc3,
      0xa9,
      0x5c,
      DQUOTE,
      0xc3,
      0xa9,
      0x0d,
      0x0a,
      0x20,
      0x09,
      0xc3,
      0xa9,
      DQUOTE,
    );
    const own = new Scanner(bytes, 0, bytes.length, 'Subject', new WireText(bytes, bytes.length));
    expect(own.quotedString()).toBe('é"é é');
    expect(own.utf8(1, 3, 'x')).toBe(bytesToUtf8(bytes, 1, 3));
  });

  it.each<[string, (own: Scanner) => unknown, string, Partial<SipError>]>([
    [
      'an unfinished quoted string',
      (own) => own.quotedString(),
      '"ab',
      { offset: 0, rule: 'quoted-string', got: '0x22' },
    ],
    ['none', (own) => own.quotedString(), 'ab"', { offset: 0, rule: 'quoted-string', got: '0x61' }],
    [
      'a control character in one',
      (own) => own.quotedString(),
      '"a\x07"',
      { offset: 2, rule: 'quoted-string', got: '0x07' },
    ],
    ['a line end in one', (own) => own.quotedString(), '"a\r\n"', { offset: 2, rule: 'quoted-string', got: '0x0d' }],
    [
      'what is no UTF-8 in one',
      (own) => own.quotedString(),
      '"ab\xff"',
      { offset: 1, rule: 'quoted-string', got: '0x61' },
    ],
    [
      'and in front of a pair',
      (own) => own.quotedString(),
      '"a\xff\\"é"',
      { offset: 1, rule: 'quoted-string', got: '0x61' },
    ],
    [
      'and in front of a fold',
      (own) => own.quotedString(),
      '"a\xff\n b"',
      { offset: 1, rule: 'quoted-string', got: '0x61' },
    ],
    ['a pair of nothing', (own) => own.quotedString(), '"a\\', { offset: 3, rule: 'quoted-pair', got: 'the end' }],
    ['a pair of a line end', (own) => own.quotedString(), '"\\\n"', { offset: 2, rule: 'quoted-pair', got: '0x0a' }],
    ['a pair of CR', (own) => own.quotedString(), '"\\\r"', { offset: 2, rule: 'quoted-pair', got: '0x0d' }],
    ['no pair', (own) => own.quotedPair(), 'a', { offset: 0, rule: 'quoted-pair', got: '0x61' }],
    [
      'another byte than the expected one',
      (own) => own.expect(COMMA, 'COMMA'),
      'a',
      { offset: 0, rule: 'COMMA', got: '0x61' },
    ],
    ['an empty run', (own) => own.runOfSome(DIGIT, 'x'), 'a', { offset: 0, rule: 'x', got: '0x61' }],
    ['no token', (own) => own.token(), '', { offset: 0, rule: 'token', got: 'the end' }],
    ['no token of a name', (own) => own.token('method'), '@', { offset: 0, rule: 'method', got: '0x40' }],
    ['no digit', (own) => own.integer(7, 'ttl'), 'a', { offset: 0, rule: 'ttl', got: '0x61' }],
    ['no digit at the end', (own) => own.integer(7, 'ttl'), '', { offset: 0, rule: 'ttl', got: 'the end' }],
    ['what is left over', (own) => own.finish('Subject'), ' \t;', { offset: 2, rule: 'Subject', got: '0x3b' }],
  ])('refuses %s', (_, read, text, error) => {
    expect(refused(() => read(scanner(text)))).toMatchObject({ reason: 'header-syntax', field: 'Subject', ...error });
  });

  it.each([
    ['8', '8'],
    ['0000000000000000000000000000008', '000000000000000000000000'],
    ['99999999999999999999999999x', '999999999999999999999999'],
  ])('refuses the number %s over its limit, and tells no more than 24 digits of it', (text, got) => {
    const own = scanner(text);
    const error = refused(() => own.integer(7, 'ttl'));
    expect(error).toMatchObject({ reason: 'value-out-of-range', field: 'Subject', offset: 0, rule: 'ttl', got });
    expect(own.offset).toBe(0);
  });

  it('reads numbers up to their limit, as many digits as there are', () => {
    const numbers = fc.tuple(fc.nat(), fc.constantFrom('', '0', '000'), fc.constantFrom('', '/', ':', 'a', ' '));
    const check = fc.property(numbers, ([number, zeros, behind]) => {
      const own = new Scanner(wire(`x${zeros}${number}${behind}`), 1, 1 + `${zeros}${number}${behind}`.length, 'CSeq');
      expect(own.integer(number, 'x')).toBe(number);
      expect(own.offset).toBe(1 + `${zeros}${number}`.length);
    });
    fc.assert(check, twinRuns(200));
    expect(new Scanner(wire('123456'), 1, 3, 'CSeq').integer(23, 'x')).toBe(23);
  });

  it('takes runs and single bytes of its own part of the bytes', () => {
    const own = new Scanner(wire('a-b \tcd'), 0, 6, 'Allow');
    expect([own.run(TOKEN), own.offset, own.take(COMMA), own.offset]).toEqual(['a-b', 3, false, 3]);
    expect([own.skipRun(BLANK), own.offset, own.skipRun(BLANK)]).toEqual([5, 5, 5]);
    expect(scanner('a@').token()).toBe('a');
    expect([own.take(0x63), own.atEnd, own.take(0x64), own.offset]).toEqual([true, true, false, 6]);
    expect([own.cut(0, 3), own.cut(2, 2), own.run(TOKEN)]).toEqual(['a-b', '', '']);
    expect(() => own.finish('x')).not.toThrow();
  });

  it('finds no fold in what its end cuts off', () => {
    for (const [text, end] of [
      ['\r\n ', 2],
      ['\n\t', 1],
      ['\r\n', 1],
    ] as const) {
      const own = new Scanner(wire(text), 0, end, 'Subject');
      expect([own.skipSpace(), own.offset]).toEqual([false, 0]);
      const quoted = new Scanner(wire(`"${text}"`), 0, end + 1, 'Subject');
      expect(refused(() => quoted.quotedString())).toMatchObject({
        offset: 1,
        got: `0x0${text[0] === '\r' ? 'd' : 'a'}`,
      });
    }
  });

  it('has others within it, for the same field and of the same text', () => {
    const bytes = wire('ab cd');
    const inner = new Scanner(bytes, 0, 5, 'Allow', new WireText(bytes, 5)).within(1, 2);
    expect([inner.bytes, inner.offset, inner.end, inner.field]).toEqual([bytes, 1, 2, 'Allow']);
    expect([inner.asciiSource, inner.run(TOKEN), inner.atEnd]).toEqual(['ab cd', 'b', true]);
    expect(scanner('ab').within(0, 1).asciiSource).toBeUndefined();
  });
});
