import { TlsError } from './error.js';
import type { CallbackGuard } from './handshake/flow.js';

/** What a callback asked for while the connection was at work. */
export type Wanted = 'nothing' | 'close' | 'abort';

/**
 * Keeps calls from inside the application's callbacks away from a connection that is in the middle of something: ending
 * it is put off, anything else is refused.
 */
export class CallGuard implements CallbackGuard {
  #depth = 0;
  #wanted: Wanted = 'nothing';

  /** Whether the connection is at work, be it in its own code or in a callback. */
  get isBusy(): boolean {
    return this.#depth > 0;
  }

  /** Does a piece of work, during which no other call may come. */
  run<T>(work: () => T): T {
    this.#depth++;
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }

  /** @throws TlsError `reentrant-call` from inside a callback */
  refuseReentrant(call: string): void {
    if (this.isBusy) {
      throw new TlsError('reentrant-call', { subject: call, expected: 'no call from inside a callback' });
    }
  }

  /** Puts off what a callback asked for; the stronger wish stays. */
  postpone(wanted: Exclude<Wanted, 'nothing'>): void {
    if (this.#wanted !== 'abort') this.#wanted = wanted;
  }

  /** What was put off, once. */
  takePostponed(): Wanted {
    const wanted = this.#wanted;
    this.#wanted = 'nothing';
    return wanted;
  }
}
