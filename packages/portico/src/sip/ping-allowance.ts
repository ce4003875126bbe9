/** Keep-alive pings that are answered at once; RFC 5626 section 4.4.1 has clients send one about every two minutes. */
const BURST = 10;

/** One more after each of these. */
const REFILL_MS = 1_000;

/**
 * How many pings of one connection still deserve an answer: a bucket that refills with time. Line ends cost a sender next
 * to nothing, so that answering all of them would double a flood.
 */
export class PingAllowance {
  #left = BURST;
  #refilledAt: number | null = null;

  /** Takes one from the bucket, if there is one. `now` is in milliseconds. */
  take(now: number): 'answer' | 'ignore' {
    this.#refilledAt ??= now;
    const refills = Math.floor((now - this.#refilledAt) / REFILL_MS);
    if (refills > 0) {
      this.#left = Math.min(BURST, this.#left + refills);
      this.#refilledAt += refills * REFILL_MS;
    }
    if (this.#left === 0) return 'ignore';
    this.#left--;
    return 'answer';
  }
}
