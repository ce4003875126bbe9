export { createTlsServer } from './server-connection.js';
export { parseServerConfig, type ParsedServerConfig } from './settings.js';
export type { TlsConnection } from './connection.js';
export type {
  ClientAuthenticationConfig,
  ClientHelloInfo,
  Credential,
  PeerCertificates,
  PeerVerdict,
  ServerAlpnConfig,
  ServerConfig,
  Signer,
  TicketConfig,
  TicketProtector,
  VerifyPeer,
} from './config.js';
export { createTicketProtector, type TicketKey, type TicketProtectorOptions } from './session/ticket-protector.js';
export { TlsError, type TlsErrorKind, type TlsErrorReason } from './error.js';
export type { HandshakeInfo, TlsEvent } from './events.js';
