export { importExternalPsk, type PskImportOptions } from './psk-importer.js';
export type { ExternalPsk } from './session/external-psk.js';
export { createSessionStore, type SessionStore, type SessionStoreOptions } from './session/session-store.js';
