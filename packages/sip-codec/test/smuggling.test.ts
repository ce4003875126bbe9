import { DEFAULT_SIP_LIMITS, type SipErrorReason } from '@portico/sip-codec';
import { describe, expect, it } from 'vitest';
import { frameStreamPlainly, frameUnitPlainly } from './twin-framer.js';
import { said, wire } from './wire.js';

/** Each known way to make two readers see different messages, and what we make of it by either set of rules. */
interface Differential {
  readonly name: string;
  /** Header fields after the start line, with their line ends. */
  readonly fields: string;
  /** The reason, or the length of the body that is taken. */
  readonly strict: SipErrorReason | number;
  readonly lenient: SipErrorReason | number;
}

// prettier-ignore
const TABLE: readonly Differential[] = [
  { name: 'one length', fields: 'Content-Length: 5\r\n', strict: 5, lenient: 5 },
  { name: 'compact', fields: 'l: 5\r\n', strict: 5, lenient: 5 },
  { name: 'compact, capital', fields: 'L:5\r\n', strict: 5, lenient: 5 },
  { name: 'any case', fields: 'cOnTeNt-LeNgTh:5\r\n', strict: 5, lenient: 5 },
  { name: 'space before the colon', fields: 'Content-Length   \t: 5\r\n', strict: 5, lenient: 5 },
  { name: 'leading zeros', fields: 'Content-Length: 0000000005\r\n', strict: 5, lenient: 5 },
  { name: 'folded', fields: 'Content-Length:\r\n 5\r\n', strict: 5, lenient: 5 },
  { name: 'folded after the value', fields: 'Content-Length: 5\r\n  \r\n', strict: 5, lenient: 5 },
  { name: 'fold that holds a second value', fields: 'Content-Length: 5\r\n 6\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'folded between name and colon', fields: 'Content-Length\r\n : 5\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'folded before the colon and after it', fields: 'CONTENT-LENGTH\r\n \t:\r\n 5\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'two equal', fields: 'Content-Length: 5\r\nContent-Length: 5\r\n', strict: 'content-length-repeated', lenient: 5 },
  { name: 'two equal, one compact', fields: 'l: 5\r\nContent-Length: 05\r\n', strict: 'content-length-repeated', lenient: 5 },
  { name: 'two different', fields: 'Content-Length: 5\r\nContent-Length: 0\r\n', strict: 'content-length-repeated', lenient: 'content-length-repeated' },
  { name: 'two different and one malformed: the first fault is named', fields: 'l: 5\r\nl: 6\r\nl: x\r\n', strict: 'content-length-repeated', lenient: 'content-length-repeated' },
  { name: 'a list', fields: 'Content-Length: 5, 5\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'plus', fields: 'Content-Length: +5\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'minus', fields: 'Content-Length: -1\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'hexadecimal', fields: 'Content-Length: 0x5\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'decimal point', fields: 'Content-Length: 5.0\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'exponent', fields: 'Content-Length: 5e0\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'in quotes', fields: 'Content-Length: "5"\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'with a comment', fields: 'Content-Length: 5 (five)\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'with a parameter', fields: 'Content-Length: 5;x=6\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'empty', fields: 'Content-Length:\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'ten digits, over the limit', fields: 'Content-Length: 4294967301\r\n', strict: 'body-too-large', lenient: 'body-too-large' },
  { name: 'eleven digits', fields: 'Content-Length: 00000000005\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'twenty digits', fields: 'Content-Length: 18446744073709551621\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'NUL in the value', fields: 'Content-Length: 5\0\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'vertical tab in the value', fields: 'Content-Length:\x0b5\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'no colon', fields: 'Content-Length 5\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'semicolon for a colon', fields: 'Content-Length; 5\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'NUL after the name', fields: 'Content-Length\0: 5\r\n', strict: 'content-length-malformed', lenient: 'content-length-malformed' },
  { name: 'missing', fields: 'Subject: x\r\n', strict: 'content-length-missing', lenient: 0 },
  { name: 'a longer name', fields: 'Content-Lengthy: 5\r\n', strict: 'content-length-missing', lenient: 0 },
  { name: 'a prefixed name', fields: 'X-Content-Length: 5\r\n', strict: 'content-length-missing', lenient: 0 },
  { name: 'underscore for hyphen', fields: 'Content_Length: 5\r\n', strict: 'content-length-missing', lenient: 0 },
  { name: 'escaped name', fields: 'Content%2DLength: 5\r\n', strict: 'content-length-missing', lenient: 0 },
  { name: 'in the fold of another field', fields: 'Subject: x\r\n Content-Length: 5\r\n', strict: 'content-length-missing', lenient: 0 },
  { name: 'in the comment of another field', fields: 'Server: x (Content-Length: 0)\r\nl: 5\r\n', strict: 5, lenient: 5 },
  { name: 'white space in front of the name', fields: ' Content-Length: 5\r\n', strict: 'fold-after-start-line', lenient: 'fold-after-start-line' },
  { name: 'bare LF behind a field', fields: 'Subject: x\nl: 5\r\n', strict: 'mixed-line-ends', lenient: 'mixed-line-ends' },
  { name: 'bare LF in front of the length', fields: 'l: 5\r\nSubject: x\nl: 0\r\n', strict: 'mixed-line-ends', lenient: 'mixed-line-ends' },
  { name: 'bare CR', fields: 'Subject: x\rl: 0\r\nl: 5\r\n', strict: 'bare-cr', lenient: 'bare-cr' },
  { name: 'CR CR LF', fields: 'Subject: x\r\r\nl: 5\r\n', strict: 'bare-cr', lenient: 'bare-cr' },
  { name: 'a line of white space is no empty line', fields: 'Subject: x\r\n \r\nl: 5\r\n', strict: 5, lenient: 5 },
  { name: 'fold at the end of the block', fields: 'l: 5\r\nSubject: x\r\n \r\n', strict: 5, lenient: 5 },
  { name: 'names of object properties', fields: 'constructor: 7\r\n__proto__: 8\r\nl: 5\r\n', strict: 5, lenient: 5 },
  { name: 'in front of a second length: NUL', fields: 'l: 5\r\n\0Content-Length: 0\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'in front of a second length: a vertical tab', fields: 'l: 5\r\n\x0bContent-Length: 0\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'in front of a second length: a form feed', fields: 'l: 5\r\n\x0cContent-Length: 0\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'in front of a second length: DEL', fields: 'l: 5\r\n\x7fContent-Length: 0\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'in front of a second length: a space of latin1', fields: 'l: 5\r\n\xa0Content-Length: 0\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'in front of a second length: a byte order mark', fields: 'l: 5\r\n\xef\xbb\xbfContent-Length: 0\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'in front of a second length: a bracket', fields: 'l: 5\r\n[Content-Length: 0\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'in front of a second length: a brace', fields: 'l: 5\r\n{Content-Length: 0\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'in front of a second length: an at sign', fields: 'l: 5\r\n@Content-Length: 0\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'in front of a second length: a grave accent, which a name may begin with', fields: 'l: 5\r\n`Content-Length: 0\r\n', strict: 5, lenient: 5 },
  { name: 'in front of the only length: a vertical tab', fields: '\x0bl: 5\r\n', strict: 'field-without-name', lenient: 0 },
  { name: 'a second length with its name in quotes', fields: '"Content-Length": 0\r\nl: 5\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'a colon without a name', fields: 'l: 5\r\n: 0\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'a field without a name that goes on in a fold', fields: ':\r\n Content-Length: 0\r\nl: 5\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'a field without a name, then two lengths: the first fault is named', fields: ': x\r\nl: 5\r\nl: 5\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'two lengths, then a field without a name: the first fault is named', fields: 'l: 5\r\nl: 5\r\n: x\r\n', strict: 'content-length-repeated', lenient: 5 },
  { name: 'NUL in the value of another field', fields: 'Subject: a\0b\r\nl: 5\r\n', strict: 5, lenient: 5 },
  { name: 'NUL in the name of another field', fields: 'Sub\0ject: x\r\nl: 5\r\n', strict: 5, lenient: 5 },
  { name: 'NUL at the end of a line', fields: 'Subject: x\0\r\nl: 5\r\n', strict: 5, lenient: 5 },
  { name: 'NUL between CR and LF', fields: 'Subject: x\r\0\nl: 5\r\n', strict: 'bare-cr', lenient: 'bare-cr' },
  { name: 'a line of one NUL is no empty line', fields: 'l: 5\r\n\0\r\n', strict: 'field-without-name', lenient: 5 },
  { name: 'NUL in a fold', fields: 'Subject: x\r\n \0l: 0\r\nl: 5\r\n', strict: 5, lenient: 5 },
];

const START = 'MESSAGE sip:a@b SIP/2.0\r\n';

describe('readings that differ between implementations', () => {
  for (const strictness of ['strict', 'lenient'] as const) {
    it.each(TABLE)(`${strictness}: $name`, (row) => {
      const expected = row[strictness];
      const head = `${START}${row.fields}\r\n`;
      const got = said({ mode: 'stream', strictness }, `${head}12345`);
      expect(got[0]).toBe(typeof expected === 'string' ? expected : `message ${head.length}+${expected}`);
    });

    it.each(TABLE)(`${strictness}, by the plain twin: $name`, (row) => {
      const expected = row[strictness];
      const head = `${START}${row.fields}\r\n`;
      const options = { keepAlive: 'off', strictness, limits: DEFAULT_SIP_LIMITS } as const;
      const [first] = frameStreamPlainly(wire(`${head}12345`), options);
      expect(first).toMatchObject(
        typeof expected === 'string'
          ? { type: 'error', reason: expected }
          : { type: 'message', headLength: head.length, bytes: { length: head.length + expected } },
      );
    });
  }

  describe.each(['datagram', 'websocket'] as const)('in mode %s', (mode) => {
    for (const strictness of ['strict', 'lenient'] as const) {
      it.each(TABLE)(`${strictness}: $name`, (row) => {
        // A missing length is that of the rest.
        const expected = row[strictness] === 'content-length-missing' || row[strictness] === 0 ? 5 : row[strictness];
        const head = `${START}${row.fields}\r\n`;
        const got = said({ mode, strictness }, `${head}12345`);
        expect(got).toEqual([typeof expected === 'string' ? expected : `message ${head.length}+${expected}`]);
        const options = { keepAlive: 'off', strictness, limits: DEFAULT_SIP_LIMITS } as const;
        expect(frameUnitPlainly(wire(`${head}12345`), mode, options)).toMatchObject([
          typeof expected === 'string'
            ? { type: 'error', reason: expected }
            : { type: 'message', headLength: head.length, bytes: { length: head.length + expected } },
        ]);
      });
    }
  });

  describe.each(['strict', 'lenient'] as const)('%s', (strictness) => {
    it('length counts bytes, not characters', () => {
      const head = `${START}l: 6\r\n\r\n`;
      // Three characters, six bytes.
      const three = `${head}\xc3\xa9\xc3\xa9\xc3\xa9`;
      const two = `${head}\xc3\xa9\xc3\xa9`;
      const whole = [`message ${head.length}+6`];
      expect(said({ mode: 'stream', strictness }, three)).toEqual(whole);
      expect(said({ mode: 'stream', strictness }, two)).toEqual([]);
      expect(said({ mode: 'datagram', strictness }, three)).toEqual(whole);
      expect(said({ mode: 'datagram', strictness }, two)).toEqual(['body-truncated']);
      expect(said({ mode: 'websocket', strictness }, three)).toEqual(whole);
      expect(said({ mode: 'websocket', strictness }, two)).toEqual(['content-length-mismatch']);
    });

    it.each(['stream', 'datagram', 'websocket'] as const)(
      'line ends, NUL and messages in a body are only bytes: %s',
      (mode) => {
        const body = `\r\n\r\n\n\r\0${START}l: 0\r\n\r\n \tl: 5\r\n\x0b`;
        const head = `${START}l: ${body.length}\r\n\r\n`;
        expect(said({ mode, strictness }, head + body)).toEqual([`message ${head.length}+${body.length}`]);
      },
    );
  });

  it('white space in front of a start line belongs to no message, whoever reads it', () => {
    for (const mode of ['stream', 'datagram', 'websocket'] as const) {
      for (const strictness of ['strict', 'lenient'] as const) {
        for (const front of [' ', '\t', '\r\n ', '\r\n\r\n\t']) {
          const got = said({ mode, strictness }, `${front}Route: <sip:e>\r\nl: 0\r\n\r\n`);
          expect([mode, front, got]).toEqual([mode, front, ['fold-before-start-line']]);
        }
      }
    }
    expect(said({ mode: 'stream' }, `${START}l: 0\r\n\r\n Route: <sip:e>\r\nl: 0\r\n\r\n`)).toEqual([
      'message 33+0',
      'fold-before-start-line',
    ]);
  });

  it('bare LF throughout: an error by the strict rules, one message by the lenient ones', () => {
    const text = 'MESSAGE sip:a@b SIP/2.0\nl: 5\n\n12345';
    expect(said({ mode: 'stream' }, text)).toEqual(['bare-lf']);
    expect(said({ mode: 'stream', strictness: 'lenient' }, text)).toEqual(['message 30+5']);
    expect(said({ mode: 'stream', strictness: 'lenient' }, text.replace('5\n\n', '5\n\r\n'))).toEqual([
      'mixed-line-ends',
    ]);
  });

  it('a line end alone in front of a message: only CRLF by the strict rules', () => {
    expect(said({ mode: 'stream' }, `\n${START}l: 0\r\n\r\n`)).toEqual(['bare-lf']);
    expect(said({ mode: 'stream' }, `\r${START}l: 0\r\n\r\n`)).toEqual(['bare-cr']);
    expect(said({ mode: 'stream', strictness: 'lenient' }, `\n${START}l: 0\r\n\r\n`)).toEqual(['message 33+0']);
    const whole = ['message 33+0'];
    for (const mode of ['stream', 'datagram', 'websocket'] as const) {
      for (const [front, strict, lenient] of [
        ['\r\n\r\n', whole, whole],
        ['\n', ['bare-lf'], whole],
        ['\r\n\n', ['bare-lf'], whole],
        ['\r', ['bare-cr'], ['bare-cr']],
        ['\r\r\n', ['bare-cr'], ['bare-cr']],
        ['\r\n\r', ['bare-cr'], ['bare-cr']],
      ] as const) {
        const text = `${front}${START}l: 0\r\n\r\n`;
        expect([mode, front, said({ mode }, text)]).toEqual([mode, front, strict]);
        expect([mode, front, said({ mode, strictness: 'lenient' }, text)]).toEqual([mode, front, lenient]);
      }
    }
  });
});

describe('a name like Content-Length with one other letter', () => {
  const NAME = 'Content-Length';

  it.each(Array.from(NAME, (_, at) => at))('is another field: letter %i', (at) => {
    for (const bit of [0x01, 0x02, 0x40]) {
      const letter = String.fromCharCode(NAME.charCodeAt(at) ^ bit);
      if (!/[a-z.]/i.test(letter)) continue;
      const name = NAME.slice(0, at) + letter + NAME.slice(at + 1);
      for (const filling of ['', `Subject: ${'x'.repeat(200)}\r\n`]) {
        expect(said({ mode: 'stream' }, `OPTIONS a SIP/2.0\r\n${filling}${name}: 0\r\nTo: x\r\n\r\n`)).toEqual([
          'content-length-missing',
        ]);
      }
    }
  });
});
