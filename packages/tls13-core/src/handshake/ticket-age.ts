import type { PskIdentity } from '../messages/extensions/pre-shared-key.js';
import type { TicketState } from '../session/ticket-state.js';

/**
 * By how many milliseconds a ticket is older by what the client says (RFC 9846 section 4.3.11.1) than by our own clock at
 * `now`; negative where it is younger. It takes in the time on the way, and whatever the two clocks have drifted.
 */
export function ticketAgeSkew(
  { issuedAt, ticketAgeAdd }: TicketState,
  { obfuscatedTicketAge }: PskIdentity,
  now: number,
): number {
  const clientAge = (obfuscatedTicketAge - ticketAgeAdd + 2 ** 32) % 2 ** 32;
  return clientAge - (now - issuedAt);
}
