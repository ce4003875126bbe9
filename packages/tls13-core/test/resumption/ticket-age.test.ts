import { describe, expect, it } from 'vitest';
import { ticketAgeSkew } from '../../src/handshake/ticket-age.js';
import { createPair, run } from '../support/pair.js';
import { sessionsOf, TestClock, toyTickets } from '../support/sessions.js';
import { toyClient, toyServer } from '../support/toy-credentials.js';

describe('the age of a ticket, RFC 9846 section 4.3.11.1', () => {
  it.each([0, 5000, -5000])('tells a server by how many milliseconds the clocks differ: %i', async (drift) => {
    const clock = new TestClock();
    let own = 0;
    const client = toyClient({ resumption: { now: () => clock.now() + own, policy: 'p' } });
    const server = toyServer({ tickets: toyTickets({ now: clock.now }) });
    const first = await run(createPair(client, server));
    expect([first.client.info?.ticketAgeSkew, first.server.info?.ticketAgeSkew]).toEqual([null, null]);
    const [session] = sessionsOf(first.clientEvents);
    if (session === undefined) throw new Error('no session');
    clock.advance(10_000);
    own = drift;
    const second = await run(createPair({ ...client, session }, server));
    expect(second.server.info).toMatchObject({ resumed: true, ticketAgeSkew: drift });
    expect(second.client.info?.ticketAgeSkew).toBeNull();
  });

  it('is hidden by ticket_age_add, modulo 2^32', () => {
    const state = { issuedAt: 1000, ticketAgeAdd: 0xffffffff } as Parameters<typeof ticketAgeSkew>[0];
    const identity = { identity: Uint8Array.of(1), obfuscatedTicketAge: 4 };
    expect(ticketAgeSkew(state, identity, 1003)).toBe(2);
  });
});
