import { ByteQueue } from '@portico/bytes';
import { TlsError } from './error.js';

/** Input that came while an answer of the application was awaited. */
export class ParkedInput {
  readonly #queue = new ByteQueue();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Keeps a copy.
   * @throws TlsError `too-much-parked-input`
   */
  park(chunk: Uint8Array): void {
    if (this.#queue.length + chunk.length > this.#limit) {
      throw new TlsError('too-much-parked-input', { expected: `at most ${this.#limit} bytes` });
    }
    this.#queue.push(chunk);
  }

  /** All of it, in order. */
  take(): Uint8Array {
    return this.#queue.take();
  }

  clear(): void {
    this.#queue.clear();
  }
}
