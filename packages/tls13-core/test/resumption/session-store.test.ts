import { describe, expect, it } from 'vitest';
import { createTlsClient } from '../../src/client-connection.js';
import { createSessionStore, type SessionStore } from '../../src/session/session-store.js';
import type { Session } from '../../src/session/session.js';
import { createPair, run, runNow } from '../support/pair.js';
import { connect, resumingClient, sessionsOf, START, TestClock, toySession, toyTickets } from '../support/sessions.js';
import { toyClient, toyServer } from '../support/toy-credentials.js';

const DAY = 86_400_000;

/** A session shows nothing that two could be told apart by: its place among the given ones, or null. */
function placeIn(sessions: readonly Session[], taken: unknown): number | null {
  return taken === null ? null : sessions.findIndex((session) => session === taken);
}

describe('a session store in memory', () => {
  it('gives each session once, the newest first', () => {
    const store = createSessionStore({ now: () => START });
    const sessions = [1, 2, 3].map((byte) => toySession({ ticket: Uint8Array.of(byte) }));
    for (const session of sessions) void store.put(session);
    expect([1, 2, 3, 4].map(() => placeIn(sessions, store.take('localhost')))).toEqual([2, 1, 0, null]);
  });

  it('keeps a session that is put twice once', () => {
    const store = createSessionStore({ now: () => START });
    const session = toySession();
    void store.put(session);
    void store.put(session);
    expect([1, 2].map(() => placeIn([session], store.take('localhost')))).toEqual([0, null]);
    // It takes one place, and is then the newest.
    const other = toySession({ ticket: Uint8Array.of(9) });
    const small = createSessionStore({ now: () => START, capacity: 2, capacityPerName: 2 });
    for (const one of [session, other, session]) void small.put(one);
    expect([1, 2, 3].map(() => placeIn([session, other], small.take('localhost')))).toEqual([0, 1, null]);
  });

  it('gives no session that was offered', () => {
    const store = createSessionStore({ now: () => START });
    const [fresh, offered] = [toySession(), toySession()];
    void store.put(fresh);
    void store.put(offered);
    createTlsClient(resumingClient({ session: offered }));
    expect([1, 2].map(() => placeIn([fresh, offered], store.take('localhost')))).toEqual([0, null]);
  });

  it('tells names apart, and no name from a name', () => {
    const store = createSessionStore({ now: () => START });
    void store.put(toySession());
    expect([store.take(null), store.take('other.test')]).toEqual([null, null]);
    void store.put(toySession({ serverName: null }));
    expect(store.take(null)).not.toBeNull();
  });

  it('gives no session that has expired', () => {
    const clock = new TestClock();
    const store = createSessionStore({ now: clock.now });
    const [first, second] = [toySession({ expiresAt: START + DAY }), toySession({ expiresAt: START + DAY })];
    void store.put(first);
    void store.put(second);
    clock.advance(DAY - 1);
    expect(store.take('localhost')).toBe(second);
    clock.advance(1);
    expect(store.take('localhost')).toBeNull();
    clock.advance(-1);
    // It is gone, and not only hidden.
    expect(store.take('localhost')).toBeNull();
  });

  it('holds 256 unless it is told otherwise, and 8 of a name', () => {
    const store = createSessionStore({ now: () => START });
    for (let i = 0; i < 9; i++) void store.put(toySession());
    const taken = Array.from({ length: 9 }, () => store.take('localhost') === null);
    expect(taken).toEqual([...new Array<boolean>(8).fill(false), true]);
    for (let i = 0; i < 257; i++) void store.put(toySession({ serverName: String(i) }));
    expect(['0', '1', '256'].map((name) => store.take(name) === null)).toEqual([true, false, false]);
    const least = createSessionStore({ now: () => START, capacity: 1, capacityPerName: 1 });
    void least.put(toySession());
    expect(least.take('localhost')).not.toBeNull();
  });

  it('holds so many, and so many of a name; the oldest go first', () => {
    const store = createSessionStore({ now: () => START, capacity: 3, capacityPerName: 2 });
    const of = (serverName: string, byte: number) => toySession({ serverName, ticket: Uint8Array.of(byte) });
    const [a1, a2, a3, b1, c1] = [of('a', 1), of('a', 2), of('a', 3), of('b', 1), of('c', 1)];
    const sessions = [a1, a2, a3, b1, c1];
    const taken = (...names: readonly string[]) => names.map((name) => placeIn(sessions, store.take(name)));
    for (const session of [a1, a2, a3]) void store.put(session);
    expect(taken('a', 'a', 'a')).toEqual([2, 1, null]);
    for (const session of [a2, a3, b1, c1]) void store.put(session);
    expect(taken('a', 'a', 'b', 'c')).toEqual([2, null, 3, 4]);
    for (const wrong of [{ capacity: 0 }, { capacityPerName: 1.5 }]) {
      expect(() => createSessionStore({ now: () => START, ...wrong })).toThrow('invalid-configuration');
    }
  });
});

describe('a client with a store', () => {
  const tickets = toyTickets({ count: 3 });
  const clientWith = (store: SessionStore) => toyClient({ resumption: { now: () => START, policy: 'p', store } });

  it('resumes by itself, with each ticket once, and gets a new one for each', () => {
    const offered: string[] = [];
    const kept = createSessionStore({ now: () => START });
    const store: SessionStore = {
      take: (name) => kept.take(name),
      put: (session) => kept.put(session),
    };
    const protector = {
      ...tickets.protector,
      open: (ticket: Uint8Array) => {
        offered.push(ticket.join());
        return tickets.protector.open(ticket);
      },
    };
    const server = toyServer({ tickets: { ...tickets, protector } });
    expect(connect(clientWith(store), server).client.info?.resumed).toBe(false);
    const resumed = [1, 2, 3, 4, 5].map(() => connect(clientWith(store), server).client.info?.resumed);
    expect(resumed).toEqual([true, true, true, true, true]);
    expect(new Set(offered).size).toBe(5);
  });

  it('that is asynchronous says its hello later', async () => {
    const kept = createSessionStore({ now: () => START });
    const store: SessionStore = {
      take: async (name) => Promise.resolve(kept.take(name)),
      put: async (session) => Promise.resolve(kept.put(session)),
    };
    const server = toyServer({ tickets });
    for (const resumed of [false, true]) {
      const pair = createPair(clientWith(store), server);
      expect(pair.client.pendingOutputLength).toBe(0);
      await run(pair);
      expect(pair.client.info?.resumed).toBe(resumed);
    }
  });

  it.each([
    [
      'throws',
      (): never => {
        throw new Error('down');
      },
    ],
    ['rejects', (): Promise<never> => Promise.reject(new Error('down'))],
    ['answers nonsense', (): never => 'session' as never],
  ])('that %s goes on without', async (_what, fails) => {
    const pair = createPair(clientWith({ take: fails, put: fails }), toyServer({ tickets }));
    await run(pair);
    expect(pair.client.info?.resumed).toBe(false);
    expect(sessionsOf(pair.clientEvents)).toHaveLength(3);
  });

  it('is not asked where a session is given', () => {
    const asked: unknown[] = [];
    const store: SessionStore = { take: (name) => (asked.push(name), null), put: () => null };
    const server = toyServer({ tickets });
    const { session } = connect(clientWith(store), server);
    expect(asked).toEqual(['localhost']);
    expect(connect({ ...clientWith(store), session }, server).client.info?.resumed).toBe(true);
    expect(asked).toHaveLength(1);
  });
});

describe('resumption across names', () => {
  const names: (string | null)[] = [];
  const verifyPeer: NonNullable<Parameters<typeof toyClient>[0]>['verifyPeer'] = ({ serverName }) => {
    names.push(serverName);
    return serverName === 'evil.test'
      ? { trusted: false, refusal: 'name-mismatch', message: 'not for that name' }
      : { trusted: true };
  };
  const resumption = { now: () => START, policy: 'p', acrossNames: 'where-allowed' } as const;
  const client = toyClient({ verifyPeer, resumption });
  const server = toyServer({ tickets: toyTickets({ acrossNames: 'any-name' }) });

  it('is said by the server, and seen by the application', () => {
    const { session } = connect(client, server);
    expect(session.isResumableAcrossNames).toBe(true);
    expect(connect(client, toyServer({ tickets: toyTickets() })).session.isResumableAcrossNames).toBe(false);
  });

  it('happens after the certificate was judged again, for the new name', () => {
    const { session } = connect(client, server);
    names.length = 0;
    const pair = connect({ ...client, session, serverName: 'other.test' }, server);
    expect(pair.client.info).toMatchObject({ resumed: true, serverName: 'other.test' });
    expect(pair.server.info).toMatchObject({ resumed: true, serverName: 'other.test' });
    expect(names).toEqual(['other.test']);
  });

  it('does not happen under a name that the certificate is not for', () => {
    const { session } = connect(client, server);
    const pair = runNow(createPair({ ...client, session, serverName: 'evil.test' }, server));
    // The full handshake that follows fails for the same reason.
    expect(pair.clientEvents.at(-1)).toMatchObject({ error: { reason: 'certificate-name-mismatch' } });
  });

  it('does not happen unless the application, the ticket and the server all want it', () => {
    const other = { serverName: 'other.test' };
    const { session } = connect(client, server);
    const unwilling = { ...client, resumption: { now: () => START, policy: 'p' } };
    expect(connect({ ...unwilling, session, ...other }, server).client.info?.resumed).toBe(false);
    const sameName = toyServer({ tickets: toyTickets() });
    expect(connect({ ...client, session, ...other }, sameName).client.info?.resumed).toBe(false);
    const silent = connect(client, sameName);
    expect(connect({ ...client, session: silent.session, ...other }, server).client.info?.resumed).toBe(false);
  });
});
