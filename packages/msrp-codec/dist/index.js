export { MsrpError } from './error.js';
export { DEFAULT_MSRP_LIMITS } from './limits.js';
export { msrpHeader, msrpPath, } from './message.js';
export { createMsrpFramer } from './framer.js';
export { parseMsrp } from './parse.js';
export { createTransactionId, serializeMsrp } from './serialize.js';
export { createMsrpRequest, createMsrpResponse, mayRespond } from './create.js';
export { parseMsrpUri, sameMsrpUri } from './uri.js';
export { formatByteRange, parseByteRange, parseReportStatus } from './values.js';
//# sourceMappingURL=index.js.map