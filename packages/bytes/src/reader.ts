import { BytesError } from './error.js';

/** How many bytes hold a length in front of a vector. */
export type LengthPrefix = 1 | 2 | 3;

/** Reads big-endian fields from an array. Everything it returns is a view of that array; whoever keeps it copies it. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #offset: number;

  /** @throws BytesError `value-out-of-range` unless 0 <= start <= end <= bytes.length */
  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    if (!(start >= 0 && start <= end && end <= bytes.length)) {
      throw new BytesError('value-out-of-range', {
        expected: `a range in 0..${bytes.length}`,
        got: `${start}..${end}`,
      });
    }
    this.#bytes = bytes;
    this.#offset = start;
    this.#end = end;
  }

  /** Offset of the next byte, in the array that the outermost reader was given. */
  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#end - this.#offset;
  }

  /** @throws BytesError `truncated` */
  u8(): number {
    this.#demand(1);
    return this.#bytes[this.#offset++] as number;
  }

  /** @throws BytesError `truncated` */
  u16(): number {
    return this.uint(2);
  }

  /** @throws BytesError `truncated` */
  u24(): number {
    return this.uint(3);
  }

  /** @throws BytesError `truncated` */
  u32(): number {
    return this.uint(4);
  }

  /**
   * An unsigned integer of `width` bytes, 1 to 6.
   * @throws BytesError `truncated`
   */
  uint(width: number): number {
    this.#demand(width);
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + (this.#bytes[this.#offset + i] as number);
    this.#offset += width;
    return value;
  }

  /**
   * The next `length` bytes, as a view.
   * @throws BytesError `truncated`
   */
  bytes(length: number): Uint8Array {
    this.#demand(length);
    const view = this.#bytes.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return view;
  }

  /** All that is left, as a view. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /**
   * A vector behind a length of `prefix` bytes, as a view.
   * @throws BytesError `truncated`
   */
  prefixed(prefix: LengthPrefix): Uint8Array {
    return this.bytes(this.uint(prefix));
  }

  /**
   * A reader over a vector behind a length of `prefix` bytes, with offsets that go on from this one's.
   * @throws BytesError `truncated`
   */
  scope(prefix: LengthPrefix): ByteReader {
    const length = this.uint(prefix);
    this.#demand(length);
    const inner = new ByteReader(this.#bytes, this.#offset, this.#offset + length);
    this.#offset += length;
    return inner;
  }

  /** @throws BytesError `trailing-bytes` unless everything was read */
  end(): void {
    if (this.remaining !== 0) {
      throw new BytesError('trailing-bytes', {
        offset: this.#offset,
        expected: 'the end',
        got: `${this.remaining} more bytes`,
      });
    }
  }

  #demand(length: number): void {
    // Written so that NaN fails too: it must never reach the offset.
    if (!(length >= 0 && length <= this.remaining)) {
      throw new BytesError('truncated', {
        offset: this.#offset,
        expected: `${length} bytes`,
        got: this.remaining,
      });
    }
  }
}
