import { MsrpError } from './error.js';
import { msrpHeader, msrpPath, } from './message.js';
/** The comments of RFC 4975 section 10 and RFC 4976 section 7, in our words. */
const COMMENTS = /* @__PURE__ */ new Map([
    [200, 'OK'],
    [400, 'Bad Request'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [408, 'Timeout'],
    [413, 'Stop Sending Message'],
    [415, 'Media Type Not Understood'],
    [423, 'Parameter Out Of Bounds'],
    [481, 'Session Does Not Exist'],
    [501, 'Method Not Understood'],
    [506, 'Session Bound To Another Connection'],
]);
/**
 * The response to a request, RFC 4975 section 7.2: To-Path is the previous hop (the first URI of From-Path) for SEND and
 * the whole From-Path for every other method; From-Path is the URI by which the request reached us, the first of its
 * To-Path. A comment of null writes none; without one the usual comment of the status is used.
 * @throws MsrpError `unwritable-message` if the request has not both paths
 */
export function createMsrpResponse(request, status, comment = COMMENTS.get(status) ?? null, headers = []) {
    const from = msrpPath(request, 'From-Path');
    const ours = msrpPath(request, 'To-Path')[0];
    if (ours === undefined || from.length === 0) {
        throw new MsrpError('unwritable-message', { expected: 'a request with To-Path and From-Path' });
    }
    return {
        type: 'response',
        transactionId: request.transactionId,
        status,
        comment,
        headers: [
            { name: 'To-Path', value: request.method === 'SEND' ? from[0] : from.join(' ') },
            { name: 'From-Path', value: ours },
            ...headers,
        ],
    };
}
/**
 * Whether a response with this status may be sent to the request: never to a REPORT (RFC 4975 section 7.1.2), nor with
 * `Failure-Report: no`; with `partial` only failures are told (section 7.1.4).
 */
export function mayRespond(request, status) {
    if (request.method === 'REPORT')
        return false;
    switch (msrpHeader(request, 'Failure-Report')?.toLowerCase()) {
        case 'no':
            return false;
        case 'partial':
            return status < 200 || status > 299;
        default:
            return true;
    }
}
/** A request, RFC 4975 section 7.1, with Content-Type as the last header as that section demands. */
export function createMsrpRequest(init) {
    const { content } = init;
    return {
        type: 'request',
        transactionId: init.transactionId,
        method: init.method,
        headers: [
            { name: 'To-Path', value: init.toPath.join(' ') },
            { name: 'From-Path', value: init.fromPath.join(' ') },
            ...(init.headers ?? []),
            ...(content === undefined ? [] : [{ name: 'Content-Type', value: content.type }]),
        ],
        body: content?.body ?? null,
        continuation: init.continuation ?? '$',
    };
}
//# sourceMappingURL=create.js.map