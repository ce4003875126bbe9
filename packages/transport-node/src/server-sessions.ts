import { concatBytes, utf8ToBytes, bytesToUtf8 } from '@portico/bytes';
import type { MaybePromise } from '@portico/crypto';
import type { TicketConfig, TicketProtector } from '@portico/tls13-core';
import type { PeerCheck } from './peer-check.js';
import { checkLimit } from './port-limits.js';
import type { SecureContext } from './secure-context.js';
import { TicketKeys, type TicketKeysInput } from './ticket-keys.js';

/** How a server lets clients resume their sessions, with the options of `node:tls` and one of ours. */
export interface ServerSessionOptions {
  /** 48 bytes as in `node:tls`, or several such keys: the first seals, all open. Random by default. */
  readonly ticketKeys?: TicketKeysInput;
  /** Seconds that a ticket is taken, up to seven days; 300 by default, as in `node:tls`. */
  readonly sessionTimeout?: number;
  /** Tickets of servers with another context are unknown here. */
  readonly sessionIdContext?: string;
  /** Tickets sent after a full handshake, up to 16; 2 by default. 0 turns resumption off. */
  readonly ticketCount?: number;
}

const DEFAULT_TIMEOUT = 300;
const DEFAULT_COUNT = 2;

/** A server's tickets. */
export class ServerSessions {
  readonly keys: TicketKeys;
  readonly #config: Omit<TicketConfig, 'protector'> | null;

  /** @throws SocketError `ERR_INVALID_ARG_VALUE` for keys, `ERR_OUT_OF_RANGE` for a timeout or a count */
  constructor(context: SecureContext, options: ServerSessionOptions, now: () => number) {
    const {
      ticketKeys,
      sessionTimeout = DEFAULT_TIMEOUT,
      sessionIdContext = '',
      ticketCount = DEFAULT_COUNT,
    } = options;
    checkLimit('sessionTimeout', sessionTimeout, 'session time');
    checkLimit('ticketCount', ticketCount, 'ticket count');
    this.keys = new TicketKeys(context.provider, ticketKeys, sessionIdContext);
    this.#config = ticketCount === 0 ? null : { now, lifetimeSeconds: sessionTimeout, count: ticketCount };
  }

  /** For clients that are not asked for a certificate: what a ticket says is all there is to know of them. */
  anonymous(): TicketConfig | null {
    return this.#config === null ? null : { ...this.#config, protector: this.keys.protector };
  }

  /** For one connection whose client is asked for a certificate: what came of checking it goes with the ticket. */
  authenticated(check: PeerCheck): TicketConfig | null {
    return this.#config === null ? null : { ...this.#config, protector: withCheck(this.keys.protector, check) };
  }
}

/**
 * Tickets with the outcome of the peer's check behind the state: a resumption skips the check, and `authorized` is to
 * say what it said then. Of several tickets that a client offers the last one opened is the one resumed; where none is,
 * the check is made anew and says so itself.
 */
function withCheck(protector: TicketProtector, check: PeerCheck): TicketProtector {
  return {
    seal: (state) => {
      const outcome = utf8ToBytes(check.authorized ? AUTHORIZED : (check.error ?? ''));
      const extended = concatBytes(state, outcome, Uint8Array.of(outcome.length));
      state.fill(0);
      return protector.seal(extended);
    },
    open: (ticket) =>
      andThen(protector.open(ticket), (extended) => {
        if (extended === null) return null;
        const length = extended[extended.length - 1] as number;
        const end = extended.length - 1 - length;
        if (end < 0) return null;
        const outcome = bytesToUtf8(extended.subarray(end, end + length));
        check.authorized = outcome === AUTHORIZED;
        check.error = check.authorized || outcome === '' ? null : outcome;
        return extended.subarray(0, end);
      }),
  };
}

/** No code of `authorizationError` looks like it. */
const AUTHORIZED = '+';

function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => U): MaybePromise<U> {
  return typeof (value as PromiseLike<T> | null)?.then === 'function'
    ? (value as PromiseLike<T>).then(next)
    : next(value as T);
}
