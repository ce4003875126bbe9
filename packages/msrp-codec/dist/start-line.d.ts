import type { MsrpHeader } from './message.js';
export type StartLine = {
    readonly type: 'request';
    readonly transactionId: string;
    readonly method: string;
} | {
    readonly type: 'response';
    readonly transactionId: string;
    readonly status: number;
    readonly comment: string | null;
};
/** What each start line begins with: `pMSRP SP`. */
export declare const PROTOCOL_TAG: Uint8Array;
/**
 * `req-start / resp-start` without its line end, RFC 4975 section 9.
 * @throws MsrpError `invalid-start-line`
 */
export declare function parseStartLine(line: Uint8Array, offset: number): StartLine;
/**
 * `hname ":" SP hval` without its line end, RFC 4975 section 9.
 * @throws MsrpError `invalid-header`
 */
export declare function parseHeaderLine(line: Uint8Array, offset: number): MsrpHeader;
//# sourceMappingURL=start-line.d.ts.map