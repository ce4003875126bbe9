import { AUTHORIZATION, HEADER_DEFINITIONS, parseHeaderValue, parseSipMessage, SipError, TO } from '@portico/sip-codec';
import { EXTENSION_DEFINITIONS } from '@portico/sip-codec/extensions';
import { forgive } from '@portico/sip-codec/lenient';
import { readMultipart } from '@portico/sip-codec/multipart';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToText, joinFolds } from '../src/grammar/text.js';
import { wire } from './wire.js';

/** One header for each shape of value. */
const NAMES: readonly string[] = [
  ...['To', 'Contact', 'Via', 'Subject', 'Server', 'Retry-After', 'Supported', 'Content-Type', 'Warning', 'Call-Info'],
  ...['Authorization', 'Replaces', 'Event', 'Feature-Caps', 'P-Charging-Vector', 'Identity', 'History-Info'],
];
const DEFINITIONS = [...HEADER_DEFINITIONS, ...EXTENSION_DEFINITIONS].filter(({ name }) => NAMES.includes(name));

/** Reads a value as each of these headers, by both sets of rules. */
function readAsAll(value: string): void {
  for (const definition of DEFINITIONS) {
    const { name } = definition;
    const { headers } = parseSipMessage(wire(`OPTIONS sip:a SIP/2.0\r\n${name}: ${value}\r\n\r\n`));
    void headers.text(name);
    forgive(headers, definition);
  }
}

/** So many parameters, no two of one name. */
function named(count: number, write: (name: string) => string): string {
  return Array.from({ length: count }, (_, index) => write(index.toString(36).padStart(4, '0'))).join('');
}

/** CPU time in microseconds, the lesser of two. */
function cost(run: () => void): number {
  const times = Array.from({ length: 2 }, () => {
    const before = process.cpuUsage();
    run();
    const { user } = process.cpuUsage(before);
    return user;
  });
  return Math.min(...times);
}

describe('long values', () => {
  it.each([
    ['white space', (n: number) => `a${' '.repeat(n)}b`],
    ['white space in quotes', (n: number) => `"a${' '.repeat(n)}b`],
    ['white space in a comment', (n: number) => `(a${' '.repeat(n)}b)`],
    ['white space and a fold', (n: number) => `a${' '.repeat(n)}b\r\n c`],
    ['folds', (n: number) => `a${'\r\n '.repeat(n / 3)}b`],
    ['brackets', (n: number) => '< '.repeat(n / 2)],
    ['white space in brackets', (n: number) => `<sip:a${' '.repeat(n)}b>`],
    ['quotes', (n: number) => '"\\'.repeat(n / 2)],
    ['commas', (n: number) => ', '.repeat(n / 2)],
    ['semicolons', (n: number) => '; '.repeat(n / 2)],
    ['parameters', (n: number) => `<sip:a>${named(n / 8, (name) => `;p${name}`)}`],
    ['dots', (n: number) => 'a.'.repeat(n / 2)],
    ['digits', (n: number) => '1'.repeat(n)],
  ] as const)('%s: forty times the length costs nowhere near 1,600 times as much, in any header', (_, value) => {
    const [short, long] = [value(600), value(24_000)];
    const shortCost = cost(() => {
      for (let i = 0; i < 40; i++) readAsAll(short);
    });
    // Forty short ones are as many bytes as the long one; were it quadratic, the long one would cost forty times as much.
    expect(cost(() => readAsAll(long))).toBeLessThan(12 * Math.max(shortCost, 5_000));
  });

  it.each([
    ['URI parameters', TO, (n: number) => `<sip:a${named(n, (name) => `;${name}`)}>`],
    ['escaped URI parameters', TO, (n: number) => `<sip:a${named(n, (name) => `;%70${name}`)}>`],
    ['tel parameters', TO, (n: number) => `<tel:+1${named(n, (name) => `;${name}`)}>`],
    ['parameters', TO, (n: number) => `<sip:a>${named(n, (name) => `;${name}`)}`],
    ['auth-params', AUTHORIZATION, (n: number) => `Digest ${named(n, (name) => `${name}=a,`)}z=a`],
  ] as const)(
    '%s, each of another name: a hundred times as many cost nowhere near 10,000 times as much',
    (_, definition, value) => {
      const [few, many] = [value(50), value(5_000)];
      const read = (text: string): unknown => parseHeaderValue<unknown>(definition, text);
      const fewCost = cost(() => {
        for (let i = 0; i < 100; i++) read(few);
      });
      expect(cost(() => read(many))).toBeLessThan(12 * Math.max(fewCost, 2_000));
    },
  );

  it('bytes that are no UTF-8 cost nowhere near what an error for each would', () => {
    const [right, wrong] = ['\xc3\xa9'.repeat(30_000), '\xe9\xff'.repeat(30_000)].map(wire);
    const read = (bytes: Uint8Array | undefined) => (): void => void bytesToText(bytes ?? wire(''));
    expect(cost(read(wrong))).toBeLessThan(40 * Math.max(cost(read(right)), 1_000));
  });

  it('a multipart body of beginnings of delimiters', () => {
    const body = wire('\r\n--aaaaaaaaaaaaaaaaaaaaaaa'.repeat(20_000));
    expect(() => readMultipart(body, `${'a'.repeat(24)}b`)).toThrow(SipError);
  });
});

it('folds are joined as the pattern says that is plain and slow', () => {
  const piece = fc.constantFrom('\r\n', '\n', '\r', ' ', '\t', 'a', '\r\n ', ' \r\n\t', 'é');
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      (text) => {
        expect(joinFolds(text)).toBe(text.replace(/[ \t]*\r?\n[ \t]+/g, ' '));
      },
    ),
    { numRuns: 5_000 },
  );
});
