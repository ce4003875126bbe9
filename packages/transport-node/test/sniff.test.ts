import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sniff, SNIFF_BYTES_LIMIT, type SniffResult } from '../src/index.js';
import { isForeign, protocolOfAlpn, type WireProtocol } from '../src/sniff.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const undecided: SniffResult = { type: 'undecided' };
const protocol = (name: 'sip' | 'http' | 'msrp'): SniffResult => ({ type: 'protocol', protocol: name });
const refused = (refusal: 'h2-preface' | 'unknown' | 'too-long'): SniffResult => ({ type: 'refused', refusal });

/** Every answer that a first line can get; the line stands as it is sent. */
const TABLE: readonly (readonly [string, SniffResult])[] = [
  // Line ends.
  ['', undecided],
  ['\r', undecided],
  ['\r\n', undecided],
  ['\r\n\r', undecided],
  ['\r\n\r\n', protocol('sip')],
  ['\r\n\r\nGET / HTTP/1.1\r\n', protocol('sip')],
  ['\r\nOPTIONS sip:a SIP/2.0\r\n', protocol('sip')],
  ['\r\nGET / HTTP/1.1\r\n', protocol('http')],
  ['\r\n\rx\n', refused('unknown')],
  ['\n', refused('unknown')],
  ['\n\n', refused('unknown')],
  ['\rx\n', refused('unknown')],
  // SIP by its version, first or last.
  ['OPTIONS sip:a@b SIP/2.0\r\n', protocol('sip')],
  ['OPTIONS sip:a@b SIP/2.0\n', protocol('sip')],
  ['NEWMETHOD sip:a SIP/2.0\r\n', protocol('sip')],
  ['SIP/2.0 200 OK\r\n', protocol('sip')],
  ['SIP/2.0 200 \r\n', protocol('sip')],
  ['OPTIONS sip:a@b SIP/2.0', undecided],
  ['OPTIONS sip:a@b SIP/3.0\r\n', refused('unknown')],
  ['OPTIONS sip:a@b sip/2.0\r\n', refused('unknown')],
  ['SIP/2.01 200 OK\r\n', refused('unknown')],
  // HTTP by its version, last.
  ['OPTIONS * HTTP/1.1\r\n', protocol('http')],
  ['GET / HTTP/1.0\r\n', protocol('http')],
  ['GET / HTTP/1.1\n', protocol('http')],
  ['GET /SIP/2.0 HTTP/1.1\r\n', protocol('http')],
  ['GET / HTTP/1.2\r\n', refused('unknown')],
  ['GET /\r\n', refused('unknown')],
  ['HTTP/1.1 200 OK\r\n', refused('unknown')],
  // MSRP by its first word.
  ['MSRP a786hjs2 SEND\r\n', protocol('msrp')],
  ['MSRP d93kswow 200 OK\r\n', protocol('msrp')],
  ['MSRPX a SEND\r\n', refused('unknown')],
  // HTTP/2 needs ALPN.
  ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', refused('h2-preface')],
  // Others.
  ['\x16\x03\x01\x00\x05\n', refused('unknown')],
  ['SSH-2.0-OpenSSH_9.2\r\n', refused('unknown')],
];

describe('sniffing', () => {
  it.each(TABLE)('%j', (text, expected) => {
    expect(sniff(bytes(text))).toEqual(expected);
  });

  it('stays undecided up to the limit, and then has seen enough', () => {
    expect(sniff(bytes('x'.repeat(SNIFF_BYTES_LIMIT - 1)))).toEqual(undecided);
    expect(sniff(bytes('x'.repeat(SNIFF_BYTES_LIMIT)))).toEqual(refused('too-long'));
    expect(sniff(bytes(`${'x'.repeat(SNIFF_BYTES_LIMIT)} SIP/2.0\r\n`))).toEqual(refused('too-long'));
    expect(sniff(bytes('12345678'), 8)).toEqual(refused('too-long'));
  });

  it('never takes back an answer when more bytes come', () => {
    const pieces = fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      'SIP/2.0',
      ' ',
      'HTTP/1.1',
      'MSRP ',
      'GET',
      'PRI * HTTP/2.0',
      'x',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const all = bytes(parts.join(''));
        let settled: SniffResult | null = null;
        for (let length = 0; length <= all.length; length++) {
          const result = sniff(all.subarray(0, length));
          if (settled !== null) expect(result).toEqual(settled);
          else if (result.type !== 'undecided') settled = result;
        }
      }),
    );
  });
});

describe('another protocol than the one negotiated', () => {
  const cases: readonly (readonly [WireProtocol, string, boolean])[] = [
    ['sip', 'GET / HTTP/1.1\r\n', true],
    ['sip', 'MSRP a SEND\r\n', true],
    ['sip', 'PRI * HTTP/2.0\r\n', true],
    ['sip', 'OPTIONS sip:a SIP/2.0\r\n', false],
    ['sip', '\r\n\r\n', false],
    ['sip', 'nobody knows\r\n', false],
    ['sip', 'GET / HTTP/1.1', false],
    ['http', 'OPTIONS sip:a SIP/2.0\r\n', true],
    ['http', '\r\n\r\n', true],
    ['http', 'GET / HTTP/1.1\r\n', false],
    ['h2', 'PRI * HTTP/2.0\r\n', false],
    ['h2', 'GET / HTTP/1.1\r\n', true],
    ['msrp', 'MSRP a SEND\r\n', false],
    ['msrp', 'SIP/2.0 200 OK\r\n', true],
  ];
  it.each(cases)('%s that begins with %j: %s', (expected, text, foreign) => {
    expect(isForeign(expected, sniff(bytes(text)))).toBe(foreign);
  });

  it('is expected by the names of ALPN', () => {
    expect(['sip/2', 'sip', 'h2', 'http/1.1', 'http/1.0', 'msrp', 'acme-tls/1'].map(protocolOfAlpn)).toEqual([
      'sip',
      'sip',
      'h2',
      'http',
      'http',
      'msrp',
      null,
    ]);
  });
});
