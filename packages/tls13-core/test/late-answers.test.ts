import type { KeyExchange, NamedGroup } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { createTlsClient } from '../src/client-connection.js';
import type { TlsConnection } from '../src/connection.js';
import { createTlsServer } from '../src/server-connection.js';
import { createTicketProtector } from '../src/session/ticket-protector.js';
import { createPair, run, runNow } from './support/pair.js';
import { connect, START } from './support/sessions.js';
import { toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

/** Answers that come when the test says so. */
class Slow<T> {
  given: T | null = null;
  #settle: (() => void) | null = null;

  /** An answer that waits. */
  readonly answer = (make: () => T): Promise<T> =>
    new Promise((resolve) => {
      this.#settle = () => {
        this.given = make();
        resolve(this.given);
      };
    });

  /** Ends the connection, lets the answer come, and says what it was. */
  async afterTheEndOf(connection: TlsConnection): Promise<T> {
    const { waiting } = connection;
    expect(waiting).not.toBeNull();
    connection.abort();
    this.#settle?.();
    expect(await waiting).toEqual([]);
    return this.given as T;
  }
}

function groupsWith(change: (group: NamedGroup) => Partial<NamedGroup>): ReturnType<typeof toyProvider> {
  const provider = toyProvider(0x99);
  return { ...provider, groups: provider.groups.map((group) => ({ ...group, ...change(group) })) };
}

describe('key material that comes after the end of the connection is wiped', () => {
  it('the state of a ticket', async () => {
    const protector = createTicketProtector({
      provider: toyProvider(1),
      keys: [{ name: 'one', key: new Uint8Array(32).fill(0x71) }],
    });
    const resumption = { now: () => START, policy: 'p' };
    const { session } = connect(toyClient({ resumption }), toyServer({ tickets: { protector, now: () => START } }));
    const slow = new Slow<Uint8Array | null>();
    const open = (ticket: Uint8Array): Promise<Uint8Array | null> =>
      slow.answer(() => protector.open(ticket) as Uint8Array | null);
    const server = createTlsServer(
      toyServer({ tickets: { protector: { seal: (state) => protector.seal(state), open }, now: () => START } }),
    );
    server.receive(createTlsClient(toyClient({ resumption, session })).takeOutput());
    const state = (await slow.afterTheEndOf(server)) as Uint8Array;
    expect(state.length).toBeGreaterThan(32);
    expect(state.every((byte) => byte === 0)).toBe(true);
  });

  it('the shared secret at a server', async () => {
    const slow = new Slow<{ readonly share: Uint8Array; readonly secret: Uint8Array }>();
    const provider = groupsWith((group) => ({
      respond: (share, random) => slow.answer(() => group.respond(share, random) as never),
    }));
    const server = createTlsServer(toyServer({ provider }));
    server.receive(createTlsClient(toyClient()).takeOutput());
    const { secret } = await slow.afterTheEndOf(server);
    expect(secret.length).toBeGreaterThan(0);
    expect(secret.every((byte) => byte === 0)).toBe(true);
  });

  it('the shared secret at a client', async () => {
    const slow = new Slow<Uint8Array>();
    const provider = groupsWith((group) => ({
      start: (random) => {
        const exchange = group.start(random) as KeyExchange;
        return { ...exchange, finish: (share) => slow.answer(() => exchange.finish(share) as Uint8Array) };
      },
    }));
    const pair = runNow(createPair(toyClient({ provider }), toyServer()));
    const secret = await slow.afterTheEndOf(pair.client);
    expect(secret.length).toBeGreaterThan(0);
    expect(secret.every((byte) => byte === 0)).toBe(true);
  });

  it('an exchange that was begun', async () => {
    let destroyed = 0;
    const slow = new Slow<KeyExchange>();
    const provider = groupsWith((group) => ({
      start: (random) =>
        slow.answer(() => ({ ...(group.start(random) as KeyExchange), destroy: () => destroyed++ }) as KeyExchange),
    }));
    await slow.afterTheEndOf(createTlsClient(toyClient({ provider })));
    expect(destroyed).toBe(1);
  });

  it('and a provider that fails to do so fails nobody', async () => {
    const slow = new Slow<KeyExchange>();
    const destroy = (): never => {
      throw new Error('no');
    };
    const provider = groupsWith((group) => ({
      start: (random) => slow.answer(() => ({ ...(group.start(random) as KeyExchange), destroy })),
    }));
    const client = createTlsClient(toyClient({ provider }));
    await slow.afterTheEndOf(client);
    expect(client.state).toBe('closed');
  });

  it('and what comes in time is not', async () => {
    const provider = groupsWith((group) => ({
      respond: async (share, random) => group.respond(share, random),
    }));
    const pair = await run(createPair(toyClient(), toyServer({ provider })));
    expect([pair.client.state, pair.server.state]).toEqual(['open', 'open']);
  });
});
