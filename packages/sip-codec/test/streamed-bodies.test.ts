import {
  createSipFramer,
  createStreamedSipFramer,
  DEFAULT_WHOLE_BODY_LIMIT,
  parseSipMessage,
  SipBodyChunk,
  SipMessageHead,
  type SipItem,
  type StreamedSipFramerOptions,
} from '@portico/sip-codec';
import {
  chunkingArbitrary,
  hostileBytesArbitrary,
  mutatedStreamArbitrary,
  streamArbitrary,
} from '@portico/sip-codec/arbitraries';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { options, wire, wireText, TWIN_TIMEOUT, twinRuns, enough } from './wire.js';

type Item = SipItem | SipMessageHead | SipBodyChunk;

const MESSAGE = 'MESSAGE sip:bob@example.com SIP/2.0\r\nl: 20\r\n\r\n0123456789abcdefghij';
const HEAD = MESSAGE.length - 20;

/** What a framer said, with streamed messages put together again; a body that is not complete is left out. */
function joined(items: readonly Item[]): string[] {
  const said: string[] = [];
  let begun = '';
  for (const item of items) {
    switch (item.type) {
      case 'message':
        said.push(`message ${wireText(item.bytes)}`);
        break;
      case 'headers':
        expect(begun).toBe('');
        expect(item.bodyLength).toBeGreaterThan(0);
        begun = `message ${wireText(item.frame.bytes)}`;
        break;
      case 'body-chunk':
        expect(begun).not.toBe('');
        expect(item.bytes.length).toBeGreaterThan(0);
        begun += wireText(item.bytes);
        if (item.left > 0) break;
        said.push(begun);
        begun = '';
        break;
      case 'error':
        said.push(`error ${item.error.reason}`);
        break;
      default:
        said.push(item.type);
    }
  }
  return said;
}

function stream(chunks: readonly Uint8Array[], how: StreamedSipFramerOptions): Item[] {
  const framer = createStreamedSipFramer(how);
  // Owned at once, since they are looked at after the next push; then every buffer is overwritten.
  return chunks.flatMap((chunk) => {
    const items = framer.push(chunk).map((item) => ('toOwned' in item ? item.toOwned() : item));
    chunk.fill(0x59);
    return items;
  });
}

describe('bodies that are not collected', () => {
  const role = fc.constantFrom('answer' as const, 'ask' as const, 'off' as const);
  const strictness = fc.constantFrom('strict' as const, 'lenient' as const);
  const anyStream = fc.oneof(streamArbitrary(), mutatedStreamArbitrary(), hostileBytesArbitrary());

  it(
    'put together are what the collecting framer gives, in any chunks, with every buffer overwritten',
    () => {
      const cases = anyStream.chain((bytes) => fc.tuple(fc.constant(bytes.slice()), chunkingArbitrary(bytes)));
      let streamed = 0;
      fc.assert(
        fc.property(
          cases,
          role,
          strictness,
          fc.constantFrom(0, 1, 10, 100),
          ([bytes, chunks], keepAlive, rules, whole) => {
            const how = { keepAlive, strictness: rules, limits: { body: 150 } };
            const expected = joined(createSipFramer({ mode: 'stream', ...how }).push(bytes));
            const items = stream(
              chunks.map((chunk) => chunk.slice()),
              { ...how, wholeUpTo: whole },
            );
            streamed += items.filter(({ type }) => type === 'headers').length;
            expect(joined(items)).toEqual(expected);
          },
        ),
        twinRuns(3_000),
      );
      expect(streamed).toBeGreaterThan(enough(300, 3_000));
    },
    TWIN_TIMEOUT,
  );

  it('begin with a head that can be parsed, as soon as it is there', () => {
    const framer = createStreamedSipFramer({ wholeUpTo: 0 });
    const bytes = options({ 'Content-Length': '1000' });
    expect(framer.push(bytes.subarray(0, bytes.length - 1))).toEqual([]);
    const [head] = framer.push(bytes.subarray(bytes.length - 1));
    if (head?.type !== 'headers') throw new Error('no head');
    expect(head.bodyLength).toBe(1000);
    expect(parseSipMessage(head.frame)).toMatchObject({ type: 'request', method: 'OPTIONS' });
    expect(parseSipMessage(head.frame).headers.text('Content-Length')).toBe('1000');
    expect(framer.heldBytes).toBe(0);
  });

  it('hold no memory, however long they are, and are views of what was pushed', () => {
    const length = 50_000_000;
    const framer = createStreamedSipFramer({ limits: { body: length } });
    framer.push(options({ 'Content-Length': String(length) }));
    const chunk = new Uint8Array(1_000_000);
    for (let left = length - chunk.length; left >= 0; left -= chunk.length) {
      const items = framer.push(chunk);
      expect(items).toMatchObject([{ type: 'body-chunk', left }]);
      expect((items[0] as SipBodyChunk).bytes.buffer).toBe(chunk.buffer);
      expect(framer.heldBytes).toBe(0);
    }
    expect(framer.push(wire(MESSAGE))).toMatchObject([{ type: 'message' }]);
  });

  it('at the limit come whole, one byte beyond in chunks', () => {
    const types = (how: StreamedSipFramerOptions): string[] =>
      createStreamedSipFramer(how)
        .push(wire(MESSAGE))
        .map(({ type }) => type);
    expect(types({ wholeUpTo: 20 })).toEqual(['message']);
    expect(types({ wholeUpTo: 19 })).toEqual(['headers', 'body-chunk']);
    const withBody = (length: number): Uint8Array => options({ 'Content-Length': String(length) });
    expect(createStreamedSipFramer().push(withBody(DEFAULT_WHOLE_BODY_LIMIT))).toEqual([]);
    expect(createStreamedSipFramer().push(withBody(DEFAULT_WHOLE_BODY_LIMIT + 1))).toMatchObject([{ type: 'headers' }]);
  });

  it('are refused by their declared length, before a byte of them has come: 413', () => {
    const how = { wholeUpTo: 0, limits: { body: 19 } };
    expect(createStreamedSipFramer(how).push(wire(MESSAGE.slice(0, HEAD)))).toMatchObject([
      { type: 'error', error: { reason: 'body-too-large' }, recovery: { answer: 413, close: true } },
    ]);
    expect(createStreamedSipFramer({ ...how, limits: { body: 20 } }).push(wire(MESSAGE))).toHaveLength(2);
  });

  it('are plain bytes, whatever subclass of Uint8Array was pushed', () => {
    const [, body] = createStreamedSipFramer({ wholeUpTo: 0 }).push(Buffer.from(MESSAGE));
    if (body?.type !== 'body-chunk') throw new Error('a body-chunk');
    expect([body.bytes.constructor, body.toOwned().bytes.constructor]).toEqual([Uint8Array, Uint8Array]);
    const bytes = Buffer.from('body');
    const owned = new SipBodyChunk(bytes, 0).toOwned();
    bytes.fill(0);
    expect(wireText(owned.bytes)).toBe('body');
    expect(owned.bytes.constructor).toBe(Uint8Array);
  });

  it('that are cut end in a failure with an empty head, for the head was given before', () => {
    const framer = createStreamedSipFramer({ wholeUpTo: 0 });
    expect(framer.push(wire(MESSAGE.slice(0, -5)))).toHaveLength(2);
    const [failure] = framer.end();
    expect(failure).toMatchObject({
      type: 'error',
      error: { reason: 'body-truncated', offset: MESSAGE.length - 5, field: 'Content-Length' },
      recovery: { answer: null, close: true },
    });
    expect((failure as { head: Uint8Array }).head).toHaveLength(0);
    expect(framer.failed?.reason).toBe('body-truncated');
    expect(framer.push(wire('fghij'))).toEqual([]);

    const complete = createStreamedSipFramer({ wholeUpTo: 0 });
    complete.push(wire(MESSAGE));
    expect(complete.end()).toEqual([]);
  });

  it('keep-alives and start lines inside of them are body', () => {
    const text = `MESSAGE a SIP/2.0\r\nl: 12\r\n\r\n\r\n\r\nABC a SI`;
    const items = createStreamedSipFramer({ wholeUpTo: 0, keepAlive: 'answer' }).push(wire(`${text}\r\n\r\n`));
    expect(items.map(({ type }) => type)).toEqual(['headers', 'body-chunk', 'keepalive-ping']);
  });

  it.each([
    [{ wholeUpTo: -1 }, 'wholeUpTo'],
    [{ wholeUpTo: 0.5 }, 'wholeUpTo'],
    [{ wholeUpTo: Number.NaN }, 'wholeUpTo'],
    [{ keepAlive: 'always' }, 'keepAlive'],
    [{ strictness: 'lax' }, 'strictness'],
    [{ limits: { body: -1 } }, 'body'],
  ])('want options that are some: %j', (options, field) => {
    expect(() => createStreamedSipFramer(options as StreamedSipFramerOptions)).toThrow(
      expect.objectContaining({ reason: 'invalid-argument', field }),
    );
  });
});
