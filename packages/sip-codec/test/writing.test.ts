import {
  addressTag,
  createBestEffortResponse,
  createBranch,
  createCallId,
  createRequest,
  createResponse,
  createSipFramer,
  createTag,
  editHeaders,
  findFaults,
  getParameter,
  parseSipMessage,
  reasonPhrase,
  SipError,
  TO,
  VIA,
  viaBranch,
  type HeaderEdit,
} from '@portico/sip-codec';
import { hostileBytesArbitrary, messageArbitrary, mutatedStreamArbitrary } from '@portico/sip-codec/arbitraries';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { options, request, wire, wireText } from './wire.js';

const SOURCE = { address: '203.0.113.9', port: 50_000 };
const topVia = (via: string, source = SOURCE): string =>
  createResponse(request(options({ Via: via })), 200, { source }).headers.text('Via') ?? '';

describe('createResponse (RFC 3261 section 8.2.6)', () => {
  it('copies Via, From, To, Call-ID and CSeq, adds a To tag, and writes Content-Length', () => {
    const bytes = wire(wireText(options()).replace('Via:', 'Via: SIP/2.0/TLS proxy;branch=z9hG4bKp\r\nVia:'));
    const response = createResponse(request(bytes), 200, { headers: [['Allow', 'OPTIONS']], toTag: 'mine' });
    expect(wireText(response.bytes)).toBe(
      'SIP/2.0 200 OK\r\n' +
        'Via: SIP/2.0/TLS proxy;branch=z9hG4bKp\r\n' +
        'Via: SIP/2.0/TLS client.example.com;branch=z9hG4bKabc\r\n' +
        'From: <sip:alice@example.com>;tag=1\r\n' +
        'To: <sip:bob@example.com>;tag=mine\r\n' +
        'Call-ID: x@client\r\n' +
        'CSeq: 1 OPTIONS\r\n' +
        'Allow: OPTIONS\r\n' +
        'Content-Length: 0\r\n\r\n',
    );
  });

  it('leaves a To tag that is there, and gives none to 100', () => {
    const inDialog = request(options({ To: 'sip:bob@example.com;tag=9' }));
    expect(createResponse(inDialog, 200, { toTag: 'other' }).headers.text('To')).toBe('sip:bob@example.com;tag=9');
    expect(createResponse(request(options()), 100).headers.text('To')).toBe('<sip:bob@example.com>');
  });

  it('a tag= inside the URI or a quoted string is no tag', () => {
    for (const to of ['<sip:bob@example.com;tag=x>', '";tag=x" <sip:bob@example.com>']) {
      const response = createResponse(request(options({ To: to })), 200, { toTag: 'mine' });
      expect(addressTag(response.headers.read(TO) ?? fail())).toBe('mine');
    }
  });

  it.each(['Via', 'v', 'FROM', 'f', 'to', 't', 'Call-ID', 'i', 'CSeq', 'Content-Length', 'l'])(
    'nothing that is copied or counted is the caller’s to say: %s',
    (name) => {
      const headers = [['X', 'y'] as const, [name, '1'] as const];
      for (const make of [
        () => createResponse(request(options()), 200, { headers }),
        () => createBestEffortResponse(request(options()), { status: 400, headers }),
      ]) {
        expect(make).toThrow(expect.objectContaining({ reason: 'invalid-argument', field: name }));
      }
    },
  );

  it('of a To that cannot be read a tag counts only where nothing else can be meant', () => {
    const sent = (to: string): string | undefined =>
      createResponse(request(options({ To: to })), 404, { toTag: 'mine' }).headers.text('To');
    for (const to of ['<sip:a@b>;x=";tag=1', '<sip:a@b>;x=";tag=1"y', '<sip:a@b;tag=1>;;', 'x y;tags=1']) {
      expect(sent(to)).toBe(`${to};tag=mine`);
    }
    for (const to of ['<sip:a@b>;;tag=1', 'x y; TAG = 1']) expect(sent(to)).toBe(to);
  });

  it('without a given tag: the same for the same request, another for another one (section 8.2.7)', () => {
    const tag = (fields: Record<string, string>): string | undefined =>
      addressTag(createResponse(request(options(fields)), 404).headers.read(TO) ?? fail());
    expect(tag({})).toMatch(/^[0-9a-f]{16}$/);
    expect(tag({})).toBe(tag({}));
    const others = [{ 'Call-ID': 'y' }, { CSeq: '2 OPTIONS' }, { From: '<sip:a@b>;tag=2' }, { Via: 'SIP/2.0/UDP c' }];
    expect(new Set([{}, ...others].map(tag)).size).toBe(5);
  });

  it('what begins a dialog needs a tag of the caller’s, and gets Record-Route (section 12.1.1)', () => {
    const invite = request(
      wire(wireText(options({ 'Record-Route': '<sip:p;lr>', CSeq: '1 INVITE' })).replace('OPTIONS', 'INVITE')),
    );
    for (const status of [180, 200]) {
      expect(() => createResponse(invite, status)).toThrow(expect.objectContaining({ field: 'toTag' }));
      expect(createResponse(invite, status, { toTag: 't' }).headers.texts('Record-Route')).toEqual(['<sip:p;lr>']);
    }
    expect(createResponse(invite, 404).headers.has('Record-Route')).toBe(false);
    expect(createResponse(invite, 100).headers.has('Record-Route')).toBe(false);
    expect(createResponse(request(options({ 'Record-Route': '<sip:p;lr>' })), 200).headers.has('Record-Route')).toBe(
      false,
    );
  });

  it('copies Timestamp into 100 only (section 8.2.6.1)', () => {
    const timed = request(options({ Timestamp: '54' }));
    expect(createResponse(timed, 100).headers.text('Timestamp')).toBe('54');
    expect(createResponse(timed, 200).headers.has('Timestamp')).toBe(false);
  });

  it('received is added where sent-by is not the source (section 18.2.1)', () => {
    expect(topVia('SIP/2.0/TLS a.example;branch=1')).toBe('SIP/2.0/TLS a.example;branch=1;received=203.0.113.9');
    expect(topVia('SIP/2.0/TLS 203.0.113.9:5061;branch=1')).toBe('SIP/2.0/TLS 203.0.113.9:5061;branch=1');
    expect(topVia('SIP/2.0/TLS [2001:DB8::1];branch=1', { address: '2001:db8::1', port: 1 })).toBe(
      'SIP/2.0/TLS [2001:DB8::1];branch=1',
    );
  });

  it('rport is filled in where the client asked for it, with received (RFC 3581 section 4)', () => {
    expect(topVia('SIP/2.0/TLS a;rport;branch=1')).toBe('SIP/2.0/TLS a;branch=1;received=203.0.113.9;rport=50000');
    expect(topVia('SIP/2.0/TLS 203.0.113.9;rport;branch=1')).toBe(
      'SIP/2.0/TLS 203.0.113.9;branch=1;received=203.0.113.9;rport=50000',
    );
  });

  it('a received or port that the client wrote itself is replaced', () => {
    expect(topVia('SIP/2.0/TLS a;received=1.2.3.4;branch=1;rport=9')).toBe(
      'SIP/2.0/TLS a;branch=1;received=203.0.113.9;rport=50000',
    );
    expect(topVia('SIP/2.0/TLS 203.0.113.9;received=1.2.3.4;x="a;received=5"')).toBe(
      'SIP/2.0/TLS 203.0.113.9;x="a;received=5"',
    );
  });

  it('only the first value of a comma list is touched', () => {
    expect(topVia('SIP/2.0/TLS a;branch=1 , SIP/2.0/UDP b;rport')).toBe(
      'SIP/2.0/TLS a;branch=1;received=203.0.113.9 , SIP/2.0/UDP b;rport',
    );
  });

  it('folds in copied values become spaces: a response has no fold of the client’s', () => {
    const response = createResponse(request(options({ To: '<sip:b@c>\r\n ;x=1' })), 404);
    expect(wireText(response.bytes)).toMatch(/\r\nTo: <sip:b@c> {3};x=1;tag=/);
  });

  it('whatever the request, the response is one message on a stream, with the status and no field of the client’s making', () => {
    const any = fc.oneof(messageArbitrary({ contentLength: 'any' }), mutatedStreamArbitrary(), hostileBytesArbitrary());
    let answered = 0;
    fc.assert(
      fc.property(any, (bytes) => {
        const message = parseSipMessage(bytes);
        const response =
          message.type === 'request'
            ? createResponse(message, 400, { source: SOURCE })
            : createBestEffortResponse(message, { status: 400, source: SOURCE });
        if (response === null) return;
        answered++;
        const items = createSipFramer({ mode: 'stream' }).push(response.bytes);
        expect(items.map((item) => item.type)).toEqual(['message']);
        expect(response.status).toBe(400);
        const names = Array.from(response.headers, (field) => field.rawName);
        expect(names.join().replace(/(Via,)*/, '')).toMatch(/^(From,)?(To,)?(Call-ID,)?(CSeq,)?Content-Length$/);
      }),
      { numRuns: 3_000 },
    );
    expect(answered).toBeGreaterThan(500);
  });

  it('takes no line break from a caller', () => {
    const message = request(options());
    const attempts = [
      { headers: [['X', 'a\r\nInjected: b']] as const },
      { headers: [['X', 'a\nb']] as const },
      { headers: [['X', 'a\rb']] as const },
      { headers: [['X', 'a\0b']] as const },
      { headers: [['X: y\r\nZ', 'a']] as const },
      { headers: [['', 'a']] as const },
      { reason: 'OK\r\nX: y' },
      { reason: 'O"K' },
      { toTag: 'a;b' },
      { toTag: 'a\r\nX: y' },
      { source: { address: 'evil;x=y', port: 1 } },
      { source: { address: '1.2.3.4', port: 65_536 } },
    ];
    for (const attempt of attempts) {
      expect(() => createResponse(message, 200, attempt)).toThrow(expect.objectContaining({ kind: 'api-misuse' }));
    }
    for (const status of [99, 700, 200.5, Number.NaN]) {
      expect(() => createResponse(message, status)).toThrow(SipError);
    }
  });

  it('has phrases for the statuses, and that of its class for an unknown one', () => {
    expect(reasonPhrase(481)).toBe('Call/Transaction Does Not Exist');
    expect(reasonPhrase(499)).toBe('Bad Request');
    expect(createResponse(request(options()), 200, { reason: 'Ça va' }).reason).toBe('Ça va');
  });
});

describe('createBestEffortResponse', () => {
  it('answers from what is there', () => {
    const broken = wire(
      'OPTIONS  sip:b@c SIP/2.0\r\nv: SIP/2.0/TLS a;branch=1\r\nf: x\r\nt: <sip:b@c>\r\nno colon\r\n\r\n',
    );
    const response = createBestEffortResponse(broken, { status: 400, source: SOURCE, toTag: 't' });
    expect(wireText(response?.bytes ?? wire(''))).toBe(
      'SIP/2.0 400 Bad Request\r\nVia: SIP/2.0/TLS a;branch=1;received=203.0.113.9\r\nFrom: x\r\nTo: <sip:b@c>;tag=t\r\nContent-Length: 0\r\n\r\n',
    );
  });

  it('answers nothing without a Via, to a response, and to an ACK', () => {
    const via = 'Via: SIP/2.0/TLS a\r\n\r\n';
    for (const text of [
      `OPTIONS sip:a@b SIP/2.0\r\n\r\n`,
      `SIP/2.0 200 OK\r\n${via}`,
      `SIP/2.0 9\r\n${via}`,
      `ACK  x\r\n${via}`,
    ]) {
      expect(createBestEffortResponse(wire(text), { status: 400 })).toBeNull();
    }
  });

  it('leaves out fields with control characters', () => {
    const text = 'OPTIONS x\r\nVia: SIP/2.0/TLS a\r\nFrom: a\rInjected: b\r\nTo: a\0b\r\nCall-ID: c\r\n\r\n';
    const response = createBestEffortResponse(wire(text), { status: 400 });
    expect(Array.from(response?.headers ?? [], (field) => field.rawName)).toEqual(['Via', 'Call-ID', 'Content-Length']);
    const dirty = wire('OPTIONS x\r\nVia: SIP/2.0/TLS a\0\r\nVia: SIP/2.0/TLS b\r\n\r\n');
    // By the second one the answer would go to somebody else.
    expect(createBestEffortResponse(dirty, { status: 400 })).toBeNull();
    const below = wire('OPTIONS x\r\nVia: SIP/2.0/TLS a\r\nVia: SIP/2.0/TLS b\0\r\nv: SIP/2.0/TLS c\r\n\r\n');
    expect(createBestEffortResponse(below, { status: 400 })?.headers.texts('Via')).toEqual([
      'SIP/2.0/TLS a',
      'SIP/2.0/TLS c',
    ]);
  });
});

describe('createRequest, tags and branches', () => {
  const random = (length: number): Uint8Array => new Uint8Array(length).fill(0xab);

  it('writes a request that is without faults', () => {
    const message = createRequest({
      method: 'OPTIONS',
      uri: 'sip:b@c',
      headers: [
        ['Via', `SIP/2.0/TLS a;branch=${createBranch(random)}`],
        ['From', `<sip:a@b>;tag=${createTag(random)}`],
        ['To', '<sip:b@c>'],
        ['Call-ID', createCallId(random)],
        ['CSeq', '1 OPTIONS'],
        ['Max-Forwards', '70'],
      ],
      body: wire('hi'),
    });
    expect(findFaults(message)).toEqual([]);
    expect(message.headers.text('Content-Length')).toBe('2');
    expect(viaBranch(message.headers.read(VIA)?.[0] ?? fail())).toBe(`z9hG4bK${'ab'.repeat(16)}`);
    expect(getParameter([], 'x')).toBeUndefined();
  });

  it('refuses what would break the request line or a field', () => {
    const attempts = [
      { method: 'A B', uri: 'sip:b' },
      { method: '', uri: 'sip:b' },
      { method: 'A', uri: '' },
      { method: 'A', uri: 'sip:b c' },
      { method: 'A', uri: 'sip:b\r\nX: y' },
      { method: 'A', uri: 'sip:é' },
      { method: 'A', uri: 'sip:b', headers: [['X', 'a\nb']] as const },
    ];
    for (const attempt of attempts) {
      expect(() => createRequest({ headers: [], ...attempt })).toThrow(expect.objectContaining({ kind: 'api-misuse' }));
    }
    expect(() => createTag(() => new Uint8Array(3))).toThrow(SipError);
  });
});

describe('editHeaders', () => {
  const bytes = wire('OPTIONS sip:a@b SIP/2.0\r\nv: 1\r\nSubject : a\r\n b\r\nVIA:2\r\nTo: t\r\nl: 2\r\n\r\nhi');
  const edited = (...edits: HeaderEdit[]): string => wireText(editHeaders(request(bytes), edits).bytes);
  const before = wireText(bytes);

  it('splices: every other byte stays as it was', () => {
    expect(edited()).toBe(before);
    expect(edited({ type: 'set', name: 'Subject', value: 'x' })).toBe(
      before.replace('Subject : a\r\n b\r\n', 'Subject: x\r\n'),
    );
    expect(edited({ type: 'set', name: 'Via', value: '9' })).toBe(
      before.replace('v: 1', 'Via: 9').replace('VIA:2\r\n', ''),
    );
    expect(edited({ type: 'set', name: 'New', value: 'n' })).toBe(before.replace('l: 2\r\n', 'l: 2\r\nNew: n\r\n'));
    expect(edited({ type: 'remove', name: 'via' })).toBe(before.replace('v: 1\r\n', '').replace('VIA:2\r\n', ''));
    expect(edited({ type: 'remove-first', name: 'via' })).toBe(before.replace('v: 1\r\n', ''));
    expect(edited({ type: 'prepend', name: 'Via', value: '0' })).toBe(before.replace('v: 1', 'Via: 0\r\nv: 1'));
    expect(edited({ type: 'prepend', name: 'Route', value: 'r' })).toBe(before.replace('v: 1', 'Route: r\r\nv: 1'));
    expect(edited({ type: 'append', name: 'To', value: 'u' })).toBe(before.replace('l: 2\r\n', 'l: 2\r\nTo: u\r\n'));
    expect(edited({ type: 'remove', name: 'none' }, { type: 'remove-first', name: 'none' })).toBe(before);
  });

  it('takes edits in order, and leaves the given message alone', () => {
    const message = request(bytes);
    const result = editHeaders(message, [
      { type: 'remove', name: 'Via' },
      { type: 'prepend', name: 'Via', value: 'x' },
    ]);
    expect(result.headers.texts('Via')).toEqual(['x']);
    expect(wireText(result.body)).toBe('hi');
    expect(wireText(message.bytes)).toBe(before);
  });

  it('refuses line breaks and the length', () => {
    expect(() => edited({ type: 'append', name: 'X', value: 'a\r\nb' })).toThrow(SipError);
    expect(() => edited({ type: 'set', name: 'l', value: '3' })).toThrow(SipError);
    expect(() => edited({ type: 'remove', name: 'Content-Length' })).toThrow(SipError);
  });

  it('a removed and an added field leave any message framed as before', () => {
    fc.assert(
      fc.property(messageArbitrary(), (original) => {
        const message = parseSipMessage(original);
        const result = editHeaders(message, [
          { type: 'append', name: 'X-Added', value: 'yes' },
          { type: 'remove', name: 'X-Added' },
        ]);
        expect(result.bytes).toEqual(original);
      }),
      { numRuns: 500 },
    );
  });
});

function fail(): never {
  throw new Error('absent');
}
