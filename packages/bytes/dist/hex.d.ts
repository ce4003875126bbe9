/** Lower-case hexadecimal, two digits per byte. */
export declare function bytesToHex(bytes: Uint8Array): string;
/**
 * Reads hexadecimal of either case; white space is skipped.
 * @throws BytesError `invalid-hex` for another character or an odd number of digits
 */
export declare function hexToBytes(text: string): Uint8Array<ArrayBuffer>;
/** A dump for people: offset, sixteen bytes in hexadecimal, and their printable ASCII; one line per sixteen bytes. */
export declare function hexdump(bytes: Uint8Array): string;
//# sourceMappingURL=hex.d.ts.map