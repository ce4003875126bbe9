import type { MsrpContinuation } from './message.js';
/** The three answers of a scan. */
export type ScanResult = {
    readonly state: 'more';
} | {
    readonly state: 'found';
    readonly continuation: MsrpContinuation;
    /** First byte behind it. */ readonly next: number;
} | {
    readonly state: 'broken'; /** Index of the byte that is wrong. */
    readonly at: number;
};
/**
 * Looks for `CRLF "-------" transact-id flag CRLF` behind a body, chunk by chunk (RFC 4975 section 7.1). The leading
 * CRLF may be the one that ended the headers: a body must not hold its own end-line, so there it can be nothing else.
 *
 * What a chunk may hold of the end-line is not kept as bytes but as a count: if it turns out to be body after all, the
 * pattern itself says what the bytes were. CR is in the pattern only once, at its start, so a mismatch never has to
 * look back (the failure function of Knuth, Morris and Pratt is zero everywhere) and every byte is looked at once.
 */
export declare class EndLineScanner {
    #private;
    constructor(transactionId: string);
    /**
     * Scans the chunk from `from`. What is certainly body goes to `body`, never empty: views of the chunk, or a copy of the
     * part of the pattern that an earlier chunk held.
     */
    scan(chunk: Uint8Array, from: number, body: (bytes: Uint8Array) => void): ScanResult;
}
/** `continuation-flag = "+" / "$" / "#"`, RFC 4975 section 9. */
export declare function continuationFlag(byte: number | undefined): MsrpContinuation | null;
//# sourceMappingURL=end-line.d.ts.map