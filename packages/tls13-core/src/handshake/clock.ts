import { TlsError } from '../error.js';
import { LATEST_TIME } from '../limits.js';
import { askNow, type CallbackGuard } from './flow.js';

/**
 * Asks the application for the time: whole milliseconds since 1970.
 * @throws TlsError `callback-failed` for what is no such time
 */
export function readClock(guard: CallbackGuard, now: () => number): number {
  const time = Math.floor(askNow(guard, 'now', now));
  if (!(time >= 0 && time <= LATEST_TIME)) {
    throw new TlsError('callback-failed', { subject: 'now', expected: 'milliseconds since 1970', got: time });
  }
  return time;
}
