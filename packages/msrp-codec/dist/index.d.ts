export { MsrpError, type MsrpErrorDetails, type MsrpErrorReason } from './error.js';
export { DEFAULT_MSRP_LIMITS, type MsrpLimits } from './limits.js';
export { msrpHeader, msrpPath, type MsrpContinuation, type MsrpHeader, type MsrpMessage, type MsrpRequest, type MsrpRequestHead, type MsrpResponse, } from './message.js';
export { createMsrpFramer, type MsrpFramer, type MsrpFramerOptions, type MsrpItem } from './framer.js';
export { parseMsrp } from './parse.js';
export { createTransactionId, serializeMsrp } from './serialize.js';
export { createMsrpRequest, createMsrpResponse, mayRespond, type MsrpRequestInit } from './create.js';
export { parseMsrpUri, sameMsrpUri, type MsrpUri } from './uri.js';
export { formatByteRange, parseByteRange, parseReportStatus, type ByteRange, type ReportStatus } from './values.js';
//# sourceMappingURL=index.d.ts.map