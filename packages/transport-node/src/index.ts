// The API of node:tls.
export { connect, type ConnectOptions } from './connect.js';
export { createServer, Server, type ServerOptions } from './server.js';
export { TLSSocket, type TLSSocketOptions } from './tls-socket.js';
export { createSecureContext, getCiphers, SecureContext, type SecureContextOptions } from './secure-context.js';
export { checkServerIdentity, rootCertificates } from 'node:tls';
