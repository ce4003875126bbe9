// The demonstration server and its parts, for your own port.
export { startDemoServer, type DemoServer, type DemoServerOptions } from './server.js';
export type { LogLine } from './log.js';

// SIP: a user agent server and registrar, bytes in and bytes out.
export {
  createSipEndpoint,
  DEFAULT_MESSAGE_TIMEOUT_MS,
  MAX_OUTPUT_AT_ONCE,
  type SipEndpoint,
  type SipEndpointOptions,
  type SipOutput,
} from './sip/endpoint.js';
export {
  Registrar,
  type Binding,
  type ContactUpdate,
  type RegistrarExpiry,
  type RegistrarLimits,
  type RegistrarOptions,
  type Registration,
  type RegistrationOutcome,
} from './sip/registrar.js';
export {
  addressOfRecord,
  comparableUri,
  sameUri,
  type ComparableSipUri,
  type ComparableUri,
} from '@portico/sip-codec/uri-equality';
export { sourceAddress } from './sip/source.js';
export { serveSipStream } from './sip/stream.js';
export { attachSipWebSocket, type SipWebSocket, type SipWebSocketOptions } from './sip/websocket.js';

// MSRP without sessions.
export { createMsrpEndpoint, type MsrpEndpoint, type MsrpEndpointOptions, type MsrpOutput } from './msrp/endpoint.js';
export { serveMsrpStream } from './msrp/stream.js';

// The web page.
export { createWebHandler, type WebHandler, type WebRequest, type WebResponse } from './web/handler.js';
export type { ConnectionFacts } from './web/page.js';

// Certificates for development.
export {
  CERTIFICATE_FOLDER,
  loadDevelopmentCertificates,
  type DevelopmentCertificates,
  type DevelopmentCertificatesOptions,
} from './certificates/store.js';
