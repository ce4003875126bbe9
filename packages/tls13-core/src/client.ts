export {
  createMinimalTlsClient,
  createTlsClient,
  parseClientConfig,
  type MinimalClientConfig,
  type ParsedClientConfig,
} from './client-connection.js';
export type { TlsConnection } from './connection.js';
export type {
  CertificateRequestInfo,
  ClientAlpnConfig,
  ClientConfig,
  ClientResumptionConfig,
  Credential,
  PeerCertificates,
  PeerVerdict,
  Signer,
  VerifyPeer,
} from './config.js';
export { parseSession, serializeSession, type Session } from './session/session.js';
export { firstFittingCredential } from './credential-choice.js';
export { matchesOidFilters } from './oid-filters.js';
export type { Extension } from './messages/extensions/extension.js';
export type { OidFilter } from './messages/extensions/oid-filters.js';
export { ocspStatus, stapledOcsp, type CertificateStatusRequest } from './certificate-status.js';
export { traceTo, type TraceEvent } from './trace.js';
export type { Trace } from './record/trace.js';
export { permutedExtensions, type ExtensionOrder } from './extension-order.js';
export { grease, type Grease } from './grease.js';
export { padToFullRecords, padToMultipleOf, type PaddingPolicy, type RecordToPad } from './record/padding.js';
export type { OutputMemory } from './record/record-writer.js';
export { TlsError, type TlsErrorKind, type TlsErrorReason } from './error.js';
export type { HandshakeInfo, TlsEvent } from './events.js';
