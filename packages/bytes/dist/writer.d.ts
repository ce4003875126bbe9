import type { LengthPrefix } from './reader.js';
/** Writes big-endian fields into a growing array. */
export declare class ByteWriter {
    #private;
    constructor(capacity?: number);
    /** Bytes written so far. */
    get length(): number;
    /** @throws BytesError `value-out-of-range` */
    u8(value: number): void;
    /** @throws BytesError `value-out-of-range` */
    u16(value: number): void;
    /** @throws BytesError `value-out-of-range` */
    u24(value: number): void;
    /** @throws BytesError `value-out-of-range` */
    u32(value: number): void;
    /**
     * An unsigned integer of `width` bytes, 1 to 6.
     * @throws BytesError `value-out-of-range`
     */
    uint(width: number, value: number): void;
    /** Appends a copy. */
    bytes(bytes: Uint8Array): void;
    /**
     * Writes a length of `prefix` bytes in front of whatever `write` writes.
     * @throws BytesError `length-out-of-bounds` if that does not fit the prefix
     */
    scope(prefix: LengthPrefix, write: () => void): void;
    /**
     * A vector with a length of `prefix` bytes in front.
     * @throws BytesError `length-out-of-bounds`
     */
    prefixed(prefix: LengthPrefix, bytes: Uint8Array): void;
    /** A copy of what was written. */
    toBytes(): Uint8Array<ArrayBuffer>;
}
//# sourceMappingURL=writer.d.ts.map