import { bytesToLatin1, concatBytes, utf8ToBytes } from '@portico/bytes';
import { MsrpError } from './error.js';
import { END_LINE_START, HEADER_NAME, IDENT, METHOD, UTF8_TEXT } from './grammar.js';
import { msrpPath } from './message.js';
/**
 * The bytes of a message, RFC 4975 section 9. A message that came from a framer gives back the bytes it came from.
 * @throws MsrpError `unwritable-message` for anything that its own framer would not take back, and `end-line-in-body`
 * where section 7.1 asks for another transaction identifier
 */
export function serializeMsrp(message) {
    demand(IDENT.test(message.transactionId), 'a transaction identifier of 4 to 32 characters', message.transactionId);
    checkHeaders(message.headers);
    demand(msrpPath(message, 'To-Path').length > 0, 'To-Path with at least one URI', 'none');
    demand(msrpPath(message, 'From-Path').length > 0, 'From-Path with at least one URI', 'none');
    const headers = message.headers.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
    const start = `MSRP ${message.transactionId} ${startWords(message)}\r\n`;
    const endLine = END_LINE_START + message.transactionId;
    if (message.type === 'response' || message.body === null) {
        const flag = message.type === 'response' ? '$' : message.continuation;
        return utf8ToBytes(`${start}${headers}${endLine}${flag}\r\n`);
    }
    demand(message.headers.some(({ name }) => name.toLowerCase() === 'content-type'), 'a Content-Type for the body', 'none');
    if (bodyHoldsEndLine(message.body, endLine)) {
        throw new MsrpError('end-line-in-body', { expected: 'a transaction identifier that the body does not hold' });
    }
    return concatBytes(utf8ToBytes(`${start}${headers}\r\n`), message.body, utf8ToBytes(`\r\n${endLine}${message.continuation}\r\n`));
}
/**
 * A transaction identifier of 16 characters with 80 random bits; section 7.1 asks for at least 64.
 * @param random a source of cryptographically strong bytes
 */
export function createTransactionId(random) {
    return Array.from(random(16), (byte) => IDENT_ALPHABET.charAt(byte & 0x1f)).join('');
}
/** 32 letters and digits: five random bits each. */
const IDENT_ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
function startWords(message) {
    if (message.type === 'request') {
        demand(METHOD.test(message.method), 'a method in capitals', message.method);
        return message.method;
    }
    const { status, comment } = message;
    demand(Number.isInteger(status) && status >= 0 && status <= 999, 'a status of three digits', String(status));
    demand(comment === null || UTF8_TEXT.test(comment), 'a comment without control characters', 'one');
    return String(status).padStart(3, '0') + (comment === null ? '' : ` ${comment}`);
}
function checkHeaders(headers) {
    for (const [index, { name, value }] of headers.entries()) {
        demand(HEADER_NAME.test(name), 'a header name', JSON.stringify(name));
        // A line end in a value would let whoever chose the value write headers, or messages, of their own.
        demand(UTF8_TEXT.test(value), `a value of ${name} without control characters`, 'one');
        const path = ['to-path', 'from-path'].indexOf(name.toLowerCase());
        demand(path === (index < 2 ? index : -1), 'To-Path, then From-Path, then other headers', name);
    }
}
/** Section 7.1 forbids the end-line with its flag anywhere in the body, not only where it would be taken for the end. */
function bodyHoldsEndLine(body, endLine) {
    const text = bytesToLatin1(body);
    for (let at = text.indexOf(endLine); at >= 0; at = text.indexOf(endLine, at + 1)) {
        if ('$+#'.includes(text.charAt(at + endLine.length) || ' '))
            return true;
    }
    return false;
}
function demand(holds, expected, got) {
    if (!holds)
        throw new MsrpError('unwritable-message', { expected, got });
}
//# sourceMappingURL=serialize.js.map