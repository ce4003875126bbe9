import { describe, expect, it } from 'vitest';
import { Scanner } from '../src/grammar/scanner.js';
import { WireText } from '../src/grammar/wire-text.js';
import { readPlainAddress, readPlainVia } from '../src/headers/plain.js';
import { wire } from './wire.js';

/** What a reader of plain forms takes of a value: how far it goes, or null where it leaves the value to the general one. */
function taken(read: (scanner: Scanner) => unknown, text: string): number | null {
  const bytes = wire(`${text}\r\n`);
  const scanner = new Scanner(bytes, 0, text.length, 'X', new WireText(bytes, bytes.length));
  const value = read(scanner);
  if (value === undefined) expect([text, scanner.offset]).toEqual([text, 0]);
  return value === undefined ? null : scanner.offset;
}

/** Losing one of these would cost speed and nothing else, which nobody would notice. */
const PLAIN_VIAS = [
  'SIP/2.0/UDP a',
  'SIP/2.0/UDP a:5060',
  'SIP/2.0/UDP a:65535',
  'SIP/2.0/UDP a:0',
  'SIP/2.0/UDP a:1990',
  'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport',
  'SIP/2.0/TLS a-b.c1.example.com.;branch=z9hG4bK-x.y',
  'SIP/2.0/TLS-SCTP 1a.b;alias;branch=z9hG4bK1;rport;received=203.0.113.255',
  'SIP/2.0/WSS a;x="b c;,\\t"'.replace('\\t', '\t'),
  'SIP/2.0/UDP a;x=""',
  'SIP/2.0/UDP a;retrieve=7;short=1;top=2',
  'SIP/2.0/UDP a;rport;x;alias',
];

const OTHER_VIAS = [
  '',
  'SIP',
  'sip/2.0/UDP a',
  'SIP /2.0/UDP a',
  'SIP/2.0/ a',
  'SIP/2.0/UDP',
  'SIP/2.0/UDP\ta',
  'SIP/2.0/UDP  a',
  'SIP/2.0/UDP [::1]',
  'SIP/2.0/UDP a ;x',
  'SIP/2.0/UDP a :5060',
  'SIP/2.0/UDP a:',
  'SIP/2.0/UDP a:65536',
  'SIP/2.0/UDP -a',
  'SIP/2.0/UDP a-',
  'SIP/2.0/UDP a.1',
  'SIP/2.0/UDP 1.2.3',
  'SIP/2.0/UDP a;',
  'SIP/2.0/UDP a;x=',
  'SIP/2.0/UDP a;x="b',
  'SIP/2.0/UDP a;x="b\\"c"',
  'SIP/2.0/UDP a;x;X',
  'SIP/2.0/UDP a;p;q;r;s;t',
  'SIP/2.0/UDP a;received',
  'SIP/2.0/UDP a;x;maddr',
  'SIP/2.0/UDP a;ttl;x',
  'SIP/2.0/UDP a;branch',
  'SIP/2.0/UDP a;received=b',
  'SIP/2.0/UDP a;received=1.2.3.256',
  'SIP/2.0/UDP a;received="1.2.3.4"',
  'SIP/2.0/UDP a;Received=1.2.3.4',
  'SIP/2.0/UDP a;rport=5',
  'SIP/2.0/UDP a;RPORT=5',
  'SIP/2.0/UDP a;maddr=b',
  'SIP/2.0/UDP a;ttl=5',
  'SIP/2.0/UDP a;TTL=5',
  'SIP/2.0/UDP \xc3\xa9',
];

const PLAIN_ADDRESSES = [
  '<sip:b>',
  '<sip:a@b>',
  '<sips:a@b:5061>',
  '<sip:a@b:65535>',
  '<sip:+1-415;x=y@192.0.2.1;user=phone>;tag=1',
  '"A B" <sip:a@b>;tag=1;q=0.5;expires=60;x="y;,"',
  '"A"<sip:a@b>',
  '""<sip:a@b>',
  '<sip:a@b;transport=tls;lr;ob;x=[y]>',
  '<sip:a@b>;a;b;c;d',
];

const OTHER_ADDRESSES = [
  '',
  'sip:a@b',
  'A <sip:a@b>',
  '"A"  <sip:a@b>',
  '"A" ',
  '"A',
  '"A\\"" <sip:a@b>',
  '<tel:+1>',
  '<SIP:a@b>',
  '<sip:a:b@c>',
  '<sip:@b>',
  '<sip:a%41@b>',
  '<sip:[::1]>',
  '<sip:a@-b>',
  '<sip:a@b:>',
  '<sip:a@b:65536>',
  '<sip:a@b;>',
  '<sip:a@b;x=>',
  '<sip:a@b;x;X>',
  '<sip:a@b;p;q;r;s;t>',
  '<sip:a@b?x=y>',
  '<sip:a@b',
  '<sip:a@b> ;x',
  '<sip:a@b>;',
  '<sip:a@b>;x=[::1]',
  '<sip:a@b>;x;X',
  '"\xc3\xa9" <sip:a@b>',
];

describe.each([
  ['Vias', readPlainVia, PLAIN_VIAS, OTHER_VIAS],
  ['addresses', readPlainAddress, PLAIN_ADDRESSES, OTHER_ADDRESSES],
] as const)('the quick reader of %s', (_, read, plain, others) => {
  it('takes the common forms whole, up to the end or a comma', () => {
    for (const text of plain) {
      expect([text, taken(read, text)]).toEqual([text, text.length]);
      expect([text, taken(read, `${text}, ${text}`)]).toEqual([text, text.length]);
    }
  });

  it('leaves others to the general reader, having taken nothing', () => {
    for (const text of others) expect([text, taken(read, text)]).toEqual([text, null]);
    for (const text of plain) expect([text, taken(read, `${text} `)]).toEqual([text, null]);
    for (const text of plain) expect([text, taken(read, `${text}\t, x`)]).toEqual([text, null]);
  });

  it('reads nothing where the text of the bytes is not at hand', () => {
    for (const text of plain) {
      const bytes = wire(`${text}\r\n`);
      expect(read(new Scanner(bytes, 0, text.length, 'X'))).toBeUndefined();
    }
  });
});
