/** What one message may cost. All in bytes, line ends included, but for the count. */
export interface MsrpLimits {
    /** `MSRP tid METHOD`, or a status with its comment. */
    readonly startLine: number;
    /** One header line. A path through relays holds several URIs. */
    readonly headerLine: number;
    /** All header lines of one message. */
    readonly headerBlock: number;
    /** Header lines of one message. */
    readonly headerCount: number;
    /** Body of one whole SEND chunk. Streamed bodies are the receiver's to count. */
    readonly sendBody: number;
    /** Body of any other request: RFC 4975 section 7.1 allows no more, so this holds for streamed bodies too. */
    readonly otherBody: number;
}
/** RFC 4975 sets only the limit of bodies outside SEND; the others are ours. */
export declare const DEFAULT_MSRP_LIMITS: MsrpLimits;
//# sourceMappingURL=limits.d.ts.map