import {
  createRequest,
  createResponse,
  editHeaders,
  headerKey,
  parseSipMessage,
  reasonPhrase,
  type HeaderEdit,
  type SipMessage,
} from '@portico/sip-codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHead, type Head } from '../src/message/head.js';
import { statelessTag } from '../src/message/tag.js';
import { topViaWithSource } from '../src/message/via-source.js';
import {
  checkReason,
  checkRequestUri,
  checkStatus,
  checkToken,
  headerLine,
  MessageWriter,
} from '../src/message/write.js';
import { isWholeHead, options, refused, request, twinRuns, wire, wireText } from './wire.js';

/** The lines of a head, wherever its marks begin. */
function lines({ marks, marksStart, marksEnd, ...head }: Head): unknown {
  return { ...head, unframed: undefined, marks: marks.slice(marksStart, marksEnd) };
}

/** UTF-8 as one character for each byte. */
const utf8 = (text: string): string => wireText(new TextEncoder().encode(text));

/** Edits of the fields of one name. */
type NamedEdit = Exclude<HeaderEdit, { readonly type: 'content-length' | 'request-uri' | 'remove-first-value' }>;

/** Where one line end of the head is a bare LF, all become CRLF, and those in front of the message go. */
function mendLineEnds(message: SipMessage): SipMessage {
  const text = wireText(message.bytes);
  const { bodyStart } = message.head;
  const head = text.slice(0, bodyStart);
  return /(?:^|[^\r])\n/.test(head)
    ? parseSipMessage(wire(head.replace(/^[\r\n]+/, '').replace(/\r?\n/g, '\r\n') + text.slice(bodyStart)))
    : message;
}

/** The same edit on text: from the end to the beginning, so that offsets stay right. */
function editPlainly(message: SipMessage, edit: NamedEdit): string {
  let text = wireText(message.bytes);
  const own = Array.from(message.headers).filter(({ key }) => key === headerKey(edit.name));
  const line = 'value' in edit ? utf8(`${edit.name}: ${edit.value}\r\n`) : '';
  const put = (at: number, end = at, by = line): void => void (text = text.slice(0, at) + by + text.slice(end));
  switch (edit.type) {
    case 'append':
      put(message.fieldsEnd);
      return text;
    case 'prepend':
      put(own[0]?.start ?? message.fieldsStart);
      return text;
    case 'remove-first':
      if (own[0] !== undefined) put(own[0].start, own[0].end);
      return text;
    case 'set':
      if (own.length === 0) put(message.fieldsEnd);
      for (const [index, { start, end }] of [...own.entries()].reverse()) put(start, end, index === 0 ? line : '');
      return text;
    case 'remove':
      for (const { start, end } of own.reverse()) put(start, end);
      return text;
  }
}

const name = fc.constantFrom('To', 'Subject', 's', 'X-Own', 'Via');
const value = fc.constantFrom('', 'v', 'a\tb', 'é', '\x7e', 'long value '.repeat(9));
const edit: fc.Arbitrary<NamedEdit> = fc.oneof(
  fc.record({ type: fc.constantFrom('set', 'prepend', 'append'), name, value }, { noNullPrototype: true }),
  fc.record({ type: fc.constantFrom('remove', 'remove-first'), name }, { noNullPrototype: true }),
);
const line = fc.constantFrom(
  'To: a\r\n',
  't: b\n',
  'Subject: c\r\n d\r\n',
  '\tx\r\n',
  ' y\r\n',
  'no field\r\n',
  'x-own:\r\n',
  'Via: \xe9\r\n',
);
const start = fc.constantFrom(
  'OPTIONS a SIP/2.0\r\n',
  'SIP/2.0 200 OK\n',
  'broken\r\n',
  '\r\nBYE a SIP/2.0\r\n',
  'BYE a SIP/2.0',
);
const whole = fc.tuple(start, fc.array(line, { maxLength: 6 }), fc.constantFrom('\r\n', '\r\nbody', '\n', ''));

describe('edits', () => {
  it('are what they are on text, and leave a message that says where its lines are', () => {
    const check = fc.property(whole, fc.array(edit, { minLength: 1, maxLength: 3 }), ([first, fields, end], edits) => {
      const message = parseSipMessage(wire(first + fields.join('') + end));
      if (!isWholeHead(message.bytes)) {
        expect(refused(() => editHeaders(message, edits))).toMatchObject({ reason: 'invalid-argument' });
        return;
      }
      let plain = mendLineEnds(message);
      for (const one of edits) plain = parseSipMessage(wire(editPlainly(plain, one)));
      const edited = editHeaders(message, edits);
      expect([edits, wireText(edited.bytes)]).toEqual([edits, wireText(plain.bytes)]);
      expect([edits, lines(edited.head)]).toEqual([edits, lines(readHead(edited.bytes, 'lenient'))]);
      expect([edited.type, edited.body.length]).toEqual([plain.type, plain.body.length]);
    });
    fc.assert(check, twinRuns(1500));
  });

  it.each([
    ['a fold in front of the first field', 'OPTIONS a SIP/2.0\r\n ;evil=1\r\nl: 0\r\n\r\n'],
    ['a field that is cut', 'OPTIONS a SIP/2.0\r\nSubject: x'],
    ['no empty line', 'OPTIONS a SIP/2.0\r\nSubject: x\r\n'],
    ['half an empty line', 'OPTIONS a SIP/2.0\r\nSubject: x\r\n\r'],
    ['a start line alone', 'OPTIONS a SIP/2.0'],
  ])('are refused where a line that is put in could join another: %s', (_, text) => {
    const message = parseSipMessage(wire(text));
    for (const one of [
      { type: 'prepend', name: 'Record-Route', value: '<sip:me;lr>' },
      { type: 'append', name: 'Foo', value: 'bar' },
      { type: 'set', name: 'Foo', value: 'bar' },
      { type: 'remove', name: 'Subject' },
      { type: 'content-length' },
    ] as const) {
      expect(refused(() => editHeaders(message, [one]))).toMatchObject({
        reason: 'invalid-argument',
        field: 'message',
      });
    }
    expect(editHeaders(message, [])).toBe(message);
  });

  it('never touch the length, by whichever name', () => {
    for (const name of ['Content-Length', 'l', 'L', 'CONTENT-LENGTH']) {
      for (const type of ['set', 'append', 'prepend', 'remove', 'remove-first'] as const) {
        const error = refused(() => editHeaders(request(options()), [{ type, name, value: '5' }]));
        expect(error).toMatchObject({ reason: 'invalid-argument', field: 'Content-Length' });
      }
    }
  });
});

describe('a top Via', () => {
  const via = (text: string, address: string, port = 5060): string => {
    const [field] = request(options({ Via: text })).headers.all('Via');
    if (field === undefined) throw new Error('no Via');
    return wireText(topViaWithSource(field, { address, port }));
  };

  it.each([
    ['SIP/2.0/UDP 192.0.2.1', '192.0.2.1', ''],
    ['SIP/2.0/UDP 192.0.2.1', '192.0.2.2', ';received=192.0.2.2'],
    ['SIP/2.0/UDP [2001:db8::1]', '2001:db8::1', ''],
    ['SIP/2.0/UDP a;x="b;received=c\\";rport";y', '192.0.2.2', ';received=192.0.2.2'],
    ['SIP/2.0/UDP 192.0.2.1;rport', '192.0.2.1', null],
  ])('%s from %s gets %j', (text, address, more) => {
    expect(via(text, address)).toBe(
      more === null ? 'SIP/2.0/UDP 192.0.2.1;received=192.0.2.1;rport=5060' : text + more,
    );
  });

  it('loses what the client said about its source, wherever it stands, and nothing else', () => {
    const other = '192.0.2.2';
    for (const [before, after] of [
      ['a;received=1.2.3.4;x', 'a;x;received=192.0.2.2'],
      ['a ; Received=1.2.3.4 ;x="\\"";b', 'a ;x="\\"";b;received=192.0.2.2'],
      ['a;RPORT=7;received=1.2.3.4', 'a;received=192.0.2.2;rport=7777'],
      ['a;x="rport";rport;receivedx=1', 'a;x="rport";receivedx=1;received=192.0.2.2;rport=7777'],
      ['a;rport, SIP/2.0/UDP b;rport', 'a;received=192.0.2.2;rport=7777, SIP/2.0/UDP b;rport'],
      [`${other};received=1.2.3.4`, other],
      [';broken', ';broken'],
    ] as const) {
      expect(via(`SIP/2.0/UDP ${before}`, other, 7777)).toBe(`SIP/2.0/UDP ${after}`);
    }
  });

  it('takes ports from 0 to 65535, and addresses without brackets or names', () => {
    for (const port of [0, 1, 65_535])
      expect(via('SIP/2.0/UDP a;rport', '192.0.2.2', port)).toContain(`;rport=${port}`);
    for (const port of [-1, 65_536, 1.5, Number.NaN, Infinity]) {
      expect(refused(() => via('SIP/2.0/UDP a', '192.0.2.2', port))).toMatchObject({
        reason: 'invalid-argument',
        field: 'source',
      });
    }
    for (const address of ['', 'a', '[::1]', '1.2.3', '::1%eth0', '1.2.3.4;x']) {
      expect(refused(() => via('SIP/2.0/UDP a', address))).toMatchObject({
        reason: 'invalid-argument',
        field: 'source',
      });
    }
  });
});

/** Whether each character up to U+0100 makes it refused, in front of an `a` and behind it. */
function refusedCharacters(check: (text: string) => void): readonly string[] {
  const all = Array.from({ length: 0x101 }, (_, code) => String.fromCharCode(code));
  return all.filter((one) => {
    const outcomes = [`${one}a`, `a${one}`, `a${one}a`].map((text) => {
      try {
        check(text);
        return true;
      } catch {
        return false;
      }
    });
    expect([one, new Set(outcomes).size]).toEqual([one, 1]);
    return outcomes[0] === false;
  });
}

describe('what a caller wants to be written', () => {
  const all = Array.from({ length: 0x101 }, (_, code) => String.fromCharCode(code));
  const without = (pattern: RegExp): readonly string[] => all.filter((one) => !pattern.test(one));

  it('holds nothing but what its rule allows', () => {
    expect(refusedCharacters((text) => checkToken('x', text))).toEqual(without(/[A-Za-z0-9\-.!%*_+`'~]/));
    expect(refusedCharacters((text) => headerLine('X', text))).toEqual(
      all.filter((one) => /[\x00-\x08\x0a-\x1f\x7f]/.test(one)),
    );
    expect(refusedCharacters((text) => headerLine(text, 'x'))).toEqual(without(/[A-Za-z0-9\-.!%*_+`'~]/));
    expect(refusedCharacters((text) => checkReason(text))).toEqual(
      without(/[A-Za-z0-9\-_.!~*'();/?:@&=+$, \t\x80-\u0100]/),
    );
    // A digit is refused in front alone.
    expect(refusedCharacters((text) => checkRequestUri(`x${text}`))).toEqual(without(/[\x21-\x7e]/));
  });

  it('is refused for its own reason, at its own place', () => {
    for (const text of ['', '0', '9a'])
      expect(refused(() => checkRequestUri(text))).toMatchObject({ field: 'Request-URI', reason: 'invalid-argument' });
    for (const text of ['/a', ':a', 'a9']) expect(() => checkRequestUri(text)).not.toThrow();
    expect(refused(() => checkRequestUri('a b')).offset).toBe(1);
    expect(refused(() => checkReason('a\r'))).toMatchObject({
      reason: 'line-break-in-value',
      field: 'Reason-Phrase',
      offset: 1,
      rule: 'header-value',
    });
    for (const text of ['a%', 'a%4', 'a%4g', 'a%g4'])
      expect(refused(() => checkReason(text))).toMatchObject({
        reason: 'invalid-argument',
        field: 'Reason-Phrase',
        offset: 1,
      });
    expect(() => checkReason('%4a%Fe%')).toThrow(expect.objectContaining({ offset: 6 }));
    expect(refused(() => checkToken('x', ''))).toMatchObject({ field: 'x', reason: 'invalid-argument' });
    expect(refused(() => headerLine('a b', 'x')).field).toBe('header name');
    for (const status of [99, 700, 200.5, Number.NaN, -200])
      expect(refused(() => checkStatus(status)).field).toBe('status');
    for (const status of [100, 699]) expect(() => checkStatus(status)).not.toThrow();
  });

  it('is joined in order, ASCII or not, with marks where fields begin', () => {
    const part = fc.tuple(
      fc.constantFrom('text', 'raw', 'mark'),
      fc.constantFrom('', 'a', 'é', 'b'.repeat(70), '\x7f\x80'),
    );
    const check = fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const writer = new MessageWriter();
      const marks: number[] = [];
      let plain = '';
      for (const [how, text] of parts) {
        if (how === 'mark') {
          writer.mark();
          marks.push(plain.length);
        } else if (how === 'raw') plain += (writer.raw(new TextEncoder().encode(text)), utf8(text));
        else {
          writer.text(text);
          plain += utf8(text);
        }
      }
      expect(wireText(writer.toBytes())).toBe(plain);
      const { bytes, head } = writer.end(wire('body'), 3);
      expect(wireText(bytes)).toBe(`${plain}Content-Length: 4\r\n\r\nbody`);
      const all = [...marks, plain.length, plain.length + 19];
      expect(head).toEqual({
        startLineStart: 0,
        startLineEnd: 3,
        marks: all,
        marksStart: 0,
        marksEnd: all.length,
        bodyStart: plain.length + 21,
      });
    });
    fc.assert(check, twinRuns(300));
  });

  it('is a request or a response whose parts are what was given', () => {
    const own = createRequest({ method: 'INFO', uri: 'sip:a@b', headers: [['X', 'é']], body: wire('b') });
    expect(own).toMatchObject({ method: 'INFO', requestUri: 'sip:a@b', version: 'SIP/2.0' });
    expect(lines(own.head)).toEqual(lines(readHead(own.bytes, 'lenient')));
    const response = createResponse(request(options()), 299, {
      reason: 'Oui é',
      headers: [['X', 'y']],
      body: wire('bc'),
    });
    expect(response).toMatchObject({ status: 299, reason: 'Oui é', version: 'SIP/2.0' });
    expect([lines(response.head), wireText(response.body)]).toEqual([lines(readHead(response.bytes, 'lenient')), 'bc']);
    const broken = request(options());
    Object.defineProperty(broken.headers, 'read', {
      value: () => {
        throw new RangeError('broken');
      },
    });
    expect(() => createResponse(broken, 400)).toThrow('broken');
  });
});

describe('a stateless tag', () => {
  const tag = (fields: Readonly<Record<string, string | null>>): string =>
    statelessTag(request(options(fields)).headers);

  it('is the same for one request at all times', () => {
    expect(tag({})).toBe('87a0d53f19740531');
    expect(tag({ Subject: 'x', 'Max-Forwards': '7', To: '<sip:c@d>' })).toBe('87a0d53f19740531');
    expect(tag({ Via: null, 'Call-ID': null, CSeq: null, From: null })).toBe('570657cbe3160fb1');
  });

  it('does not confuse what stands in one field with what stands in the next', () => {
    const tags = [
      { Via: 'ab', 'Call-ID': 'c' },
      { Via: 'a', 'Call-ID': 'bc' },
      { Via: 'abc', 'Call-ID': '' },
    ].map(tag);
    expect(new Set(tags).size).toBe(3);
    for (const one of tags) expect(one).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('a reason phrase', () => {
  it('is that of the status, or of its class', () => {
    const phrases: readonly (readonly [number, string])[] = [
      [180, 'Ringing'],
      [183, 'Session Progress'],
      [299, 'OK'],
      [416, 'Unsupported URI Scheme'],
      [499, 'Bad Request'],
      [504, 'Server Time-out'],
      [599, 'Server Internal Error'],
      [606, 'Not Acceptable'],
      [699, 'Busy Everywhere'],
    ];
    for (const [status, phrase] of phrases) expect([status, reasonPhrase(status)]).toEqual([status, phrase]);
    expect(reasonPhrase(700)).toBe('Unknown');
  });
});
