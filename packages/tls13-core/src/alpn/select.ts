import { bytesEqual } from '@portico/bytes';
import type { ServerAlpnConfig } from '../config.js';
import { TlsError } from '../error.js';
import { MAX_PROTOCOL_NAMES_EXAMINED } from '../limits.js';

/**
 * Picks the protocol for a client's list (RFC 7301 section 3.2): exact bytes, the server's order unless told otherwise.
 * Null means that nothing offered is known.
 * @throws TlsError `selected-alpn-not-offered` if a preference function names what the client did not offer
 */
export function selectProtocol(
  offered: readonly Uint8Array[],
  supported: readonly Uint8Array[],
  preference: NonNullable<ServerAlpnConfig['preference']> = 'server',
): Uint8Array | null {
  const examined = offered.slice(0, MAX_PROTOCOL_NAMES_EXAMINED);
  if (typeof preference === 'function') {
    const chosen = preference(examined);
    if (chosen !== null && !includesName(examined, chosen)) throw new TlsError('selected-alpn-not-offered');
    return chosen;
  }
  const [first, second] = preference === 'server' ? [supported, examined] : [examined, supported];
  return first.find((name) => includesName(second, name)) ?? null;
}

/** Whether the list holds exactly these bytes. */
export function includesName(names: readonly Uint8Array[], name: Uint8Array): boolean {
  return names.some((other) => bytesEqual(other, name));
}
