import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Strictness } from '../src/framing/declared-length.js';
import { readStartLine } from '../src/message/start-line.js';
import { refused, twinRuns, wire } from './wire.js';

/** What a start line says, with the URI and the reason as text. */
type Said =
  | { readonly method: string; readonly uri: string; readonly version: string }
  | { readonly status: number; readonly reason: string; readonly version: string };

/** Reads a line that stands between other bytes. */
function read(line: string, strictness: Strictness, before = '', behind = '\r\n'): Said {
  const text = before + line + behind;
  const start = before.length;
  const found = readStartLine(wire(text), start, start + line.length, strictness);
  const { version } = found;
  switch (found.type) {
    case 'request':
      return { method: found.method, uri: text.slice(found.uriStart, found.uriEnd), version };
    case 'response':
      return { status: found.status, reason: text.slice(found.reasonStart, found.reasonEnd), version };
  }
}

const TOKENS = "([A-Za-z0-9\\-.!%*_+`'~]+)";
const VERSION = '(sip/[0-9]+\\.[0-9]+)';
const STATUS_LINE = new RegExp(
  `^${VERSION} ([1-6][0-9]{2}) ((?:[A-Za-z0-9\\-_.!~*'();/?:@&=+$, \\t\\x80-\\xff]|%[0-9A-F]{2})*)$`,
  'i',
);
const REQUEST_LINES: Readonly<Record<Strictness, RegExp>> = {
  strict: new RegExp(`^${TOKENS} ([^ \\t]+) ${VERSION}$`, 'i'),
  lenient: new RegExp(`^${TOKENS}[ \\t]+([^ \\t]|[^ \\t][^]*?[^ \\t])[ \\t]+${VERSION}[ \\t]*$`, 'i'),
};

/** The same by patterns; null for what is refused. */
function readPlainly(line: string, strictness: Strictness): Said | null {
  if (/^sip\//i.test(line)) {
    const [, version = '', status = '', reason = ''] = STATUS_LINE.exec(line) ?? [];
    return status === '' ? null : { status: Number(status), reason, version };
  }
  const [, method = '', uri = '', version = ''] = REQUEST_LINES[strictness].exec(line) ?? [];
  if (method === '') return null;
  if (strictness === 'strict' || !/^<[^]*>$/.test(uri)) return { method, uri, version };
  return { method, uri: uri.slice(1, -1), version };
}

const word = fc.constantFrom(
  'INVITE',
  'SIP/2.0',
  'sip/10.21',
  'sip:a@b',
  '<sip:a>',
  '200',
  '6',
  'S',
  '/',
  '.',
  '%4f',
  '%',
);
const glue = fc.constantFrom(' ', ' ', ' ', '', '\t', '  ');
const line = fc
  .array(fc.tuple(word, glue), { maxLength: 5 })
  .chain((pairs) => fc.constantFrom(pairs.flat().join(''), pairs.flat().slice(0, -1).join('')));
const right = fc.constantFrom(
  'INVITE sip:a@b SIP/2.0',
  'sip/2.0 180 Ringing%20',
  'SIP/2.0 699 ',
  'x  <s:a> \tSIP/3.11 ',
);

describe('a start line', () => {
  it.each(['strict', 'lenient'] as const)(
    'is read as its pattern says by %s rules, wherever it stands',
    (strictness) => {
      const seen = new Set<string>();
      const around = fc.tuple(fc.constantFrom('', 'SIP/'), fc.constantFrom('\r\n', '\n', ' ', '.', 'x', ''));
      const check = fc.property(fc.oneof(line, line, right), around, (own, [before, behind]) => {
        const expected = readPlainly(own, strictness);
        if (expected === null) {
          expect(refused(() => read(own, strictness, before, behind)).reason).toBe('start-line-syntax');
        } else expect([own, read(own, strictness, before, behind)]).toEqual([own, expected]);
        seen.add(expected === null ? 'refused' : 'method' in expected ? 'request' : 'response');
      });
      fc.assert(check, twinRuns(2000));
      expect(seen.size).toBe(3);
    },
  );

  it.each([
    ['INVITE sip:a@b SIP/2.0', { method: 'INVITE', uri: 'sip:a@b', version: 'SIP/2.0' }],
    ['new-method a SiP/10.3', { method: 'new-method', uri: 'a', version: 'SiP/10.3' }],
    ['sip a sip/0.0', { method: 'sip', uri: 'a', version: 'sip/0.0' }],
    ['S a SIP/2.0', { method: 'S', uri: 'a', version: 'SIP/2.0' }],
    ['SIP/2.0 100 ', { status: 100, reason: '', version: 'SIP/2.0' }],
    ['SIP/2.0 699 %aF!', { status: 699, reason: '%aF!', version: 'SIP/2.0' }],
    ['SIP/2.0 345 a  b ', { status: 345, reason: 'a  b ', version: 'SIP/2.0' }],
  ])('%j is one, by both rules', (own, said) => {
    expect([read(own, 'strict'), read(own, 'lenient')]).toEqual([said, said]);
  });

  it.each<[string, string, string, number]>([
    ['', 'Request-Line', 'Method', 0],
    [' INVITE a SIP/2.0', 'Request-Line', 'Method', 0],
    ['INVITE', 'Request-Line', 'Request-Line', 6],
    ['INVITE\ta SIP/2.0', 'Request-Line', 'Request-Line', 6],
    ['IN@VITE a SIP/2.0', 'Request-Line', 'Request-Line', 2],
    ['INVITE ', 'Request-Line', 'Request-URI', 7],
    ['INVITE  a SIP/2.0', 'Request-Line', 'Request-URI', 7],
    ['INVITE a', 'Request-Line', 'Request-Line', 8],
    ['INVITE a\tSIP/2.0', 'Request-Line', 'Request-Line', 8],
    ['INVITE a b SIP/2.0', 'Request-URI', 'Request-URI', 8],
    ['INVITE a b\tSIP/2.0', 'Request-URI', 'Request-URI', 8],
    ['INVITE a  SIP/2.0', 'Request-Line', 'SIP-Version', 9],
    ['INVITE a b', 'Request-Line', 'SIP-Version', 9],
    ['INVITE a SIP/', 'Request-Line', 'SIP-Version', 13],
    ['INVITE a SIP/.0', 'Request-Line', 'SIP-Version', 13],
    ['INVITE a SIP/2', 'Request-Line', 'SIP-Version', 14],
    ['INVITE a SIP/2,0', 'Request-Line', 'SIP-Version', 14],
    ['INVITE a SIP/2.', 'Request-Line', 'SIP-Version', 15],
    ['INVITE a SIP/2.0 ', 'Request-Line', 'Request-Line', 16],
    ['INVITE a SIP/2.0 SIP/2.0', 'Request-Line', 'Request-Line', 16],
    ['SIP/2.0', 'Status-Line', 'Status-Line', 7],
    ['SIP/2.0\t200 ', 'Status-Line', 'Status-Line', 7],
    ['SIP/x', 'Status-Line', 'SIP-Version', 4],
    ['SIP/2.0 ', 'Status-Code', 'Status-Code', 8],
    ['SIP/2.0 20 ', 'Status-Code', 'Status-Code', 8],
    ['SIP/2.0 2000 ', 'Status-Code', 'Status-Code', 8],
    ['SIP/2.0 099 ', 'Status-Code', 'Status-Code', 8],
    ['SIP/2.0 700 ', 'Status-Code', 'Status-Code', 8],
    ['SIP/2.0 200', 'Status-Line', 'Status-Line', 11],
    ['SIP/2.0 200\t', 'Status-Line', 'Status-Line', 11],
    ['SIP/2.0 200 a\x00', 'Status-Line', 'Reason-Phrase', 13],
    ['SIP/2.0 200 %4', 'Status-Line', 'Reason-Phrase', 12],
    ['SIP/2.0 200 %g4', 'Status-Line', 'Reason-Phrase', 12],
    ['SIP/2.0 200 "', 'Status-Line', 'Reason-Phrase', 12],
  ])('%j is none, for the rule and at the offset that is named', (own, field, rule, offset) => {
    for (const before of ['', 'SIP/']) {
      const error = refused(() => read(own, 'strict', before));
      expect(error).toMatchObject({ reason: 'start-line-syntax', field, rule, offset: before.length + offset });
    }
  });

  it.each<[string, string, number]>([
    ['', 'Method', 0],
    [' \t', 'Method', 0],
    ['@ a SIP/2.0', 'Method', 0],
    ['INVITE', 'Request-URI', 6],
    ['INVITE SIP/2.0', 'Request-URI', 7],
    ['INVITE@ a SIP/2.0', 'Request-URI', 6],
    ['INVITE a', 'Request-URI', 7],
    ['INVITE a SIP/2.0x', 'SIP-Version', 9],
    ['INVITE a SIP/2', 'SIP-Version', 14],
    ['INVITE a b', 'SIP-Version', 9],
  ])('%j is none by lenient rules either', (own, rule, offset) => {
    expect(refused(() => read(own, 'lenient'))).toMatchObject({ field: 'Request-Line', rule, offset });
  });
});
