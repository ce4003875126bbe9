/** The timer behind a socket's `setTimeout`: it fires after so long without traffic, and keeps no process alive. */
export class InactivityTimer {
  readonly #expired: () => void;
  #timer: NodeJS.Timeout | null = null;
  #milliseconds = 0;
  #lastActivity: number = performance.now();

  constructor(expired: () => void) {
    this.#expired = expired;
  }

  get milliseconds(): number {
    return this.#milliseconds;
  }

  /** In milliseconds of `performance.now()`. */
  get lastActivity(): number {
    return this.#lastActivity;
  }

  /** 0 turns it off. */
  set(milliseconds: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#milliseconds = milliseconds;
    this.#timer = milliseconds > 0 ? setTimeout(this.#expired, milliseconds).unref() : null;
  }

  touch(): void {
    this.#lastActivity = performance.now();
    this.#timer?.refresh();
  }
}
