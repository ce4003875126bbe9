export { clientEarlyData } from './handshake/client-early-data.js';
export { serverEarlyData, type ServerEarlyDataOptions } from './handshake/server-early-data.js';
export type { ClientEarlyData, ServerEarlyData } from './handshake/early-data.js';
export { createReplayStore, type ReplayStore, type ReplayStoreOptions } from './session/replay-store.js';
