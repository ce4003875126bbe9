import { createSipFramer, keepAliveBytes, type SipItem, type SipLimits, type SourceAddress } from '@portico/sip-codec';
import { PingAllowance } from './ping-allowance.js';
import type { Registrar } from './registrar.js';
import { answerFrame, answerFramingFailure, type AnswerContext } from './uas.js';

/** A connection may take this long to finish a message that it began. */
export const DEFAULT_MESSAGE_TIMEOUT_MS = 30_000;

export interface SipEndpointOptions {
  readonly registrar: Registrar;
  /** Fresh random bytes, for tags. */
  readonly random: (length: number) => Uint8Array;
  /** `stream` for TLS, `websocket` for one WebSocket message per `receive` (RFC 7118). */
  readonly mode: 'stream' | 'websocket';
  /** Where the bytes come from, if the transport knows: goes into `received` and `rport` of the top Via. */
  readonly source: SourceAddress | null;
  readonly limits?: Partial<SipLimits>;
  readonly messageTimeoutMs?: number;
}

/** What to do after some input. */
export interface SipOutput {
  /** To be sent in order; over WebSocket each is a message of its own. */
  readonly messages: readonly Uint8Array[];
  /** Why the connection has to be closed once all is sent; null to go on. */
  readonly close: string | null;
}

export interface SipEndpoint {
  /** Takes bytes that arrived at `now`, in milliseconds since 1970. Never throws for input. */
  receive(chunk: Uint8Array, now: number): SipOutput;
  /** The peer will send no more: what this gives is the last. */
  end(now: number): SipOutput;
  /** When the message in progress has to be complete, or null where there is none. */
  readonly deadline: number | null;
  /** To be called at the deadline. */
  timeout(now: number): SipOutput;
}

const NOTHING: SipOutput = { messages: [], close: null };

/**
 * A SIP user agent server and registrar for one connection: bytes in, bytes out, no IO, no clock (RFC 3261 sections 8.2
 * and 10.3, RFC 5626 section 4.4.1, RFC 7118).
 */
export function createSipEndpoint(options: SipEndpointOptions): SipEndpoint {
  const framer = createSipFramer({
    mode: options.mode,
    keepAlive: 'answer',
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const context: AnswerContext = { registrar: options.registrar, random: options.random, source: options.source };
  const pings = new PingAllowance();
  let deadline: number | null = null;
  let closed = false;

  function handle(items: readonly SipItem[], now: number): SipOutput {
    const messages: Uint8Array[] = [];
    for (const item of items) {
      switch (item.type) {
        case 'message': {
          const answer = answerFrame(item, context, now);
          if (answer !== null) messages.push(answer);
          break;
        }
        case 'keepalive-ping':
          if (pings.take(now) === 'answer') messages.push(keepAliveBytes({ type: 'keepalive-pong' }));
          break;
        case 'keepalive-pong':
          // We never ask.
          break;
        case 'error': {
          const answer = answerFramingFailure(item, context);
          if (answer !== null) messages.push(answer);
          if (item.recovery.close) return close(messages, item.error.message);
          break;
        }
      }
    }
    return { messages, close: null };
  }

  function close(messages: readonly Uint8Array[], reason: string): SipOutput {
    closed = true;
    deadline = null;
    return { messages, close: reason };
  }

  return {
    receive(chunk, now) {
      if (closed) return NOTHING;
      const items = framer.push(chunk);
      const output = handle(items, now);
      if (closed) return output;
      // A message is in progress: its time runs from its first byte, however slowly the others follow.
      const completed = items.some((item) => item.type === 'message');
      if (framer.heldBytes === 0) deadline = null;
      else if (deadline === null || completed)
        deadline = now + (options.messageTimeoutMs ?? DEFAULT_MESSAGE_TIMEOUT_MS);
      return output;
    },
    end(now) {
      if (closed) return NOTHING;
      const output = handle(framer.end(), now);
      closed = true;
      deadline = null;
      return output;
    },
    get deadline() {
      return deadline;
    },
    timeout(now) {
      if (closed || deadline === null || now < deadline) return NOTHING;
      return close([], 'a message was not finished in time');
    },
  };
}
