/**
 * ASCII text to bytes.
 * @throws BytesError `invalid-text` for a character over 0x7f
 */
export declare function asciiToBytes(text: string): Uint8Array<ArrayBuffer>;
/** Each byte becomes the character of that code (ISO 8859-1); never fails, and loses nothing. */
export declare function bytesToLatin1(bytes: Uint8Array, start?: number, end?: number): string;
/** Text to UTF-8 (RFC 3629). A lone surrogate becomes U+FFFD, as in the Encoding Standard. */
export declare function utf8ToBytes(text: string): Uint8Array<ArrayBuffer>;
/**
 * UTF-8 to text, strictly (RFC 3629): overlong forms, surrogates, values over U+10FFFF and cut sequences are refused.
 * @throws BytesError `invalid-text`, with the offset of the sequence
 */
export declare function bytesToUtf8(bytes: Uint8Array, start?: number, end?: number): string;
//# sourceMappingURL=text.d.ts.map