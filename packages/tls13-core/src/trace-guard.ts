import { askNow, type CallbackGuard } from './handshake/flow.js';
import type { Trace } from './record/trace.js';

/**
 * Shows a tracer what happens, and keeps its calls away from the connection. One that throws has made the connection fail
 * with `callback-failed`, and is not shown the rest.
 */
export function guardedTrace(guard: CallbackGuard, trace: Trace): Trace {
  let isBroken = false;
  return (seen) => {
    if (isBroken) return;
    isBroken = true;
    askNow(guard, 'trace', () => trace(seen));
    isBroken = false;
  };
}
