import { socketError } from './errors.js';
import { SNIFF_BYTES_LIMIT } from './sniff.js';

/** What one port may cost. Counts, bytes and milliseconds; every one of them is a positive integer. */
export interface PortLimits {
  /** Open connections. More are refused. */
  readonly connections: number;
  /** Open connections of one address: an IPv4 address, or a /64 of IPv6. Raise it behind a load balancer. */
  readonly connectionsPerAddress: number;
  /** Handshakes in progress. For one more, the oldest is given up. */
  readonly handshakes: number;
  /** Handshakes in progress from one address. For one more, its oldest is given up. */
  readonly handshakesPerAddress: number;
  /** Milliseconds from the connection to the end of the handshake. */
  readonly handshakeTimeout: number;
  /** Milliseconds that sniffing waits. */
  readonly sniffTimeout: number;
  /** Bytes that sniffing looks at. */
  readonly sniffBytes: number;
  /** Bytes written by a handler and not yet taken by the network; beyond it the connection is destroyed. */
  readonly writeQueue: number;
}

/** The defaults, each with its reason. */
export const DEFAULT_PORT_LIMITS: PortLimits = {
  connections: 10_000, // 38 KiB of memory each when idle, 10 KiB of it heap, measured over 1,000: 380 MB in all.
  connectionsPerAddress: 1_000, // An office behind one address; half a port's worth for nobody.
  handshakes: 512, // Two milliseconds of computing each: the newest waits a second at most.
  handshakesPerAddress: 128, // So that one address cannot push out everybody else's.
  handshakeTimeout: 10_000, // Two round trips to anywhere, a lost packet or two, and a slow phone.
  sniffTimeout: 10_000, // As long again for the first line.
  sniffBytes: SNIFF_BYTES_LIMIT,
  writeQueue: 16_777_216, // Larger than any message, and than a stream's buffers over a long fat network.
};

/** What one route's connections may cost; what is absent is as for the port, or as its protocol's default. */
export interface RouteLimits {
  /** Open connections on this route. More are closed. */
  readonly connections?: number;
  /** Milliseconds without a byte in either direction; 0 turns it off. */
  readonly idleTimeout?: number;
  /** As `PortLimits.writeQueue`. */
  readonly writeQueue?: number;
}

/** SIP phones keep a flow for calls that may come; RFC 5626 has them ping every two minutes, older ones never. */
export const DEFAULT_IDLE_TIMEOUT = 900_000;
/** An h2 session without streams costs its peer one round trip to make anew. */
export const DEFAULT_H2_IDLE_TIMEOUT = 300_000;

/** @throws SocketError `ERR_OUT_OF_RANGE` */
export function resolvePortLimits(overrides: Partial<PortLimits> | undefined): PortLimits {
  const limits: PortLimits = { ...DEFAULT_PORT_LIMITS, ...overrides };
  for (const [name, value] of Object.entries(limits) as [string, number][]) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw socketError('ERR_OUT_OF_RANGE', `limits.${name}: expected a positive integer, got ${value}`);
    }
  }
  return Object.freeze(limits);
}
