/** Why input was refused, or why a message could not be written. */
export type MsrpErrorReason = 'not-msrp' | 'invalid-start-line' | 'start-line-too-long' | 'invalid-header' | 'header-too-long' | 'headers-too-long' | 'too-many-headers' | 'invalid-path-headers' | 'invalid-end-line' | 'missing-content-type' | 'body-in-response' | 'body-too-long' | 'truncated' | 'invalid-uri' | 'invalid-byte-range' | 'invalid-status' | 'unwritable-message' | 'end-line-in-body';
export interface MsrpErrorDetails {
    /** Bytes of the stream before the line or byte that is wrong; for a value, the offset in its text. */
    readonly offset?: number;
    readonly expected?: string;
    readonly got?: string;
}
/** The one error type of this package. `reason` is stable; `message` is for people and holds no message content. */
export declare class MsrpError extends Error {
    readonly name = "MsrpError";
    /** `decode`: the peer's bytes are malformed. `api-misuse`: the caller asked for something that cannot be written. */
    readonly kind: 'decode' | 'api-misuse';
    readonly reason: MsrpErrorReason;
    readonly offset: number | undefined;
    readonly expected: string | undefined;
    readonly got: string | undefined;
    constructor(reason: MsrpErrorReason, details?: MsrpErrorDetails);
}
//# sourceMappingURL=error.d.ts.map