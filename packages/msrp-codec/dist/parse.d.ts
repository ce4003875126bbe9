import type { MsrpLimits } from './limits.js';
import type { MsrpMessage } from './message.js';
/**
 * Reads exactly one message, as one WebSocket message carries it (RFC 7977 section 5.2).
 * @throws MsrpError for a malformed or cut message, and for anything behind it
 */
export declare function parseMsrp(bytes: Uint8Array, limits?: Partial<MsrpLimits>): MsrpMessage;
//# sourceMappingURL=parse.d.ts.map