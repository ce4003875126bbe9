export { createTlsServer } from './server-connection.js';
export { parseServerConfig, type ParsedServerConfig } from './settings.js';
export type { TlsConnection } from './connection.js';
export type {
  ClientAuthenticationConfig,
  ClientHelloInfo,
  Credential,
  HelloRetryConfig,
  RetryCookies,
  PeerCertificates,
  PeerVerdict,
  ServerAlpnConfig,
  ServerConfig,
  Signer,
  TicketConfig,
  TicketProtector,
  VerifyPeer,
} from './config.js';
export { createCookieProtector, type CookieKey, type CookieProtectorOptions } from './session/cookie-protector.js';
export { createTicketProtector, type TicketKey, type TicketProtectorOptions } from './session/ticket-protector.js';
export { oidFilters } from './oid-filters.js';
export type { Extension } from './messages/extensions/extension.js';
export type { OidFilter } from './messages/extensions/oid-filters.js';
export { ocspStatus, stapledOcsp, type CertificateStatusRequest } from './certificate-status.js';
export { traceTo, type TraceEvent } from './trace.js';
export type { Trace } from './record/trace.js';
export { grease, type Grease } from './grease.js';
export { padToFullRecords, padToMultipleOf, type PaddingPolicy, type RecordToPad } from './record/padding.js';
export type { OutputMemory } from './record/record-writer.js';
export { TlsError, type TlsErrorKind, type TlsErrorReason } from './error.js';
export type { HandshakeInfo, TlsEvent } from './events.js';
