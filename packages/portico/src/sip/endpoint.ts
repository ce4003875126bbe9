import { createSipFramer, keepAliveBytes, type SipItem, type SipLimits, type SourceAddress } from '@portico/sip-codec';
import { PingAllowance } from './ping-allowance.js';
import type { Registrar } from './registrar.js';
import { answerFrame, answerFramingFailure, type AnswerContext } from './uas.js';

/** A connection may take this long to finish a message that it began. */
export const DEFAULT_MESSAGE_TIMEOUT_MS = 30_000;

/** Bytes of answers given at once; what more the input asks for waits until these are sent. */
export const MAX_OUTPUT_AT_ONCE = 0x1_0000;

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
  /** Answers are held back: `resume` gives them, to be called once these are sent. Until then nothing should be read. */
  readonly more: boolean;
}

export interface SipEndpoint {
  /**
   * Takes bytes that arrived at `now`, in milliseconds since 1970. Never throws for input. While answers are held back it
   * keeps the chunk itself, not a copy, for later.
   */
  receive(chunk: Uint8Array, now: number): SipOutput;
  /** The output before is sent: goes on with what was held back. */
  resume(now: number): SipOutput;
  /** The peer will send no more: what this gives is the last. */
  end(now: number): SipOutput;
  /** When the message in progress has to be complete, or null where there is none. */
  readonly deadline: number | null;
  /** To be called at the deadline. */
  timeout(now: number): SipOutput;
}

const NOTHING: SipOutput = { messages: [], close: null, more: false };

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
  /** Chunks that wait for the items before them, which may be views into the framer's memory. */
  const input: Uint8Array[] = [];
  let items: readonly SipItem[] = [];
  let next = 0;
  let deadline: number | null = null;
  let state: 'open' | 'ending' | 'closed' = 'open';

  /** Handles what there is until it is done or has filled one output. */
  function advance(now: number): SipOutput {
    const messages: Uint8Array[] = [];
    let length = 0;
    while (nextItems(now)) {
      if (length >= MAX_OUTPUT_AT_ONCE) return { messages, close: null, more: true };
      const item = items[next++] as SipItem;
      const answer = answerItem(item, now);
      if (answer !== null) {
        messages.push(answer);
        length += answer.length;
      }
      if (item.type === 'error' && item.recovery.close) return close(messages, item.error.message);
    }
    return { messages, close: null, more: false };
  }

  /** Sees to it that there is an item at `next`; false when all input is used up. */
  function nextItems(now: number): boolean {
    while (next === items.length) {
      const chunk = input.shift();
      if (chunk !== undefined) items = push(chunk, now);
      else if (state === 'ending') {
        items = framer.end();
        state = 'closed';
        deadline = null;
      } else return false;
      next = 0;
    }
    return true;
  }

  function push(chunk: Uint8Array, now: number): readonly SipItem[] {
    const pushed = framer.push(chunk);
    // A message is in progress: its time runs from its first byte, however slowly the others follow.
    const completed = pushed.some((item) => item.type === 'message');
    if (framer.heldBytes === 0) deadline = null;
    else if (deadline === null || completed) deadline = now + (options.messageTimeoutMs ?? DEFAULT_MESSAGE_TIMEOUT_MS);
    return pushed;
  }

  function answerItem(item: SipItem, now: number): Uint8Array | null {
    switch (item.type) {
      case 'message':
        return answerFrame(item, context, now);
      case 'keepalive-ping':
        return pings.take(now) === 'answer' ? keepAliveBytes({ type: 'keepalive-pong' }) : null;
      case 'keepalive-pong':
        // We never ask.
        return null;
      case 'error':
        return answerFramingFailure(item, context);
    }
  }

  function close(messages: readonly Uint8Array[], reason: string): SipOutput {
    state = 'closed';
    items = [];
    next = 0;
    input.length = 0;
    deadline = null;
    return { messages, close: reason, more: false };
  }

  return {
    receive(chunk, now) {
      if (state !== 'open') return NOTHING;
      input.push(chunk);
      // Before `resume` nothing more is answered: what was given last may still wait to be sent.
      return next < items.length ? { ...NOTHING, more: true } : advance(now);
    },
    resume: (now) => advance(now),
    end(now) {
      if (state !== 'open') return NOTHING;
      state = 'ending';
      return next < items.length ? { ...NOTHING, more: true } : advance(now);
    },
    get deadline() {
      return deadline;
    },
    timeout(now) {
      if (deadline === null || now < deadline) return NOTHING;
      return close([], 'a message was not finished in time');
    },
  };
}
