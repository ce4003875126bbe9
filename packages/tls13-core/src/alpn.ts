export { ALPN_NAMES, isGreaseProtocolName, MAX_PROTOCOL_NAME_LENGTH, protocolNameToBytes } from './alpn/names.js';
export { decodeProtocolNameList, decodeSelectedProtocol, encodeProtocolNameList } from './alpn/protocol-name-list.js';
export { MAX_PROTOCOL_NAMES_EXAMINED, selectProtocol } from './alpn/select.js';
export { TlsError, type TlsErrorKind, type TlsErrorReason } from './error.js';
export type { ProtocolName } from './config.js';
