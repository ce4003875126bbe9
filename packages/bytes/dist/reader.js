import { BytesError } from './error.js';
/** Reads big-endian fields from an array. Everything it returns is a view of that array; whoever keeps it copies it. */
export class ByteReader {
    #bytes;
    #end;
    #offset;
    /** @throws BytesError `value-out-of-range` unless 0 <= start <= end <= bytes.length */
    constructor(bytes, start = 0, end = bytes.length) {
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
    get offset() {
        return this.#offset;
    }
    get remaining() {
        return this.#end - this.#offset;
    }
    /** @throws BytesError `truncated` */
    u8() {
        this.#demand(1);
        return this.#bytes[this.#offset++];
    }
    /** @throws BytesError `truncated` */
    u16() {
        return this.uint(2);
    }
    /** @throws BytesError `truncated` */
    u24() {
        return this.uint(3);
    }
    /** @throws BytesError `truncated` */
    u32() {
        return this.uint(4);
    }
    /**
     * An unsigned integer of `width` bytes, 1 to 6.
     * @throws BytesError `truncated`
     */
    uint(width) {
        this.#demand(width);
        let value = 0;
        for (let i = 0; i < width; i++)
            value = value * 256 + this.#bytes[this.#offset + i];
        this.#offset += width;
        return value;
    }
    /**
     * The next `length` bytes, as a view.
     * @throws BytesError `truncated`
     */
    bytes(length) {
        this.#demand(length);
        const view = this.#bytes.subarray(this.#offset, this.#offset + length);
        this.#offset += length;
        return view;
    }
    /** All that is left, as a view. */
    rest() {
        return this.bytes(this.remaining);
    }
    /**
     * A vector behind a length of `prefix` bytes, as a view.
     * @throws BytesError `truncated`
     */
    prefixed(prefix) {
        return this.bytes(this.uint(prefix));
    }
    /**
     * A reader over a vector behind a length of `prefix` bytes, with offsets that go on from this one's.
     * @throws BytesError `truncated`
     */
    scope(prefix) {
        const length = this.uint(prefix);
        this.#demand(length);
        const inner = new ByteReader(this.#bytes, this.#offset, this.#offset + length);
        this.#offset += length;
        return inner;
    }
    /** @throws BytesError `trailing-bytes` unless everything was read */
    end() {
        if (this.remaining !== 0) {
            throw new BytesError('trailing-bytes', {
                offset: this.#offset,
                expected: 'the end',
                got: `${this.remaining} more bytes`,
            });
        }
    }
    #demand(length) {
        // Written so that NaN fails too: it must never reach the offset.
        if (!(length >= 0 && length <= this.remaining)) {
            throw new BytesError('truncated', {
                offset: this.#offset,
                expected: `${length} bytes`,
                got: String(this.remaining),
            });
        }
    }
}
//# sourceMappingURL=reader.js.map