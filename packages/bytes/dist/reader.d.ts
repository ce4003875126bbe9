/** How many bytes hold a length in front of a vector. */
export type LengthPrefix = 1 | 2 | 3;
/** Reads big-endian fields from an array. Everything it returns is a view of that array; whoever keeps it copies it. */
export declare class ByteReader {
    #private;
    /** @throws BytesError `value-out-of-range` unless 0 <= start <= end <= bytes.length */
    constructor(bytes: Uint8Array, start?: number, end?: number);
    /** Offset of the next byte, in the array that the outermost reader was given. */
    get offset(): number;
    get remaining(): number;
    /** @throws BytesError `truncated` */
    u8(): number;
    /** @throws BytesError `truncated` */
    u16(): number;
    /** @throws BytesError `truncated` */
    u24(): number;
    /** @throws BytesError `truncated` */
    u32(): number;
    /**
     * An unsigned integer of `width` bytes, 1 to 6.
     * @throws BytesError `truncated`
     */
    uint(width: number): number;
    /**
     * The next `length` bytes, as a view.
     * @throws BytesError `truncated`
     */
    bytes(length: number): Uint8Array;
    /** All that is left, as a view. */
    rest(): Uint8Array;
    /**
     * A vector behind a length of `prefix` bytes, as a view.
     * @throws BytesError `truncated`
     */
    prefixed(prefix: LengthPrefix): Uint8Array;
    /**
     * A reader over a vector behind a length of `prefix` bytes, with offsets that go on from this one's.
     * @throws BytesError `truncated`
     */
    scope(prefix: LengthPrefix): ByteReader;
    /** @throws BytesError `trailing-bytes` unless everything was read */
    end(): void;
}
//# sourceMappingURL=reader.d.ts.map