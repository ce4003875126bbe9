// Errors
export {
  factsOf,
  SipError,
  type SipErrorDetails,
  type SipErrorKind,
  type SipErrorLevel,
  type SipErrorReason,
} from './error.js';

// Framing
export { createSipFramer, type FramingMode, type SipFramerOptions } from './framing/framer.js';
export {
  keepAliveBytes,
  SipFrame,
  SipFramingFailure,
  type FramingRecovery,
  type KeepAlivePing,
  type KeepAlivePong,
  type SipFramer,
  type SipItem,
} from './framing/frame.js';
export {
  createStreamedSipFramer,
  DEFAULT_WHOLE_BODY_LIMIT,
  SipBodyChunk,
  SipMessageHead,
  type StreamedSipFramerOptions,
} from './framing/streamed-bodies.js';
export type { KeepAliveRole } from './framing/keep-alive.js';
export type { Strictness } from './framing/declared-length.js';
export { MAX_CONTENT_LENGTH_DIGITS } from './framing/content-length.js';
export {
  DEFAULT_BODY_LIMIT,
  DEFAULT_HEADER_BLOCK_LIMIT,
  DEFAULT_HEADER_COUNT_LIMIT,
  DEFAULT_HEADER_LINE_LIMIT,
  DEFAULT_SIP_LIMITS,
  DEFAULT_START_LINE_LIMIT,
  type SipLimits,
} from './framing/limits.js';

// Messages
export {
  parseSipMessage,
  serializeSipMessage,
  SipMalformed,
  SipRequest,
  SipResponse,
  type ParseOptions,
  type SipMessage,
} from './message/message.js';
export { SipHeaders } from './message/headers.js';
export { SipHeaderField } from './message/head.js';
export { oneLine } from './message/one-line.js';
export { canonicalHeaderName, headerKey } from './message/header-name.js';
export { editHeaders, type HeaderEdit } from './message/edit.js';
export { createRequest, type RequestInput } from './message/request.js';
export { createResponse, type ResponseOptions } from './message/response.js';
export { createBestEffortResponse, type BestEffortOptions } from './message/best-effort.js';
export { findFaults, type FaultOptions } from './message/faults.js';
export {
  findUnsupported,
  judgeRequest,
  judgeResponse,
  KNOWN_METHODS,
  type RequestVerdict,
  type UasCapabilities,
} from './message/judge.js';
export { reasonPhrase } from './message/reason-phrases.js';
export { createBranch, createCallId, createTag, statelessTag, type RandomBytes } from './message/tag.js';
export type { SourceAddress } from './message/via-source.js';
export type { HeaderInput } from './message/write.js';

// Headers
export { parseHeaderValue, type HeaderDefinition } from './headers/definition.js';
export { Scanner } from './grammar/scanner.js';
export { formatParameters, getParameter, quoteString, type Parameter } from './headers/parameters.js';
export { formatNameAddress, type NameAddress } from './headers/name-addr.js';
export {
  addressTag,
  CONTACT,
  FROM,
  PATH,
  RECORD_ROUTE,
  REPLY_TO,
  ROUTE,
  TO,
  type Contact,
} from './headers/addresses.js';
export { BRANCH_COOKIE, formatVia, VIA, viaBranch, type Via } from './headers/via.js';
export {
  CONTENT_LENGTH,
  CSEQ,
  EXPIRES,
  MAX_CSEQ,
  MAX_DELTA_SECONDS,
  MAX_FORWARDS,
  MAX_MAX_FORWARDS,
  MIME_VERSION,
  MIN_EXPIRES,
  type CSeq,
} from './headers/numbers.js';
export {
  ALLOW,
  CALL_ID,
  CONTENT_ENCODING,
  IN_REPLY_TO,
  PRIORITY,
  PROXY_REQUIRE,
  REQUIRE,
  SUPPORTED,
  UNSUPPORTED,
} from './headers/tokens.js';
export {
  ACCEPT,
  acceptsMedia,
  CONTENT_DISPOSITION,
  CONTENT_TYPE,
  type Disposition,
  type MediaType,
} from './headers/media.js';
export {
  AUTHENTICATION_INFO,
  AUTHORIZATION,
  PROXY_AUTHENTICATE,
  PROXY_AUTHORIZATION,
  WWW_AUTHENTICATE,
  type Credentials,
} from './headers/credentials.js';
export {
  ALERT_INFO,
  CALL_INFO,
  ERROR_INFO,
  ORGANIZATION,
  SUBJECT,
  TIMESTAMP,
  type Timestamp,
} from './headers/information.js';
export { SERVER, USER_AGENT, type Product } from './headers/products.js';
export { ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_LANGUAGE } from './headers/languages.js';
export type { NumberValue, TextValue, TokenValue, UriValue } from './headers/shapes.js';
export { HEADER_DEFINITIONS } from './headers/registry.js';
export { DATE, RETRY_AFTER, WARNING, type RetryAfter, type Warning } from './headers/dates.js';

// URIs
export {
  formatUri,
  parseUri,
  requireSipUri,
  unescapeUri,
  uriParameter,
  type AbsoluteUri,
  type SipUri,
  type Uri,
  type UriParameter,
} from './uri/uri.js';
export type { TelUri } from './uri/tel-uri.js';
export { isHostname, isIpv4Address, isIpv6Address, type Host } from './uri/host.js';
