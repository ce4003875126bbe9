import { ByteReader, type LengthPrefix } from './reader.js';
import { ByteWriter } from './writer.js';
/** What a codec reads and writes, as plain data: generators, dissectors and documents are derived from it. */
export type Shape = {
    readonly kind: 'uint';
    readonly width: number;
} | {
    readonly kind: 'fixed';
    readonly length: number;
} | {
    readonly kind: 'opaque';
    readonly prefix: LengthPrefix;
    readonly min: number;
    readonly max: number;
} | {
    readonly kind: 'list';
    readonly prefix: LengthPrefix;
    readonly min: number;
    readonly max: number;
    readonly element: Shape;
} | {
    readonly kind: 'struct';
    readonly fields: readonly {
        readonly name: string;
        readonly shape: Shape;
    }[];
};
/** One wire format, declared once. Decoded byte strings are views of the input. */
export interface Codec<T> {
    readonly shape: Shape;
    read(reader: ByteReader): T;
    write(writer: ByteWriter, value: T): void;
}
/**
 * Decodes a whole input.
 * @throws BytesError if it is malformed, cut, or longer than the value
 */
export declare function decode<T>(codec: Codec<T>, bytes: Uint8Array): T;
/**
 * Encodes one value into a fresh array.
 * @throws BytesError if the value is outside the declared bounds
 */
export declare function encode<T>(codec: Codec<T>, value: T): Uint8Array<ArrayBuffer>;
/** Bytes of the shortest value of that shape. */
export declare function smallestSize(shape: Shape): number;
export declare const u8: Codec<number>;
export declare const u16: Codec<number>;
export declare const u24: Codec<number>;
export declare const u32: Codec<number>;
/** `opaque name[length]`: exactly that many bytes. */
export declare function fixed(length: number): Codec<Uint8Array>;
/**
 * `opaque name<min..max>`, both in bytes; the width of the length field follows from `max`.
 * @throws BytesError `value-out-of-range` for bounds that no vector can meet
 */
export declare function opaque(min: number, max: number): Codec<Uint8Array>;
/**
 * `Element name<min..max>`, both in **bytes**, as in RFC 9846 section 3.4.
 * @throws BytesError `value-out-of-range` for bounds that no vector can meet, or an element that may be empty
 */
export declare function list<T>(element: Codec<T>, min: number, max: number): Codec<readonly T[]>;
/** The fields in wire order, each under its name in the interface `T`. */
export declare function struct<T extends object>(fields: {
    readonly [K in keyof T]-?: Codec<T[K]>;
}): Codec<T>;
//# sourceMappingURL=codec.d.ts.map