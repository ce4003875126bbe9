/** Byte-Range, RFC 4975 section 7.1.1. The first byte is number 1; null stands for `*`, not known. */
export interface ByteRange {
    readonly start: number;
    readonly end: number | null;
    readonly total: number | null;
}
/**
 * Reads a Byte-Range value.
 * @throws MsrpError `invalid-byte-range`, also for numbers over 2^53 - 1 and for a start of zero
 */
export declare function parseByteRange(value: string): ByteRange;
/** Writes a Byte-Range value. */
export declare function formatByteRange({ start, end, total }: ByteRange): string;
/** The Status header of a REPORT, RFC 4975 section 7.1.3. */
export interface ReportStatus {
    /** `000` for all codes of RFC 4975. */
    readonly namespace: string;
    readonly status: number;
    readonly comment: string | null;
}
/**
 * Reads a Status value.
 * @throws MsrpError `invalid-status`
 */
export declare function parseReportStatus(value: string): ReportStatus;
//# sourceMappingURL=values.d.ts.map