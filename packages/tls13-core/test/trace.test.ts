import { inspect } from 'node:util';
import { asciiToBytes, bytesToHex } from '@portico/bytes';
import type { CryptoProvider, Hash, NamedGroup } from '@portico/crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TlsConnection } from '../src/connection.js';
import { encodeHandshakeMessage } from '../src/messages/message.js';
import { Session } from '../src/session/session.js';
import { traceTo, type TraceEvent } from '../src/trace.js';
import { createTestAuthority } from './support/credentials.js';
import { createPair, failureOf, runNow } from './support/pair.js';
import { seededProvider } from './support/provider.js';
import { ScriptedServer } from './support/scripted-server.js';
import { connect, sessionsOf, START, toyTickets } from './support/sessions.js';
import { TOY_CLIENT, toyClient, toyServer, toyServerWithClientAuthentication } from './support/toy-credentials.js';

/** An event in a few words. */
function inWords(event: TraceEvent): string {
  switch (event.type) {
    case 'record':
      return `${event.direction} ${event.protection} ${event.contentType}`;
    case 'message':
      return `${event.direction} ${event.message.type}`;
    case 'alert':
      return `${event.direction} alert ${event.alert.name}`;
    case 'keys-changed':
      return `${event.direction} keys`;
  }
}

describe('a trace', () => {
  it('tells everything that a client sent and received, in order', () => {
    const seen: TraceEvent[] = [];
    const pair = runNow(createPair(toyClient({ trace: traceTo((event) => seen.push(event)) }), toyServer()));
    pair.client.send(asciiToBytes('hello'));
    pair.client.updateKeys();
    runNow(pair);
    pair.server.close();
    runNow(pair);
    expect(seen.map(inWords)).toEqual([
      'sent client_hello',
      'sent plaintext handshake',
      'received plaintext handshake',
      'received server_hello',
      'received keys',
      'sent plaintext change_cipher_spec',
      'sent keys',
      'received plaintext change_cipher_spec',
      'received protected handshake',
      'received encrypted_extensions',
      'received certificate',
      'received certificate_verify',
      'received finished',
      'received keys',
      'sent finished',
      'sent protected handshake',
      'sent keys',
      'sent protected application_data',
      'sent key_update',
      'sent protected handshake',
      'sent keys',
      'received protected alert',
      'received alert close_notify',
    ]);
  });

  it('has the lengths of records, and the very messages of the other side’s trace', () => {
    const client: TraceEvent[] = [];
    const server: TraceEvent[] = [];
    const lengths: number[] = [];
    const pair = createPair(
      toyClient({
        trace: traceTo((event) => client.push(event)),
        selectCredential: () => TOY_CLIENT,
        maxFragmentLength: 50,
      }),
      toyServerWithClientAuthentication('require', {
        trace: traceTo((event) => server.push(event)),
        maxFragmentLength: 70,
      }),
    );
    runNow(pair, (bytes) => {
      lengths.push(bytes.length);
      return [bytes];
    });
    const recordsOf = (events: TraceEvent[], direction: string): unknown[] =>
      events.flatMap((event) =>
        event.type === 'record' && event.direction === direction
          ? [[event.contentType, event.length, event.contentLength]]
          : [],
      );
    const messagesOf = (events: TraceEvent[], direction: string): unknown[] =>
      events.flatMap((event) => (event.type === 'message' && event.direction === direction ? [event.message] : []));
    expect(recordsOf(client, 'sent')).toEqual(recordsOf(server, 'received'));
    expect(recordsOf(server, 'sent')).toEqual(recordsOf(client, 'received'));
    expect(messagesOf(client, 'sent')).toEqual(messagesOf(server, 'received'));
    expect(messagesOf(server, 'sent')).toEqual(messagesOf(client, 'received'));
    const total = [...client, ...server].reduce(
      (sum, event) => sum + (event.type === 'record' && event.direction === 'sent' ? event.length : 0),
      0,
    );
    expect(total).toBe(lengths.reduce((sum, length) => sum + length, 0));
    for (const event of client) {
      if (event.type !== 'message') continue;
      const { type, body, raw } = event.message;
      expect(encodeHandshakeMessage(type, body as never)).toEqual(raw);
    }
  });

  it('tells what went wrong', () => {
    const seen: TraceEvent[] = [];
    new ScriptedServer(toyClient({ trace: traceTo((event) => seen.push(event)) })).serverHello().finished();
    expect(seen.map(inWords).slice(-3)).toEqual([
      'received protected handshake',
      'sent alert unexpected_message',
      'sent protected alert',
    ]);
  });

  it('is a copy: what a tracer does to it changes nothing', () => {
    const spoil = traceTo((event) => {
      if (event.type === 'message') event.message.raw.fill(0);
    });
    const pair = runNow(createPair(toyClient({ trace: spoil }), toyServer({ trace: spoil })));
    expect([pair.client.state, pair.server.state]).toEqual(['open', 'open']);
  });

  it('that throws fails the connection, once', () => {
    let calls = 0;
    const trace = traceTo((event) => {
      if (event.direction === 'sent') return;
      calls++;
      throw new Error('full');
    });
    const pair = runNow(createPair(toyClient({ trace }), toyServer()));
    expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual(['callback-failed', 'alert-received']);
    expect(calls).toBe(1);
  });

  it.each([
    ['send', (connection: TlsConnection) => connection.send(Uint8Array.of(1))],
    ['updateKeys', (connection: TlsConnection) => connection.updateKeys()],
  ])('that throws in %s fails the connection there, and no record is lost', (_call, act) => {
    let isFull = false;
    const trace = traceTo(() => {
      if (isFull) throw new Error('full');
    });
    const pair = runNow(createPair(toyClient({ trace }), toyServer()));
    pair.client.send(asciiToBytes('before'));
    isFull = true;
    expect(() => act(pair.client)).toThrow('callback-failed');
    expect(pair.client.state).toBe('failed');
    runNow(pair);
    // The alert came, under keys and with a sequence number that fit: so did all that was in front of it.
    expect(failureOf(pair.serverEvents)).toBe('alert-received');
    expect(failureOf(pair.client.receive(new Uint8Array(0)))).toBe('callback-failed');
  });

  it('that throws while a failure is told leaves the failure what it was', () => {
    const seen: TraceEvent[] = [];
    const trace = traceTo((event) => {
      seen.push(event);
      if (event.type === 'alert') throw new Error('full');
    });
    const peer = new ScriptedServer(toyClient({ trace })).serverHello().finished();
    expect(failureOf(peer.events)).toBe('unexpected-message');
    expect(seen.at(-1)).toMatchObject({ type: 'alert', direction: 'sent' });
  });

  it('that throws while we close fails the connection, behind close_notify', () => {
    const trace = traceTo((event) => {
      if (event.type === 'alert') throw new Error('full');
    });
    const pair = runNow(createPair(toyClient({ trace }), toyServer()));
    pair.client.close();
    expect(pair.client.state).toBe('failed');
    runNow(pair);
    expect(pair.serverEvents.at(-1)).toMatchObject({ type: 'peer-closed' });
    expect(failureOf(pair.client.receive(new Uint8Array(0)))).toBe('callback-failed');
  });

  it('cannot call the connection', () => {
    let call = (): void => undefined;
    const pair = runNow(createPair(toyClient({ trace: traceTo(() => call()) }), toyServer()));
    call = () => pair.client.send(Uint8Array.of(1));
    expect(() => pair.client.send(Uint8Array.of(2))).toThrow('callback-failed');
  });
});

describe('a trace is free of secrets', () => {
  it('holds no traffic secret, key, PSK or data of a resumption', () => {
    const seen: TraceEvent[] = [];
    const secrets = new Set<string>();
    const keyLog = (line: string): unknown => secrets.add(line.split(' ')[2] as string);
    const trace = traceTo((event) => seen.push(event));
    const client = toyClient({ resumption: { now: () => START }, keyLog, trace });
    const server = toyServer({ tickets: toyTickets(), keyLog, trace });
    const first = connect(client, server);
    const second = connect({ ...client, session: first.session }, server);
    expect(second.client.info?.resumed).toBe(true);
    second.client.send(asciiToBytes('a word that nobody must read'));
    runNow(second);
    secrets.add(bytesToHex(asciiToBytes('a word that nobody must read')));
    for (const session of [first, second].flatMap(({ clientEvents }) => sessionsOf(clientEvents))) {
      secrets.add(bytesToHex(Session.contentsOf(session).psk));
    }
    expect(secrets.size).toBeGreaterThan(12);
    expectNone(seen, secrets);
  });

  describe('with real cryptography', () => {
    const secrets = new Set<string>();
    const seen: TraceEvent[] = [];

    /** The provider, and every key, shared secret and private value that goes through it. */
    function watched(provider: CryptoProvider): CryptoProvider {
      const note = (secret: Uint8Array): Uint8Array => {
        // Zeros are the salt of the first stage, and no secret.
        if (secret.some((byte) => byte !== 0)) secrets.add(bytesToHex(secret));
        return secret;
      };
      const hash = (plain: Hash): Hash => ({ ...plain, hmac: (key, data) => plain.hmac(note(key), data) });
      const group = (plain: NamedGroup): NamedGroup => ({
        ...plain,
        start: (random) => plain.start((length) => note(random(length))),
        respond: (share, random) => plain.respond(share, (length) => note(random(length))),
      });
      return {
        ...provider,
        hashes: provider.hashes.map(hash),
        groups: provider.groups.map(group),
        cipherSuites: provider.cipherSuites.map((suite) => ({
          ...suite,
          hash: hash(suite.hash),
          createSealer: (key) => suite.createSealer(note(key)),
          createOpener: (key) => suite.createOpener(note(key)),
        })),
      };
    }

    beforeAll(async () => {
      const credential = await (await createTestAuthority()).credential('P-256');
      const trace = traceTo((event) => seen.push(event));
      const pair = runNow(
        createPair(
          {
            provider: watched(seededProvider(1)),
            serverName: 'localhost',
            verifyPeer: () => ({ trusted: true }),
            trace,
          },
          { provider: watched(seededProvider(2)), credentials: [credential], trace },
        ),
      );
      pair.client.updateKeys({ requestPeer: true });
      pair.server.send(Uint8Array.of(1));
      runNow(pair);
      expect([pair.client.state, pair.server.state]).toEqual(['open', 'open']);
    });

    it('holds no key, shared secret or private value', () => {
      expect(secrets.size).toBeGreaterThan(15);
      expect(seen.length).toBeGreaterThan(20);
      expectNone(seen, secrets);
    });
  });
});

function expectNone(seen: readonly TraceEvent[], secrets: ReadonlySet<string>): void {
  const hexBytes = (_key: string, inner: unknown): unknown => (inner instanceof Uint8Array ? bytesToHex(inner) : inner);
  const texts = [JSON.stringify(seen, hexBytes), inspect(seen, { depth: 12, maxArrayLength: null, showHidden: true })];
  for (const secret of secrets) for (const text of texts) expect(text.includes(secret)).toBe(false);
}
