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

  it('has a capacity', () => {
    for (const capacity of [0, -1, 1.5, Infinity]) {
      expect(() => createReplayStore({ now: () => 0, capacity })).toThrow('invalid-configuration');
    }
  });
});
