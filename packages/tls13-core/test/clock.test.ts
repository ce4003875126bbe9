import { describe, expect, it } from 'vitest';
import { TlsError } from '../src/error.js';
import { readClock } from '../src/handshake/clock.js';

const guard = { run: <T>(call: () => T): T => call() };

describe('the clock of the application', () => {
  it('is read in whole milliseconds, from 1970 to the last that a ticket can hold', () => {
    expect(readClock(guard, () => 0)).toBe(0);
    expect(readClock(guard, () => 1234.9)).toBe(1234);
    expect(readClock(guard, () => 2 ** 48 - 1)).toBe(2 ** 48 - 1);
  });

  it.each([-1, 2 ** 48, Number.NaN, Infinity, '12' as never, undefined as never])('may not say %s', (time) => {
    const read = (): number => readClock(guard, () => (typeof time === 'string' ? `${time}x` : time) as never);
    expect(read).toThrow(TlsError);
    expect(read).toThrow('callback-failed in now');
  });

  it('that throws is the application’s failure', () => {
    const broken = new Error('no clock');
    const read = (): number =>
      readClock(guard, () => {
        throw broken;
      });
    expect(read).toThrow(expect.objectContaining({ reason: 'callback-failed', subject: 'now', cause: broken }));
  });
});
