import { SipError } from '../error.js';
import { DatagramFramer } from './datagram-framer.js';
import type { SipItem } from './frame.js';
import type { Strictness } from './head-scanner.js';
import type { KeepAliveRole } from './keep-alive.js';
import { resolveLimits, type SipLimits } from './limits.js';
import { StreamFramer } from './stream-framer.js';

/** `stream`: TCP, TLS. `datagram`: UDP, one push per datagram. `websocket`: one push per complete WebSocket message. */
export type FramingMode = 'stream' | 'datagram' | 'websocket';

export interface SipFramerOptions {
  readonly mode: FramingMode;
  /** Default `off`. Ignored for datagrams: RFC 5626 section 4.4.1 keeps CRLF keep-alives from them. */
  readonly keepAlive?: KeepAliveRole;
  /** Default `strict`; docs/sip-strictness.md says what `lenient` takes besides. */
  readonly strictness?: Strictness;
  readonly limits?: Partial<SipLimits>;
}

/** Bytes in, items out; no IO, no clock. */
export interface SipFramer {
  /**
   * Takes the whole chunk and returns what it completes. Frames are valid until the next `push`; call `toOwned()` on
   * those to keep. Nothing of the chunk is referenced by the framer afterwards. A failure is the last item; after one
   * on a stream every further push returns no items, because the place is lost and late chunks are not the caller's
   * fault.
   * @throws SipError `invalid-argument` if the chunk is not a Uint8Array
   */
  push(chunk: Uint8Array): readonly SipItem[];

  /** The input is over: a message that is not complete becomes a failure, `head-truncated` or `body-truncated`. */
  end(): readonly SipItem[];

  /** Bytes of buffer that the framer holds; 0 when no message is pending. */
  readonly heldBytes: number;

  /** The failure after which a stream framer says nothing more, or null. */
  readonly failed: SipError | null;
}

/**
 * Separates SIP messages and keep-alives, RFC 3261 sections 7 and 18.3, RFC 5626 section 4.4.1, RFC 7118 section 5.
 * @throws SipError `invalid-argument` for options out of range
 */
export function createSipFramer(options: SipFramerOptions): SipFramer {
  const { mode, keepAlive = 'off', strictness = 'strict' } = options;
  check('mode', mode, ['stream', 'datagram', 'websocket']);
  check('keepAlive', keepAlive, ['answer', 'ask', 'off']);
  check('strictness', strictness, ['strict', 'lenient']);
  const limits = resolveLimits(options.limits);
  if (mode === 'stream') {
    const framer = new StreamFramer(keepAlive, strictness, limits);
    return {
      push: (chunk) => framer.push(privateBytes(chunk)),
      end: () => framer.end(),
      get heldBytes() {
        return framer.heldBytes;
      },
      get failed() {
        return framer.failed;
      },
    };
  }
  const framer = new DatagramFramer(mode, keepAlive, strictness, limits);
  return { push: (chunk) => framer.push(privateBytes(chunk)), end: () => [], heldBytes: 0, failed: null };
}

function check(field: string, got: string, allowed: readonly string[]): void {
  if (!allowed.includes(got)) throw new SipError('invalid-argument', { field, expected: allowed.join(' | '), got });
}

/** Another thread could change shared memory between our look at a length and our use of it: such chunks are copied. */
function privateBytes(chunk: Uint8Array): Uint8Array {
  if (!(chunk instanceof Uint8Array)) {
    throw new SipError('invalid-argument', { field: 'chunk', expected: 'a Uint8Array', got: typeof chunk });
  }
  if (typeof SharedArrayBuffer === 'undefined' || !(chunk.buffer instanceof SharedArrayBuffer)) return chunk;
  return new Uint8Array(chunk);
}
