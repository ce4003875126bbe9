import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ByteQueue, BytesError } from '../src/index.js';

type Step = { readonly push: Uint8Array } | { readonly take: number } | { readonly skip: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ push: fc.uint8Array({ maxLength: 700 }) }), weight: 3 },
  { arbitrary: fc.record({ take: fc.double({ min: 0, max: 1, noNaN: true }) }), weight: 2 },
  { arbitrary: fc.record({ skip: fc.double({ min: 0, max: 1, noNaN: true }) }), weight: 2 },
);

describe('ByteQueue', () => {
  it('behaves as an array of bytes does under pushes, takes and skips', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ByteQueue();
        let model: number[] = [];
        for (const action of steps) {
          if ('push' in action) {
            queue.push(action.push);
            model = model.concat(Array.from(action.push));
          } else if ('take' in action) {
            const length = Math.floor(action.take * model.length);
            expect(Array.from(queue.take(length))).toEqual(model.splice(0, length));
          } else {
            const length = Math.floor(action.skip * model.length);
            queue.skip(length);
            model.splice(0, length);
          }
          expect(queue.length).toBe(model.length);
          expect(Array.from(queue.peek())).toEqual(model);
          expect(queue.at(0)).toBe(model[0]);
          expect(queue.at(model.length - 1)).toBe(model.at(-1));
        }
      }),
    );
  });

  it('copies what it is given and what it hands over', () => {
    const queue = new ByteQueue();
    const chunk = Uint8Array.of(1, 2, 3);
    queue.push(chunk);
    chunk.fill(9);
    const taken = queue.take(2);
    expect(taken).toEqual(Uint8Array.of(1, 2));
    expect(taken.buffer.byteLength).toBe(2);
    queue.push(Uint8Array.of(4, 5, 6));
    expect(taken).toEqual(Uint8Array.of(1, 2));
    expect(queue.take()).toEqual(Uint8Array.of(3, 4, 5, 6));
  });

  it('peeks without a copy', () => {
    const queue = new ByteQueue();
    queue.push(Uint8Array.of(1, 2, 3));
    expect(queue.peek(1).buffer).toBe(queue.peek(2).buffer);
  });

  it('knows no byte outside its ends, not even one that was there before', () => {
    const queue = new ByteQueue();
    queue.push(Uint8Array.of(1, 2, 3));
    queue.skip(1);
    expect([queue.at(-1), queue.at(0), queue.at(1), queue.at(2)]).toEqual([undefined, 2, 3, undefined]);
  });

  it.each([4, -1, 0.5, Number.NaN])('refuses to hand over %d of 3 bytes and stays as it was', (length) => {
    const queue = new ByteQueue();
    queue.push(Uint8Array.of(1, 2, 3));
    for (const action of [() => queue.take(length), () => queue.peek(length), () => queue.skip(length)]) {
      expect(action).toThrow(BytesError);
      expect(action).toThrow('queue-underrun: expected at most 3 bytes');
    }
    expect(queue.take()).toEqual(Uint8Array.of(1, 2, 3));
  });
});

describe('what a ByteQueue costs', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Counts the bytes that `Uint8Array.set` copies while `work` runs: a measure that no busy machine can disturb. */
  function bytesCopied(work: () => void): number {
    let copied = 0;
    const original = Uint8Array.prototype.set;
    vi.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (this: Uint8Array, source, offset) {
      copied += source.length;
      original.call(this, source, offset);
    });
    work();
    vi.restoreAllMocks();
    return copied;
  }

  it.each([
    ['byte by byte, taken at the end', 1, 100_000],
    ['in segments, taken at the end', 1460, 100_000],
    ['byte by byte, taken in records', 1, 5000],
    ['in segments, taken one byte at a time', 1460, 1],
    ['in blocks, taken in odd pieces', 64, 777],
  ])('copies each byte a constant number of times when pushed %s', (_, pushed, taken) => {
    const total = 100_000;
    const copied = bytesCopied(() => {
      const queue = new ByteQueue();
      const chunk = new Uint8Array(pushed);
      for (let sent = 0; sent < total; sent += pushed) {
        queue.push(chunk);
        while (queue.length >= taken) queue.skip(taken);
      }
    });
    expect(copied).toBeLessThan(4 * total);
  });

  it('copies each byte a constant number of times with a backlog that never empties', () => {
    const total = 200_000;
    const copied = bytesCopied(() => {
      const queue = new ByteQueue();
      queue.push(new Uint8Array(1000));
      const chunk = new Uint8Array(10);
      for (let sent = 0; sent < total; sent += chunk.length) {
        queue.push(chunk);
        queue.skip(chunk.length);
      }
    });
    expect(copied).toBeLessThan(4 * total);
  });

  it('holds no memory when empty and little after a burst', () => {
    const queue = new ByteQueue();
    queue.push(new Uint8Array(1_000_000));
    queue.skip(999_990);
    expect(queue.peek().buffer.byteLength).toBeLessThanOrEqual(256);
    queue.skip(10);
    expect(queue.peek().buffer.byteLength).toBe(0);
  });

  it('never holds more than eight times its length beyond the smallest array', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ByteQueue();
        for (const action of steps) {
          if ('push' in action) queue.push(action.push);
          else if ('take' in action) queue.take(Math.floor(action.take * queue.length));
          else queue.skip(Math.floor(action.skip * queue.length));
          expect(queue.peek().buffer.byteLength).toBeLessThanOrEqual(Math.max(256, queue.length * 8));
        }
      }),
    );
  });
});
