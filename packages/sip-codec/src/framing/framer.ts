import { SipError } from '../error.js';
import { DatagramFramer } from './datagram-framer.js';
import type { SipFramer } from './frame.js';
import type { Strictness } from './declared-length.js';
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

/**
 * Separates SIP messages and keep-alives, RFC 3261 sections 7 and 18.3, RFC 5626 section 4.4.1, RFC 7118 section 5.
 * @throws SipError `invalid-argument` for options out of range
 */
export function createSipFramer(options: SipFramerOptions): SipFramer {
  const { mode } = options;
  check('mode', mode, ['stream', 'datagram', 'websocket']);
  const { keepAlive, strictness, limits } = checkedOptions(options);
  return mode === 'stream'
    ? new StreamFramer(keepAlive, strictness, limits)
    : new DatagramFramer(mode, keepAlive, strictness, limits);
}

/**
 * What all framers are told, with the defaults.
 * @throws SipError `invalid-argument` for options out of range
 */
export function checkedOptions({
  keepAlive = 'off',
  strictness = 'strict',
  limits,
}: Omit<SipFramerOptions, 'mode'>): Required<Omit<SipFramerOptions, 'mode' | 'limits'>> & {
  readonly limits: SipLimits;
} {
  check('keepAlive', keepAlive, ['answer', 'ask', 'off']);
  check('strictness', strictness, ['strict', 'lenient']);
  return { keepAlive, strictness, limits: resolveLimits(limits) };
}

function check(field: string, got: string, allowed: readonly string[]): void {
  if (!allowed.includes(got)) throw new SipError('invalid-argument', { field, expected: allowed.join(' | '), got });
}
