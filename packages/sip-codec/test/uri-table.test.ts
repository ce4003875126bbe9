import { describe, expect, it } from 'vitest';
import { formatUri, requireSipUri, SipError, unescapeUri, uriParameter, type SipUri } from '../src/index.js';
import { Scanner } from '../src/grammar/scanner.js';
import { WireText } from '../src/grammar/wire-text.js';
import { bareHost, canonicalIpv6, isHostname, isIpv4Address, isIpv6Address } from '../src/uri/host.js';
import { readUri } from '../src/uri/uri.js';
import { wire, wireText } from './wire.js';

/** Every character that stands by itself in a part of a URI, and those that do not. */
const MARKS = Array.from({ length: 0x60 }, (_, index) => String.fromCharCode(0x20 + index)).filter(
  (character) => !/[a-zA-Z0-9]/.test(character),
);

const URIS: readonly string[] = [
  'sip:b',
  'sips:b',
  'SIP:b',
  'SiPs:b',
  'sip:a@b',
  'sip:a:p@b',
  'sip:a:@b',
  'sip::p@b',
  'sip:@b',
  'sip:a@',
  'sip:a@b@c',
  'sip:a:b:c@d',
  'sip:a',
  'sip:',
  'sip',
  '',
  ':',
  'sipx:a',
  'x',
  '1:a',
  '+:a',
  'a+-.1:b',
  'a_b:c',
  'sip:a%41%aF@b',
  'sip:a%4@b',
  'sip:a%@b',
  'sip:a%4g@b',
  'sip:a%g4@b',
  'sip:a:%41@b',
  'sip:a:%4@b',
  'sip:b:0',
  'sip:b:5060',
  'sip:b:65535',
  'sip:b:65536',
  'sip:b:',
  'sip:b:x',
  'sip:b:5060x',
  'sip:b;p',
  'sip:b;p=v',
  'sip:b;p=v;q;r=w',
  'sip:b;p=%41;%42=x',
  'sip:b;',
  'sip:b;;p',
  'sip:b;p=',
  'sip:b;=v',
  'sip:b;p=v=w',
  'sip:b;p;P',
  'sip:b;p;%50',
  'sip:b;p;q;%51=x',
  'sip:b;p=%4',
  'sip:b;%4',
  'sip:b?h=v',
  'sip:b?h=',
  'sip:b?h=v&i=w',
  'sip:b?h=%41&%42=x',
  'sip:b?h',
  'sip:b?',
  'sip:b?=v',
  'sip:b?h=v&',
  'sip:b?h=v=w',
  'sip:b?h=%4',
  'sip:b?h=v;p',
  'sip:b;p?h=v',
  'sip:b:5060;p?h=v',
  'sip:[::1]',
  'sip:a@[2001:db8::1]:5061;p',
  'sip:[::1',
  'sip:::1',
  'sip:[]',
  'sip:[::1]x',
  'sip:[fe80::1%25eth0]',
  'sip:[::g]',
  'sip:[::1.2.3.4]',
  'sip:1.2.3.4',
  'sip:1.2.3.4:5060',
  'sip:1.2.3.4.5',
  'sip:1.2.3',
  'sip:a.1',
  'sip:a-b.c-d.e',
  'sip:a-',
  'sip:-a',
  'sip:a_b',
  'sip:b>',
  'sip:b ',
  ' sip:b',
  'sip:b\r\n',
  'sip:\xc3\xa9@b',
  'tel:+12',
  'tel:+1-2.3(4)',
  'TEL:+12',
  'tel:+',
  'tel:+-',
  'tel:+1a',
  'tel:+1*',
  'tel:',
  'tel:-',
  'tel:12',
  'tel:12;phone-context=a.b',
  'tel:12;Phone-Context=+1',
  'tel:12;phone-context',
  'tel:*#aF-.();phone-context=a',
  'tel:g;phone-context=a',
  'tel:+12;ext=3;isub=4',
  'tel:+12;a-1',
  'tel:+12;a_1',
  'tel:+12;',
  'tel:+12;=x',
  'tel:+12;a=',
  'tel:+12;a=%41[]/:&+$',
  'tel:+12;a=b=c',
  'tel:+12;a;A',
  'tel:+12;a=1;b=2;A',
  'tel:+12 ',
  'tel:+12?a=b',
  'http://a/b?c=d',
  'HTTP://a',
  'http:',
  'http:a b',
  'http:%41',
  'http:%4',
  'http:a#b',
  'mailto:a@b',
  'urn:service:sos',
];

function read(text: string, behind: string, source: 'message' | 'bytes'): string {
  const bytes = wire(text + behind);
  const scanner = new Scanner(
    bytes,
    0,
    text.length,
    'URI',
    source === 'message' ? new WireText(bytes, bytes.length) : undefined,
  );
  try {
    const uri = readUri(scanner);
    return `= ${JSON.stringify(uri)}, written ${formatUri(uri)}`;
  } catch (error) {
    if (!(error instanceof SipError)) throw error;
    return `! ${error.message}`;
  }
}

describe('a URI', () => {
  it('is read, or refused with its place, its rule and what was expected: a printed table', async () => {
    const lines = URIS.map((text) => `${JSON.stringify(text)}\n  ${read(text, '', 'bytes')}`);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/uris.txt');
  });

  it('does not depend on what stands behind it, or on where its text comes from', () => {
    const differences: unknown[] = [];
    for (const text of URIS) {
      const expected = read(text, '', 'bytes');
      for (const behind of ['@', ':', ':1', '1', ';a', '?a=b', '&a=b', '=b', '41', ']', '.a', 'a', '%41', '-']) {
        for (const source of ['message', 'bytes'] as const) {
          const got = read(text, behind, source);
          if (got !== expected) differences.push([text, behind, source, got, expected]);
        }
      }
    }
    expect(differences).toEqual([]);
  });

  it.each<readonly [string, (character: string) => string, string]>([
    ['user', (character) => `sip:a${character}b@c`, `!$&'()*+,-./:;=?_~`],
    ['password', (character) => `sip:a:p${character}p@c`, `!$&'()*+,-.=_~`],
    ['parameter', (character) => `sip:c;a${character}b=a${character}b?x=y`, `!$&'()*+-./:[]_~`],
    ['header', (character) => `sip:c?a${character}b=a${character}b`, `!$'()*+-./:?[]_~`],
    ['absoluteURI', (character) => `x:a${character}b`, `!$&'()*+,-./:;=?@[]_~`],
    ['scheme', (character) => `x${character}y:a`, `+-.:`],
  ])('%s: takes the characters of its rule', (_, uriWith, right) => {
    const taken = MARKS.filter((character) => read(uriWith(character), '', 'bytes').startsWith('='));
    expect(taken.join('')).toBe(right);
  });
});

describe('parts of a SIP URI', () => {
  const uri = (text: string): SipUri => readUri(new Scanner(wire(text), 0, text.length, 'URI')) as SipUri;

  it('parameters are found by their names, in any case and with escapes undone', () => {
    const value = uri('sip:a;%6Cr;x=%41;y=z');
    expect(uriParameter(value, 'lr')).toBeNull();
    expect(uriParameter(value, 'LR')).toBeNull();
    expect(uriParameter(value, 'x')).toBe('%41');
    expect(uriParameter(value, 'Y')).toBe('z');
    expect(uriParameter(value, 'z')).toBeUndefined();
  });

  it('a parameter comes once, escaped or not, among few and among many', () => {
    for (const count of [2, 7, 8, 9, 30]) {
      const list = Array.from({ length: count }, (_, index) => `;%70${index}`).join('');
      expect((uri(`sip:a${list};p=1`) as SipUri).parameters).toHaveLength(count + 1);
      for (const again of [';p0', ';P1=x', `;%50${count - 1}`]) {
        expect(() => uri(`sip:a${list}${again}`)).toThrow(expect.objectContaining({ rule: 'uri-parameters' }));
        expect(() => uri(`tel:+1${list}${again}`.replaceAll('%70', 'p').replaceAll('%50', 'P'))).toThrow(
          expect.objectContaining({ rule: 'parameter' }),
        );
      }
    }
  });

  it('escapes are undone once', () => {
    for (const [text, plain] of [
      ['', ''],
      ['a', 'a'],
      ['%41%61%00%fF', 'Aa\0\xff'],
      ['%2541', '%41'],
      ['%', '%'],
      ['%4', '%4'],
      ['a%41', 'aA'],
      ['%4g', '%4g'],
      ['%g4', '%g4'],
    ] as const) {
      expect([text, wireText(unescapeUri(text))]).toEqual([text, plain]);
    }
  });

  it('another scheme where a SIP URI is needed is refused', () => {
    expect(requireSipUri(uri('sip:a'), 'To')).toEqual(uri('sip:a'));
    for (const text of ['tel:+1', 'http:a']) {
      expect(() => requireSipUri(uri(text), 'To')).toThrow(
        expect.objectContaining({ reason: 'uri-scheme-unsupported', status: 416, field: 'To' }),
      );
    }
  });
});

describe('hosts', () => {
  it('are IPv4 addresses of four numbers up to 255, of one to three digits', () => {
    for (const good of ['0.0.0.0', '255.255.255.255', '001.010.100.000', '1.2.3.4']) {
      expect([good, isIpv4Address(good)]).toEqual([good, true]);
    }
    for (const bad of [
      '1.2.3',
      '1.2.3.4.',
      '.1.2.3.4',
      '1..2.3',
      '256.1.1.1',
      '1.1.1.256',
      '0001.1.1.1',
      '1.2.3.4.5',
    ]) {
      expect([bad, isIpv4Address(bad)]).toEqual([bad, false]);
    }
    for (const bad of ['', '1', 'a.b.c.d', '1.2.3.4a', '1.2.3./', '1.2.3.:', '1,2.3.4', '-1.2.3.4']) {
      expect([bad, isIpv4Address(bad)]).toEqual([bad, false]);
    }
  });

  it('are names of labels', () => {
    for (const good of ['a', 'A1', 'a-1', 'a--b', '1.a', '1-2.a', 'a.b.', 'a.b-c.d1-2e']) {
      expect([good, isHostname(good)]).toEqual([good, true]);
    }
    for (const bad of [
      '',
      '.',
      'a..',
      '..a',
      '-',
      '-a',
      'a-',
      'a-.b',
      'a.-b',
      '.a',
      '1',
      'a.1',
      'a.1b',
      'a.1.',
      'a_',
      'a/',
      'a@',
    ]) {
      expect([bad, isHostname(bad)]).toEqual([bad, false]);
    }
  });

  it('are IPv6 addresses, of which all texts of one have one canonical form', () => {
    for (const [text, canonical] of [
      ['::', '0:0:0:0:0:0:0:0'],
      ['::1', '0:0:0:0:0:0:0:1'],
      ['1::', '1:0:0:0:0:0:0:0'],
      ['2001:DB8::0A', '2001:db8:0:0:0:0:0:a'],
      ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
      ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
      ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
      ['::1.2.3.4', '0:0:0:0:0:0:102:304'],
      ['::ffff:192.0.2.128', '0:0:0:0:0:ffff:c000:280'],
      ['1:2:3:4:5:6:255.254.0.1', '1:2:3:4:5:6:fffe:1'],
      ['1:2:::1.2.3.4', '1:2:0:0:0:0:102:304'],
      ['0001::0000', '1:0:0:0:0:0:0:0'],
    ] as const) {
      expect([text, isIpv6Address(text), canonicalIpv6(text)]).toEqual([text, true, canonical]);
    }
    for (const bad of [
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7',
      '::1::',
      ':1',
      '1:',
      '1:::2',
      ':::1',
      '1:::',
      '00001::',
      'g::',
      '::1.2.3',
      '1.2.3.4',
    ]) {
      expect([bad, isIpv6Address(bad)]).toEqual([bad, false]);
    }
    for (const bad of [
      '1:2:3:4:5:6:7:8::',
      '::1:2:3:4:5:6:7:8',
      '1:2:3:4:5:6:7:1.2.3.4',
      '1.2.3.4::',
      '::1.2.3.4:1',
      ':',
      '',
    ]) {
      expect([bad, isIpv6Address(bad)]).toEqual([bad, false]);
    }
  });

  it('are the same with and without brackets', () => {
    expect(['[::A]', '::A', 'Example.COM', '[a', 'a]'].map(bareHost)).toEqual([
      '::a',
      '::a',
      'example.com',
      '[a',
      'a]',
    ]);
  });
});
