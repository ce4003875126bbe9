import { copyBytes } from './copy.js';
import { BytesError } from './error.js';
import type { LengthPrefix } from './reader.js';

/** How many values so many bytes have: powers are worked out anew wherever they are asked for. */
const VALUES: readonly number[] = [1, 2 ** 8, 2 ** 16, 2 ** 24, 2 ** 32, 2 ** 40, 2 ** 48];

/** Writes big-endian fields into a growing array. */
export class ByteWriter {
  #buffer: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** @throws BytesError `value-out-of-range` */
  u8(value: number): void {
    this.uint(1, value);
  }

  /** @throws BytesError `value-out-of-range` */
  u16(value: number): void {
    this.uint(2, value);
  }

  /** @throws BytesError `value-out-of-range` */
  u24(value: number): void {
    this.uint(3, value);
  }

  /** @throws BytesError `value-out-of-range` */
  u32(value: number): void {
    this.uint(4, value);
  }

  /**
   * An unsigned integer of `width` bytes, 1 to 6.
   * @throws BytesError `value-out-of-range`
   */
  uint(width: number, value: number): void {
    if (!(Number.isInteger(value) && value >= 0 && value < (VALUES[width] as number))) {
      throw new BytesError('value-out-of-range', {
        expected: `an unsigned integer of ${width} bytes`,
        got: value,
      });
    }
    this.#makeRoom(width);
    this.#put(this.#length, width, value);
    this.#length += width;
  }

  /** Appends a copy. */
  bytes(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /**
   * Writes a length of `prefix` bytes in front of whatever `write` writes.
   * @throws BytesError `length-out-of-bounds` if that does not fit the prefix
   */
  scope(prefix: LengthPrefix, write: () => void): void {
    const at = this.#length;
    this.uint(prefix, 0);
    write();
    const length = this.#length - at - prefix;
    if (length >= (VALUES[prefix] as number)) {
      throw new BytesError('length-out-of-bounds', {
        expected: `less than ${VALUES[prefix]} bytes`,
        got: length,
      });
    }
    this.#put(at, prefix, length);
  }

  /**
   * A vector with a length of `prefix` bytes in front.
   * @throws BytesError `length-out-of-bounds`
   */
  prefixed(prefix: LengthPrefix, bytes: Uint8Array): void {
    this.scope(prefix, () => this.bytes(bytes));
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return copyBytes(this.#buffer.subarray(0, this.#length));
  }

  /** Forgets what was written; arrays that were given stay as they are. */
  wipe(): void {
    this.#buffer.fill(0);
    this.#length = 0;
  }

  #put(at: number, width: number, value: number): void {
    for (let i = width - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) this.#buffer[at + i] = rest % 256;
  }

  #makeRoom(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#length));
    // It may be secrets that are written.
    this.#buffer.fill(0);
    this.#buffer = larger;
  }
}
