export { createTlsClient } from './client-connection.js';
export type { TlsConnection } from './connection.js';
export type {
  CertificateRequestInfo,
  ClientAlpnConfig,
  ClientConfig,
  Credential,
  PeerCertificates,
  PeerVerdict,
  Signer,
  VerifyPeer,
} from './config.js';
export { TlsError, type TlsErrorKind, type TlsErrorReason } from './error.js';
export type { HandshakeInfo, TlsEvent } from './events.js';
