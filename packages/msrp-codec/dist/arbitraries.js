import { utf8ToBytes } from '@portico/bytes';
import fc, {} from 'fast-check';
import { END_LINE_START } from './grammar.js';
import { serializeMsrp } from './serialize.js';
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
function text(alphabet, minLength, maxLength) {
    return fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });
}
/** `ident`: 4 to 32 characters. */
export function transactionIdArbitrary() {
    return fc
        .tuple(text(ALPHANUMERIC, 1, 1), text(`${ALPHANUMERIC}.-+%=`, 3, 31))
        .map(([first, others]) => first + others);
}
export function msrpUriArbitrary() {
    return fc
        .record({
        scheme: fc.constantFrom('msrp', 'msrps', 'MSRP'),
        user: fc.constantFrom('', '', 'alice@'),
        host: fc.constantFrom('host.example.com', '192.0.2.7', '[2001:db8::1]', 'b%41d'),
        port: fc.oneof(fc.constant(''), fc.integer({ min: 0, max: 65_535 }).map((port) => `:${port}`)),
        session: fc.oneof(fc.constant(''), text(`${ALPHANUMERIC}-._~+=/`, 1, 12).map((id) => `/${id}`)),
        parameters: fc.constantFrom(';tcp', ';ws', ';TCP', ';tcp;a', ';tcp;a=b;c'),
    })
        .map(({ scheme, user, host, port, session, parameters }) => `${scheme}://${user}${host}${port}${session}${parameters}`);
}
function path() {
    return fc.array(msrpUriArbitrary(), { minLength: 1, maxLength: 3 }).map((uris) => uris.join(' '));
}
/** `hval`, tabs and characters of every plane included. */
function headerValue() {
    return fc.string({ unit: 'binary', maxLength: 24 }).map((value) => value.replace(/[\0-\x08\n-\x1f\x7f]/g, ''));
}
function otherHeader() {
    return fc.record({
        name: fc.constantFrom('Message-ID', 'Byte-Range', 'Failure-Report', 'Status', 'constructor', 'toString', "X!#$%&'*+-.^_`|~"),
        value: headerValue(),
    }, { noNullPrototype: true });
}
function headers() {
    return fc
        .tuple(path(), path(), fc.array(otherHeader(), { maxLength: 4 }))
        .map(([to, from, others]) => [{ name: 'To-Path', value: to }, { name: 'From-Path', value: from }, ...others]);
}
/** Bodies full of what only looks like an end: line ends, hyphens, the identifier, parts and doublings of the end-line. */
function body(transactionId) {
    const pieces = [
        '\r',
        '\n',
        '\r\n',
        '\r\r\n',
        '-',
        END_LINE_START,
        transactionId,
        transactionId.slice(0, -1),
        'x',
        '$',
    ];
    return fc
        .array(fc.oneof(fc.constantFrom(...pieces, `\r\n${END_LINE_START}`, `\r\n${END_LINE_START}${transactionId}`).map(utf8ToBytes), fc.uint8Array({ maxLength: 4 })), { maxLength: 16 })
        .map((parts) => Uint8Array.from(parts.flatMap((part) => Array.from(part))));
}
/** Requests that can be written: `serializeMsrp` takes every one of them. */
export function msrpRequestArbitrary() {
    return transactionIdArbitrary()
        .chain((transactionId) => fc.record({
        type: fc.constant('request'),
        transactionId: fc.constant(transactionId),
        method: fc.constantFrom('SEND', 'SEND', 'REPORT', 'AUTH', 'NICKNAME', 'X'),
        headers: headers(),
        body: fc.option(body(transactionId)),
        continuation: fc.constantFrom('$', '+', '#'),
    }, { noNullPrototype: true }))
        .map((request) => request.body === null
        ? request
        : { ...request, headers: [...request.headers, { name: 'Content-Type', value: 'text/plain' }] })
        .filter(isWritable);
}
export function msrpResponseArbitrary() {
    return fc.record({
        type: fc.constant('response'),
        transactionId: transactionIdArbitrary(),
        status: fc.oneof(fc.constantFrom(200, 400, 481), fc.integer({ min: 0, max: 999 })),
        comment: fc.option(headerValue()),
        headers: headers(),
    }, { noNullPrototype: true });
}
export function msrpMessageArbitrary() {
    return fc.oneof({ arbitrary: msrpRequestArbitrary(), weight: 3 }, { arbitrary: msrpResponseArbitrary(), weight: 1 });
}
/** Few bodies draw their own end-line whole; those cannot be sent under that identifier (section 7.1). */
function isWritable(message) {
    try {
        serializeMsrp(message);
        return true;
    }
    catch {
        return false;
    }
}
//# sourceMappingURL=arbitraries.js.map