/** One header as it was received: the name as the peer wrote it, the value without the space in front. */
export interface MsrpHeader {
    readonly name: string;
    readonly value: string;
}
/** `$` the message is complete, `+` another chunk follows, `#` the sender gave the message up (section 7.1). */
export type MsrpContinuation = '$' | '+' | '#';
/** A request up to its body. */
export interface MsrpRequestHead {
    readonly type: 'request';
    readonly transactionId: string;
    /** SEND, REPORT, AUTH (RFC 4976), or another name in capitals. */
    readonly method: string;
    /** In the order received, To-Path and From-Path first. */
    readonly headers: readonly MsrpHeader[];
}
/** A request: one whole chunk. */
export interface MsrpRequest extends MsrpRequestHead {
    /** Null where there is no body, which is not the same as an empty one (section 7.1). */
    readonly body: Uint8Array | null;
    readonly continuation: MsrpContinuation;
}
/** A response; it never has a body and is never chunked (section 7.2). */
export interface MsrpResponse {
    readonly type: 'response';
    readonly transactionId: string;
    /** Three digits; section 10 lists those in use. */
    readonly status: number;
    /** Text behind the status, or null where there is not even a space. */
    readonly comment: string | null;
    readonly headers: readonly MsrpHeader[];
}
export type MsrpMessage = MsrpRequest | MsrpResponse;
/** The value of the first header of that name; names are compared without case. */
export declare function msrpHeader(message: {
    readonly headers: readonly MsrpHeader[];
}, name: string): string | undefined;
/** The URIs of To-Path or From-Path, leftmost first, as text (section 9). */
export declare function msrpPath(message: {
    readonly headers: readonly MsrpHeader[];
}, name: 'To-Path' | 'From-Path'): readonly string[];
//# sourceMappingURL=message.d.ts.map