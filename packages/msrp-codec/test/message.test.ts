import { asciiToBytes, bytesToLatin1, concatBytes } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { msrpMessageArbitrary, msrpRequestArbitrary, msrpUriArbitrary } from '../src/arbitraries.js';
import {
  createMsrpRequest,
  createMsrpResponse,
  createTransactionId,
  formatByteRange,
  mayRespond,
  MsrpError,
  msrpHeader,
  msrpPath,
  parseByteRange,
  parseMsrp,
  parseMsrpUri,
  parseReportStatus,
  sameMsrpUri,
  serializeMsrp,
  type MsrpRequest,
} from '../src/index.js';
import { describeCodecProperties } from '../../../test/support/codec-properties.js';
import { cpuTime } from '../../../test/support/cpu-time.js';

const ALICE = 'msrp://alice.example.com:7777/iau39;tcp';
const RELAY = 'msrps://relay.example.com:2855/r1;tcp';
const BOB = 'msrp://bob.example.com:8888/9di4;tcp';

const request: MsrpRequest = createMsrpRequest({
  transactionId: 'd93kswow',
  method: 'SEND',
  toPath: [BOB],
  fromPath: [RELAY, ALICE],
  headers: [{ name: 'Message-ID', value: '12339sdqwer' }],
  content: { type: 'text/plain', body: asciiToBytes('hello') },
});

function reasonOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return error instanceof MsrpError ? error.reason : String(error);
  }
  return undefined;
}

describeCodecProperties('MSRP message', {
  decode: parseMsrp,
  encode: serializeMsrp,
  arbitrary: msrpMessageArbitrary(),
  isOurError: (error) => error instanceof MsrpError && error.kind === 'decode',
  // The CRLF in front of an end-line may be missing where the body is empty, and header paths may hold extra spaces.
  encoding: 'tolerant',
});

describe('writing a request', () => {
  it('puts the paths first and the type last, with its CRLF in front of the end-line', () => {
    expect(bytesToLatin1(serializeMsrp(request))).toBe(
      `MSRP d93kswow SEND\r\nTo-Path: ${BOB}\r\nFrom-Path: ${RELAY} ${ALICE}\r\nMessage-ID: 12339sdqwer\r\n` +
        'Content-Type: text/plain\r\n\r\nhello\r\n-------d93kswow$\r\n',
    );
  });

  it('writes no empty line and no type without content', () => {
    const bodiless = createMsrpRequest({ transactionId: 'abcd', method: 'SEND', toPath: [BOB], fromPath: [ALICE] });
    expect(bytesToLatin1(serializeMsrp(bodiless))).toBe(
      `MSRP abcd SEND\r\nTo-Path: ${BOB}\r\nFrom-Path: ${ALICE}\r\n-------abcd$\r\n`,
    );
  });

  it.each([
    ['a bad transaction identifier', { ...request, transactionId: 'a b c d' }],
    ['a line end in the transaction identifier', { ...request, transactionId: 'abcd\r\n' }],
    ['a bad method', { ...request, method: 'SEND\r\nX: y' }],
    ['a bad header name', { ...request, headers: [...request.headers, { name: 'a b', value: '' }] }],
    ['a line end in a value', { ...request, headers: [...request.headers, { name: 'A', value: 'b\r\nC: d' }] }],
    ['a path that is not in its place', { ...request, headers: request.headers.toReversed() }],
    ['a second path', { ...request, headers: [...request.headers, { name: 'to-path', value: BOB }] }],
    ['an empty path', createMsrpRequest({ transactionId: 'abcd', method: 'SEND', toPath: [], fromPath: [ALICE] })],
    ['a body without a type', { ...request, headers: request.headers.slice(0, 3) }],
  ])('refuses %s', (_, message) => {
    expect(reasonOf(() => serializeMsrp(message))).toBe('unwritable-message');
  });

  it.each([
    ['two digits', { status: 20.5 }],
    ['four digits', { status: 1000 }],
    ['a negative number', { status: -1 }],
  ])('refuses a status of %s', (_, change) => {
    expect(reasonOf(() => serializeMsrp({ ...createMsrpResponse(request, 200), ...change }))).toBe(
      'unwritable-message',
    );
  });

  it('refuses a line end in a comment', () => {
    expect(reasonOf(() => serializeMsrp(createMsrpResponse(request, 200, 'OK\r\nX: y')))).toBe('unwritable-message');
  });

  it.each(['-------d93kswow$', 'x-------d93kswow+ y', '--------d93kswow#'])('refuses a body that holds %j', (text) => {
    expect(reasonOf(() => serializeMsrp({ ...request, body: asciiToBytes(text) }))).toBe('end-line-in-body');
  });

  it.each(['-------d93kswow', '-------d93kswowx$', '------d93kswow$'])('takes a body that only holds %j', (text) => {
    const bytes = serializeMsrp({ ...request, body: asciiToBytes(text) });
    expect((parseMsrp(bytes) as MsrpRequest).body).toEqual(asciiToBytes(text));
  });

  it('says that a mistake of the caller is not a fault of the peer', () => {
    try {
      serializeMsrp({ ...request, method: '' });
      throw new Error('written');
    } catch (error) {
      expect(error).toMatchObject({ kind: 'api-misuse' });
    }
  });

  it('makes transaction identifiers of five random bits for each of 16 characters', () => {
    const id = createTransactionId((length) => Uint8Array.from({ length }, (_, i) => i * 17));
    expect(id).toMatch(/^[a-z2-9]{16}$/);
    expect(
      new Set(Array.from({ length: 32 }, (_, i) => createTransactionId((n) => new Uint8Array(n).fill(i)))),
    ).toHaveProperty('size', 32);
  });
});

describe('responses', () => {
  it('answer a SEND to the previous hop alone, from the URI it was sent to', () => {
    expect(createMsrpResponse(request, 481)).toEqual({
      type: 'response',
      transactionId: 'd93kswow',
      status: 481,
      comment: 'Session Does Not Exist',
      headers: [
        { name: 'To-Path', value: RELAY },
        { name: 'From-Path', value: BOB },
      ],
    });
  });

  it('answer every other method along the whole path', () => {
    const response = createMsrpResponse({ ...request, method: 'AUTH' }, 200, null);
    expect(msrpPath(response, 'To-Path')).toEqual([RELAY, ALICE]);
    expect(response.comment).toBeNull();
  });

  it('can be written for every request that can be read', () => {
    fc.assert(
      fc.property(msrpRequestArbitrary(), fc.constantFrom(200, 400, 481, 599), (received, status) => {
        const response = parseMsrp(serializeMsrp(createMsrpResponse(received, status)));
        expect(response).toMatchObject({ type: 'response', transactionId: received.transactionId, status });
      }),
    );
  });

  it('need both paths', () => {
    expect(reasonOf(() => createMsrpResponse({ ...request, headers: request.headers.slice(0, 1) }, 200))).toBe(
      'unwritable-message',
    );
    expect(reasonOf(() => createMsrpResponse({ ...request, headers: request.headers.slice(1) }, 200))).toBe(
      'unwritable-message',
    );
  });

  it.each([
    ['SEND', undefined, true, true],
    ['SEND', 'yes', true, true],
    ['SEND', 'YES', true, true],
    ['SEND', 'no', false, false],
    ['SEND', 'partial', false, true],
    ['REPORT', undefined, false, false],
    ['AUTH', undefined, true, true],
  ])('to %s with Failure-Report %s: 200 %s, 481 %s', (method, report, success, failure) => {
    const headers = report === undefined ? [] : [{ name: 'failure-report', value: report }];
    const received = { ...request, method, headers: [...request.headers, ...headers] };
    expect([mayRespond(received, 200), mayRespond(received, 481)]).toEqual([success, failure]);
    expect([199, 200, 299, 300].map((status) => mayRespond(received, status))).toEqual([
      failure,
      success,
      success,
      failure,
    ]);
  });
});

describe('header values', () => {
  it('are found without regard to case, the first of several', () => {
    const headers = [
      { name: 'MESSAGE-id', value: 'a' },
      { name: 'Message-ID', value: 'b' },
    ];
    expect(msrpHeader({ headers }, 'message-Id')).toBe('a');
    expect(msrpHeader({ headers }, 'constructor')).toBeUndefined();
    expect(msrpPath({ headers }, 'To-Path')).toEqual([]);
  });

  it.each([
    ['1-16/16', { start: 1, end: 16, total: 16 }],
    ['1-*/*', { start: 1, end: null, total: null }],
    ['1-0/0', { start: 1, end: 0, total: 0 }],
    ['2049-*/9007199254740991', { start: 2049, end: null, total: 9007199254740991 }],
  ])('read and write Byte-Range %s', (text, range) => {
    expect(parseByteRange(text)).toEqual(range);
    expect(formatByteRange(range)).toBe(text);
  });

  it.each(['', '0-1/1', '1', '1-2', '1-2/', '-2/2', '*-2/2', '1-2/2 ', '+1-2/2', '1-2/9007199254740992', '1-1e3/2'])(
    'refuse Byte-Range %j',
    (text) => {
      expect(reasonOf(() => parseByteRange(text))).toBe('invalid-byte-range');
    },
  );

  it('read the status of a report', () => {
    expect(parseReportStatus('000 200 OK then')).toEqual({ namespace: '000', status: 200, comment: 'OK then' });
    expect(parseReportStatus('000 408')).toEqual({ namespace: '000', status: 408, comment: null });
    for (const text of ['', '000', '00 200', '000 20', '000  200', '000 200OK']) {
      expect(reasonOf(() => parseReportStatus(text))).toBe('invalid-status');
    }
  });
});

describe('MSRP URIs', () => {
  it('are read in all their parts', () => {
    expect(parseMsrpUri('MSRPS://alice@[2001:db8::1]:2855/s=1/2+;TCP;a;b=c')).toEqual({
      scheme: 'msrps',
      userinfo: 'alice',
      host: '[2001:db8::1]',
      port: 2855,
      sessionId: 's=1/2+',
      transport: 'TCP',
      parameters: ';a;b=c',
    });
    expect(parseMsrpUri('msrp://host;ws')).toMatchObject({
      port: null,
      sessionId: null,
      userinfo: null,
      parameters: '',
    });
  });

  it('are read whenever they were generated', () => {
    fc.assert(
      fc.property(msrpUriArbitrary(), (uri) => {
        expect(sameMsrpUri(parseMsrpUri(uri), parseMsrpUri(uri))).toBe(true);
      }),
    );
  });

  it.each([
    '',
    'sip:alice@example.com',
    'msrp://host',
    'msrp://;tcp',
    'msrp://host/;tcp',
    'msrp://host:65536/a;tcp',
    'msrp://host:/a;tcp',
    'msrp://host/a;tcp ',
    'msrp://host/a;t-p',
    'msrp://ho st/a;tcp',
    'msrp://[::1/a;tcp',
  ])('are refused: %j', (text) => {
    expect(reasonOf(() => parseMsrpUri(text))).toBe('invalid-uri');
  });

  it('throw only our error for any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const reason = reasonOf(() => parseMsrpUri(`msrp://${text}`));
        expect([undefined, 'invalid-uri']).toContain(reason);
      }),
    );
  });

  it('are refused in linear time: eight times the text costs nowhere near sixty-four times as much', () => {
    const slow = (n: number): string =>
      `msrp://${'a'.repeat(n)}@${'b'.repeat(n)}/${'c'.repeat(n)};tcp${';a=b'.repeat(n)} `;
    const cost = (n: number): number => {
      const text = slow(n);
      return cpuTime(() => expect(reasonOf(() => parseMsrpUri(text))).toBe('invalid-uri'), 5);
    };
    expect(cost(80_000) / cost(10_000)).toBeLessThan(32);
  });

  const base = 'msrp://host.example.com:8493/asfd34;tcp';
  it.each([
    ['the same text', base, true],
    ['case in scheme, host and transport', 'MSRP://Host.EXAMPLE.com:8493/asfd34;TCP', true],
    ['userinfo', 'msrp://bob@host.example.com:8493/asfd34;tcp', true],
    ['other parameters', 'msrp://host.example.com:8493/asfd34;tcp;x=y', true],
    ['an encoded unreserved character in the host', 'msrp://%68ost.example.com:8493/asfd34;tcp', true],
    ['the scheme', 'msrps://host.example.com:8493/asfd34;tcp', false],
    ['the host', 'msrp://host2.example.com:8493/asfd34;tcp', false],
    ['the port', 'msrp://host.example.com:8494/asfd34;tcp', false],
    ['no port', 'msrp://host.example.com/asfd34;tcp', false],
    ['case in the session identifier', 'msrp://host.example.com:8493/Asfd34;tcp', false],
    ['no session identifier', 'msrp://host.example.com:8493;tcp', false],
    ['the transport', 'msrp://host.example.com:8493/asfd34;ws', false],
  ])('compare as section 6.1 says: %s', (_, other, same) => {
    expect(sameMsrpUri(parseMsrpUri(base), parseMsrpUri(other))).toBe(same);
    expect(sameMsrpUri(parseMsrpUri(other), parseMsrpUri(base))).toBe(same);
  });
});

describe('canonical form', () => {
  it('is what serializing gives for whatever was read, and is read back the same', () => {
    fc.assert(
      fc.property(msrpMessageArbitrary(), (message) => {
        const bytes = serializeMsrp(message);
        expect(serializeMsrp(parseMsrp(bytes))).toEqual(bytes);
        expect(parseMsrp(concatBytes(bytes))).toEqual(message);
      }),
    );
  });
});
