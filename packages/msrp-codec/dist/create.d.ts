import { type MsrpContinuation, type MsrpHeader, type MsrpRequest, type MsrpRequestHead, type MsrpResponse } from './message.js';
/**
 * The response to a request, RFC 4975 section 7.2: To-Path is the previous hop (the first URI of From-Path) for SEND and
 * the whole From-Path for every other method; From-Path is the URI by which the request reached us, the first of its
 * To-Path. A comment of null writes none; without one the usual comment of the status is used.
 * @throws MsrpError `unwritable-message` if the request has not both paths
 */
export declare function createMsrpResponse(request: MsrpRequestHead, status: number, comment?: string | null, headers?: readonly MsrpHeader[]): MsrpResponse;
/**
 * Whether a response with this status may be sent to the request: never to a REPORT (RFC 4975 section 7.1.2), nor with
 * `Failure-Report: no`; with `partial` only failures are told (section 7.1.4).
 */
export declare function mayRespond(request: MsrpRequestHead, status: number): boolean;
export interface MsrpRequestInit {
    /** See `createTransactionId`. */
    readonly transactionId: string;
    readonly method: string;
    /** URIs, leftmost first: the first hop of To-Path, ourselves in From-Path. */
    readonly toPath: readonly string[];
    readonly fromPath: readonly string[];
    /** Message-ID, Byte-Range and so on; without the paths and Content-Type. */
    readonly headers?: readonly MsrpHeader[];
    /** The body and its type go together (section 7.1): one without the other cannot be said. */
    readonly content?: {
        readonly type: string;
        readonly body: Uint8Array;
    };
    /** `$` by default. */
    readonly continuation?: MsrpContinuation;
}
/** A request, RFC 4975 section 7.1, with Content-Type as the last header as that section demands. */
export declare function createMsrpRequest(init: MsrpRequestInit): MsrpRequest;
//# sourceMappingURL=create.d.ts.map