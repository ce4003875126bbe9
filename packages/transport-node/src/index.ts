// The API of node:tls.
export { connect, type ConnectOptions } from './connect.js';
export { createServer, Server, type ServerOptions } from './server.js';
export { TLSSocket, type TLSSocketOptions } from './tls-socket.js';
export { createSecureContext, getCiphers, SecureContext, type SecureContextOptions } from './secure-context.js';
export { checkServerIdentity, rootCertificates } from 'node:tls';

// One port for several protocols.
export {
  createPortServer,
  PortServer,
  type CloseOptions,
  type ListenTarget,
  type PortServerOptions,
} from './port-server.js';
export type { HandlerRoute, Route, ServerRoute } from './routes.js';
export { connectionInfo, type ConnectionInfo, type RoutedBy } from './connection-info.js';
export { DEFAULT_PORT_LIMITS, type PortLimits, type RouteLimits } from './port-limits.js';
export { PORT_CHANNELS, type PortCounters, type PortLogger, type RefusalReason } from './port-events.js';
export { sniff, SNIFF_BYTES_LIMIT, type SniffedProtocol, type SniffRefusal, type SniffResult } from './sniff.js';

// What they share.
export type { CredentialUpdate, ServerTlsOptions } from './acceptor.js';
export type { ServerSessionOptions } from './server-sessions.js';
export { TICKET_KEYS_LENGTH, type TicketKeysInput } from './ticket-keys.js';
export type { SniCallback } from './server-contexts.js';
export type { SocketError } from './errors.js';
export { defaultProvider } from './provider.js';
export { createNodeProvider, type NodeProviderOptions } from './node-crypto/create-node-provider.js';
