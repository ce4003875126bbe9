export { createTlsClient } from './client-connection.js';
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
export { clientEarlyData } from './handshake/client-early-data.js';
export type { ClientEarlyData } from './handshake/early-data.js';
export { importExternalPsk, type PskImportOptions } from './psk-importer.js';
export type { ExternalPsk } from './session/external-psk.js';
export { createSessionStore, type SessionStore, type SessionStoreOptions } from './session/session-store.js';
export { parseSession, serializeSession, type Session } from './session/session.js';
export { TlsError, type TlsErrorKind, type TlsErrorReason } from './error.js';
export type { HandshakeInfo, TlsEvent } from './events.js';
