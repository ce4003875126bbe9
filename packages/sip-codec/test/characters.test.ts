import { describe, expect, it } from 'vitest';
import * as characters from '../src/grammar/characters.js';
import { Scanner } from '../src/grammar/scanner.js';
import { commonWordAt } from '../src/grammar/words.js';
import { wire } from './wire.js';

const { runEnd } = characters;

/** Each class again, as a pattern of single characters, from the rules of RFC 3261 section 25.1 and RFC 5234. */
const CLASSES: readonly (readonly [string, characters.CharacterClass, RegExp])[] = [
  ['DIGIT', characters.DIGIT, /[0-9]/],
  ['ALPHA', characters.ALPHA, /[A-Za-z]/],
  ['HEXDIG', characters.HEXDIG, /[0-9A-Fa-f]/],
  ['alphanum', characters.ALPHANUM, /[A-Za-z0-9]/],
  ['reserved', characters.RESERVED, /[;/?:@&=+$,]/],
  ['unreserved', characters.UNRESERVED, /[A-Za-z0-9\-_.!~*'()]/],
  ['token', characters.TOKEN, /[A-Za-z0-9\-.!%*_+`'~]/],
  ['word', characters.WORD, /[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]/],
  ['user-unreserved', characters.USER, /[A-Za-z0-9\-_.!~*'()&=+$,;?/]/],
  ['password', characters.PASSWORD, /[A-Za-z0-9\-_.!~*'()&=+$,]/],
  ['paramchar', characters.PARAMCHAR, /[A-Za-z0-9\-_.!~*'()[\]/:&+$]/],
  ['hnv-unreserved', characters.HNV, /[A-Za-z0-9\-_.!~*'()[\]/?:+$]/],
  ['uric', characters.URIC, /[A-Za-z0-9\-_.!~*'();/?:@&=+$,[\]]/],
  ['scheme', characters.SCHEME, /[A-Za-z0-9+\-.]/],
  ['hostname', characters.HOST, /[A-Za-z0-9\-.]/],
  ['Reason-Phrase', characters.REASON, /[A-Za-z0-9\-_.!~*'();/?:@&=+$, \t\x80-\xff]/],
  ['qdtext', characters.QDTEXT, /[ \t\x21\x23-\x5b\x5d-\x7e\x80-\xff]/],
  ['ctext', characters.CTEXT, /[ \t\x21-\x27\x2a-\x5b\x5d-\x7e\x80-\xff]/],
  ['TEXT-UTF8char', characters.TEXT, /[ \t\x21-\x7e\x80-\xff]/],
];

describe('the classes of characters', () => {
  it.each(CLASSES)('%s has the bytes of its rule and no others', (_, members, pattern) => {
    const right = Array.from({ length: 256 }, (__, byte) => (pattern.test(String.fromCharCode(byte)) ? 1 : 0));
    expect(Array.from(members)).toEqual(right);
  });

  it('a run ends at the first other byte, wherever it stands, or at the end', () => {
    for (let length = 0; length < 12; length++) {
      for (let start = 0; start <= length; start++) {
        const run = wire(`${'1'.repeat(length)}1111`);
        expect([length, start, runEnd(run, start, length, characters.DIGIT)]).toEqual([length, start, length]);
        for (let other = start; other < length; other++) {
          const cut = run.slice();
          cut[other] = 0x61;
          expect([length, start, runEnd(cut, start, length, characters.DIGIT)]).toEqual([length, start, other]);
        }
      }
    }
  });
});

describe('the words of every day', () => {
  it('are found where they stand, and nothing else is', () => {
    const words =
      'ACK BYE CANCEL INFO INVITE MESSAGE NOTIFY OPTIONS PRACK PUBLISH REFER REGISTER SUBSCRIBE UPDATE TLS TCP UDP WS WSS ' +
      'alias branch expires lr maddr received reg-id rport tag transport ttl +sip.instance';
    for (const word of words.split(' ')) {
      const at = (text: string, start: number, end: number): string | undefined => commonWordAt(wire(text), start, end);
      expect(at(`x${word}y`, 1, word.length + 1)).toBe(word);
      // Others with the same length, first and last letter have the same place in the table.
      if (word.length > 2)
        expect(at(`${word[0]}${'_'.repeat(word.length - 2)}${word.at(-1)}`, 0, word.length)).toBe(undefined);
      expect(at(`${word}_`, 0, word.length + 1)).toBe(undefined);
      // Neither does the top bit of the first letter change the place.
      const high = String.fromCharCode(word.charCodeAt(0) | 0x80);
      expect(at(`${high}${word.slice(1)}`, 0, word.length)).toBe(undefined);
      if (word.length > 1)
        expect([word, words.split(' ').includes(word.slice(0, -1))]).toEqual([
          word,
          at(word, 0, word.length - 1) !== undefined,
        ]);
    }
  });
});

describe('a quoted pair', () => {
  const quoted = (escaped: number): Scanner => new Scanner(Uint8Array.of(0x22, 0x5c, escaped, 0x22), 0, 4, 'Subject');

  it('is any ASCII character but a line end, and nothing over 0x7f', () => {
    for (let byte = 0; byte < 0x100; byte++) {
      const isAllowed = byte <= 0x7f && byte !== 0x0d && byte !== 0x0a;
      if (isAllowed) expect(quoted(byte).quotedString()).toBe(String.fromCharCode(byte));
      else expect(() => quoted(byte).quotedString()).toThrow(expect.objectContaining({ reason: 'header-syntax' }));
    }
  });
});
