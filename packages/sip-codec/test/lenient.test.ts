import { readFileSync } from 'node:fs';
import {
  ALLOW,
  AUTHORIZATION,
  CONTACT,
  FROM,
  HEADER_DEFINITIONS,
  judgeRequest,
  parseHeaderValue,
  parseSipMessage,
  RECORD_ROUTE,
  type Scanner,
  SipError,
  SUPPORTED,
  TO,
  VIA,
  type HeaderDefinition,
} from '@portico/sip-codec';
import { messageArbitrary, mutatedStreamArbitrary } from '@portico/sip-codec/arbitraries';
import { DIGEST_TOLERANCES, forgive, readLeniently, TOLERANCES, type LenientReading } from '@portico/sip-codec/lenient';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { options, request } from './wire.js';

function read<T>(definition: HeaderDefinition<T>, text: string): LenientReading<T> | undefined {
  return readLeniently(request(options({ [definition.name]: text })).headers, definition);
}

/** A definition with a mistake of its own, that shows in values of more than so many characters. */
function brokenDefinition(longest: number): HeaderDefinition<string> {
  return {
    name: 'Subject',
    format: (value) => value,
    read: ([row]) => {
      if (row === undefined || row.end - row.offset > longest) throw new RangeError('a mistake of its own');
      return 'short';
    },
  };
}

/** Values with a fault or two, and such as look like one. */
const REPAIRED: readonly string[] = [
  '< sip:a@b >',
  '<\t sip:a@b>, <sip:c@d \t> ; x=" < y > "',
  'a > b >',
  'a> ',
  '"< a >',
  '"a <sip:b@c>',
  '"a  <sip:b@c>;x',
  '"a \\" b <sip:c@d>',
  '"a\\',
  '"a" b" <sip:c@d>',
  'a" b <sip:c@d>',
  'a"b" <sip:c@d>',
  '"a" <sip:b@c>',
  '"a <sip:b@c>, <sip:d@e>',
  'Bell, A <sip:b@c>',
  'Bell\\ A <sip:b@c>;x=1',
  '<sip:b@c>',
  ' <sip:b@c>',
  'Bell, A sip:b@c',
  'Bell, A <sip:b@c>, <sip:d@e>',
  'sip:a@b?c=d',
  'SIP:a@b?c',
  '1sip:a@b?c=d',
  'sip:a@b?',
  'sip:a@b?c;d',
  'sip:a@b;x?c=d',
  'x sip:a@b?c=d',
  '<sip:a@b?c=d>',
  '<sip:a@b;x=1;y;X=1;y>',
  '<sip:a;x;x@b>',
  '<sip:a@b;x=1;x=2>',
  '"<sip:a@b;x;x>" <sip:a@b;x;x>;y;y',
  'a;',
  'a; ',
  'a;;b',
  'a; ; \t;b;',
  'a; ,b',
  'a;x=";;";;b',
  'a;x="\\";;"',
  ',a',
  ' ,a',
  'a,',
  'a, ',
  'a,,b',
  'a, ,\t,b',
  'a ", ," , , b',
  'a b',
  'Digest uri=sip:a@b',
  'digest\turi =  sip:a;x=y , nonce=a==,opaque=/',
  'Digest realm="uri=sip:a, nonce=b", cnonce=c/d',
  'Digest uri="sip:a", realm=a b',
  'Digest uri=sip:"a"',
  'Digest curi=sip:a, algorithm=a/b',
  'Basic uri=sip:a',
  ' Digest uri=sip:a',
];

describe('what each tolerance makes of a value', () => {
  it('is a printed table, and what it leaves alone is not in it', async () => {
    const lines = REPAIRED.flatMap((text) => [
      JSON.stringify(text),
      ...TOLERANCES.filter(({ repair }) => repair(text) !== text).map(
        ({ name, repair }) => `  ${name}: ${JSON.stringify(repair(text))}`,
      ),
    ]);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/tolerances.txt');
  });

  it('is named where it was needed, with those before it that changed something', () => {
    const names = (definition: HeaderDefinition<unknown>, text: string): readonly string[] | undefined =>
      read(definition, text)?.forgiven?.tolerances;
    expect(names(ALLOW, 'a,,b')).toEqual(['empty list elements']);
    expect(names(FROM, 'A, B < sip:a@b >;;tag=1')).toEqual([
      'white space inside brackets',
      'a display name that wants quotes',
      'empty parameters',
    ]);
  });
});

describe('a mistake in a definition', () => {
  const { headers } = request(options({ Subject: '<sip:a@b>;;' }));

  it('is forgiven by no rule, whether it shows at once or in a mended value', () => {
    expect(() => readLeniently(headers, brokenDefinition(10))).toThrow(RangeError);
    const late: HeaderDefinition<string> = {
      ...brokenDefinition(99),
      read: ([row]) => {
        if (row !== undefined && row.end - row.offset > 10) row.fail('x', 'less');
        throw new RangeError('a mistake of its own');
      },
    };
    expect(() => readLeniently(headers, late)).toThrow(RangeError);
    expect(() => forgive(headers, late)).toThrow(RangeError);
    const strict: HeaderDefinition<string> = { ...late, read: ([row]) => (row as Scanner).fail('x', 'less') };
    expect(forgive(headers, strict)).toBe(false);
  });
});

describe('header values by the lenient rules', () => {
  it.each<readonly [string, HeaderDefinition<unknown>, string, string]>([
    [
      'white space inside brackets',
      TO,
      '"Watson, Thomas" < sip:t.watson@example.org >',
      '"Watson, Thomas" <sip:t.watson@example.org>',
    ],
    ['white space inside brackets', CONTACT, '< sip:a@b>, <sip:c@d\t>', '<sip:a@b>, <sip:c@d>'],
    [
      'a quoted string that is not closed',
      TO,
      '"Mr. J. User <sip:j.user@example.com>',
      '"Mr. J. User" <sip:j.user@example.com>',
    ],
    ['a quoted string that is not closed', FROM, '"a \\" b <sip:j@b>;tag=1', '"a \\" b" <sip:j@b>;tag=1'],
    [
      'a display name that wants quotes',
      FROM,
      'Bell, Alexander <sip:a.g.bell@example.com>;tag=43',
      '"Bell, Alexander" <sip:a.g.bell@example.com>;tag=43',
    ],
    [
      'a display name that wants quotes',
      TO,
      'M\u00c3\u00bcller (B\u00c3\u00bcro) <sip:a@b>',
      '"M\u00fcller (B\u00fcro)" <sip:a@b>',
    ],
    [
      'a URI with a question mark that wants brackets',
      CONTACT,
      'sip:user@example.com?Route=%3Csip:sip.example.com%3E',
      '<sip:user@example.com?Route=%3Csip:sip.example.com%3E>',
    ],
    ['equal URI parameters', CONTACT, '<sip:a@b;transport=tls;lr;Transport=TLS>;q=1', '<sip:a@b;transport=tls;lr>;q=1'],
    [
      'a Digest value that wants quotes',
      AUTHORIZATION,
      'Digest username="a", uri=sip:b@c, nonce=x/y==',
      'Digest username="a", uri="sip:b@c", nonce="x/y=="',
    ],
    ['empty parameters', FROM, '<sip:a@b>;tag=1;', '<sip:a@b>;tag=1'],
    [
      'empty parameters',
      VIA,
      'SIP/2.0/UDP a;;branch=1; ;rport, SIP/2.0/UDP b;',
      'SIP/2.0/UDP a;branch=1;rport, SIP/2.0/UDP b',
    ],
    ['empty list elements', ALLOW, 'INVITE, ACK, , BYE,', 'INVITE, ACK, BYE'],
    ['empty list elements', CONTACT, '<sip:a;p;p;q@b>,', '<sip:a;p;p;q@b>'],
    ['empty list elements', SUPPORTED, ', path,', 'path'],
    ['empty list elements', RECORD_ROUTE, '<sip:a;lr>,,<sip:b;lr>', '<sip:a;lr>, <sip:b;lr>'],
  ])('%s: %o', (name, definition, text, written) => {
    const reading = read(definition, text);
    expect(reading?.forgiven?.tolerances).toContain(name);
    // The strict error is not lost, and what is written of the value is right.
    expect(reading?.forgiven?.error.field).toBe(definition.name);
    expect(definition.format(reading?.value)).toBe(written);
    expect(() => request(options({ [definition.name]: text })).headers.read(definition)).toThrow(SipError);
  });

  it.each<readonly [HeaderDefinition<unknown>, string, string]>([
    [TO, '"Mr J. User <sip:j.user@example.com> <sip:realj@example.net>', 'two addresses: which one?'],
    [CONTACT, '"a <sip:a@b>, "c" <sip:c@d>', 'which quote is missing?'],
    [CONTACT, '"a <sip:a@b>, c <sip:d@e>', 'where does the name end?'],
    [CONTACT, 'sip:a@b?c=d;x=y', 'whose parameter is x?'],
    [CONTACT, 'sip:a@b?c=d, sip:e@f', 'where does the URI end?'],
    [CONTACT, 'Bell, A <sip:a@b>, B <sip:c@d>', 'one name or two?'],
    [CONTACT, '<sip:a@b;transport=tls;transport=udp>', 'which transport?'],
    [CONTACT, '<sip:a@b;x=1;x=1?y=z;x=1>', 'a header, not a parameter'],
    [TO, '<sip:a b@c>', 'a space inside'],
    [TO, '', 'nothing'],
  ])('%o: %j is not forgiven: %s', (definition, text) => {
    expect(() => read(definition, text)).toThrow(expect.objectContaining({ field: definition.name }));
    expect(forgive(request(options({ [definition.name]: text })).headers, definition)).toBe(false);
  });

  it('what is right is read as it is, and what is not there is not', () => {
    expect(read(TO, '<sip:a@b>')).toMatchObject({ forgiven: null });
    expect(readLeniently(request(options()).headers, CONTACT)).toBeUndefined();
    expect(forgive(request(options()).headers, CONTACT)).toBe(true);
  });

  it('judgeRequest: a fault that is forgiven does not lose the request, any other does', () => {
    const capabilities = { methods: ['OPTIONS'] };
    const judge = (to: string): string => judgeRequest(request(options({ To: to })), capabilities, { forgive }).type;
    expect(judge('"Watson" < sip:t@example.org >')).toBe('process');
    expect(judge('<sip:t@example.org')).toBe('answer');
    expect(judgeRequest(request(options({ To: '"W" < sip:t@b >' })), capabilities).type).toBe('answer');
  });

  it('whatever the bytes: what strict rules read stays the same, and a lenient value is written so that strict rules read it', () => {
    let forgiven = 0;
    const spoilt = fc
      .tuple(messageArbitrary(), fc.constantFrom(', ,', ';;', '< ', ' >', '"'), fc.nat({ max: 500 }))
      .map(([bytes, piece, at]) => {
        const insert = Uint8Array.from(piece, (character) => character.charCodeAt(0));
        return Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at)]);
      });
    fc.assert(
      fc.property(fc.oneof(spoilt, mutatedStreamArbitrary()), (bytes) => {
        const { headers } = parseSipMessage(bytes);
        for (const definition of HEADER_DEFINITIONS) {
          const strict = headers.readIfValid(definition);
          if (!forgive(headers, definition)) continue;
          const reading = readLeniently(headers, definition);
          if (strict !== undefined) expect(reading).toEqual({ value: strict, forgiven: null });
          if (reading?.forgiven) {
            forgiven++;
            const text = definition.format(reading.value);
            expect(parseHeaderValue(definition, text)).toEqual(reading.value);
          }
        }
      }),
      { numRuns: 1_500 },
    );
    expect(forgiven).toBeGreaterThan(2);
  });

  it('every tolerance stands in docs/sip-strictness.md', () => {
    const document = readFileSync(new URL('../../../docs/sip-strictness.md', import.meta.url), 'utf8');
    for (const { name } of [...TOLERANCES, ...DIGEST_TOLERANCES]) expect(document).toContain(`| ${name} |`);
  });
});
