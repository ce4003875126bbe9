import type { ClientConfig, ServerConfig, TicketConfig } from '../../src/config.js';
import type { TlsEvent } from '../../src/events.js';
import type { Session } from '../../src/session/session.js';
import { createTicketProtector } from '../../src/session/ticket-protector.js';
import { createPair, runNow, type Pair } from '../support/pair.js';
import { toyProvider } from '../support/toy-provider.js';

/** When the connections of these tests happen: 2026-06-01, while the test certificates are valid. */
export const START: number = Date.UTC(2026, 5, 1);

/** A clock that stands still until it is moved. */
export class TestClock {
  time: number = START;
  readonly now = (): number => this.time;

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}

export const TICKET_KEY = { name: 'one', key: new Uint8Array(32).fill(0x71) };

export function toyTickets(clock: TestClock, config: Partial<TicketConfig> = {}): TicketConfig {
  const protector = createTicketProtector({ provider: toyProvider(0x71c), keys: [TICKET_KEY] });
  return { protector, now: clock.now, ...config };
}

/** The sessions that a side's events gave. */
export function sessionsOf(events: readonly TlsEvent[]): Session[] {
  return events.flatMap((event) => (event.type === 'session-ticket' ? [event.session] : []));
}

/** One handshake in memory, and the first session that came of it. */
export function connect(client: ClientConfig, server: ServerConfig): Pair & { readonly session: Session } {
  const pair = runNow(createPair(client, server));
  const [session] = sessionsOf(pair.clientEvents);
  return { ...pair, session: session as Session };
}
