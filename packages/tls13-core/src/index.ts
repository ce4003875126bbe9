// Connections.
export {
  createMinimalTlsClient,
  createTlsClient,
  parseClientConfig,
  type MinimalClientConfig,
  type ParsedClientConfig,
} from './client-connection.js';
export { createTlsServer } from './server-connection.js';
export { TlsConnection } from './connection.js';
export type { HandshakeInfo, TlsEvent } from './events.js';

// Configuration.
export type {
  CertificateRefusal,
  CertificateRequestInfo,
  ClientAlpnConfig,
  ClientAuthenticationConfig,
  ClientConfig,
  ClientResumptionConfig,
  ClientHelloInfo,
  ClientRefusal,
  HelloRetryConfig,
  RetryCookies,
  CommonConfig,
  Credential,
  PeerCertificates,
  PeerVerdict,
  ProtocolName,
  PskKeyExchangeMode,
  ServerAlpnConfig,
  ServerConfig,
  Signer,
  TicketConfig,
  TicketProtector,
  VerifyPeer,
} from './config.js';
export { parseServerConfig, type ParsedServerConfig } from './settings.js';
export {
  createCertificateVerifier,
  type CertificateVerifierOptions,
  type PathOptions,
} from './certificate-verifier.js';
export { createSigner } from './signer.js';
export { DEFAULT_TLS_LIMITS, type TlsLimits } from './limits.js';

// Sessions.
export { createSessionStore, type SessionStore, type SessionStoreOptions } from './session/session-store.js';
export type { ExternalPsk } from './session/external-psk.js';
export { importExternalPsk, type PskImportOptions } from './psk-importer.js';

// Early data (0-RTT).
export { clientEarlyData } from './handshake/client-early-data.js';
export { serverEarlyData, type ServerEarlyDataOptions } from './handshake/server-early-data.js';
export type { ClientEarlyData, ServerEarlyData } from './handshake/early-data.js';
export { createReplayStore, type ReplayStore, type ReplayStoreOptions } from './session/replay-store.js';

// Tickets.
export { parseSession, serializeSession, type Session } from './session/session.js';
export { createCookieProtector, type CookieKey, type CookieProtectorOptions } from './session/cookie-protector.js';
export { createTicketProtector, type TicketKey, type TicketProtectorOptions } from './session/ticket-protector.js';

// Options that only those pay for who name them.
export { firstFittingCredential } from './credential-choice.js';
export { matchesOidFilters, oidFilters } from './oid-filters.js';
export type { Extension } from './messages/extensions/extension.js';
export type { OidFilter } from './messages/extensions/oid-filters.js';
export { ocspStatus, stapledOcsp, type CertificateStatusRequest } from './certificate-status.js';
export { traceTo, type TraceEvent } from './trace.js';
export type { Trace } from './record/trace.js';
export { permutedExtensions, type ExtensionOrder } from './extension-order.js';
export { grease, type Grease } from './grease.js';
export { padToFullRecords, padToMultipleOf, type PaddingPolicy, type RecordToPad } from './record/padding.js';
export type { OutputMemory } from './record/record-writer.js';

// Errors and alerts.
export {
  alertForReason,
  TLS_ERROR_REASONS,
  TlsError,
  type AlertToSend,
  type TlsErrorDetails,
  type TlsErrorKind,
  type TlsErrorReason,
} from './error.js';
export { ALERT_CODES, type Alert, type AlertName, type ErrorAlert } from './alert.js';
