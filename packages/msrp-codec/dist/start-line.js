import { BytesError, bytesToUtf8 } from '@portico/bytes';
import { MsrpError } from './error.js';
import { HEADER_NAME, IDENT, METHOD, UTF8_TEXT } from './grammar.js';
/** What each start line begins with: `pMSRP SP`. */
export const PROTOCOL_TAG = /* @__PURE__ */ Uint8Array.of(0x4d, 0x53, 0x52, 0x50, 0x20);
/**
 * `req-start / resp-start` without its line end, RFC 4975 section 9.
 * @throws MsrpError `invalid-start-line`
 */
export function parseStartLine(line, offset) {
    const text = lineText(line, offset, 'invalid-start-line');
    const [tag, transactionId = '', word = ''] = text.split(' ', 3);
    if (tag !== 'MSRP' || !IDENT.test(transactionId)) {
        throw new MsrpError('invalid-start-line', { offset, expected: 'MSRP and a transaction identifier' });
    }
    const end = tag.length + 1 + transactionId.length + 1 + word.length;
    if (/^[0-9]{3}$/.test(word)) {
        const comment = end < text.length ? text.slice(end + 1) : null;
        return { type: 'response', transactionId, status: Number(word), comment };
    }
    if (METHOD.test(word) && end === text.length)
        return { type: 'request', transactionId, method: word };
    throw new MsrpError('invalid-start-line', { offset, expected: 'a method in capitals or a status of three digits' });
}
/**
 * `hname ":" SP hval` without its line end, RFC 4975 section 9.
 * @throws MsrpError `invalid-header`
 */
export function parseHeaderLine(line, offset) {
    const text = lineText(line, offset, 'invalid-header');
    const colon = text.indexOf(': ');
    const name = text.slice(0, Math.max(colon, 0));
    if (!HEADER_NAME.test(name)) {
        throw new MsrpError('invalid-header', { offset, expected: 'a header name, a colon and a space' });
    }
    return { name, value: text.slice(colon + 2) };
}
function lineText(line, offset, reason) {
    let text;
    try {
        text = bytesToUtf8(line);
    }
    catch (error) {
        if (!(error instanceof BytesError))
            throw error;
        throw new MsrpError(reason, { offset: offset + (error.offset ?? 0), expected: 'UTF-8' });
    }
    // Also keeps a CR without LF out of a value: whoever prints the header again would print two.
    if (!UTF8_TEXT.test(text))
        throw new MsrpError(reason, { offset, expected: 'text without control characters' });
    return text;
}
//# sourceMappingURL=start-line.js.map