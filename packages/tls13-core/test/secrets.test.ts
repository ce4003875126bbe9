import { inspect } from 'node:util';
import { bytesToHex } from '@portico/bytes';
import type { CryptoProvider, Hash, KeyExchange } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { deriveSecret } from '../src/key-schedule/hkdf-label.js';
import { Session } from '../src/session/session.js';
import { createTlsClient } from '../src/client-connection.js';
import { createPair, runNow, type Pair } from './support/pair.js';
import { ScriptedClient } from './support/scripted-client.js';
import { ScriptedServer } from './support/scripted-server.js';
import {
  connect,
  resumingClient,
  serverWithTickets,
  sessionsOf,
  START,
  toyTicket,
  toyTickets,
} from './support/sessions.js';
import { TOY_CLIENT, toyClient, toyServer, toyServerWithClientAuthentication } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

/** The provider, and every array that it was given or gave as a key: the very arrays, to see whether they are wiped. */
function watchedProvider(
  seed: number,
  hashes?: 'two hashes',
): { readonly provider: CryptoProvider; readonly keys: Set<Uint8Array> } {
  const provider = toyProvider(seed, hashes);
  const keys = new Set<Uint8Array>();
  const watch = (hash: Hash): Hash => ({
    ...hash,
    hmac: (key, data) => {
      keys.add(key);
      return hash.hmac(key, data);
    },
  });
  const note = (key: Uint8Array): Uint8Array => {
    keys.add(key);
    return key;
  };
  return {
    keys,
    provider: {
      ...provider,
      hashes: provider.hashes.map(watch),
      cipherSuites: provider.cipherSuites.map((suite) => ({
        ...suite,
        hash: watch(suite.hash),
        createOpener: (key: Uint8Array) => suite.createOpener(note(key)),
        createSealer: (key: Uint8Array) => suite.createSealer(note(key)),
      })),
    },
  };
}

/** A HelloRetryRequest for a suite with another hash than the PSK's. */
function otherHash(peer: ScriptedServer): ScriptedServer {
  peer.suite = toyProvider(2, 'two hashes').cipherSuites.find(({ hash }) => hash.name === 'sha384') ?? null;
  return peer.helloRetryRequest();
}

const WRONG_FINISHED = { body: () => ({ verifyData: new Uint8Array(32) }) };

/** Of a handshake without a PSK: its Early Secret and what comes of it, made of zeros. Everybody knows them; one is kept. */
const KNOWN_TO_ALL: readonly string[] = toyProvider(1, 'two hashes').hashes.flatMap((hash) => {
  const zeros = new Uint8Array(hash.outputLength);
  const early = hash.hmac(zeros, zeros);
  return [early, deriveSecret(hash, early, 'derived', hash.digest(new Uint8Array(0)))].map(bytesToHex);
});

function unwiped(keys: Iterable<Uint8Array>): string[] {
  const left = [...keys].filter((key) => key.some((byte) => byte !== 0)).map(bytesToHex);
  return left.filter((key) => !KNOWN_TO_ALL.includes(key));
}

describe('secrets stay inside', () => {
  it('no event, info or error holds a traffic secret, whichever way it is looked at', () => {
    const secrets: string[] = [];
    const keyLog = (line: string): number => secrets.push(line.split(' ')[2] as string);
    const pair = runNow(
      createPair(
        toyClient({ keyLog, selectCredential: () => TOY_CLIENT, alpn: { protocols: ['sip/2'] } }),
        toyServerWithClientAuthentication('require', { keyLog, alpn: { protocols: ['sip/2'] } }),
      ),
    );
    pair.client.send(Uint8Array.of(1));
    runNow(pair);
    pair.serverEvents.push(...pair.server.receive(Uint8Array.of(23, 3, 3, 0, 17, ...new Uint8Array(17))));
    runNow(pair);
    // Five labels, the same on both sides.
    expect(new Set(secrets).size).toBe(5);
    expect(pair.serverEvents.at(-1)?.type).toBe('failed');
    const seen = [pair.clientEvents, pair.serverEvents, pair.client.info, pair.server.info, pair.client, pair.server];
    for (const text of seen.flatMap(everyView)) {
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });

  it('the key log has the five lines of a connection, in the format that tools read', () => {
    const lines: string[] = [];
    runNow(createPair(toyClient({ keyLog: (line) => lines.push(line) }), toyServer()));
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
      'SERVER_HANDSHAKE_TRAFFIC_SECRET',
      'CLIENT_TRAFFIC_SECRET_0',
      'SERVER_TRAFFIC_SECRET_0',
      'EXPORTER_SECRET',
    ]);
    for (const line of lines) expect(line).toMatch(/^[A-Z0-9_]+ [0-9a-f]{64} [0-9a-f]{64}$/);
  });
});

describe('PSKs stay inside', () => {
  it('no event, info, error or connection of a resumption holds one', () => {
    const tickets = { tickets: toyTickets() };
    const resumption = { now: () => START };
    const client = toyClient({ resumption });
    const first = connect(client, toyServer(tickets));
    const second = connect({ ...client, session: first.session }, toyServer(tickets));
    expect(second.client.info?.resumed).toBe(true);
    const sessions = [first, second].flatMap(({ clientEvents }) => sessionsOf(clientEvents));
    expect(sessions).toHaveLength(3);
    const secrets = sessions.map((session) => bytesToHex(Session.contentsOf(session).psk));
    for (const text of [first, second].flatMap(Object.values).flatMap(everyView)) {
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });
});

/** The provider, and how many of its key exchanges, openers and sealers were made and not yet destroyed. */
function countedProvider(seed: number): { readonly provider: CryptoProvider; readonly alive: Set<object> } {
  const provider = toyProvider(seed);
  const alive = new Set<object>();
  const counted = <T extends { destroy(): void }>(made: T): T => {
    const watched: T = {
      ...made,
      destroy: () => {
        alive.delete(watched);
        made.destroy();
      },
    };
    alive.add(watched);
    return watched;
  };
  return {
    alive,
    provider: {
      ...provider,
      groups: provider.groups.map((group) => ({
        ...group,
        start: (random: typeof provider.random) => counted(group.start(random) as KeyExchange),
      })),
      cipherSuites: provider.cipherSuites.map((suite) => ({
        ...suite,
        createOpener: (key: Uint8Array) => counted(suite.createOpener(key)),
        createSealer: (key: Uint8Array) => counted(suite.createSealer(key)),
      })),
    },
  };
}

describe('what holds a key is destroyed', () => {
  it('once the next key is in place: an open connection has one opener and one sealer, and no key exchange', () => {
    for (const keyShares of [[], ['x25519'], ['x25519', 'secp256r1', 'secp384r1']] as const) {
      const client = countedProvider(1);
      const server = countedProvider(2);
      const pair = runNow(
        createPair(toyClient({ provider: client.provider, keyShares }), toyServer({ provider: server.provider })),
      );
      for (const side of [pair.client, pair.server]) side.updateKeys({ requestPeer: true });
      runNow(pair);
      expect([pair.client.state, client.alive.size, server.alive.size]).toEqual(['open', 2, 2]);
      pair.client.abort();
      pair.server.abort();
      expect([client.alive.size, server.alive.size]).toEqual([0, 0]);
    }
  });

  it('with a handshake that fails or is given up, share by share', () => {
    const { provider, alive } = countedProvider(1);
    const connection = createTlsClient(toyClient({ provider, keyShares: ['x25519', 'secp256r1'] }));
    expect(alive.size).toBe(2);
    connection.receive(Uint8Array.of(0x47));
    connection.abort();
    expect(alive.size).toBe(0);
  });

  it('with the first share after a HelloRetryRequest for another', () => {
    const { provider, alive } = countedProvider(1);
    const pair = createPair(toyClient({ provider, keyShares: ['x25519'] }), toyServer({ groups: ['secp256r1'] }));
    pair.server.receive(pair.client.takeOutput());
    const retry = pair.server.takeOutput();
    pair.client.receive(retry);
    expect(alive.size).toBe(1);
  });
});

describe('secrets are wiped', () => {
  it.each<[string, (peer: ScriptedServer) => unknown]>([
    ['that is offered a hello it refuses', (peer) => peer.helloRetryRequest(0x1234)],
    ['when the session is declined', (peer) => peer.handshake().connection.abort()],
    ['when the server is wrong', (peer) => peer.resumingServerHello().encryptedExtensions().finished(WRONG_FINISHED)],
    ['after tickets', (peer) => peer.resumption().newSessionTicket().newSessionTicket().connection.abort()],
    ['whose hash the server does not take', (peer) => otherHash(peer).handshake().connection.abort()],
    ['when it was aborted at once', (peer) => peer.connection.abort()],
  ])('by a client with a session, %s', (_name, end) => {
    const { provider, keys } = watchedProvider(1, 'two hashes');
    const peer = new ScriptedServer(resumingClient({ provider }));
    const own = new Set(keys);
    keys.clear();
    end(separately(peer, keys, own));
    expect(unwiped(own)).toEqual([]);
  });

  it.each<[string, (peer: ScriptedClient) => unknown]>([
    ['a bad binder', (peer) => peer.clientHello({ body: (hello) => ({ ...hello, cipherSuites: [0x1303] }) })],
    ['a wrong Finished', (peer) => peer.clientHello().finished(WRONG_FINISHED)],
    ['a connection that is over', (peer) => peer.handshake().connection.abort()],
  ])('by a server with tickets, after %s', (_name, end) => {
    const { provider, keys } = watchedProvider(1);
    const peer = new ScriptedClient(serverWithTickets({ provider }));
    peer.offers = [toyTicket()];
    const own = new Set(keys);
    keys.clear();
    end(separately(peer, keys, own));
    expect(own.size).toBeGreaterThan(2);
    expect(unwiped(own)).toEqual([]);
  });

  it('by a server that ends while a ticket is being made', () => {
    const { provider, keys } = watchedProvider(1);
    const protector = { seal: () => new Promise<never>(() => undefined), open: () => null };
    const peer = new ScriptedClient(serverWithTickets({ provider, tickets: toyTickets({ protector }) }));
    peer.offersModes = true;
    const own = new Set(keys);
    keys.clear();
    separately(peer, keys, own).handshake();
    expect(peer.connection.waiting).not.toBeNull();
    peer.connection.abort();
    expect(unwiped(own)).toEqual([]);
  });

  it.each<[string, (peer: ScriptedServer) => unknown]>([
    ['at ServerHello', (peer) => peer.serverHello({ body: (hello) => ({ ...hello, cipherSuite: 0x1399 }) })],
    [
      'at EncryptedExtensions',
      (peer) => peer.serverHello().encryptedExtensions([{ type: 999, data: new Uint8Array(0) }]),
    ],
    [
      'at Certificate',
      (peer) =>
        peer
          .serverHello()
          .encryptedExtensions()
          .certificate({ body: (m) => ({ ...m, certificateList: [] }) }),
    ],
    [
      'at Finished',
      (peer) =>
        peer
          .serverHello()
          .encryptedExtensions()
          .certificate()
          .certificateVerify()
          .finished({ body: () => ({ verifyData: new Uint8Array(32) }) }),
    ],
    ['after the handshake', (peer) => peer.handshake().send(99, Uint8Array.of(1))],
    ['after a KeyUpdate', (peer) => peer.handshake().keyUpdate(1).send(99, Uint8Array.of(1))],
    ['when aborted', (peer) => peer.handshake().connection.abort()],
    ['when aborted in the middle', (peer) => peer.serverHello().connection.abort()],
    ['when closed in the middle', (peer) => peer.serverHello().connection.close()],
    ['when the input ends in the middle', (peer) => peer.serverHello().encryptedExtensions().connection.endOfInput()],
  ])('by a client that ends %s', (_name, end) => {
    const { provider, keys } = watchedProvider(1);
    // The peer has a provider of its own, whose keys are no business of this test.
    const peer = new ScriptedServer(toyClient({ provider }));
    const own = new Set(keys);
    keys.clear();
    end(separately(peer, keys, own));
    expect(['failed', 'closed']).toContain(peer.connection.state);
    expect(unwiped(own)).toEqual([]);
  });

  it.each<[string, (peer: ScriptedClient) => unknown]>([
    ['at Finished', (peer) => peer.clientHello().finished({ body: () => ({ verifyData: new Uint8Array(32) }) })],
    [
      'at a protected record that is none',
      (peer) => peer.clientHello().sendPlain('application_data', new Uint8Array(40)),
    ],
    ['after the handshake', (peer) => peer.handshake().send(99, Uint8Array.of(1))],
    ['when aborted', (peer) => peer.handshake().connection.abort()],
    ['when closed in the middle', (peer) => peer.clientHello().connection.close()],
    ['when the input ends in the middle', (peer) => peer.clientHello().connection.endOfInput()],
  ])('by a server that ends %s', (_name, end) => {
    const { provider, keys } = watchedProvider(1);
    const peer = new ScriptedClient(toyServer({ provider }));
    const own = new Set(keys);
    keys.clear();
    end(separately(peer, keys, own));
    expect(['failed', 'closed']).toContain(peer.connection.state);
    expect(unwiped(own)).toEqual([]);
  });

  it('by both sides once both directions are closed', () => {
    const client = watchedProvider(1);
    const server = watchedProvider(2);
    const pair: Pair = runNow(createPair(toyClient(client), toyServer(server)));
    pair.client.send(Uint8Array.of(1));
    pair.client.close();
    pair.server.close();
    runNow(pair);
    expect([pair.client.state, pair.server.state]).toEqual(['closed', 'closed']);
    expect(unwiped(client.keys)).toEqual([]);
    expect(unwiped(server.keys)).toEqual([]);
  });
});

/** Sorts the keys: those noted while the connection itself is at work are its own. */
function separately<T extends ScriptedClient | ScriptedServer>(
  peer: T,
  noted: Set<Uint8Array>,
  own: Set<Uint8Array>,
): T {
  const { connection } = peer;
  for (const name of ['receive', 'endOfInput', 'close', 'abort'] as const) {
    const real = connection[name].bind(connection) as (...input: unknown[]) => never;
    connection[name] = ((...input: unknown[]) => {
      noted.clear();
      const result = real(...input);
      for (const key of noted) own.add(key);
      noted.clear();
      return result;
    }) as never;
  }
  return peer;
}

function everyView(value: unknown): string[] {
  const hexBytes = (_key: string, inner: unknown): unknown => (inner instanceof Uint8Array ? bytesToHex(inner) : inner);
  return [JSON.stringify(value, hexBytes) ?? '', inspect(value, { depth: 9, showHidden: true }), String(value)];
}
