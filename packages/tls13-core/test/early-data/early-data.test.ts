import { asciiToBytes, bytesToLatin1, concatBytes } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { createTlsClient } from '../../src/client-connection.js';
import type { ClientConfig, ServerConfig } from '../../src/config.js';
import type { TlsEvent } from '../../src/events.js';
import { clientEarlyData } from '../../src/handshake/client-early-data.js';
import { serverEarlyData, type ServerEarlyDataOptions } from '../../src/handshake/server-early-data.js';
import { EXTENSION_CODES } from '../../src/messages/extensions/extension.js';
import { createReplayStore, type ReplayStore } from '../../src/session/replay-store.js';
import { Session } from '../../src/session/session.js';
import { createPair, dataOf, failureOf, run, runNow, type Pair } from '../support/pair.js';
import { ScriptedClient } from '../support/scripted-client.js';
import { ScriptedServer } from '../support/scripted-server.js';
import {
  anew,
  connect,
  earlyClient,
  EARLY_DATA_SIZE,
  earlyServer,
  earlyTicket,
  START,
  TestClock,
  toySession,
  toyTickets,
} from '../support/sessions.js';
import { toyClient, toyServer } from '../support/toy-credentials.js';
import { toyProvider } from '../support/toy-provider.js';

const REQUEST = asciiToBytes('GET / HTTP/1.1\r\n\r\n');
const ACCEPT = { type: EXTENSION_CODES.early_data, data: new Uint8Array(0) };

function earlyDataOf(events: readonly TlsEvent[]): Uint8Array {
  return concatBytes(...events.flatMap((event) => (event.type === 'early-data' ? [event.data] : [])));
}

interface Changes {
  readonly client?: Partial<ClientConfig>;
  readonly server?: Partial<ServerConfig>;
  readonly early?: Partial<ServerEarlyDataOptions>;
  readonly replayStore?: Partial<ReplayStore>;
}

/** A client and a server with one clock, and a first connection behind them. */
function acquainted({ client = {}, server = {}, early = {}, replayStore = {} }: Changes = {}) {
  const clock = new TestClock();
  const store = { ...createReplayStore({ now: clock.now }), startedAt: START - 100_000, ...replayStore };
  const earlyData = serverEarlyData({ maxSize: EARLY_DATA_SIZE, replayStore: store, ...early });
  const ours = toyClient({ resumption: { now: clock.now, policy: 'p' }, earlyData: clientEarlyData(), ...client });
  const theirs = toyServer({ tickets: toyTickets({ now: clock.now, earlyData }), ...server });
  const { session } = connect(ours, theirs);
  return { clock, client: ours, server: theirs, session, store };
}

/** A second connection that sends a request early; `session` and other things may be changed in between. */
function resumeEarly(
  { client, server, session }: { client: ClientConfig; server: ServerConfig; session: Session },
  carry?: Parameters<typeof runNow>[1],
): Pair {
  const pair = createPair({ ...client, session: anew(session) }, server);
  if (pair.client.earlyDataRemaining > 0) pair.client.sendEarly(REQUEST);
  return runNow(pair, carry);
}

function expectOutcome(pair: Pair, earlyData: 'none' | 'accepted' | 'refused', resumed = true): void {
  expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
  for (const side of [pair.client, pair.server]) expect(side.info).toMatchObject({ earlyData, resumed });
  expect(bytesToLatin1(earlyDataOf(pair.serverEvents))).toBe(earlyData === 'accepted' ? bytesToLatin1(REQUEST) : '');
  const told = pair.clientEvents.map(({ type }) => type).filter((type) => type.startsWith('early-data'));
  const expected = { none: [], accepted: ['early-data-accepted'], refused: ['early-data-rejected'] };
  expect(told).toEqual(expected[earlyData]);
  // Whatever became of the early data, the connection is good.
  pair.client.send(asciiToBytes('ping'));
  pair.server.send(asciiToBytes('pong'));
  runNow(pair);
  expect(bytesToLatin1(dataOf(pair.serverEvents))).toBe('ping');
  expect(bytesToLatin1(dataOf(pair.clientEvents))).toBe('pong');
}

describe('early data that is taken', () => {
  it('comes before the handshake is complete, and the client hears of it before', () => {
    const pair = resumeEarly(acquainted());
    expectOutcome(pair, 'accepted');
    expect(pair.serverEvents.map(({ type }) => type).slice(0, 2)).toEqual(['early-data', 'handshake-complete']);
    expect(pair.clientEvents.map(({ type }) => type).slice(0, 2)).toEqual([
      'early-data-accepted',
      'handshake-complete',
    ]);
  });

  it('is sent right behind the ClientHello, without waiting for anything', () => {
    const { client, session } = acquainted();
    const tls = createTlsClient({ ...client, session });
    const hello = tls.takeOutput();
    expect(hello[0]).toBe(22);
    // Appendix E.4: the dummy change_cipher_spec stands between the ClientHello and the early data.
    expect([...hello.subarray(-6)]).toEqual([20, 3, 3, 0, 1, 1]);
    tls.sendEarly(REQUEST);
    expect(tls.takeOutput()[0]).toBe(23);
  });

  it('may be answered before the client’s Finished', () => {
    const { client, server, session } = acquainted();
    const pair = createPair({ ...client, session }, server);
    pair.client.sendEarly(REQUEST);
    const events = pair.server.receive(pair.client.takeOutput());
    expect(events.map(({ type }) => type)).toEqual(['early-data']);
    expect(pair.server.state).toBe('handshaking');
    pair.server.send(asciiToBytes('response'));
    const heard = pair.client.receive(pair.server.takeOutput());
    expect(heard.map(({ type }) => type)).toEqual(['early-data-accepted', 'handshake-complete', 'data']);
    runNow(pair);
    expect(pair.server.info?.earlyData).toBe('accepted');
  });

  it('agrees whatever the chunks are', () => {
    for (const size of [1, 7, 100]) {
      const pair = resumeEarly(acquainted(), (bytes) =>
        Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.slice(at * size, (at + 1) * size)),
      );
      expectOutcome(pair, 'accepted');
    }
  });

  it('may be none at all: EndOfEarlyData comes all the same (RFC 9846 section 4.6)', () => {
    const { client, server, session } = acquainted();
    const pair = runNow(createPair({ ...client, session }, server));
    expect(failureOf(pair.serverEvents)).toBeNull();
    expect([pair.client.info?.earlyData, pair.server.info?.earlyData]).toEqual(['accepted', 'accepted']);
  });

  it('gives both sides the same exporter, which is not the one of the handshake', () => {
    const { client, server, session } = acquainted();
    const pair = createPair({ ...client, session }, server);
    const early = pair.client.exportEarlyKeyingMaterial('EXPORTER-x', null, 32);
    expect(() => pair.server.exportEarlyKeyingMaterial('EXPORTER-x', null, 32)).toThrow('wrong-state');
    runNow(pair);
    expect(pair.server.exportEarlyKeyingMaterial('EXPORTER-x', null, 32)).toEqual(early);
    expect(pair.client.exportEarlyKeyingMaterial('EXPORTER-x', new Uint8Array(0), 32)).toEqual(early);
    expect(pair.client.exportKeyingMaterial('EXPORTER-x', null, 32)).not.toEqual(early);
    expect(() => pair.client.exportEarlyKeyingMaterial('', null, 32)).toThrow('invalid-argument');
  });

  it('goes on until the server’s Finished, and no further', () => {
    const server = new ScriptedServer(earlyClient());
    server.connection.sendEarly(Uint8Array.of(1));
    server.listen().resumingServerHello();
    server.connection.sendEarly(Uint8Array.of(2));
    server.encryptedExtensions([ACCEPT]);
    server.connection.sendEarly(Uint8Array.of(3));
    server.listen();
    expect(server.heardData.map(([byte]) => byte)).toEqual([1, 2, 3]);
    server.finished();
    expect(server.eventTypes).toEqual(['early-data-accepted', 'handshake-complete']);
    expect(server.heard.map(({ type }) => type)).toEqual(['client_hello', 'end_of_early_data', 'finished']);
    expect(() => server.connection.sendEarly(Uint8Array.of(4))).toThrow('wrong-state');
    expect(server.heardChangeCipherSpecs).toBe(1);
  });

  it('under a suite with another hash', () => {
    const client = { provider: toyProvider(1, 'two hashes'), cipherSuites: ['TLS_AES_256_GCM_SHA384'] as const };
    expectOutcome(resumeEarly(acquainted({ client, server: { provider: toyProvider(2, 'two hashes') } })), 'accepted');
  });

  it('is logged for whoever reads key logs', () => {
    const logs: string[] = [];
    const keyLog = (line: string): void => void logs.push(line);
    resumeEarly(acquainted({ client: { keyLog }, server: { keyLog } }));
    for (const label of ['CLIENT_EARLY_TRAFFIC_SECRET', 'EARLY_EXPORTER_SECRET']) {
      const lines = logs.filter((line) => line.startsWith(`${label} `));
      expect(lines).toHaveLength(2);
      expect(lines[0]).toBe(lines[1]);
    }
  });
});

describe('early data that is refused', () => {
  const same = acquainted();

  it('without the feature at the server', () => {
    const { server, ...others } = same;
    const { earlyData: _off, ...tickets } = server.tickets as NonNullable<ServerConfig['tickets']>;
    expectOutcome(resumeEarly({ ...others, server: { ...server, tickets } }), 'refused');
  });

  it('with another protocol than before, and with one where there was none', () => {
    const known = acquainted({
      client: { alpn: { protocols: ['h2', 'sip/2'] } },
      server: { alpn: { protocols: ['sip/2', 'h2'] } },
    });
    expectOutcome(resumeEarly({ ...known, server: { ...known.server, alpn: { protocols: ['h2'] } } }), 'refused');
    expectOutcome(
      resumeEarly({ ...known, server: { ...known.server, alpn: { protocols: ['x'], onNoOverlap: 'continue' } } }),
      'refused',
    );
    expectOutcome(resumeEarly(known), 'accepted');
    const without = acquainted({ server: { alpn: { protocols: ['h2'] } } });
    expectOutcome(resumeEarly({ ...without, client: { ...without.client, alpn: { protocols: ['h2'] } } }), 'refused');
  });

  it('after HelloRetryRequest', () => {
    const known = acquainted({ server: { groups: ['secp256r1'] } });
    const pair = resumeEarly(known);
    expectOutcome(pair, 'refused');
    expect(pair.server.info?.helloRetryRequested).toBe(true);
  });

  it('together with the ticket', () => {
    const { server, ...others } = same;
    const tickets = { ...(server.tickets as NonNullable<ServerConfig['tickets']>), lifetimeSeconds: 1 };
    others.clock.advance(2000);
    expectOutcome(resumeEarly({ ...others, server: { ...server, tickets } }), 'refused', false);
  });

  it.each([10_001, -10_001])('with an age that is %d ms off', (drift) => {
    const known = acquainted();
    known.clock.advance(20_000);
    const contents = Session.contentsOf(known.session);
    const session = new Session({ ...contents, receivedAt: contents.receivedAt + drift });
    expectOutcome(resumeEarly({ ...known, session }), 'refused');
    const within = new Session({ ...contents, receivedAt: contents.receivedAt + drift - Math.sign(drift) });
    expectOutcome(resumeEarly({ ...known, session: within }), 'accepted');
  });

  it('while what came before the replay store began could still be fresh', () => {
    for (const [startedAt, outcome] of [
      [START - 19_999, 'refused'],
      [START - 20_000, 'accepted'],
    ] as const) {
      expectOutcome(resumeEarly(acquainted({ replayStore: { startedAt } })), outcome);
    }
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['says that it is there', () => 'present' as const],
    ['is full', () => 'full' as const],
    ['answers nonsense', () => true as never],
  ])('when the replay store %s', (_what, putIfAbsent) => {
    expectOutcome(resumeEarly(acquainted({ replayStore: { putIfAbsent } })), 'refused');
  });

  it('when the ticket allowed more than the server does today', () => {
    const known = acquainted();
    const replayStore = known.store;
    const earlyData = serverEarlyData({ maxSize: EARLY_DATA_SIZE - 1, replayStore });
    const tickets = toyTickets({ now: known.clock.now, earlyData });
    expectOutcome(resumeEarly({ ...known, server: { ...known.server, tickets } }), 'refused');
  });

  it('is never sent again, and no more can be sent', () => {
    const server = new ScriptedServer(earlyClient());
    server.connection.sendEarly(REQUEST);
    server.resumingServerHello().encryptedExtensions();
    expect(server.eventTypes).toEqual(['early-data-rejected']);
    expect(() => server.connection.sendEarly(REQUEST)).toThrow('wrong-state');
    expect(() => server.connection.exportEarlyKeyingMaterial('EXPORTER-x', null, 32)).toThrow('wrong-state');
    server.finished();
    expect(server.heard.map(({ type }) => type)).toEqual(['client_hello', 'finished']);
    expect(server.heardData).toHaveLength(1);
    expect(server.connection.info?.earlyData).toBe('refused');
  });
});

describe('a replay', () => {
  it('of the whole first flight is taken once, at each of the servers that share a store', () => {
    const { client, server, session } = acquainted();
    const tls = createTlsClient({ ...client, session });
    tls.sendEarly(REQUEST);
    const flight = tls.takeOutput();
    const taken = [1, 2, 3].map(() => {
      const pair = createPair(client, server);
      return bytesToLatin1(earlyDataOf(pair.server.receive(flight)));
    });
    expect(taken).toEqual([bytesToLatin1(REQUEST), '', '']);
  });

  it('asks the store for nothing before the binder is right', () => {
    const keys: Uint8Array[] = [];
    const known = acquainted({
      replayStore: {
        putIfAbsent: (key) => {
          keys.push(key);
          return 'absent';
        },
      },
    });
    const contents = Session.contentsOf(known.session);
    const wrong = new Session({ ...contents, psk: new Uint8Array(32).fill(1) });
    const pair = resumeEarly({ ...known, session: wrong });
    expect(failureOf(pair.serverEvents)).toBe('bad-binder');
    expect(keys).toEqual([]);
    resumeEarly(known);
    expect(keys).toHaveLength(1);
    expect(keys[0]).toHaveLength(32);
  });

  it('waits for a store that answers later, while the early data is held', async () => {
    const known = acquainted({ replayStore: { putIfAbsent: () => Promise.resolve('absent' as const) } });
    const pair = createPair({ ...known.client, session: known.session }, known.server);
    pair.client.sendEarly(REQUEST);
    await run(pair);
    expectOutcome(pair, 'accepted');
    const failing = acquainted({ replayStore: { putIfAbsent: () => Promise.reject(new Error('down')) } });
    const refused = createPair({ ...failing.client, session: failing.session }, failing.server);
    refused.client.sendEarly(REQUEST);
    await run(refused);
    expectOutcome(refused, 'refused');
  });
});

describe('what a client offers', () => {
  const begins = (config: Partial<ClientConfig>, session: Parameters<typeof toySession>[0] = {}): boolean => {
    const server = new ScriptedServer(earlyClient(config, session));
    const announced = server
      .last('client_hello')
      .extensions?.some(({ type }) => type === EXTENSION_CODES.early_data) as boolean;
    expect(server.connection.earlyDataRemaining > 0).toBe(announced);
    if (!announced) expect(() => server.connection.sendEarly(REQUEST)).toThrow('wrong-state');
    return announced;
  };

  it('is early data where the session allows it, under the same suite, protocol and name', () => {
    const alpn = asciiToBytes('h2');
    expect(begins({})).toBe(true);
    expect(begins({}, { maxEarlyDataSize: 0 })).toBe(false);
    expect(begins({ cipherSuites: ['TLS_AES_128_GCM_SHA256'] })).toBe(false);
    expect(begins({}, { alpn })).toBe(false);
    expect(begins({ alpn: { protocols: ['sip/2'] } }, { alpn })).toBe(false);
    expect(begins({ alpn: { protocols: ['sip/2', 'h2'] } }, { alpn })).toBe(true);
    const elsewhere = { serverName: 'other.test', acrossNames: 'any-name' } as const;
    expect(
      begins({ resumption: { now: () => START, policy: 'test policy', acrossNames: 'where-allowed' } }, elsewhere),
    ).toBe(false);
  });

  it('is never more than the ticket allows', () => {
    const server = new ScriptedServer(earlyClient());
    const { connection } = server;
    expect(connection.earlyDataRemaining).toBe(EARLY_DATA_SIZE);
    connection.sendEarly(new Uint8Array(EARLY_DATA_SIZE - 1));
    expect(() => connection.sendEarly(new Uint8Array(2))).toThrow('early-data-too-long');
    connection.sendEarly(new Uint8Array(1));
    expect(connection.earlyDataRemaining).toBe(0);
    connection.sendEarly(new Uint8Array(0));
    expect(() => connection.sendEarly(new Uint8Array(1))).toThrow('early-data-too-long');
    server.listen();
    expect(concatBytes(...server.heardData)).toHaveLength(EARLY_DATA_SIZE);
  });
});

describe('limits of a server', () => {
  function early(): ScriptedClient {
    const client = new ScriptedClient(earlyServer());
    client.offers = [earlyTicket()];
    client.announcesEarlyData = true;
    return client.clientHello();
  }

  it('is exactly what the ticket allows', () => {
    const client = early().earlyData(new Uint8Array(EARLY_DATA_SIZE));
    expect(client.failure).toBeNull();
    expect(client.earlyData(new Uint8Array(0)).failure).toBeNull();
    expect(client.endOfEarlyData().finished().connection.info?.earlyData).toBe('accepted');
    expect(early().earlyData(new Uint8Array(EARLY_DATA_SIZE + 1)).failure).toBe('too-much-early-data');
  });

  it('skips as much refused ciphertext as a client with a ticket of ours may send', () => {
    const maxSize = 100_000;
    const skip = (records: number): string | null => {
      const client = new ScriptedClient(earlyServer({}, { maxSize }));
      client.offers = [earlyTicket({ maxEarlyDataSize: maxSize, serverName: 'localhost', issuedAt: START - 100_000 })];
      client.announcesEarlyData = true;
      client.clientHello();
      expect(client.connection.state).toBe('handshaking');
      for (let count = 0; count < records; count++) client.earlyData(new Uint8Array(10_000));
      return client.finished().failure;
    };
    expect(skip(10)).toBeNull();
    expect(skip(11)).toBe('bad-record-mac');
  });

  it('is checked where it is configured', () => {
    const replayStore = createReplayStore({ now: () => START });
    for (const options of [{}, { maxSize: 1 }, { maxSize: 2 ** 32 - 1 }, { freshnessWindow: 60_000 }]) {
      expect(() => serverEarlyData({ replayStore, ...options })).not.toThrow();
    }
    for (const options of [{ maxSize: 0 }, { maxSize: 2 ** 32 }, { maxSize: 1.5 }, { freshnessWindow: 60_001 }]) {
      expect(() => serverEarlyData({ replayStore, ...options })).toThrow('invalid-configuration');
    }
  });
});
