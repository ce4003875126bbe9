import { asciiToBytes, concatBytes } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTlsClient } from '../src/client-connection.js';
import type { ServerConfig } from '../src/config.js';
import type { TlsEvent } from '../src/events.js';
import { cookieCodec } from '../src/messages/extensions/cookie.js';
import { decodeExtension, EXTENSION_CODES, extension } from '../src/messages/extensions/extension.js';
import { createTlsServer } from '../src/server-connection.js';
import { createCookieProtector } from '../src/session/cookie-protector.js';
import { COOKIE_KEY, cookieServer, cookieTestClock, OTHER_COOKIE_KEY } from './support/cookies.js';
import { createPair, dataOf, failureOf, runNow, type Pair } from './support/pair.js';
import { ScriptedClient } from './support/scripted-client.js';
import { ScriptedServer } from './support/scripted-server.js';
import { connect, resumingClient, sessionsOf, START, toyTickets } from './support/sessions.js';
import { toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

const otherGroup = { groups: ['secp256r1'] } as const;

/** A handshake over two connections of the server: the first is dropped after its HelloRetryRequest. */
function overTwoServers(
  client = toyClient(),
  config: ServerConfig = cookieServer(otherGroup),
  later: ServerConfig = config,
  chunks: (bytes: Uint8Array) => readonly Uint8Array[] = (bytes) => [bytes],
): Pair {
  const connection = createTlsClient(client);
  const first = createTlsServer(config);
  expect(first.mayBeForgotten).toBe(false);
  first.receive(connection.takeOutput());
  expect(first.mayBeForgotten).toBe(true);
  const clientEvents: TlsEvent[] = connection.receive(first.takeOutput());
  first.abort();
  const pair = { client: connection, server: createTlsServer(later), clientEvents, serverEvents: [] as TlsEvent[] };
  return runNow(pair, chunks);
}

function expectOpen(pair: Pair): void {
  expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
  pair.client.send(asciiToBytes('question'));
  pair.server.send(asciiToBytes('answer'));
  runNow(pair);
  expect([dataOf(pair.serverEvents), dataOf(pair.clientEvents)]).toEqual([
    asciiToBytes('question'),
    asciiToBytes('answer'),
  ]);
  for (const { info } of [pair.client, pair.server]) {
    expect(info).toMatchObject({ helloRetryRequested: true, earlyData: 'none' });
  }
}

describe('a first hello where a cookie is always asked for', () => {
  it('costs no look-up of tickets, and the session is resumed once the cookie is back', () => {
    let opened = 0;
    const { protector, ...rest } = toyTickets();
    const tickets = {
      ...rest,
      protector: {
        seal: (state: Uint8Array) => protector.seal(state),
        open: (ticket: Uint8Array) => {
          opened++;
          return protector.open(ticket);
        },
      },
    };
    const server = cookieServer({ tickets, demand: 'always' });
    const { session } = connect(toyClient({ resumption: { now: () => START, policy: 'p' } }), server);
    expect(opened).toBe(0);
    const pair = createPair(toyClient({ resumption: { now: () => START, policy: 'p' }, session }), server);
    pair.server.receive(pair.client.takeOutput());
    expect(opened).toBe(0);
    runNow(pair);
    expect(pair.server.info).toMatchObject({ resumed: true, helloRetryRequested: true });
    expect(opened).toBe(1);
  });
});

describe('a PSK that has a say in the HelloRetryRequest, where a cookie is always asked for', () => {
  it('decides for the suite, if it is an external one', () => {
    const psk = { identity: 'device', key: new Uint8Array(32).fill(7), hash: 'sha384' } as const;
    const both = { provider: toyProvider(0x384, 'two hashes') };
    const server = cookieServer({ ...both, externalPsks: () => psk, credentials: [], demand: 'always' });
    const pair = runNow(createPair(toyClient({ ...both, externalPsks: [psk] }), server));
    expectOpen(pair);
    expect(pair.server.info?.externalPskIdentity).not.toBeNull();
  });

  it('asks for no group, if it needs none', () => {
    const modes = { pskModes: ['psk_ke'] } as const;
    const client = toyClient({ ...modes, resumption: { now: () => START, policy: 'p' } });
    const server = cookieServer({ ...modes, ...otherGroup, tickets: toyTickets(), demand: 'always' });
    const { session } = connect(client, server);
    const pair = runNow(createPair({ ...client, session }, server));
    expectOpen(pair);
    expect(pair.server.info).toMatchObject({ resumed: true, group: null });
  });
});

describe('a cookie in HelloRetryRequest, section 4.3.2', () => {
  it('comes back to the same connection', () => {
    expectOpen(runNow(createPair(toyClient(), cookieServer(otherGroup))));
  });

  it('comes to a connection that has seen nothing else, in any chunks', () => {
    expectOpen(overTwoServers());
    expectOpen(
      overTwoServers(toyClient(), cookieServer(otherGroup), undefined, (bytes) =>
        [...bytes].map((b) => Uint8Array.of(b)),
      ),
    );
  });

  it('alone is reason enough for a HelloRetryRequest, and the shares are those of the first hello then', () => {
    const always = cookieServer({ demand: 'always' });
    const shares = { keyShares: ['x25519', 'secp256r1'] } as const;
    expectOpen(runNow(createPair(toyClient(shares), always)));
    expectOpen(overTwoServers(toyClient(shares), always));
  });

  it('goes well with a PSK without a key exchange, for which no group is chosen', () => {
    const psk = { identity: 'sensor 17', key: new Uint8Array(32).fill(0x17) };
    const common = { pskModes: ['psk_ke'] } as const;
    const client = toyClient({ externalPsks: [psk], ...common });
    const server = cookieServer({ demand: 'always', externalPsks: () => psk, credentials: [], ...common });
    for (const pair of [runNow(createPair(client, server)), overTwoServers(client, server)]) {
      expectOpen(pair);
      expect(pair.server.info).toMatchObject({ group: null, externalPskIdentity: asciiToBytes('sensor 17') });
    }
  });

  it('is taken by a client up to its limit, and comes back whole', () => {
    const cookie = Uint8Array.from({ length: 100 }, (_, index) => index);
    const server = new ScriptedServer(toyClient({ limits: { cookieLength: cookie.length } })).helloRetryRequest(null, {
      body: (retry) => ({
        ...retry,
        extensions: [...(retry.extensions ?? []), extension('cookie', cookieCodec, cookie)],
      }),
    });
    const sent = server.last('client_hello').extensions?.find(({ type }) => type === EXTENSION_CODES.cookie)?.data;
    expect(decodeExtension(cookieCodec, sent as Uint8Array, 'cookie')).toEqual(cookie);
    expect(server.handshake().connection.state).toBe('open');
  });

  it('is invalid where the application answers with what is no state', () => {
    for (const answer of [null, new Uint8Array(0), new Uint8Array(500), 'a string', { suite: 0x1303 }]) {
      const cookies = { seal: () => Uint8Array.of(1), open: () => answer as never };
      const first = new ScriptedClient(cookieServer({ ...otherGroup, helloRetry: { cookies } }));
      first.extraExtensions = [extension('cookie', cookieCodec, Uint8Array.of(1))];
      expect([answer, first.clientHello().failure]).toEqual([answer, 'invalid-cookie']);
    }
  });

  it('in a first hello says nothing to a server that has none', () => {
    const client = new ScriptedClient(toyServer());
    client.extraExtensions = [extension('cookie', cookieCodec, Uint8Array.of(1))];
    expect(client.handshake().connection.info?.helloRetryRequested).toBe(false);
  });

  it.each(['seal', 'open'] as const)('is our failure where the application cannot %s it', (call) => {
    const fails = (): never => {
      throw new Error('no key');
    };
    const cookies = { seal: () => Uint8Array.of(1), open: () => null, [call]: fails };
    const client = new ScriptedClient(cookieServer({ helloRetry: { cookies, demand: 'always' } }));
    if (call === 'open') client.extraExtensions = [extension('cookie', cookieCodec, Uint8Array.of(1))];
    expect(client.clientHello().events.at(-1)).toMatchObject({
      error: { reason: 'callback-failed', subject: 'helloRetry.cookies' },
    });
  });

  it('is not sent where nobody asks for it', () => {
    const pair = runNow(createPair(toyClient(), cookieServer()));
    expect(pair.server.info?.helloRetryRequested).toBe(false);
    const without = createTlsServer(cookieServer({ groups: ['secp256r1'], helloRetry: undefined as never }));
    without.receive(createTlsClient(toyClient()).takeOutput());
    expect(without.mayBeForgotten).toBe(false);
  });

  it('brings a resumption with it, whose binder covers both hellos', () => {
    const tickets = { tickets: toyTickets() };
    const resumption = { now: () => START };
    const client = toyClient({ resumption });
    const session = sessionsOf(connect(client, cookieServer(tickets)).clientEvents)[0] as NonNullable<
      ReturnType<typeof sessionsOf>[0]
    >;
    const pair = overTwoServers({ ...client, session }, cookieServer({ ...tickets, ...otherGroup }));
    expectOpen(pair);
    expect(pair.server.info?.resumed).toBe(true);
  });

  it('is asked of a client whose ticket is not known, too', () => {
    expectOpen(overTwoServers(resumingClient(), cookieServer({ ...otherGroup, tickets: toyTickets() })));
  });

  it('is taken with change_cipher_spec and refused early data in front of it', () => {
    const client = createTlsClient(toyClient());
    const first = createTlsServer(cookieServer(otherGroup));
    first.receive(client.takeOutput());
    client.receive(first.takeOutput());
    const second = createTlsServer(cookieServer(otherGroup));
    const between = concatBytes(Uint8Array.of(20, 3, 3, 0, 1, 1), Uint8Array.of(23, 3, 3, 0, 40), new Uint8Array(40));
    const events = second.receive(concatBytes(between, client.takeOutput()));
    expect(failureOf(events)).toBeNull();
    expect(second.takeOutput().length).toBeGreaterThan(0);
  });

  it('lets a connection go only before anything of the second hello has come', () => {
    const client = createTlsClient(toyClient());
    const server = createTlsServer(cookieServer(otherGroup));
    server.receive(client.takeOutput());
    client.receive(server.takeOutput());
    const second = client.takeOutput();
    server.receive(second.subarray(0, 3));
    expect(server.mayBeForgotten).toBe(false);
  });

  it('may be made by a store that takes its time', async () => {
    const kept = new Map<string, Uint8Array>();
    const cookies = {
      seal: async (state: Uint8Array) => {
        await Promise.resolve();
        kept.set('7', state);
        return Uint8Array.of(7);
      },
      open: async ([cookie]: Uint8Array) => {
        await Promise.resolve();
        return kept.get(String(cookie)) ?? null;
      },
    };
    const config = cookieServer({ ...otherGroup, helloRetry: { cookies } });
    const client = createTlsClient(toyClient());
    const first = createTlsServer(config);
    first.receive(client.takeOutput());
    await first.waiting;
    client.receive(first.takeOutput());
    const second = createTlsServer(config);
    second.receive(client.takeOutput());
    await second.waiting;
    client.receive(second.takeOutput());
    second.receive(client.takeOutput());
    expect([client.state, second.state]).toEqual(['open', 'open']);
  });
});

describe('a second hello is refused', () => {
  it('with a cookie that another connection gave to the very same hello', () => {
    const client = createTlsClient(toyClient());
    const hello = client.takeOutput();
    const one = createTlsServer(cookieServer(otherGroup));
    const other = createTlsServer(cookieServer({ ...otherGroup, later: 2000 }));
    one.receive(hello);
    other.receive(hello);
    client.receive(one.takeOutput());
    expect(failureOf(other.receive(client.takeOutput()))).toBe('invalid-cookie');
  });

  it('by a server that would have to ask once more: it prefers a group for which the client was not asked', () => {
    const client = toyClient({ keyShares: ['x25519'] });
    const pair = overTwoServers(client, cookieServer({ demand: 'always' }), cookieServer(otherGroup));
    expect(failureOf(pair.serverEvents)).toBe('no-common-group');
    expect(pair.clientEvents.at(-1)).toMatchObject({ error: { alert: { name: 'handshake_failure' } } });
  });
});

describe('the cookie protector', () => {
  const provider = toyProvider(1);
  const { now } = cookieTestClock;
  const protect = (keys = [COOKIE_KEY], holdingSeconds = 60): ReturnType<typeof createCookieProtector> =>
    createCookieProtector({ provider, keys, now, holdingSeconds });
  const state = Uint8Array.of(1, 2, 3);

  it('opens what it sealed, for as long as it said and not a second longer, and no earlier than its clocks may differ', () => {
    const cookie = protect().seal(state) as Uint8Array;
    const at = (milliseconds: number): unknown =>
      createCookieProtector({ provider, keys: [COOKIE_KEY], now: () => now() + milliseconds }).open(cookie);
    expect([at(0), at(60_000), at(-60_000)]).toEqual([state, state, state]);
    expect([at(61_000), at(-61_000)]).toEqual(['expired', 'expired']);
  });

  it('takes cookies of an older key after a rotation', () => {
    const cookie = protect().seal(state) as Uint8Array;
    const newer = { name: 'two', key: OTHER_COOKIE_KEY.key };
    expect(protect([newer, COOKIE_KEY]).open(cookie)).toEqual(state);
    expect(protect([newer]).open(cookie)).toBeNull();
    expect(protect([OTHER_COOKIE_KEY]).open(cookie)).toBeNull();
  });

  it('takes no cookie with a bit changed, cut short, or with something behind it', () => {
    const cookie = protect().seal(state) as Uint8Array;
    for (let bit = 0; bit < cookie.length * 8; bit++) {
      const changed = cookie.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(protect().open(changed)).toBeNull();
    }
    for (let length = 0; length < cookie.length; length++)
      expect(protect().open(cookie.subarray(0, length))).toBeNull();
    expect(protect().open(concatBytes(cookie, Uint8Array.of(0)))).toBeNull();
  });

  it('takes nothing that others made up, and does not throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(protect().open(bytes)).toBeNull();
      }),
    );
  });

  it.each([
    ['no key', []],
    ['a short key', [{ name: 'short', key: new Uint8Array(31).fill(1) }]],
    ['a key of zeros', [{ name: 'zeros', key: new Uint8Array(32) }]],
    ['a name that stands twice', [COOKIE_KEY, OTHER_COOKIE_KEY]],
    ['an empty name', [{ ...COOKIE_KEY, name: '' }]],
  ])('refuses %s', (_name, keys) => {
    expect(() => protect(keys)).toThrow('invalid-configuration');
  });

  it.each([0, 3601, 1.5, Number.NaN])('refuses a holding time of %s seconds', (seconds) => {
    expect(() => protect([COOKIE_KEY], seconds)).toThrow('holdingSeconds');
  });
});
