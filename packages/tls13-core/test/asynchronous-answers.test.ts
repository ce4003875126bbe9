import { asciiToBytes, bytesToLatin1, concatBytes } from '@portico/bytes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientConfig, PeerVerdict, ServerConfig } from '../src/config.js';
import { createPair, dataOf, failureOf, run, runNow, type Pair } from './support/pair.js';
import { ScriptedServer } from './support/scripted-server.js';
import {
  TOY_CLIENT,
  TOY_SERVER,
  toyClient,
  toyServer,
  toyServerWithClientAuthentication,
} from './support/toy-credentials.js';

const rejections: unknown[] = [];
const note = (reason: unknown): number => rejections.push(reason);
beforeEach(() => {
  rejections.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(rejections).toEqual([]);
});

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A client that waits for a verdict on the server's certificate. */
function parkedClient(limits: ClientConfig['limits'] = {}): { verdict: Deferred<PeerVerdict>; pair: Pair } {
  const verdict = deferred<PeerVerdict>();
  const pair = runNow(createPair(toyClient({ verifyPeer: () => verdict.promise, limits }), toyServer()));
  expect(pair.client.waiting).not.toBeNull();
  return { verdict, pair };
}

describe('asynchronous answers', () => {
  const slow = async <T>(value: T | PromiseLike<T>): Promise<T> => {
    await new Promise((resolve) => setImmediate(resolve));
    return value;
  };
  const slowSigner = (credential: typeof TOY_SERVER): typeof TOY_SERVER => ({
    ...credential,
    signer: { ...credential.signer, sign: (scheme, message) => slow(credential.signer.sign(scheme, message)) },
  });

  it.each<[string, Partial<ClientConfig>, Partial<ServerConfig>]>([
    ['a verdict on the server', { verifyPeer: () => slow({ trusted: true }) }, {}],
    [
      'a verdict on the client',
      {},
      { clientAuthentication: { mode: 'require', verifyPeer: () => slow({ trusted: true }) } },
    ],
    ['a credential of the server', {}, { credentials: () => slow(TOY_SERVER) }],
    ['a list of credentials of the server', {}, { credentials: () => slow([TOY_SERVER]) }],
    ['a credential of the client', { selectCredential: () => slow(TOY_CLIENT) }, {}],
    ['a signature of the server', {}, { credentials: [slowSigner(TOY_SERVER)] }],
    ['a signature of the client', { selectCredential: () => slowSigner(TOY_CLIENT) }, {}],
  ])('may come later: %s', async (_name, client, server) => {
    const base = toyServerWithClientAuthentication('require');
    const pair = await run(
      createPair(toyClient({ selectCredential: () => TOY_CLIENT, ...client }), { ...base, ...server }),
    );
    expect(pair.client.info).not.toBeNull();
    expect(pair.server.info?.peerCertificates).toEqual(TOY_CLIENT.certificateChain);
    pair.client.send(asciiToBytes('after all'));
    expect(bytesToLatin1(dataOf(runNow(pair).serverEvents))).toBe('after all');
  });

  it('may come from a provider: key exchange and verification', async () => {
    const { provider } = toyClient();
    const slowProvider = {
      ...provider,
      groups: provider.groups.map((group) => ({
        ...group,
        start: async (random: typeof provider.random) => {
          const exchange = await slow(await group.start(random));
          return { ...exchange, finish: (share: Uint8Array) => slow(exchange.finish(share)) };
        },
        respond: (share: Uint8Array, random: typeof provider.random) => slow(group.respond(share, random)),
      })),
      keyAlgorithms: provider.keyAlgorithms.map((algorithm) => ({
        ...algorithm,
        verify: (...check: Parameters<typeof algorithm.verify>) => slow(algorithm.verify(...check)),
      })),
    };
    const pair = await run(createPair(toyClient({ provider: slowProvider }), toyServer({ provider: slowProvider })));
    expect(pair.client.info).not.toBeNull();
    expect(pair.server.info).not.toBeNull();
  });

  it('stop the reading of input, which is taken up again in order', async () => {
    const { verdict, pair } = parkedClient();
    expect(pair.client.wantsInput).toBe(false);
    expect(pair.client.expectedMessages).toEqual([]);
    verdict.resolve({ trusted: true });
    await run(pair);
    expect(pair.client.wantsInput).toBe(true);
    expect(pair.client.info).not.toBeNull();
  });

  it('hold what comes meanwhile, in any pieces', async () => {
    const verdict = deferred<PeerVerdict>();
    const peer = new ScriptedServer(toyClient({ verifyPeer: () => verdict.promise }));
    peer.serverHello().encryptedExtensions().certificate();
    const waiting = peer.connection.waiting as Promise<unknown>;
    // A flight that the client cannot read before the verdict, byte by byte.
    const flight: Uint8Array[] = [];
    const realReceive = peer.connection.receive.bind(peer.connection);
    peer.connection.receive = (chunk) => {
      flight.push(chunk);
      for (const byte of chunk) expect(realReceive(Uint8Array.of(byte))).toEqual([]);
      return [];
    };
    peer.certificateVerify().finished();
    expect(flight.length).toBe(2);
    verdict.resolve({ trusted: true });
    await waiting;
    expect(peer.connection.state).toBe('open');
  });
});

describe('an answer after the end', () => {
  it.each<[string, (pair: Pair) => void]>([
    ['close', ({ client }) => client.close()],
    ['abort', ({ client }) => client.abort()],
    ['end of input', ({ client, clientEvents }) => clientEvents.push(...client.endOfInput())],
  ])('is swallowed, whether it is good or bad: %s', async (_name, end) => {
    for (const settle of ['resolve', 'reject'] as const) {
      const { verdict, pair } = parkedClient();
      const waiting = pair.client.waiting as Promise<unknown>;
      end(pair);
      const output = pair.client.takeOutput();
      const { state } = pair.client;
      if (settle === 'resolve') verdict.resolve({ trusted: true });
      else verdict.reject(new Error('too late'));
      expect(await waiting).toEqual([]);
      expect(pair.client.state).toBe(state);
      expect(pair.client.takeOutput()).toEqual(new Uint8Array(0));
      expect(output.length).toBe(_name === 'close' ? 2 * (5 + 2 + 1 + 16) : 0);
    }
  });

  it('that comes twice from a careless thenable counts once', async () => {
    const twice = {
      then: (resolve: (verdict: PeerVerdict) => void, reject: (error: unknown) => void) => {
        resolve({ trusted: true });
        resolve({ trusted: false, refusal: 'unknown', message: 'second thoughts' });
        reject(new Error('third thoughts'));
      },
    } as PromiseLike<PeerVerdict>;
    const pair = await run(createPair(toyClient({ verifyPeer: () => twice }), toyServer()));
    expect(pair.client.state).toBe('open');
    expect(pair.server.state).toBe('open');
  });

  it('that is a rejection before the end fails the connection, and says so through `waiting`', async () => {
    const { verdict, pair } = parkedClient();
    verdict.reject(new Error('the verifier is down'));
    await run(pair);
    expect(failureOf(pair.clientEvents)).toBe('callback-failed');
    expect(failureOf(pair.serverEvents)).toBe('alert-received');
  });
});

describe('a parked connection', () => {
  it('ends with the end of input: the data behind the answer would be missing', () => {
    const { pair } = parkedClient();
    expect(pair.client.endOfInput()).toMatchObject([{ type: 'failed', error: { reason: 'end-of-input' } }]);
    expect(pair.client.state).toBe('failed');
    expect(pair.client.waiting).toBeNull();
  });

  it.each(['in the same chunk', 'in another chunk'])('holds input up to its limit and not a byte more, %s', (where) => {
    for (const [extra, failure] of [
      [0, null],
      [1, 'too-much-parked-input'],
    ] as const) {
      const input = new Uint8Array(4096 + extra);
      const limits = { parkedInput: 4096 };
      const verdict = deferred<PeerVerdict>();
      const pair = createPair(toyClient({ verifyPeer: () => verdict.promise, limits }), toyServer());
      pair.server.receive(pair.client.takeOutput());
      const flight = pair.server.takeOutput();
      const chunks = where === 'in the same chunk' ? [concatBytes(flight, input)] : [flight, input];
      const events = chunks.flatMap((chunk) => pair.client.receive(chunk));
      expect(failureOf(events)).toBe(failure);
      expect(pair.client.waiting === null).toBe(failure !== null);
    }
  });

  it('sends its farewell when it is closed, and forgets what it held', () => {
    const { pair } = parkedClient();
    pair.client.close();
    runNow(pair);
    expect(pair.serverEvents).toMatchObject([{ type: 'failed', error: { alert: { name: 'close_notify' } } }]);
  });
});
