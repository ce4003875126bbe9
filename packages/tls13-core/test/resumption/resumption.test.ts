import { describe, expect, it } from 'vitest';
import { failureOf } from '../support/pair.js';
import { toyClient, toyServer } from '../support/toy-credentials.js';
import { connect, TestClock, toyTickets } from './support.js';

describe('smoke', () => {
  it('resumes', () => {
    const clock = new TestClock();
    const client = toyClient({ resumption: { now: clock.now } });
    const server = toyServer({ tickets: toyTickets(clock) });
    const first = connect(client, server);
    expect(failureOf(first.clientEvents)).toBeNull();
    expect(failureOf(first.serverEvents)).toBeNull();
    expect(first.session).toBeDefined();
    const second = connect({ ...client, session: first.session }, server);
    expect([failureOf(second.clientEvents), failureOf(second.serverEvents)]).toEqual([null, null]);
    expect(second.client.info).toMatchObject({ resumed: true });
    expect(second.server.info).toMatchObject({ resumed: true });
  });
});
