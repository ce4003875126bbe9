import { channel, type Channel } from 'node:diagnostics_channel';
import type { SniffRefusal, SniffedProtocol } from './sniff.js';

/** Why a connection was closed by the port itself. */
export type RefusalReason =
  | 'connection-limit'
  | 'address-limit'
  | 'handshake-limit'
  | 'handshake-timeout'
  | 'route-limit'
  | 'closing'
  | 'silence'
  | 'undecided'
  | 'no-route'
  | 'foreign-protocol'
  | 'idle'
  | 'stalled'
  | SniffRefusal;

/** Where an injected logger gets its lines. Fields hold facts such as addresses and names, never keys or bodies. */
export interface PortLogger {
  debug?(message: string, fields: Readonly<Record<string, unknown>>): void;
  info?(message: string, fields: Readonly<Record<string, unknown>>): void;
  warn?(message: string, fields: Readonly<Record<string, unknown>>): void;
}

/** What a port has done since it was made; a copy. */
export interface PortCounters {
  /** Transports that came, refused ones included. */
  readonly accepted: number;
  readonly open: number;
  readonly handshaking: number;
  readonly handshakesCompleted: number;
  readonly handshakesFailed: number;
  /** By route. */
  readonly routed: Readonly<Record<string, number>>;
  /** By what sniffing found. */
  readonly sniffed: Readonly<Record<SniffedProtocol, number>>;
  /** By reason; a reason that never occurred is absent. */
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
}

/** Names of the `node:diagnostics_channel` channels; each message is an object with the connection's `id` and more. */
export const PORT_CHANNELS: Readonly<Record<'open' | 'refused' | 'error' | 'route' | 'close', string>> = {
  /** `{ id, remoteAddress, remotePort }` */
  open: 'portico:connection:open',
  /** `{ id, reason, remoteAddress }` */
  refused: 'portico:connection:refused',
  /** `{ id, error }`: a handshake or a connection failed. */
  error: 'portico:connection:error',
  /** `{ id, info }`: the connection was handed to its route. */
  route: 'portico:connection:route',
  /** `{ id, bytesRead, bytesWritten }` */
  close: 'portico:connection:close',
};

type PortEvent = keyof typeof PORT_CHANNELS;

const CHANNELS: Readonly<Record<PortEvent, Channel>> = {
  open: channel(PORT_CHANNELS.open),
  refused: channel(PORT_CHANNELS.refused),
  error: channel(PORT_CHANNELS.error),
  route: channel(PORT_CHANNELS.route),
  close: channel(PORT_CHANNELS.close),
};

/** Says what happens to whoever wants to know; costs nothing where nobody does. */
export function publish(event: PortEvent, message: Readonly<Record<string, unknown>>): void {
  if (CHANNELS[event].hasSubscribers) CHANNELS[event].publish(message);
}

/** The numbers behind `PortCounters`. */
export class PortTally {
  accepted = 0;
  handshakesCompleted = 0;
  handshakesFailed = 0;
  readonly #routed = new Map<string, number>();
  readonly #sniffed: Record<SniffedProtocol, number> = { sip: 0, http: 0, msrp: 0 };
  readonly #refused = new Map<RefusalReason, number>();

  routed(name: string): void {
    this.#routed.set(name, (this.#routed.get(name) ?? 0) + 1);
  }

  sniffed(protocol: SniffedProtocol): void {
    this.#sniffed[protocol]++;
  }

  refused(reason: RefusalReason): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  snapshot(open: number, handshaking: number): PortCounters {
    return {
      accepted: this.accepted,
      open,
      handshaking,
      handshakesCompleted: this.handshakesCompleted,
      handshakesFailed: this.handshakesFailed,
      routed: Object.fromEntries(this.#routed),
      sniffed: { ...this.#sniffed },
      refused: Object.fromEntries(this.#refused),
    };
  }
}
