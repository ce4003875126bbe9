import { copyBytes } from './copy.js';
import { BytesError } from './error.js';

const SMALLEST_CAPACITY = 256;

/** A queue that holds less than this part of its array moves into a smaller one: what is left after a burst is small. */
const SHRINK_RATIO = 8;

/**
 * A first-in first-out queue of bytes in one growing array. Whatever the chunking, n bytes cost O(n): each is copied in
 * once, and once more for each doubling or shift, both of which are paid for by the bytes that came before.
 * An empty queue holds no memory, any other at most eight times its length (and 256 bytes).
 */
export class ByteQueue {
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** Bytes in the queue. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Appends a copy of the chunk. */
  push(chunk: Uint8Array): void {
    this.#makeRoom(chunk.length);
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * A view of the first `length` bytes (all by default), valid until the next `push`, `take` or `skip`.
   * @throws BytesError `queue-underrun` if fewer are there
   */
  peek(length: number = this.length): Uint8Array {
    this.#demand(length);
    return this.#buffer.subarray(this.#start, this.#start + length);
  }

  /** The byte at `index`, or undefined outside the queue. */
  at(index: number): number | undefined {
    return index >= 0 && index < this.length ? this.#buffer[this.#start + index] : undefined;
  }

  /**
   * Removes the first `length` bytes and returns a copy that belongs to the caller.
   * @throws BytesError `queue-underrun` if fewer are there
   */
  take(length: number = this.length): Uint8Array {
    const taken = copyBytes(this.peek(length));
    this.skip(length);
    return taken;
  }

  /**
   * Removes the first `length` bytes.
   * @throws BytesError `queue-underrun` if fewer are there
   */
  skip(length: number): void {
    this.#demand(length);
    this.#start += length;
    if (this.#start === this.#end) this.clear();
    else if (this.length * SHRINK_RATIO <= this.#buffer.length && this.#buffer.length > SMALLEST_CAPACITY)
      this.#shrink();
  }

  /** Forgets everything and lets go of the memory. */
  clear(): void {
    this.#buffer = new Uint8Array(0);
    this.#start = 0;
    this.#end = 0;
  }

  #shrink(): void {
    const length = this.length;
    const smaller = new Uint8Array(Math.max(SMALLEST_CAPACITY, length * 2));
    smaller.set(this.peek());
    this.#buffer = smaller;
    this.#start = 0;
    this.#end = length;
  }

  #demand(length: number): void {
    if (!(Number.isInteger(length) && length >= 0 && length <= this.length)) {
      throw new BytesError('queue-underrun', { expected: `at most ${this.length} bytes`, got: length });
    }
  }

  #makeRoom(extra: number): void {
    if (this.#end + extra <= this.#buffer.length) return;
    const needed = this.length + extra;
    // Shifting is worth it only when at least half of the array is free: then it is paid for by what was taken.
    const target =
      needed * 2 <= this.#buffer.length
        ? this.#buffer
        : new Uint8Array(Math.max(SMALLEST_CAPACITY, needed, this.#buffer.length * 2));
    const length = this.length;
    target.set(this.#buffer.subarray(this.#start, this.#end), 0);
    this.#buffer = target;
    this.#start = 0;
    this.#end = length;
  }
}
