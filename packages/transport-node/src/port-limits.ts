import { socketError } from './errors.js';
import { SNIFF_BYTES_LIMIT } from './sniff.js';

/** What one port may cost. Counts and bytes are positive integers, `Infinity` for no limit. */
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
  /**
   * Milliseconds without a byte in either direction after which a connection is destroyed though something seems to be
   * going on: an h2 stream that does not move, an answer that does not come, an upgraded connection, a goodbye that the
   * peer does not read. 0 turns it off. A handler's connections have their route's `idleTimeout` instead.
   */
  readonly stalledTimeout: number;
}

/** The defaults, each with its reason. */
export const DEFAULT_PORT_LIMITS: PortLimits = {
  connections: 10_000, // 38 KiB of memory each when idle, 10 KiB of it heap, measured over 1,000: 380 MB in all.
  connectionsPerAddress: 1_000, // An office behind one address; a tenth of the port for whoever means ill.
  handshakes: 512, // Two milliseconds of computing each: the newest waits a second at most.
  handshakesPerAddress: 128, // So that one address cannot push out everybody else's.
  handshakeTimeout: 10_000, // Two round trips to anywhere, a lost packet or two, and a slow phone.
  sniffTimeout: 10_000, // As long again for the first line.
  sniffBytes: SNIFF_BYTES_LIMIT,
  writeQueue: 16_777_216, // Larger than any message, and than a stream's buffers over a long fat network.
  stalledTimeout: 900_000, // As long as a phone may be silent; a peer that vanished is known by nothing else.
};

/** What one route's connections may cost; what is absent is as for the port, or as its protocol's default. */
export interface RouteLimits {
  /** Open connections on this route. More are closed. */
  readonly connections?: number;
  /** Milliseconds without a byte in either direction; 0 turns it off. */
  readonly idleTimeout?: number;
  /** As `PortLimits.writeQueue`. */
  readonly writeQueue?: number;
  /** As `PortLimits.stalledTimeout`, and never less than `idleTimeout`. */
  readonly stalledTimeout?: number;
}

/** SIP phones keep a flow for calls that may come; RFC 5626 has them ping every two minutes, older ones never. */
export const DEFAULT_IDLE_TIMEOUT = 900_000;
/** An h2 session without streams costs its peer one round trip to make anew. */
export const DEFAULT_H2_IDLE_TIMEOUT = 300_000;

/** How long a timer of Node's can wait: a longer one fires at once. */
const MAX_TIMER = 2_147_483_647; // 2^31 - 1 milliseconds
/** Seven days, RFC 9846 section 4.7.1. */
const MAX_SESSION_SECONDS = 604_800;
/** As many as tls13-core sends. */
const MAX_TICKETS = 16;

/** What a limit may be; each is an integer, `Infinity` where it can mean "none". */
type LimitKind =
  /** 1 or more, or `Infinity`. */
  | 'amount'
  /** 1 or more: what is kept in memory meanwhile must have an end. */
  | 'finite amount'
  /** Milliseconds that a timer of Node's can wait, at least 1. */
  | 'timer'
  /** Milliseconds that a timer of Node's can wait, 0 for none of it, or `Infinity`. */
  | 'time'
  /** Seconds that a session may last (RFC 9846 section 4.7.1). */
  | 'session time'
  | 'ticket count';

const EXPECTED: Readonly<Record<LimitKind, string>> = {
  amount: 'a positive integer or Infinity',
  'finite amount': 'a positive integer',
  timer: `an integer from 1 to ${MAX_TIMER}`,
  time: `an integer from 0 to ${MAX_TIMER}, or Infinity`,
  'session time': `an integer from 1 to ${MAX_SESSION_SECONDS}`,
  'ticket count': `an integer from 0 to ${MAX_TICKETS}`,
};

const PORT_LIMIT_KINDS: Readonly<Record<keyof PortLimits, LimitKind>> = {
  connections: 'amount',
  connectionsPerAddress: 'amount',
  handshakes: 'amount',
  handshakesPerAddress: 'amount',
  handshakeTimeout: 'timer',
  sniffTimeout: 'timer',
  sniffBytes: 'finite amount',
  writeQueue: 'amount',
  stalledTimeout: 'time',
};

const ROUTE_LIMIT_KINDS: Readonly<Record<keyof RouteLimits, LimitKind>> = {
  connections: 'amount',
  idleTimeout: 'time',
  writeQueue: 'amount',
  stalledTimeout: 'time',
};

/** @throws SocketError `ERR_OUT_OF_RANGE` */
export function resolvePortLimits(overrides: Partial<PortLimits> | undefined): PortLimits {
  const limits: PortLimits = { ...DEFAULT_PORT_LIMITS, ...overrides };
  checkLimits('limits', limits, PORT_LIMIT_KINDS);
  return Object.freeze(limits);
}

/** @throws SocketError `ERR_OUT_OF_RANGE` */
export function checkRouteLimits(route: string, limits: RouteLimits | undefined): void {
  checkLimits(`limits of route "${route}"`, limits ?? {}, ROUTE_LIMIT_KINDS);
}

/** @throws SocketError `ERR_OUT_OF_RANGE` */
export function checkLimit(name: string, value: unknown, kind: LimitKind): void {
  if (!isWithin(value, kind))
    throw socketError('ERR_OUT_OF_RANGE', `${name}: expected ${EXPECTED[kind]}, got ${String(value)}`);
}

function checkLimits(owner: string, limits: object, kinds: Readonly<Record<string, LimitKind>>): void {
  for (const [name, value] of Object.entries(limits) as [string, unknown][]) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) throw socketError('ERR_OUT_OF_RANGE', `${owner}.${name}: there is no such limit`);
    checkLimit(`${owner}.${name}`, value, kind);
  }
}

function isWithin(value: unknown, kind: LimitKind): boolean {
  const amount = Number.isSafeInteger(value) ? (value as number) : null;
  switch (kind) {
    case 'amount':
      return value === Infinity || (amount !== null && amount >= 1);
    case 'finite amount':
      return amount !== null && amount >= 1;
    case 'timer':
      return amount !== null && amount >= 1 && amount <= MAX_TIMER;
    case 'time':
      return value === Infinity || (amount !== null && amount >= 0 && amount <= MAX_TIMER);
    case 'session time':
      return amount !== null && amount >= 1 && amount <= MAX_SESSION_SECONDS;
    case 'ticket count':
      return amount !== null && amount >= 0 && amount <= MAX_TICKETS;
  }
}
