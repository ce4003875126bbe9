import {
  createSipFramer,
  DEFAULT_SIP_LIMITS,
  findFaults,
  parseSipMessage,
  SipFrame,
  type SipFramerOptions,
  type SipItem,
  type SipMessage,
} from '@portico/sip-codec';
import {
  atOffset,
  chunkingArbitrary,
  hostileBytesArbitrary,
  messageArbitrary,
  mutatedStreamArbitrary,
  streamArbitrary,
} from '@portico/sip-codec/arbitraries';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameStreamPlainly, frameUnitPlainly, type Said } from './twin-framer.js';
import { TWIN_TIMEOUT, twinRuns, enough } from './wire.js';

const anyStream = fc.oneof(
  streamArbitrary(),
  { weight: 3, arbitrary: mutatedStreamArbitrary() },
  hostileBytesArbitrary(),
  fc.uint8Array({ maxLength: 64 }),
);
const role = fc.constantFrom('answer' as const, 'ask' as const, 'off' as const);
const strictness = fc.constantFrom('strict' as const, 'lenient' as const);
const limits = fc.oneof(
  { weight: 3, arbitrary: fc.constant(DEFAULT_SIP_LIMITS) },
  fc.record(
    {
      startLine: fc.integer({ min: 10, max: 60 }),
      headerLine: fc.integer({ min: 5, max: 80 }),
      headerBlock: fc.integer({ min: 10, max: 300 }),
      headerCount: fc.integer({ min: 0, max: 6 }),
      body: fc.integer({ min: 0, max: 100 }),
    },
    { noNullPrototype: true },
  ),
);

function say(items: readonly SipItem[]): Said[] {
  return items.map((item) => {
    switch (item.type) {
      case 'message':
        return { type: 'message', bytes: Array.from(item.bytes), headLength: item.headLength };
      case 'error':
        return { type: 'error', reason: item.error.reason };
      default:
        return { type: item.type };
    }
  });
}

function frameInChunks(chunks: readonly Uint8Array[], options: SipFramerOptions): Said[] {
  const framer = createSipFramer(options);
  return chunks.flatMap((chunk) => say(framer.push(chunk)));
}

describe('the stream framer and its plain twin', () => {
  it(
    'agree on 10,000 streams: right, mutated and hostile, in any chunks, at any buffer offset',
    () => {
      const cases = anyStream.chain((bytes) =>
        fc.tuple(fc.constant(bytes), chunkingArbitrary(bytes), role, strictness, limits),
      );
      let failures = 0;
      let messages = 0;
      fc.assert(
        fc.property(cases, ([bytes, chunks, keepAlive, rules, bounds]) => {
          const expected = frameStreamPlainly(bytes, { keepAlive, strictness: rules, limits: bounds });
          const got = frameInChunks(chunks, { mode: 'stream', keepAlive, strictness: rules, limits: bounds });
          failures += got.filter((item) => item.type === 'error').length;
          messages += got.filter((item) => item.type === 'message').length;
          expect(got).toEqual(expected);
        }),
        twinRuns(10_000),
      );
      // The cases reach both outcomes, or they would prove little.
      expect(failures).toBeGreaterThan(enough(1_000, 10_000));
      expect(messages).toBeGreaterThan(enough(1_000, 10_000));
    },
    TWIN_TIMEOUT,
  );

  it('agree on long lines at each of the four offsets, where words and bytes meet', () => {
    for (let length = 0; length < 40; length++) {
      const head = `OPTIONS sip:a@b SIP/2.0\r\nX: ${'y'.repeat(length)}\r\nSubject: ${'é'.repeat(100)}\r\nl: 0\r\n\r\n`;
      const bytes = new TextEncoder().encode(head);
      for (let offset = 0; offset < 4; offset++) {
        const said = frameInChunks([atOffset(bytes, offset)], { mode: 'stream' });
        expect(said).toEqual([{ type: 'message', bytes: Array.from(bytes), headLength: bytes.length }]);
      }
    }
  });
});

describe('the places of the header fields that a frame carries', () => {
  const fieldsOf = ({ headers, fieldsEnd, body }: SipMessage): unknown => ({
    fields: Array.from(headers, ({ name, start, nameEnd, valueStart, valueEnd, end }) => [
      name,
      [start, nameEnd, valueStart, valueEnd, end],
    ]),
    faults: headers.faults.map(({ message }) => message),
    fieldsEnd,
    bodyLength: body.length,
  });

  it(
    'are those that a reader of the bytes finds, in any mode and chunks, owned and borrowed',
    () => {
      const mode = fc.constantFrom('stream' as const, 'datagram' as const, 'websocket' as const);
      const cases = anyStream.chain((bytes) => fc.tuple(fc.constant(bytes), chunkingArbitrary(bytes)));
      let fields = 0;
      fc.assert(
        fc.property(cases, mode, strictness, ([bytes, chunks], how, rules) => {
          const framer = createSipFramer({ mode: how, strictness: rules });
          for (const chunk of how === 'stream' ? chunks : [bytes]) {
            for (const item of framer.push(chunk)) {
              if (item.type !== 'message') continue;
              const expected = fieldsOf(parseSipMessage(item.bytes));
              expect(fieldsOf(parseSipMessage(item))).toEqual(expected);
              expect(fieldsOf(parseSipMessage(item.toOwned()))).toEqual(expected);
              fields += item.marksEnd - item.marksStart - 1;
            }
          }
        }),
        twinRuns(2_000),
      );
      expect(fields).toBeGreaterThan(enough(2_000, 2_000));
    },
    TWIN_TIMEOUT,
  );
});

describe('bytes that no framer has seen', () => {
  const LINES = ['bare-cr', 'bare-lf', 'mixed-line-ends', 'fold-after-start-line', 'head-truncated'];

  it(
    'have a fault of the lines of their head where a framer refuses these',
    () => {
      let faults = 0;
      let whole = 0;
      const begun = fc
        .oneof(streamArbitrary(), mutatedStreamArbitrary(), hostileBytesArbitrary())
        // In front of the start line a framer has rules of its own.
        .filter((bytes) => bytes.length > 0 && (bytes[0] as number) > 0x20);
      fc.assert(
        fc.property(begun, strictness, (bytes, rules) => {
          const options = { keepAlive: 'off', strictness: rules, limits: DEFAULT_SIP_LIMITS } as const;
          const [said] = frameUnitPlainly(bytes, 'datagram', options);
          const message = parseSipMessage(bytes, { strictness: rules });
          const isRefused = said?.type === 'error' && LINES.includes(said.reason);
          const found = findFaults(message).filter(({ reason }) => LINES.includes(reason));
          expect([found.length, found[0]?.level]).toEqual(isRefused ? [1, 'framing'] : [0, undefined]);
          if (isRefused) faults++;
          else whole++;
        }),
        twinRuns(3_000),
      );
      expect(faults).toBeGreaterThan(enough(300, 3_000));
      expect(whole).toBeGreaterThan(enough(300, 3_000));
    },
    TWIN_TIMEOUT,
  );
});

describe('borrowed and owned bytes', () => {
  it('owned messages survive the overwriting of every chunk and of the framer’s own buffer', () => {
    fc.assert(
      fc.property(
        streamArbitrary().chain((bytes) => fc.tuple(fc.constant(bytes), chunkingArbitrary(bytes))),
        ([bytes, chunks]) => {
          const framer = createSipFramer({ mode: 'stream' });
          const owned: SipFrame[] = [];
          const copies: number[][] = [];
          for (const chunk of chunks) {
            for (const item of framer.push(chunk)) {
              if (item.type !== 'message') continue;
              const mine = item.toOwned();
              owned.push(mine);
              copies.push(Array.from(mine.bytes));
              // Whatever memory the frame looks at, the caller's or the framer's, is free to change after the push.
              expect(mine.bytes.buffer.byteLength).toBe(mine.length);
              item.bytes.fill(0x58);
            }
            chunk.fill(0x59);
          }
          expect(owned.map((frame) => Array.from(frame.bytes))).toEqual(copies);
          expect(copies).toEqual(
            frameStreamPlainly(bytes, { keepAlive: 'off', strictness: 'strict', limits: DEFAULT_SIP_LIMITS }).flatMap(
              (item) => (item.type === 'message' ? [item.bytes] : []),
            ),
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('a message that is whole in a chunk is a view of it, and the framer holds nothing at rest', () => {
    fc.assert(
      fc.property(messageArbitrary(), (bytes) => {
        const framer = createSipFramer({ mode: 'stream' });
        const [frame] = framer.push(bytes);
        expect(frame).toBeInstanceOf(SipFrame);
        expect((frame as SipFrame).bytes.buffer).toBe(bytes.buffer);
        expect(framer.heldBytes).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('datagrams and WebSocket messages', () => {
  const unitArbitrary = fc.oneof(
    messageArbitrary({ contentLength: 'any' }),
    anyStream,
    // With octets behind the body, or a second message.
    fc.tuple(messageArbitrary(), fc.oneof(messageArbitrary(), hostileBytesArbitrary())).map(([first, more]) => {
      const both = new Uint8Array(first.length + more.length);
      both.set(first);
      both.set(more, first.length);
      return both;
    }),
  );

  it.each(['datagram', 'websocket'] as const)(
    'are framed as their plain twin does: 10,000 in mode %s, right, mutated and hostile, at any buffer offset',
    (mode) => {
      let failures = 0;
      let messages = 0;
      fc.assert(
        fc.property(
          unitArbitrary,
          fc.nat({ max: 3 }),
          role,
          strictness,
          limits,
          (unit, at, keepAlive, rules, bounds) => {
            const options = { keepAlive, strictness: rules, limits: bounds };
            const got = frameInChunks([atOffset(unit, at)], { mode, ...options });
            failures += got.filter((item) => item.type === 'error').length;
            messages += got.filter((item) => item.type === 'message').length;
            expect(got).toEqual(frameUnitPlainly(unit, mode, options));
          },
        ),
        twinRuns(10_000),
      );
      expect(failures).toBeGreaterThan(enough(1_000, 10_000));
      expect(messages).toBeGreaterThan(enough(1_000, 10_000));
    },
    TWIN_TIMEOUT,
  );

  it.each(['answer', 'ask', 'off'] as const)('of line ends alone are what the plain twin says, as %s', (keepAlive) => {
    for (const mode of ['datagram', 'websocket'] as const) {
      for (const text of ['', '\r', '\n', '\r\n', '\n\r', '\r\n\r', '\r\n\r\n', '\n\n', '\r\r\n', '\r\n\r\n\r\n']) {
        const unit = new TextEncoder().encode(text);
        const options = { keepAlive, strictness: 'strict', limits: DEFAULT_SIP_LIMITS } as const;
        expect([text, frameInChunks([unit], { mode, ...options })]).toEqual([
          text,
          frameUnitPlainly(unit, mode, options),
        ]);
      }
    }
  });

  it('give the same verdict for the same unit whatever came before, and only our errors', () => {
    const unit = fc.oneof(
      messageArbitrary({ contentLength: 'any' }),
      mutatedStreamArbitrary(),
      hostileBytesArbitrary(),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 3 }), fc.constantFrom('datagram', 'websocket'), (units, mode) => {
        const framer = createSipFramer({ mode: mode as 'datagram' | 'websocket' });
        for (const bytes of units) {
          const together = say(framer.push(bytes));
          expect(together).toEqual(say(createSipFramer({ mode: mode as 'datagram' | 'websocket' }).push(bytes)));
          expect(together.length).toBeLessThanOrEqual(1);
        }
        expect(framer.heldBytes).toBe(0);
        expect(framer.end()).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
