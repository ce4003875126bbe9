import type { EarlyDataPort } from './early-data-port.js';
import type { TlsEvent } from './events.js';
import type { HandshakeResult } from './handshake/context.js';
import type { CallbackGuard, Flow } from './handshake/flow.js';
import type { HandshakeSink } from './handshake/sink.js';
import type { KeyMaterial } from './key-schedule/key-material.js';
import type { TlsLimits } from './limits.js';
import type { PaddingPolicy } from './record/padding.js';
import type { Trace } from './record/trace.js';

/** What a connection gives to the flow that it carries. */
interface Carrier {
  readonly sink: HandshakeSink;
  readonly guard: CallbackGuard;
  readonly keyMaterial: KeyMaterial;
}

/** Starts a side's flow over the connection that carries it. */
export type FlowStart = (carrier: Carrier) => Flow<HandshakeResult>;

/** What makes a connection a client's or a server's. */
export interface ConnectionOptions {
  readonly side: 'client' | 'server';
  readonly limits: TlsLimits;
  readonly maxFragmentLength: number;
  readonly padding?: PaddingPolicy | null;
  readonly trace?: Trace | null;
  /** Whether a handshake without proof of who the peer is may complete. */
  readonly peerAuthentication: 'demanded' | 'optional';
  /** Null where there is no 0-RTT: such a connection does not carry it. */
  readonly earlyDataPort: ((tell: (event: TlsEvent) => void) => EarlyDataPort) | null;
  readonly start: FlowStart;
}
