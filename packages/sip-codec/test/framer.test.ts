import {
  createBestEffortResponse,
  createSipFramer,
  keepAliveBytes,
  SipError,
  SipFramingFailure,
  type SipItem,
} from '@portico/sip-codec';
import { describe, expect, it } from 'vitest';
import { HeadScanner } from '../src/framing/head-scanner.js';
import { cpuTime } from '../../../test/support/cpu-time.js';
import { options, said, wire, wireText } from './wire.js';

const stream = { mode: 'stream' } as const;
const MESSAGE = wireText(options());
const whole = (text: string): string => `message ${text.length}+0`;

describe('keep-alives between messages (RFC 5626 section 4.4.1)', () => {
  it('answer: each CRLFCRLF is one ping, and a lone CRLF waits and is dropped', () => {
    const answer = { ...stream, keepAlive: 'answer' } as const;
    expect(said(answer, '\r\n\r\n')).toEqual(['ping']);
    expect(said(answer, '\r\n')).toEqual([]);
    expect(said(answer, '\r\n\r\n\r\n')).toEqual(['ping']);
    expect(said(answer, '\r\n\r\n\r\n\r\n')).toEqual(['ping', 'ping']);
    expect(said(answer, `\r\n${MESSAGE}\r\n\r\n`)).toEqual([whole(MESSAGE), 'ping']);
    expect(said(answer, `\r\n\r\n\r\n${MESSAGE}`)).toEqual(['ping', whole(MESSAGE)]);
  });

  it('ask: each CRLF is one pong', () => {
    expect(said({ ...stream, keepAlive: 'ask' }, `\r\n${MESSAGE}\r\n\r\n`)).toEqual([
      'pong',
      whole(MESSAGE),
      'pong',
      'pong',
    ]);
  });

  it('off: line ends are skipped (RFC 3261 section 7.5)', () => {
    expect(said(stream, `\r\n\r\n\r\n${MESSAGE}\r\n`)).toEqual([whole(MESSAGE)]);
  });

  it('are never found inside a body', () => {
    const text = wireText(options({}, '\r\n\r\n'));
    expect(said({ ...stream, keepAlive: 'answer' }, text)).toEqual([`message ${text.length - 4}+4`]);
  });

  it('64 KiB of CRLFs hold no memory, and the pings are one shared object', () => {
    const framer = createSipFramer({ ...stream, keepAlive: 'answer' });
    const items = framer.push(wire('\r\n'.repeat(32_768)));
    expect(items).toHaveLength(16_384);
    expect(new Set(items).size).toBe(1);
    expect(framer.heldBytes).toBe(0);
    expect(framer.failed).toBeNull();
  });

  it('have the bytes of the RFC', () => {
    expect(keepAliveBytes({ type: 'keepalive-ping' })).toEqual(wire('\r\n\r\n'));
    expect(keepAliveBytes({ type: 'keepalive-pong' })).toEqual(wire('\r\n'));
  });
});

describe('a Content-Length line of no more than its name', () => {
  it.each(['Content-Length', 'content-length', 'l', 'L'])('%s is malformed, in a short head and a long one', (name) => {
    for (const filling of ['', `Subject: ${'x'.repeat(200)}\r\n`]) {
      expect(said(stream, `OPTIONS a SIP/2.0\r\n${filling}${name}\r\nTo: x\r\n\r\n`)).toEqual([
        'content-length-malformed',
      ]);
    }
  });
});

describe('limits: at the limit, and one beyond', () => {
  const check = (limits: object, at: string, beyond: string, reason: string): void => {
    expect(said({ ...stream, limits }, at)[0]).toMatch(/^message/);
    expect(said({ ...stream, limits }, beyond)[0]).toBe(reason);
  };

  it('start line', () => {
    const line = (length: number): string => `OPTIONS ${'s'.repeat(length - 16)} SIP/2.0\r\nl:0\r\n\r\n`;
    check({ startLine: 40 }, line(40), line(41), 'start-line-too-long');
  });

  it('header line', () => {
    const line = (length: number): string => `OPTIONS a SIP/2.0\r\nl:0\r\nX:${'s'.repeat(length - 2)}\r\n\r\n`;
    check({ headerLine: 40 }, line(40), line(41), 'header-line-too-long');
  });

  it('header line with its continuation lines', () => {
    const line = (length: number): string => `OPTIONS a SIP/2.0\r\nl:0\r\nX:1\r\n ${'s'.repeat(length - 6)}\r\n\r\n`;
    check({ headerLine: 40 }, line(40), line(41), 'header-line-too-long');
  });

  it('header block', () => {
    const block = (length: number): string => `OPTIONS a SIP/2.0\r\nl:0\r\nX:${'s'.repeat(length - 7)}\r\n\r\n`;
    check({ headerBlock: 40 }, block(40), block(41), 'header-block-too-large');
  });

  it('header count, without continuation lines', () => {
    const count = (fields: number): string => `OPTIONS a SIP/2.0\r\nl:0\r\n${'X:\r\n y\r\n'.repeat(fields - 1)}\r\n`;
    check({ headerCount: 8 }, count(8), count(9), 'too-many-headers');
  });

  it('body, judged before a byte of it has come', () => {
    const body = (length: number): string => `OPTIONS a SIP/2.0\r\nl: ${length}\r\n\r\n${'b'.repeat(length)}`;
    check({ body: 40 }, body(40), body(41), 'body-too-large');
    expect(said({ ...stream, limits: { body: 40 } }, 'OPTIONS a SIP/2.0\r\nl: 41\r\n\r\n')).toEqual(['body-too-large']);
    for (const mode of ['datagram', 'websocket'] as const) {
      for (const length of ['', 'l: 5\r\n']) {
        const text = `OPTIONS a SIP/2.0\r\n${length}\r\n12345`;
        expect(said({ mode, limits: { body: 4 } }, text)).toEqual(['body-too-large']);
        expect(said({ mode, limits: { body: 5 } }, text)[0]).toMatch(/^message/);
      }
    }
  });

  it('an endless line is refused at the limit, not collected', () => {
    const framer = createSipFramer({ ...stream, limits: { startLine: 1000 } });
    let pushed = 0;
    while (framer.failed === null) {
      framer.push(new Uint8Array(100).fill(0x41));
      pushed += 100;
      expect(framer.heldBytes).toBeLessThanOrEqual(2048);
    }
    expect(pushed).toBe(1100);
    expect(framer.heldBytes).toBe(0);
  });

  it('a declared body is not reserved before it comes', () => {
    const framer = createSipFramer(stream);
    framer.push(wire('OPTIONS a SIP/2.0\r\nl: 200000\r\n\r\n'));
    expect(framer.heldBytes).toBeLessThanOrEqual(1024);
  });

  it('must be non-negative integers', () => {
    for (const body of [-1, 1.5, Number.NaN, Infinity]) {
      expect(() => createSipFramer({ ...stream, limits: { body } })).toThrow(SipError);
    }
  });
});

describe('failures', () => {
  const failure = (items: readonly SipItem[]): SipFramingFailure => {
    const last = items[items.length - 1];
    if (last?.type !== 'error') throw new Error('no failure');
    return last;
  };

  it('come last, after the good messages, and the stream framer says nothing more', () => {
    const framer = createSipFramer(stream);
    const items = framer.push(wire(`${MESSAGE}${MESSAGE}X: y\n\r\n${MESSAGE}`));
    expect(items.map((item) => item.type)).toEqual(['message', 'message', 'error']);
    expect(framer.failed?.reason).toBe('bare-lf');
    expect(framer.push(wire(MESSAGE))).toEqual([]);
    expect(framer.end()).toEqual([]);
    expect(framer.heldBytes).toBe(0);
  });

  it('advise 400, 413 or 513 with what is needed to answer, and to close', () => {
    const cases = [
      { bytes: options({ 'Content-Length': '1, 1' }), limits: {}, answer: 400 },
      { bytes: wire(wireText(options()).replace('Via:', '\x0bl: 50\r\nVia:')), limits: {}, answer: 400 },
      { bytes: options({ 'Content-Length': '9999' }), limits: { body: 10 }, answer: 413 },
      { bytes: options({ Subject: 'x'.repeat(200) }), limits: { headerLine: 100 }, answer: 513 },
    ];
    for (const { bytes, limits, answer } of cases) {
      const error = failure(createSipFramer({ ...stream, limits }).push(bytes));
      expect(error.recovery).toEqual({ answer, close: true });
      expect(wireText(error.head)).toMatch(/^OPTIONS sip:bob.*CSeq: 1 OPTIONS\r\n/s);
      expect(createBestEffortResponse(error, { status: answer })?.status).toBe(answer);
    }
  });

  it('give no advice to answer a response or an ACK', () => {
    const broken = 'l: x\r\nVia: SIP/2.0/TLS a;branch=z9hG4bKb\r\n\r\n';
    const lines = ['SIP/2.0 200 OK', 'sip/2.0 200 OK', 'ACK sip:a@b SIP/2.0', 'ACK\tsip:a@b SIP/2.0', 'ACK'];
    for (const line of [...lines, ...lines.map((text) => `\x0b\0\xa0${text}`)]) {
      const error = failure(createSipFramer(stream).push(wire(`${line}\r\n${broken}`)));
      expect(error.recovery).toEqual({ answer: null, close: true });
      expect(createBestEffortResponse(error, { status: 400 })).toBeNull();
    }
  });

  it('advise to answer where the first word only begins like those', () => {
    for (const line of ['SIP', 'SIP 2.0', 'ACKS sip:a@b', 'xSIP/2.0 200 OK', 'x ACK sip:a@b']) {
      const error = failure(createSipFramer(stream).push(wire(`${line}\r\nl: x\r\n\r\n`)));
      expect([line, error.recovery.answer]).toEqual([line, 400]);
    }
  });

  it('answer nothing to a line that may belong to what was in front of it, and close', () => {
    for (const blank of [' ', '\t']) {
      for (const strictness of ['strict', 'lenient'] as const) {
        const items = createSipFramer({ ...stream, strictness }).push(
          wire(`${MESSAGE}${blank}Route: <sip:e>\r\nl: 0\r\n\r\n`),
        );
        expect(items.map((item) => item.type)).toEqual(['message', 'error']);
        const error = failure(items);
        expect([error.error.reason, error.recovery, error.head.length]).toEqual([
          'fold-before-start-line',
          { answer: null, close: true },
          0,
        ]);
        for (const mode of ['datagram', 'websocket'] as const) {
          const framer = createSipFramer({ mode, strictness });
          framer.push(wire(MESSAGE));
          const alone = failure(framer.push(wire(`${blank}${MESSAGE}`)));
          expect([alone.error.reason, alone.recovery]).toEqual([
            'fold-before-start-line',
            { answer: null, close: false },
          ]);
        }
      }
    }
  });

  it('leave the field in which the fault is out of the head, with all its lines', () => {
    const text = `OPTIONS a SIP/2.0\r\nVia: x\r\nSubject: a\r\n ${'b'.repeat(50)}\r\n\r\n`;
    const error = failure(createSipFramer({ ...stream, limits: { headerLine: 40 } }).push(wire(text)));
    expect(wireText(error.head)).toBe('OPTIONS a SIP/2.0\r\nVia: x\r\n');
  });

  it('own their head: it survives the chunk', () => {
    const bytes = options({ 'Content-Length': 'x' });
    const error = failure(createSipFramer(stream).push(bytes));
    const before = wireText(error.head);
    bytes.fill(0);
    expect(wireText(error.head)).toBe(before);
  });

  it('at the end of the input, name what was cut', () => {
    const headless = createSipFramer(stream);
    headless.push(wire('OPTIONS a SIP/2.0\r\nVia: x\r\nTo: y'));
    const [cutHead] = headless.end();
    expect(cutHead).toMatchObject({ type: 'error', error: { reason: 'head-truncated' } });
    expect(wireText(failure([cutHead as SipItem]).head)).toBe('OPTIONS a SIP/2.0\r\nVia: x\r\n');

    const bodiless = createSipFramer(stream);
    bodiless.push(options({ 'Content-Length': '5' }));
    expect(bodiless.end()).toMatchObject([{ error: { reason: 'body-truncated' } }]);
    expect(bodiless.end()).toEqual([]);

    const atRest = createSipFramer(stream);
    atRest.push(wire(`${MESSAGE}\r\n\r`));
    expect(atRest.end()).toEqual([]);
  });

  it.each<readonly [string, object, string]>([
    ['mode', { mode: 'udp' }, 'expected stream | datagram | websocket, got udp'],
    ['keepAlive', { keepAlive: 'yes' }, 'expected answer | ask | off, got yes'],
    ['strictness', { strictness: 'none' }, 'expected strict | lenient, got none'],
    ['startLine', { limits: { startLine: -1 } }, 'expected a limit: a non-negative integer, got -1'],
    ['headerLine', { limits: { headerLine: 1.5 } }, 'expected a limit: a non-negative integer, got 1.5'],
    ['headerBlock', { limits: { headerBlock: Infinity } }, 'expected a limit: a non-negative integer, got Infinity'],
    ['headerCount', { limits: { headerCount: '5' } }, 'expected a limit: a non-negative integer, got 5'],
    ['body', { limits: { body: Number.NaN } }, 'expected a limit: a non-negative integer, got NaN'],
    ['bodies', { limits: { bodies: 5 } }, 'expected a limit: a non-negative integer, got 5'],
    ['constructor', { limits: { constructor: 5 } }, 'expected a limit: a non-negative integer, got 5'],
    [
      '__proto__',
      { limits: JSON.parse('{"__proto__":5}') as object },
      'expected a limit: a non-negative integer, got 5',
    ],
  ])('a caller’s mistake in %s is api-misuse, not a framing error', (field, options, said) => {
    const wrong = expect.objectContaining({
      kind: 'api-misuse',
      reason: 'invalid-argument',
      message: `invalid-argument in ${field}: ${said}`,
    });
    expect(() => createSipFramer({ ...stream, ...options })).toThrow(wrong);
  });

  it.each(['stream', 'datagram', 'websocket'] as const)('a %s is pushed as bytes', (mode) => {
    expect(() => createSipFramer({ mode }).push('text' as unknown as Uint8Array)).toThrow(
      expect.objectContaining({
        kind: 'api-misuse',
        message: 'invalid-argument in chunk: expected a Uint8Array, got string',
      }),
    );
  });

  it.each(['stream', 'datagram', 'websocket'] as const)(
    'an error that is none of ours is not taken for a %s’s',
    (mode) => {
      const { scan } = HeadScanner.prototype;
      HeadScanner.prototype.scan = () => {
        throw new RangeError('memory that cannot be read');
      };
      const framer = createSipFramer({ mode });
      try {
        expect(() => framer.push(wire('OPTIONS a SIP/2.0\r\nl: 0\r\n\r\n'))).toThrow(RangeError);
      } finally {
        HeadScanner.prototype.scan = scan;
      }
    },
  );
});

describe('datagrams (RFC 3261 section 18.3)', () => {
  const datagram = { mode: 'datagram' } as const;

  it('octets after the body are discarded, a missing length means the rest', () => {
    const head = 'MESSAGE a SIP/2.0\r\nl: 2\r\n\r\n';
    expect(said(datagram, `${head}12345`)).toEqual([`message ${head.length}+2`]);
    expect(said(datagram, 'MESSAGE a SIP/2.0\r\n\r\n12345')).toEqual(['message 21+5']);
  });

  it('a cut body and a head without its empty line are errors, after which the next datagram is read', () => {
    const framer = createSipFramer(datagram);
    const [cut] = framer.push(wire('MESSAGE a SIP/2.0\r\nl: 6\r\n\r\n12345'));
    expect(cut).toMatchObject({
      type: 'error',
      error: { reason: 'body-truncated' },
      recovery: { answer: 400, close: false },
    });
    expect(framer.push(wire('MESSAGE a SIP/2.0\r\nl: 6\r\n'))).toMatchObject([{ error: { reason: 'head-truncated' } }]);
    expect(framer.push(options())).toMatchObject([{ type: 'message' }]);
  });

  it('line ends alone are dropped without a word, whatever the role', () => {
    expect(said({ ...datagram, keepAlive: 'answer' }, '\r\n\r\n')).toEqual([]);
    expect(said({ ...datagram, keepAlive: 'answer' }, '')).toEqual([]);
  });
});

describe('WebSocket messages (RFC 7118 section 5)', () => {
  const socket = { mode: 'websocket', keepAlive: 'answer' } as const;

  it('hold one SIP message each: a length that is missing means the rest, a different one is an error', () => {
    expect(said(socket, 'MESSAGE a SIP/2.0\r\nl: 5\r\n\r\n12345')).toEqual(['message 27+5']);
    expect(said(socket, 'MESSAGE a SIP/2.0\r\n\r\n12345')).toEqual(['message 21+5']);
    expect(said(socket, 'MESSAGE a SIP/2.0\r\nl: 4\r\n\r\n12345')).toEqual(['content-length-mismatch']);
    expect(said(socket, 'MESSAGE a SIP/2.0\r\nl: 6\r\n\r\n12345')).toEqual(['content-length-mismatch']);
  });

  it('a second message inside is an error', () => {
    expect(said(socket, `${MESSAGE}${MESSAGE}`)).toEqual(['content-length-mismatch']);
  });

  it('CRLFCRLF is a ping to the accepting side, CRLF a pong to the connecting side', () => {
    expect(said(socket, '\r\n\r\n')).toEqual(['ping']);
    expect(said(socket, '\r\n')).toEqual([]);
    expect(said({ mode: 'websocket', keepAlive: 'ask' }, '\r\n')).toEqual(['pong']);
    expect(said({ mode: 'websocket', keepAlive: 'ask' }, '\r\n\r\n')).toEqual([]);
    expect(said({ mode: 'websocket' }, '\r\n\r\n')).toEqual([]);
  });
});

describe('memory', () => {
  it('shared chunks are copied: a later change of them changes nothing', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(MESSAGE.length));
    shared.set(wire(MESSAGE));
    const [item] = createSipFramer(stream).push(shared);
    shared.fill(0);
    expect(item?.type === 'message' ? wireText(item.bytes) : '').toBe(MESSAGE);
  });

  it('what is a copy is one of a Buffer of Node too, by itself and in units of one message', () => {
    const text = 'OPTIONS b SIP/2.0\r\nl: 1, 1\r\n\r\n';
    const modes = ['stream', 'datagram', 'websocket'] as const;
    const failures: ((chunk: Buffer) => unknown)[] = [
      ...modes.map((mode) => (chunk: Buffer) => createSipFramer({ mode }).push(chunk)[0]),
      (chunk) => new SipFramingFailure(new SipError('body-truncated'), chunk, true),
    ];
    for (const failing of failures) {
      const chunk = Buffer.from(text);
      const { head } = failing(chunk) as SipFramingFailure;
      chunk.fill(0x59);
      expect(head.constructor).toBe(Uint8Array);
      expect(wireText(head)).toContain('OPTIONS b');
    }
  });

  it('what comes of a subclass of Uint8Array, such as the Buffers of Node, is plain and a copy where it says so', () => {
    const chunk = Buffer.from('OPTIONS a SIP/2.0\r\nl: 0\r\n\r\nOPTIONS b SIP/2.0\r\nl: 1, 1\r\n\r\n');
    const [message, failure] = createSipFramer(stream).push(chunk);
    if (message?.type !== 'message' || failure?.type !== 'error') throw new Error('a message and a failure');
    for (const bytes of [message.bytes, message.head, message.body, message.toOwned().bytes, failure.head]) {
      expect(bytes.constructor).toBe(Uint8Array);
    }
    const owned = message.toOwned();
    chunk.fill(0x59);
    expect(wireText(owned.bytes)).toContain('OPTIONS a');
    expect(wireText(failure.head)).toContain('OPTIONS b');
  });

  it('100,000 messages in one-message chunks, cut chunks and large chunks leave nothing behind', () => {
    for (const size of [MESSAGE.length, 61, 16_384]) {
      const all = wire(MESSAGE.repeat(500));
      const framer = createSipFramer(stream);
      let messages = 0;
      for (let round = 0; round < 200; round += size === 61 ? 20 : 1) {
        for (let at = 0; at < all.length; at += size) messages += framer.push(all.subarray(at, at + size)).length;
        expect(framer.heldBytes).toBeLessThanOrEqual(32_768);
      }
      expect(messages).toBeGreaterThanOrEqual(5_000);
      expect(framer.heldBytes).toBe(0);
    }
  });

  it('a large chunk behind the beginning of a message is not copied whole', () => {
    const framer = createSipFramer(stream);
    const all = wire(MESSAGE.repeat(1_000));
    framer.push(all.subarray(0, 1));
    const items = framer.push(all.subarray(1, all.length - 1));
    expect(items).toHaveLength(999);
    expect(framer.heldBytes).toBeLessThanOrEqual(8192);
    const last = items[998];
    expect(last?.type === 'message' && last.bytes.buffer === all.buffer).toBe(true);
  });

  it('time is linear: ten times the bytes cost nowhere near a hundred times as much, byte by byte', () => {
    const cost = (length: number): number => {
      const bytes = wire(`OPTIONS a SIP/2.0\r\n${'X: y\r\n '.repeat(length)}\r\nl:0\r\n\r\n`);
      const limits = { headerLine: bytes.length, headerBlock: bytes.length, headerCount: bytes.length };
      return cpuTime(() => {
        const framer = createSipFramer({ ...stream, limits });
        for (let i = 0; i < bytes.length; i++) framer.push(bytes.subarray(i, i + 1));
        expect(framer.heldBytes).toBe(0);
      });
    };
    cost(1_000);
    const small = Math.max(cost(3_000), 0.5);
    expect(cost(30_000) / small).toBeLessThan(60);
  });
});
