export { ALPN_NAMES, isGreaseProtocolName, protocolNameToBytes } from './alpn/names.js';
export { decodeProtocolNameList, decodeSelectedProtocol, encodeProtocolNameList } from './alpn/protocol-name-list.js';
export { selectProtocol } from './alpn/select.js';
export { TlsError, type TlsErrorKind, type TlsErrorReason } from './error.js';
export type { ProtocolName } from './config.js';
export { MAX_PROTOCOL_NAMES_EXAMINED, MAX_PROTOCOL_NAME_LENGTH } from './limits.js';
