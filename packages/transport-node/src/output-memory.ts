import { FULL_RECORD, SLICE_LENGTH } from './plaintext-slices.js';

/** Bytes by which a protected record may be longer than its content, RFC 9846 section 5.2. */
const LARGEST_EXPANSION = 256;

/** One full record, and a slice of them. */
const CAPACITIES: readonly number[] = [
  FULL_RECORD + LARGEST_EXPANSION,
  SLICE_LENGTH + (SLICE_LENGTH / FULL_RECORD) * LARGEST_EXPANSION,
];

/** Arrays of each capacity that are kept for later; 1.3 MiB in all. Connections that wait for their peers may have more. */
const KEPT = 16;

/**
 * Memory for records that a kernel is given: taken for them, given back when the kernel has its copy, and taken again. One
 * for all connections of a thread, as most of them need none most of the time.
 */
export class OutputMemory {
  readonly #free: readonly Uint8Array[][] = CAPACITIES.map(() => []);
  /** What is out, by its memory, so that only what came from here comes back, and once. */
  readonly #lent = new WeakMap<ArrayBufferLike, Uint8Array>();

  /** Exactly so many bytes, whatever they are. Short or very long arrays are fresh ones. */
  take(length: number): Uint8Array {
    const size = length < FULL_RECORD ? -1 : CAPACITIES.findIndex((capacity) => length <= capacity);
    if (size === -1) return new Uint8Array(length);
    const whole = this.#free[size]?.pop() ?? new Uint8Array(CAPACITIES[size] as number);
    this.#lent.set(whole.buffer, whole);
    return whole.subarray(0, length);
  }

  /** Takes an array back that nobody looks at any more. One that is not from here is left alone. */
  giveBack({ buffer }: Uint8Array): void {
    const whole = this.#lent.get(buffer);
    if (whole === undefined) return;
    this.#lent.delete(buffer);
    const free = this.#free[CAPACITIES.indexOf(whole.length)];
    if (free !== undefined && free.length < KEPT) free.push(whole);
  }
}
