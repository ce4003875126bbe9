/** Why bytes could not be read or written. */
export type BytesErrorReason = 'truncated' | 'trailing-bytes' | 'length-out-of-bounds' | 'value-out-of-range' | 'invalid-hex' | 'invalid-text' | 'queue-underrun';
export interface BytesErrorDetails {
    /** Offset in the input, in bytes, at which the problem was seen. */
    readonly offset?: number;
    readonly expected?: string;
    readonly got?: string;
}
/** The one error type of this package. `reason` is stable; `message` is for people. */
export declare class BytesError extends Error {
    readonly name = "BytesError";
    readonly reason: BytesErrorReason;
    readonly offset: number | undefined;
    readonly expected: string | undefined;
    readonly got: string | undefined;
    constructor(reason: BytesErrorReason, details?: BytesErrorDetails);
}
//# sourceMappingURL=error.d.ts.map