import { describe, expect, it } from 'vitest';
import { createReplayStore } from '../../src/session/replay-store.js';
import { TestClock } from '../support/sessions.js';

const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

describe('a replay store in memory', () => {
  it('takes each key once, until it has expired', () => {
    const clock = new TestClock();
    const store = createReplayStore({ now: clock.now });
    expect(store.startedAt).toBe(clock.time);
    const expiresAt = clock.time + 5000;
    expect(store.putIfAbsent(key(1), expiresAt)).toBe('absent');
    expect(store.putIfAbsent(key(1), expiresAt)).toBe('present');
    expect(store.putIfAbsent(key(2), expiresAt)).toBe('absent');
    clock.advance(5000);
    expect(store.putIfAbsent(key(1), expiresAt)).toBe('present');
    clock.advance(1000);
    // Nothing asks for it any more by then; that it is gone keeps the store small.
    expect(store.putIfAbsent(key(1), expiresAt)).toBe('absent');
  });

  it('is full at its capacity, and has room again when keys have expired', () => {
    const clock = new TestClock();
    const store = createReplayStore({ now: clock.now, capacity: 2 });
    const expiresAt = clock.time + 1000;
    expect([1, 2, 3, 1].map((byte) => store.putIfAbsent(key(byte), expiresAt))).toEqual([
      'absent',
      'absent',
      'full',
      'present',
    ]);
    clock.advance(2000);
    expect(store.putIfAbsent(key(3), clock.time + 1000)).toBe('absent');
  });

  it('keeps a key to the end of the second in which it expires, and counts what is gone', () => {
    const clock = new TestClock();
    clock.time = 10_000;
    const store = createReplayStore({ now: clock.now, capacity: 3 });
    expect([1, 2].map((byte) => store.putIfAbsent(key(byte), 10_500))).toEqual(['absent', 'absent']);
    expect(store.putIfAbsent(key(3), 11_000)).toBe('absent');
    clock.time = 10_999;
    expect([1, 2, 3, 4].map((byte) => store.putIfAbsent(key(byte), byte === 3 ? 11_000 : 10_999))).toEqual([
      'present',
      'present',
      'present',
      'full',
    ]);
    clock.time = 11_000;
    expect([3, 5, 6, 7].map((byte) => store.putIfAbsent(key(byte), 11_999))).toEqual([
      'present',
      'absent',
      'absent',
      'full',
    ]);
    clock.time = 12_000;
    expect([1, 2, 3, 4].map((byte) => store.putIfAbsent(key(byte), 12_000))).toEqual([
      'absent',
      'absent',
      'absent',
      'full',
    ]);
  });

  it('tells keys apart by every byte', () => {
    const store = createReplayStore({ now: () => 0, capacity: 100 });
    const keys = [key(1), key(1).slice(1), ...[0, 31].map((at) => key(1).fill(2, at, at + 1))];
    for (const answer of ['absent', 'present']) {
      for (const one of keys) expect(store.putIfAbsent(one, 5)).toBe(answer);
    }
  });

  it('has a capacity', () => {
    expect(createReplayStore({ now: () => 0, capacity: 1 }).putIfAbsent(key(1), 0)).toBe('absent');
    for (const capacity of [0, -1, 1.5, Infinity]) {
      expect(() => createReplayStore({ now: () => 0, capacity })).toThrow('invalid-configuration');
    }
  });
});
