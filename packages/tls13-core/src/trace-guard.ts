import type { TlsError } from './error.js';
import { askNow, type CallbackGuard } from './handshake/flow.js';
import type { Trace } from './record/trace.js';

/**
 * Shows a tracer what happens, and keeps its calls and its faults away from what the connection is in the middle of: a
 * record that is half written would be lost to the peer. One that throws is told to `fail`, which is to end the
 * connection when it can, with `callback-failed`; it is not shown the rest.
 */
export function guardedTrace(guard: CallbackGuard, trace: Trace, fail: (error: TlsError) => void): Trace {
  let isBroken = false;
  return (seen) => {
    if (isBroken) return;
    try {
      askNow(guard, 'trace', () => trace(seen));
    } catch (error) {
      isBroken = true;
      fail(error as TlsError);
    }
  };
}
