import { asciiToBytes, bytesToLatin1, concatBytes, utf8ToBytes } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { msrpMessageArbitrary, msrpRequestArbitrary } from '../src/arbitraries.js';
import {
  createMsrpFramer,
  createMsrpResponse,
  parseMsrp,
  serializeMsrp,
  type MsrpFramerOptions,
  type MsrpItem,
  type MsrpMessage,
  type MsrpRequest,
} from '../src/index.js';
import { describeFramerProperties } from '../../../test/support/framer-properties.js';
import { frameSlowly, type TwinMessage } from './twin.js';

const PATHS =
  'To-Path: msrp://bob.example.com:8888/9di4eae923wzd;tcp\r\nFrom-Path: msrp://alice.example.com:7777/iau39;tcp\r\n';
const SEND = `MSRP d93kswow SEND\r\n${PATHS}Message-ID: 12339sdqwer\r\nByte-Range: 1-16/16\r\nContent-Type: text/plain\r\n\r\nHi, I'm Alice!\r\n-------d93kswow$\r\n`;

/** Every item of a stream, with the pieces of a streamed body joined and error objects made plain. */
function frame(chunks: readonly Uint8Array[], options: MsrpFramerOptions = {}): unknown[] {
  const framer = createMsrpFramer(options);
  const events: unknown[] = [];
  const take = (item: MsrpItem): void => {
    const last = events.at(-1) as { type: string; bytes: string } | undefined;
    if (item.type === 'body' && last?.type === 'body') last.bytes += bytesToLatin1(item.bytes);
    else if (item.type === 'body') events.push({ type: 'body', bytes: bytesToLatin1(item.bytes) });
    else if (item.type === 'failed') {
      events.push({ type: 'failed', reason: item.error.reason, offset: item.error.offset, request: item.request });
    } else events.push(structuredClone(item));
  };
  for (const chunk of chunks) {
    // As a socket gives them, and of Buffers not even `slice` would be a copy.
    const bytes = Buffer.from(chunk);
    framer.push(bytes).forEach(take);
    bytes.fill(0x2d); // what was kept must have been copied
  }
  framer.end().forEach(take);
  return events;
}

function bodyOf(message: MsrpMessage): Uint8Array | null {
  return message.type === 'request' ? message.body : null;
}

function push(text: string, options: MsrpFramerOptions = {}): unknown[] {
  return frame([utf8ToBytes(text)], options);
}

function reason(text: string, options: MsrpFramerOptions = {}): string | undefined {
  return (push(text, options).at(-1) as { reason?: string } | undefined)?.reason;
}

const stream = fc
  .array(msrpMessageArbitrary(), { maxLength: 4 })
  .map((messages) => concatBytes(...messages.map(serializeMsrp)));
const tight = { startLine: 60, headerLine: 90, headerBlock: 260, headerCount: 4, sendBody: 20, otherBody: 10 };

describeFramerProperties('msrp', { frame: (chunks) => frame(chunks), input: stream });
describeFramerProperties('msrp, bodies streamed', {
  frame: (chunks) => frame(chunks, { bodies: 'streamed' }),
  input: stream,
  hostileInputs: 2000,
});
describeFramerProperties('msrp, tight limits', {
  frame: (chunks) => frame(chunks, { limits: tight }),
  input: stream,
  hostileInputs: 2000,
});
describeFramerProperties('msrp, bodies streamed, tight limits', {
  frame: (chunks) => frame(chunks, { bodies: 'streamed', limits: tight }),
  input: stream,
  hostileInputs: 2000,
});

describe('framing', () => {
  it('gives back every message of a stream that was written from messages', () => {
    fc.assert(
      fc.property(fc.array(msrpMessageArbitrary(), { maxLength: 4 }), (messages) => {
        const bytes = concatBytes(...messages.map(serializeMsrp));
        expect(frame([bytes])).toEqual(messages.map((message) => ({ type: 'message', message })));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with a slow twin', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const ours = frame([bytes]).map((item) => toTwin((item as { message: MsrpMessage }).message));
        expect(ours).toEqual(frameSlowly(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('streams the same bodies that it gives whole', () => {
    fc.assert(
      fc.property(msrpRequestArbitrary(), (request) => {
        const bytes = Array.from(serializeMsrp(request), (byte) => Uint8Array.of(byte));
        const { body, continuation, ...head } = request;
        expect(frame(bytes, { bodies: 'streamed' })).toEqual([
          { type: 'head', request: head },
          ...(body === null || body.length === 0 ? [] : [{ type: 'body', bytes: bytesToLatin1(body) }]),
          { type: 'end', continuation, bodiless: body === null },
        ]);
      }),
    );
  });

  it('gives a whole body as a plain array of its own, out of Buffers in any chunks', () => {
    for (const size of [1, 50, SEND.length]) {
      const framer = createMsrpFramer();
      const bodies: (Uint8Array | null)[] = [];
      for (let at = 0; at < SEND.length; at += size) {
        const chunk = Buffer.from(SEND.slice(at, at + size));
        for (const item of framer.push(chunk)) if (item.type === 'message') bodies.push(bodyOf(item.message));
        chunk.fill(0x2d);
      }
      expect(bodies).toEqual([utf8ToBytes("Hi, I'm Alice!")]);
      expect(bodies[0]?.constructor).toBe(Uint8Array);
    }
  });

  it('tells no body from an empty one, written either way', () => {
    const head = `MSRP d93kswow SEND\r\n${PATHS}`;
    const bodies = [
      `${head}-------d93kswow$\r\n`,
      `${head}Content-Type: a/b\r\n\r\n\r\n-------d93kswow$\r\n`,
      `${head}Content-Type: a/b\r\n\r\n-------d93kswow$\r\n`,
    ].map((text) => (parseMsrp(utf8ToBytes(text)) as MsrpRequest).body);
    expect(bodies).toEqual([null, new Uint8Array(0), new Uint8Array(0)]);
  });

  it.each([
    'text\r\n-------d93kswowx$',
    'text\r\n-------d93kswow',
    'text\r\n------d93kswow$',
    'x-------d93kswow$\r\n',
    '\r\n\r\n-------d93ksw\r\n-------',
    '\r\r\r',
    '-------d93kswo',
  ])('takes %j for body, cut at every byte', (body) => {
    const bytes = asciiToBytes(SEND.replace("Hi, I'm Alice!", body));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const [item] = frame([bytes.subarray(0, cut), bytes.subarray(cut)]) as { message: MsrpRequest }[];
      expect(bytesToLatin1(item?.message.body as Uint8Array)).toBe(body);
    }
  });

  it('carries every byte value in a body', () => {
    const body = Uint8Array.from({ length: 512 }, (_, i) => i & 0xff);
    const message = { ...(parseMsrp(asciiToBytes(SEND)) as MsrpRequest), body };
    expect((parseMsrp(serializeMsrp(message)) as MsrpRequest).body).toEqual(body);
  });

  it.each(['$', '+', '#'] as const)('reports the flag %s', (flag) => {
    expect(push(SEND.replace('d93kswow$', `d93kswow${flag}`))).toMatchObject([{ message: { continuation: flag } }]);
  });

  it('keeps headers as they were, in order, whatever their names', () => {
    const message = parseMsrp(asciiToBytes(SEND.replace('Byte-Range: 1-16/16', 'toString: 1\r\nconstructor: \tx ')));
    expect(message.headers.slice(3, 5)).toEqual([
      { name: 'toString', value: '1' },
      { name: 'constructor', value: '\tx ' },
    ]);
  });

  it('gives whole bodies that belong to the receiver', () => {
    const framer = createMsrpFramer();
    const bytes = asciiToBytes(SEND);
    const [item] = framer.push(bytes);
    bytes.fill(0);
    framer.push(asciiToBytes(SEND));
    expect(item).toMatchObject({ message: { body: asciiToBytes("Hi, I'm Alice!") } });
  });

  it('reads exactly one message from one WebSocket message', () => {
    expect(parseMsrp(asciiToBytes(SEND)).type).toBe('request');
    expect(() => parseMsrp(asciiToBytes(SEND + SEND))).toThrow('nothing behind one message');
    expect(() => parseMsrp(asciiToBytes(`${SEND}\r\n`))).toThrow('nothing behind one message');
    expect(() => parseMsrp(asciiToBytes(SEND.slice(0, -1)))).toThrow('truncated');
    expect(() => parseMsrp(new Uint8Array(0))).toThrow('truncated');
  });
});

describe('malformed input', () => {
  const start = 'MSRP d93kswow SEND\r\n';
  const end = '-------d93kswow$\r\n';

  it.each([
    ['another protocol, at its first byte', 'G', 'not-msrp'],
    ['another protocol, before any line end', 'MSRQ', 'not-msrp'],
    ['small letters', 'msrp d93kswow SEND\r\n', 'not-msrp'],
    ['an empty line between messages', `${SEND}\r\n${SEND}`, 'not-msrp'],
    ['a short transaction identifier', 'MSRP abc SEND\r\n', 'invalid-start-line'],
    ['a long transaction identifier', `MSRP ${'a'.repeat(33)} SEND\r\n`, 'invalid-start-line'],
    ['a transaction identifier that begins with a sign', 'MSRP -abcd SEND\r\n', 'invalid-start-line'],
    ['two spaces', 'MSRP  d93kswow SEND\r\n', 'invalid-start-line'],
    ['no method', 'MSRP d93kswow\r\n', 'invalid-start-line'],
    ['a method in small letters', 'MSRP d93kswow send\r\n', 'invalid-start-line'],
    ['something behind the method', 'MSRP d93kswow SEND x\r\n', 'invalid-start-line'],
    ['a status of two digits', 'MSRP d93kswow 20 OK\r\n', 'invalid-start-line'],
    ['a status of four digits', 'MSRP d93kswow 2000 OK\r\n', 'invalid-start-line'],
    ['LF alone behind the start line', 'MSRP d93kswow SEND\n', 'invalid-start-line'],
    ['a control character in a comment', 'MSRP d93kswow 200 O\0K\r\n', 'invalid-start-line'],
    ['LF alone behind a header', `${start}To-Path: a\nFrom-Path: b\r\n${end}`, 'invalid-header'],
    ['CR inside a header', `${start}To-Path: a\rb\r\nFrom-Path: b\r\n${end}`, 'invalid-header'],
    ['NUL inside a header', `${start}To-Path: a\0\r\nFrom-Path: b\r\n${end}`, 'invalid-header'],
    ['a header without a colon', `${start}${PATHS}nothing\r\n${end}`, 'invalid-header'],
    ['a header without the space', `${start}${PATHS}Message-ID:abc\r\n${end}`, 'invalid-header'],
    ['a space before the colon', `${start}${PATHS}Message-ID : abc\r\n${end}`, 'invalid-header'],
    ['a header name that begins with a digit', `${start}${PATHS}1a: b\r\n${end}`, 'invalid-header'],
    ['a folded header', `${start}${PATHS}Status: 000\r\n 200\r\n${end}`, 'invalid-header'],
    ['no headers', `${start}${end}`, 'invalid-path-headers'],
    ['no From-Path', `${start}To-Path: a\r\n${end}`, 'invalid-path-headers'],
    ['an empty path', `${start}To-Path: \r\nFrom-Path: b\r\n${end}`, 'invalid-path-headers'],
    ['the paths in the wrong order', `${start}From-Path: a\r\nTo-Path: b\r\n${end}`, 'invalid-path-headers'],
    ['a header in front of the paths', `${start}Message-ID: abcd\r\n${PATHS}${end}`, 'invalid-path-headers'],
    ['a second To-Path', `${start}${PATHS}to-path: c\r\n${end}`, 'invalid-path-headers'],
    ['an empty line without headers', `${start}\r\n`, 'invalid-path-headers'],
    ['a body without a type', `${start}${PATHS}\r\nbody\r\n${end}`, 'missing-content-type'],
    [
      'a body in a response',
      `MSRP d93kswow 200 OK\r\n${PATHS}Content-Type: a/b\r\n\r\nx\r\n${end}`,
      'body-in-response',
    ],
    ['a response that says it goes on', `MSRP d93kswow 200 OK\r\n${PATHS}-------d93kswow+\r\n`, 'invalid-end-line'],
    ['the end-line of another transaction', `${start}${PATHS}-------d93kswox$\r\n`, 'invalid-end-line'],
    ['an end-line without a flag', `${start}${PATHS}-------d93kswow\r\n`, 'invalid-end-line'],
    ['an end-line with another flag', `${start}${PATHS}-------d93kswow!\r\n`, 'invalid-end-line'],
    ['something behind the flag', `${start}${PATHS}-------d93kswow$ \r\n`, 'invalid-end-line'],
    ['something behind the flag of a body', SEND.replace('wow$\r\n', 'wow$x'), 'invalid-end-line'],
    ['LF alone behind the flag of a body', SEND.replace('wow$\r\n', 'wow$\n'), 'invalid-end-line'],
    ['CR alone behind the flag of a body', SEND.replace('wow$\r\n', 'wow$\rx'), 'invalid-end-line'],
  ])('refuses %s', (_, text, expected) => {
    expect(reason(text)).toBe(expected);
  });

  it('refuses bytes that are not UTF-8 in a start line and in a header', () => {
    const bad = Uint8Array.of(0xc3, 0x28);
    const ends = asciiToBytes('\r\n');
    expect(frame([concatBytes(asciiToBytes('MSRP d93kswow 200 '), bad, ends)])).toMatchObject([
      { reason: 'invalid-start-line' },
    ]);
    expect(frame([concatBytes(asciiToBytes(`${start}${PATHS}A: `), bad, ends)])).toMatchObject([
      { reason: 'invalid-header' },
    ]);
  });

  it('says truncated when the stream ends inside a message, and nothing when it ends between two', () => {
    for (let length = 1; length < SEND.length; length++) expect(reason(SEND.slice(0, length))).toBe('truncated');
    expect(push(SEND + SEND).length).toBe(2);
    expect(push('')).toEqual([]);
  });

  it('gives the good messages first, then the failure, then nothing more', () => {
    const framer = createMsrpFramer();
    const items = framer.push(asciiToBytes(`${SEND}${SEND}bad`));
    expect(items.map((item) => item.type)).toEqual(['message', 'message', 'failed']);
    expect(items[2]).toMatchObject({ error: { name: 'MsrpError', kind: 'decode', offset: 2 * SEND.length } });
    expect(framer.failed).toBe(true);
    expect(framer.push(asciiToBytes(SEND))).toEqual([]);
    expect(framer.end()).toEqual([]);
  });

  it('hands over what a 400 needs once both paths are known', () => {
    const items = createMsrpFramer().push(asciiToBytes(`${start}${PATHS}nonsense\r\n`));
    const failed = items.at(-1);
    if (failed?.type !== 'failed' || failed.request === null) throw new Error('not answerable');
    expect(bytesToLatin1(serializeMsrp(createMsrpResponse(failed.request, 400)))).toBe(
      'MSRP d93kswow 400 Bad Request\r\nTo-Path: msrp://alice.example.com:7777/iau39;tcp\r\n' +
        'From-Path: msrp://bob.example.com:8888/9di4eae923wzd;tcp\r\n-------d93kswow$\r\n',
    );
  });

  it.each([
    ['before the paths', `${start}To-Path: a\r\nbad\r\n`],
    ['in a response', `MSRP d93kswow 200 OK\r\n${PATHS}bad\r\n`],
  ])('hands over no request for a failure %s: nobody can be answered', (_, text) => {
    expect(push(text)).toMatchObject([{ type: 'failed', request: null }]);
  });
});

describe('limits', () => {
  const start = 'MSRP d93kswow SEND\r\n';
  const end = '-------d93kswow$\r\n';
  const headers = 'Message-ID: abcd\r\n';

  it.each([
    ['startLine', 'start-line-too-long', start.length, `${start}${PATHS}${end}`],
    [
      'headerLine',
      'header-too-long',
      'To-Path: msrp://bob.example.com:8888/9di4eae923wzd;tcp\r\n'.length,
      `${start}${PATHS}${end}`,
    ],
    ['headerBlock', 'headers-too-long', (PATHS + headers).length, `${start}${PATHS}${headers}${end}`],
    ['headerCount', 'too-many-headers', 3, `${start}${PATHS}${headers}${end}`],
    ['sendBody', 'body-too-long', "Hi, I'm Alice!".length, SEND],
    ['otherBody', 'body-too-long', "Hi, I'm Alice!".length, SEND.replace('SEND', 'REPORT')],
  ] as const)('%s holds to the byte', (name, expected, exact, text) => {
    expect(reason(text, { limits: { [name]: exact } })).toBeUndefined();
    expect(reason(text, { limits: { [name]: exact - 1 } })).toBe(expected);
  });

  it('stops a line that never ends at the limit, not at its end', () => {
    const framer = createMsrpFramer({ limits: { startLine: 100 } });
    expect(framer.push(asciiToBytes(`MSRP ${'a'.repeat(94)}`))).toEqual([]);
    expect(framer.push(asciiToBytes('a'))).toMatchObject([
      { type: 'failed', error: { reason: 'start-line-too-long' } },
    ]);
  });

  it('lets a streamed SEND body of any size through, and holds section 7.1 for other methods', () => {
    const long = SEND.replace("Hi, I'm Alice!", 'x'.repeat(20_000));
    const options = { bodies: 'streamed', limits: { sendBody: 10 } } as const;
    expect(reason(long, options)).toBeUndefined();
    expect(reason(long.replace('SEND', 'REPORT'), options)).toBe('body-too-long');
    expect(reason(SEND.replace("Hi, I'm Alice!", 'x'.repeat(10_240)).replace('SEND', 'AUTH'))).toBeUndefined();
    expect(reason(SEND.replace("Hi, I'm Alice!", 'x'.repeat(10_241)).replace('SEND', 'AUTH'))).toBe('body-too-long');
  });

  it('counts each message anew', () => {
    const framer = createMsrpFramer({ limits: { sendBody: 14, headerCount: 5, headerBlock: 200 } });
    for (let i = 0; i < 100; i++) expect(framer.push(asciiToBytes(SEND))).toHaveLength(1);
  });
});

describe('what framing costs', () => {
  /** Reads of elements and native searches are counted through a proxy-free measure: bytes handed to `indexOf`. */
  function bytesSearched(chunks: readonly Uint8Array[]): number {
    let searched = 0;
    const framer = createMsrpFramer({ bodies: 'streamed' });
    for (const chunk of chunks) {
      const counted = chunk.slice();
      const indexOf = counted.indexOf.bind(counted);
      counted.indexOf = (value, from = 0) => {
        const found = indexOf(value, from);
        searched += (found < 0 ? counted.length : found + 1) - from;
        return found;
      };
      framer.push(counted);
    }
    expect(framer.failed).toBe(false);
    return searched;
  }

  it.each([1, 7, 1460, 1_000_000])('searches each byte once at chunks of %d bytes, near-end-lines included', (size) => {
    const body = `${'\r\n-------d93ksw'.repeat(3000)}${'\r'.repeat(3000)}${'x'.repeat(30_000)}`;
    const bytes = asciiToBytes(SEND.replace("Hi, I'm Alice!", body));
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    expect(bytesSearched(chunks)).toBeLessThanOrEqual(bytes.length);
  });

  it('holds a header line that comes byte by byte in linear work', () => {
    const value = 'x'.repeat(8000);
    const bytes = asciiToBytes(`MSRP d93kswow SEND\r\n${PATHS}A: ${value}\r\n-------d93kswow$\r\n`);
    expect(bytesSearched(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toBeLessThanOrEqual(bytes.length);
  });
});

function toTwin(message: MsrpMessage): TwinMessage {
  const words =
    message.type === 'request'
      ? message.method
      : `${String(message.status).padStart(3, '0')}${message.comment === null ? '' : ` ${message.comment}`}`;
  const latin1 = (text: string): string => bytesToLatin1(utf8ToBytes(text));
  return {
    startLine: latin1(`MSRP ${message.transactionId} ${words}`),
    headerLines: message.headers.map(({ name, value }) => latin1(`${name}: ${value}`)),
    body: message.type === 'response' || message.body === null ? null : bytesToLatin1(message.body),
    flag: message.type === 'response' ? '$' : message.continuation,
  };
}
