import { BytesError } from './error.js';
/** How many UTF-16 units String.fromCharCode gets at once: its arguments go on the stack. */
const CHARACTERS_PER_CALL = 4096;
/**
 * ASCII text to bytes.
 * @throws BytesError `invalid-text` for a character over 0x7f
 */
export function asciiToBytes(text) {
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code > 0x7f)
            throw new BytesError('invalid-text', { offset: i, expected: 'ASCII', got: `U+${code.toString(16)}` });
        bytes[i] = code;
    }
    return bytes;
}
/** Each byte becomes the character of that code (ISO 8859-1); never fails, and loses nothing. */
export function bytesToLatin1(bytes, start = 0, end = bytes.length) {
    if (end - start <= 32) {
        let short = '';
        for (let i = start; i < end; i++)
            short += String.fromCharCode(bytes[i]);
        return short;
    }
    let text = '';
    for (let i = start; i < end; i += CHARACTERS_PER_CALL) {
        text += String.fromCharCode(...bytes.subarray(i, Math.min(i + CHARACTERS_PER_CALL, end)));
    }
    return text;
}
/** Text to UTF-8 (RFC 3629). A lone surrogate becomes U+FFFD, as in the Encoding Standard. */
export function utf8ToBytes(text) {
    // A UTF-16 unit needs three bytes at most, and a pair of them four.
    const bytes = new Uint8Array(text.length * 3);
    let length = 0;
    for (let i = 0; i < text.length; i++) {
        let code = text.codePointAt(i);
        if (code >= 0xd800 && code <= 0xdfff)
            code = 0xfffd;
        if (code < 0x80) {
            bytes[length++] = code;
        }
        else if (code < 0x800) {
            bytes[length++] = 0xc0 | (code >> 6);
            bytes[length++] = 0x80 | (code & 0x3f);
        }
        else if (code < 0x10000) {
            bytes[length++] = 0xe0 | (code >> 12);
            bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
            bytes[length++] = 0x80 | (code & 0x3f);
        }
        else {
            i++;
            bytes[length++] = 0xf0 | (code >> 18);
            bytes[length++] = 0x80 | ((code >> 12) & 0x3f);
            bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
            bytes[length++] = 0x80 | (code & 0x3f);
        }
    }
    return bytes.slice(0, length);
}
/**
 * UTF-8 to text, strictly (RFC 3629): overlong forms, surrogates, values over U+10FFFF and cut sequences are refused.
 * @throws BytesError `invalid-text`, with the offset of the sequence
 */
export function bytesToUtf8(bytes, start = 0, end = bytes.length) {
    let i = start;
    while (i < end && bytes[i] < 0x80)
        i++;
    if (i === end)
        return bytesToLatin1(bytes, start, end);
    let text = bytesToLatin1(bytes, start, i);
    while (i < end) {
        const first = bytes[i];
        const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
        let code = length === 1 ? first : first & (0xff >> (length + 1));
        let valid = length > 0 && i + length <= end;
        for (let k = 1; valid && k < length; k++) {
            const next = bytes[i + k];
            valid = (next & 0xc0) === 0x80;
            code = (code << 6) | (next & 0x3f);
        }
        if (length === 3)
            valid &&= code >= 0x800 && (code < 0xd800 || code > 0xdfff);
        if (length === 4)
            valid &&= code >= 0x10000 && code <= 0x10ffff;
        if (!valid)
            throw new BytesError('invalid-text', { offset: i, expected: 'UTF-8', got: `0x${first.toString(16)}` });
        text += String.fromCodePoint(code);
        i += length;
    }
    return text;
}
//# sourceMappingURL=text.js.map