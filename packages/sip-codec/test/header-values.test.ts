import { describe, expect, it } from 'vitest';
import {
  ACCEPT,
  acceptsMedia,
  addressTag,
  AUTHORIZATION,
  BRANCH_COOKIE,
  FROM,
  parseHeaderValue,
  SipError,
  VIA,
  viaBranch,
  type HeaderDefinition,
} from '../src/index.js';
import { Scanner } from '../src/grammar/scanner.js';
import { WireText } from '../src/grammar/wire-text.js';
import { HEADER_CASES, type Rows } from './header-cases.js';
import { wire, wireText } from './wire.js';

/** How a scanner is made for a value. Of a message, whose text is decoded at once, or of bytes alone. */
type Source = 'message' | 'bytes';

function scannerOf(text: string, field: string, source: Source, behind: string): Scanner {
  const bytes = wire(text + behind);
  return new Scanner(
    bytes,
    0,
    text.length,
    field,
    source === 'message' ? new WireText(bytes, bytes.length) : undefined,
  );
}

function read(definition: HeaderDefinition<unknown>, rows: Rows, source: Source, behind = '\r\n'): unknown {
  const texts = typeof rows === 'string' ? [rows] : rows;
  return definition.read(texts.map((text) => scannerOf(text, definition.name, source, behind)));
}

/** The value, or the whole of its error, in ASCII. */
function outcome(definition: HeaderDefinition<unknown>, rows: Rows, source: Source, behind?: string): string {
  try {
    return `= ${ascii(read(definition, rows, source, behind))}`;
  } catch (error) {
    if (!(error instanceof SipError)) throw error;
    return `! ${error.message}`;
  }
}

describe('a media range', () => {
  it('covers a type where its own parts are the same, or stars', () => {
    const covered = (range: string): string[] => {
      const [media] = parseHeaderValue(ACCEPT, range);
      return ['text/plain', 'text/html', 'image/plain'].filter((type) => {
        const [main = '', sub = ''] = type.split('/');
        return media !== undefined && acceptsMedia(media, main, sub);
      });
    };
    expect(covered('text/plain')).toEqual(['text/plain']);
    expect(covered('text/*')).toEqual(['text/plain', 'text/html']);
    expect(covered('*/plain')).toEqual(['text/plain', 'image/plain']);
    expect(covered('*/*')).toEqual(['text/plain', 'text/html', 'image/plain']);
    expect(covered('audio/pcm')).toEqual([]);
  });
});

describe('the tag of an address', () => {
  it('is its parameter of that name, in any case', () => {
    const tagOf = (text: string): string | undefined => addressTag(parseHeaderValue(FROM, text));
    expect(['<sip:a@b>;tag=1', '<sip:a@b>;TAG=2', '<sip:a@b>;x=3'].map(tagOf)).toEqual(['1', '2', undefined]);
  });
});

describe('the branch of a Via', () => {
  it('is its parameter of that name, in any case; one without a value is none', () => {
    const branches = parseHeaderValue(VIA, 'SIP/2.0/UDP a;Branch=z9hG4bK1, SIP/2.0/UDP b, SIP/2.0/UDP c;x=y');
    expect(branches.map(viaBranch)).toEqual([`${BRANCH_COOKIE}1`, undefined, undefined]);
    expect(BRANCH_COOKIE).toBe('z9hG4bK');
  });
});

describe('fields of which each row holds one value', () => {
  const one = { scheme: 'Digest', parameters: [{ name: 'a', value: 'b', quoted: false }] };

  it('write no row for no value, and none for two', () => {
    expect(AUTHORIZATION.format([one])).toBe('Digest a=b');
    for (const values of [[], [one, one]]) {
      const message = `invalid-argument in Authorization: expected one value for one row, got ${values.length}`;
      expect(() => AUTHORIZATION.format(values)).toThrow(expect.objectContaining({ kind: 'api-misuse', message }));
    }
  });
});

function ascii(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What a reader that looks behind the end of the value would take for a part of it. */
const BEHIND = [
  '0',
  'a',
  '"',
  '?x=y',
  '>',
  ';a=b',
  ' \r\n x',
  '\n x',
  ')',
  ']',
  ':5',
  '/x',
  '@b',
  ',a',
  '=b',
  '.1',
  '<a:b>',
  '\\',
];

describe('the value of a header field', () => {
  it('is read, or refused with its place, its rule, what was expected and what is there: a printed table', async () => {
    const lines = HEADER_CASES.flatMap(([definition, cases]) => [
      '',
      definition.name,
      ...cases.map((rows) => `  ${ascii(rows)}\n    ${outcome(definition, rows, 'bytes')}`),
    ]);
    await expect(`${lines.join('\n').trimStart()}\n`).toMatchFileSnapshot('golden/header-values.txt');
  });

  it.each(HEADER_CASES.map(([definition, cases]) => [definition.name, definition, cases] as const))(
    '%s: is the same in a message',
    (_, definition, cases) => {
      for (const rows of cases) {
        expect([rows, outcome(definition, rows, 'message')]).toEqual([rows, outcome(definition, rows, 'bytes')]);
      }
    },
  );

  it.each(HEADER_CASES.map(([definition, cases]) => [definition.name, definition, cases] as const))(
    '%s: does not depend on what stands behind it',
    (_, definition, cases) => {
      const differences: unknown[] = [];
      for (const rows of cases) {
        const expected = outcome(definition, rows, 'bytes');
        for (const behind of BEHIND) {
          const got = outcome(definition, rows, 'bytes', behind);
          if (got !== expected) differences.push([rows, behind, expected, got]);
        }
      }
      expect(differences).toEqual([]);
    },
  );

  it.each(HEADER_CASES.map(([definition, cases]) => [definition.name, definition, cases] as const))(
    '%s: is read back from what is written of it',
    (_, definition, cases) => {
      for (const rows of cases) {
        const expected = outcome(definition, rows, 'bytes');
        // Credentials of several rows have no text of one row.
        if (expected.startsWith('!') || (typeof rows !== 'string' && /Auth/.test(definition.name))) continue;
        const written = definition.format(read(definition, rows, 'bytes'));
        const bytes = wireText(new TextEncoder().encode(written));
        expect([written, outcome(definition, bytes, 'bytes')]).toEqual([written, expected]);
      }
    },
  );
});
