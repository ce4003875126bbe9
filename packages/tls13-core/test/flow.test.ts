import { describe, expect, it } from 'vitest';
import { answer, forget, read, type Flow } from '../src/handshake/flow.js';
import { MessageReassembler } from '../src/handshake/reassembler.js';
import { FlowRunner } from '../src/handshake/runner.js';
import { DEFAULT_TLS_LIMITS } from '../src/limits.js';
import { encodeHandshakeMessage } from '../src/messages/message.js';
import type { Traced } from '../src/record/trace.js';

const guard = { run: <T>(call: () => T): T => call() };

describe('an answer', () => {
  it('is awaited where it is a promise of any kind, and there at once where it is not', () => {
    const then = (): never => undefined as never;
    for (const promise of [{ then }, Object.assign(() => undefined, { then }), Promise.resolve()]) {
      expect(answer(promise as PromiseLike<unknown>).next()).toEqual({
        value: { kind: 'answer', promise, wipe: null },
        done: false,
      });
    }
    for (const value of [null, undefined, 'then', 7, { now: 1 }, then]) {
      expect(answer(value).next()).toEqual({ value, done: true });
    }
  });
});

describe('what a store is told', () => {
  it('may fail now or later: nobody waits for it, and no rejection is left over', () => {
    let handled = 0;
    const later = {
      then: (fulfilled: unknown, rejected: (reason: unknown) => unknown) => {
        expect([fulfilled, rejected(new Error('down'))]).toEqual([undefined, undefined]);
        handled++;
      },
    };
    forget(guard, () => later as never);
    expect(handled).toBe(1);
    const down = (): never => {
      throw new Error('down');
    };
    expect(() => forget(guard, down)).not.toThrow();
    expect(() => forget(guard, () => undefined)).not.toThrow();
  });
});

describe('a flow', () => {
  function* waitsThenReads(): Flow<string> {
    const first = yield* answer(new Promise<string>(() => undefined));
    const { type } = yield* read('finished', 'key_update');
    return `${first} ${type}`;
  }

  it('expects no message while it waits for an answer, and says what it waits for', () => {
    const messages = new MessageReassembler(DEFAULT_TLS_LIMITS);
    const runner = new FlowRunner(waitsThenReads(), messages);
    expect(runner.expected).toEqual([]);
    messages.push(encodeHandshakeMessage('key_update', { requestUpdate: 0 }));
    expect(runner.run()).toMatchObject({ state: 'needs-answer' });
    expect([runner.expected, runner.isForgettable]).toEqual([[], false]);
    expect(runner.resolve('yes')).toEqual({ state: 'done', result: 'yes key_update' });
  });

  it('goes on with the message it waits for', () => {
    const messages = new MessageReassembler(DEFAULT_TLS_LIMITS);
    const runner = new FlowRunner(waitsThenReads(), messages);
    runner.run();
    expect(runner.resolve('yes')).toEqual({ state: 'needs-message' });
    expect(runner.expected).toEqual(['finished', 'key_update']);
    expect(runner.run()).toEqual({ state: 'needs-message' });
  });
});

describe('messages that are put together', () => {
  const keyUpdate = encodeHandshakeMessage('key_update', { requestUpdate: 1 });

  it('are shown to a tracer as they came, and forgotten when they are cleared', () => {
    const seen: Traced[] = [];
    const messages = new MessageReassembler(DEFAULT_TLS_LIMITS, (event) => seen.push(event));
    messages.push(keyUpdate.subarray(0, 3));
    expect([messages.next(['key_update']), messages.isEmpty]).toEqual([null, false]);
    messages.clear();
    expect(messages.isEmpty).toBe(true);
    messages.push(keyUpdate);
    expect(messages.next(['key_update'])?.type).toBe('key_update');
    expect(seen).toEqual([{ kind: 'message', direction: 'received', bytes: keyUpdate }]);
  });

  it.each([
    [Uint8Array.of(20), 'finished'],
    [Uint8Array.of(99), 'handshake type 99'],
  ])('are refused by their type: %o', (bytes, got) => {
    const messages = new MessageReassembler(DEFAULT_TLS_LIMITS);
    messages.push(bytes);
    const refusal = { reason: 'unexpected-message', expected: 'key_update or new_session_ticket', got };
    expect(() => messages.next(['key_update', 'new_session_ticket'])).toThrow(expect.objectContaining(refusal));
    expect(() => messages.next([])).toThrow(expect.objectContaining({ expected: 'no handshake message' }));
  });
});
