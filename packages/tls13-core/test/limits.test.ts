import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alertForReason, type TlsErrorReason } from '../src/error.js';
import { DEFAULT_TLS_LIMITS, MAX_CIPHERTEXT_LENGTH, MAX_PLAINTEXT_LENGTH, type TlsLimits } from '../src/limits.js';
import { createTlsClient } from '../src/client-connection.js';
import { cookieCodec } from '../src/messages/extensions/cookie.js';
import { extension } from '../src/messages/extensions/extension.js';
import { createPair, dataOf, failureOf, runNow, type Pair } from './support/pair.js';
import { ScriptedClient } from './support/scripted-client.js';
import { plainRecord, type ScriptedPeer } from './support/scripted-peer.js';
import { ScriptedServer } from './support/scripted-server.js';
import { TOY_SERVER, toyClient, toyServer } from './support/toy-credentials.js';

const none = new Uint8Array(0);

interface LimitTest {
  readonly limit: keyof TlsLimits;
  readonly what: string;
  readonly reason: TlsErrorReason;
  /** Does as much of it as the number says. */
  readonly play: (amount: number, limits: Partial<TlsLimits>) => ScriptedPeer;
}

function server(limits: Partial<TlsLimits>): ScriptedServer {
  return new ScriptedServer(toyClient({ limits }));
}

function times(peer: ScriptedPeer, amount: number, act: (peer: ScriptedPeer) => void): ScriptedPeer {
  for (let i = 0; i < amount; i++) act(peer);
  return peer;
}

const LIMITS: readonly LimitTest[] = [
  {
    limit: 'handshakeMessageLength',
    what: 'a ticket message',
    reason: 'message-too-long',
    play: (amount, limits) => {
      const ticket = new Uint8Array(amount - 4 - 4 - 1 - 2 - 2).fill(1);
      const peer = server(limits).handshake();
      const message = peer.forge('new_session_ticket', {
        ticketLifetime: 1,
        ticketAgeAdd: 1,
        ticketNonce: none,
        ticket,
        extensions: [],
      });
      return inRecords(peer, message);
    },
  },
  {
    limit: 'certificateMessageLength',
    what: 'a Certificate message',
    reason: 'message-too-long',
    play: (amount, limits) => {
      const peer = server(limits).serverHello().encryptedExtensions();
      const leaf = TOY_SERVER.certificateChain[0] as Uint8Array;
      const padding = new Uint8Array(amount - 1 - 3 - (3 + leaf.length + 2) - (3 + 2));
      const message = peer.forge('certificate', {
        certificateRequestContext: none,
        certificateList: [
          { certificateData: leaf, extensions: [] },
          { certificateData: padding, extensions: [] },
        ],
      });
      return inRecords(peer, message);
    },
  },
  {
    limit: 'certificateCount',
    what: 'certificates in a chain',
    reason: 'certificate-chain-too-long',
    play: (amount, limits) =>
      server(limits)
        .serverHello()
        .encryptedExtensions()
        .certificate({
          body: (honest) => ({
            ...honest,
            certificateList: Array.from({ length: amount }, () => honest.certificateList[0] as never),
          }),
        }),
  },
  {
    limit: 'extensionCount',
    what: 'extensions in a ClientHello',
    reason: 'too-many-extensions',
    play: (amount, limits) => {
      const peer = new ScriptedClient(toyServer({ limits }));
      const unknown = Array.from({ length: amount - 5 }, (_, index) => ({ type: 0x4000 + index, data: none }));
      return peer.clientHello({
        body: (hello) => ({ ...hello, extensions: [...unknown, ...(hello.extensions ?? [])] }),
      });
    },
  },
  {
    limit: 'emptyRecordsInARow',
    what: 'empty application data records',
    reason: 'too-many-empty-records',
    play: (amount, limits) => times(server(limits).handshake(), amount, (peer) => peer.applicationData(none)),
  },
  {
    limit: 'changeCipherSpecRecords',
    what: 'change_cipher_spec records',
    reason: 'too-many-change-cipher-specs',
    play: (amount, limits) => times(server(limits), amount, (peer) => peer.changeCipherSpec()),
  },
  {
    limit: 'warningAlerts',
    what: 'user_canceled alerts',
    reason: 'too-many-warning-alerts',
    play: (amount, limits) => times(server(limits).handshake(), amount, (peer) => peer.alert('user_canceled')),
  },
  {
    limit: 'keyUpdatesInARow',
    what: 'KeyUpdates without data between them',
    reason: 'too-many-key-updates',
    play: (amount, limits) => times(server(limits).handshake(), amount, (peer) => peer.keyUpdate()),
  },
  {
    limit: 'sessionTickets',
    what: 'tickets',
    reason: 'too-many-session-tickets',
    play: (amount, limits) =>
      times(server(limits).handshake(), amount, (peer) => (peer as ScriptedServer).newSessionTicket()),
  },
];

/** What does not end in an alert of a peer that goes too far, or is set lower to be reached: the tests that play it. */
const PLAYED_APART = {
  cookieLength: ['limits.test.ts', 'takes a cookie of cookieLength'],
  parkedInput: ['asynchronous-answers.test.ts', 'holds input up to its limit and not a byte more'],
  pendingOutput: ['limits.test.ts', 'is bounded by pendingOutput, to the byte'],
  keyUpdatesSent: ['key-update.test.ts', 'is ignored where its answer would be one too many'],
} as const satisfies Partial<Record<keyof TlsLimits, readonly [file: string, test: string]>>;

describe('every limit', () => {
  it('is played at its value and one beyond', () => {
    const played = [...LIMITS.map(({ limit }) => limit), ...Object.keys(PLAYED_APART)];
    expect(played.sort()).toEqual(Object.keys(DEFAULT_TLS_LIMITS).sort());
  });

  it.each(Object.entries(PLAYED_APART))('%s is played where it says', (limit, [file, test]) => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    const body = text.slice(text.lastIndexOf(`('${test}`)).split('\n  });\n', 1)[0];
    expect(body).toContain(`('${test}`);
    expect(body).toContain(`${limit}:`);
  });
});

/** A message over as many records as it takes. */
function inRecords(peer: ScriptedPeer, message: Uint8Array): ScriptedPeer {
  for (let at = 0; at < message.length && peer.failure === null; at += MAX_PLAINTEXT_LENGTH) {
    peer.send('handshake', message.subarray(at, at + MAX_PLAINTEXT_LENGTH));
  }
  return peer;
}

describe.each(LIMITS)('limits.$limit', ({ limit, reason, play }) => {
  const value = DEFAULT_TLS_LIMITS[limit];

  it('takes as much as the default says', () => {
    expect(play(value, {}).failure).toBeNull();
  });

  it('refuses one more, with the right alert', () => {
    const peer = play(value + 1, {});
    expect(peer.failure).toBe(reason);
    expect(peer.alerts.at(-1)).toBe(alertForReason(reason));
  });

  it('can be set', () => {
    expect(play(value + 1, { [limit]: value + 1 }).failure).toBeNull();
  });
});

describe('a HelloRetryRequest', () => {
  it.each([
    [100, null],
    [101, 'cookie-too-long'],
  ] as const)('takes a cookie of cookieLength and not a byte more: %i', (length, failure) => {
    const peer = server({ cookieLength: 100 }).helloRetryRequest(0x0017, {
      body: (retry) => ({
        ...retry,
        extensions: [...(retry.extensions ?? []), extension('cookie', cookieCodec, new Uint8Array(length).fill(1))],
      }),
    });
    expect(peer.failure).toBe(failure);
  });
});

describe('counts of a row begin anew', () => {
  it('with data between empty records', () => {
    const peer = server({ emptyRecordsInARow: 2 }).handshake();
    for (let i = 0; i < 5; i++) peer.applicationData(none).applicationData(none).applicationData();
    expect(peer.failure).toBeNull();
  });

  it('with data between key updates', () => {
    const peer = server({ keyUpdatesInARow: 2 }).handshake();
    for (let i = 0; i < 5; i++) peer.keyUpdate().keyUpdate().applicationData();
    expect(peer.failure).toBeNull();
  });

  it('with data between tickets, of which there may be any number', () => {
    const peer = server({ sessionTickets: 2 }).handshake();
    for (let i = 0; i < 5; i++) peer.newSessionTicket().newSessionTicket().applicationData();
    expect(peer.failure).toBeNull();
  });

  it('not with empty data between tickets', () => {
    const peer = server({ sessionTickets: 2 }).handshake();
    for (let i = 0; i < 3; i++) peer.newSessionTicket().applicationData(none);
    expect(peer.failure).toBe('too-many-session-tickets');
  });

  it('not with empty data between key updates', () => {
    const peer = server({ keyUpdatesInARow: 2 }).handshake();
    for (let i = 0; i < 3; i++) peer.keyUpdate().applicationData(none);
    expect(peer.failure).toBe('too-many-key-updates');
  });
});

describe('record lengths, sections 5.1 and 5.2', () => {
  const header = (type: number, length: number): Uint8Array => Uint8Array.of(type, 3, 3, length >> 8, length & 0xff);

  it('an unprotected record has at most 2^14 bytes', () => {
    const ticketLike = (length: number): ScriptedPeer => new ScriptedClient(toyServer()).deliver(header(22, length));
    expect(ticketLike(MAX_PLAINTEXT_LENGTH).failure).toBeNull();
    const beyond = ticketLike(MAX_PLAINTEXT_LENGTH + 1);
    expect(beyond.failure).toBe('record-too-long');
    expect(beyond.alerts).toEqual(['record_overflow']);
  });

  it('a protected record has at most 2^14 + 256 bytes, which its header alone decides', () => {
    expect(server({}).handshake().deliver(header(23, MAX_CIPHERTEXT_LENGTH)).failure).toBeNull();
    const beyond = server({})
      .handshake()
      .deliver(header(23, MAX_CIPHERTEXT_LENGTH + 1));
    expect(beyond.failure).toBe('record-too-long');
    expect(beyond.alerts).toEqual(['record_overflow']);
  });

  it.each([
    [
      'content',
      (extra: number) =>
        server({})
          .handshake()
          .applicationData(new Uint8Array(MAX_PLAINTEXT_LENGTH + extra).fill(1)),
    ],
    [
      'content with padding',
      (extra: number) =>
        server({})
          .handshake()
          .send('application_data', Uint8Array.of(1), MAX_PLAINTEXT_LENGTH - 1 + extra),
    ],
  ])('the inside of a protected record has at most 2^14 bytes and its type: %s', (_name, play) => {
    expect(play(0).eventTypes.at(-1)).toBe('data');
    const beyond = play(1);
    expect(beyond.failure).toBe('record-too-long');
    expect(beyond.alerts).toEqual(['record_overflow']);
  });

  it('we never send more than maxFragmentLength in one record', () => {
    for (const maxFragmentLength of [1, 512, MAX_PLAINTEXT_LENGTH]) {
      const pair = runNow(createPair(toyClient({ maxFragmentLength }), toyServer()));
      pair.client.send(new Uint8Array(3000));
      const output = pair.client.takeOutput();
      for (let at = 0; at < output.length;) {
        const length = ((output[at + 3] as number) << 8) | (output[at + 4] as number);
        expect(length).toBeLessThanOrEqual(maxFragmentLength + 1 + 16);
        at += 5 + length;
      }
      const data = pair.server.receive(output).flatMap((event) => (event.type === 'data' ? [...event.data] : []));
      expect(data).toHaveLength(3000);
    }
  });
});

describe('output that nobody takes', () => {
  it('is bounded by pendingOutput, to the byte, and the call that goes beyond has sent nothing', () => {
    const record = 5 + 100 + 1 + 16;
    const { client } = runNow(createPair(toyClient({ limits: { pendingOutput: 2 * record } }), toyServer()));
    client.send(new Uint8Array(100));
    client.send(new Uint8Array(100));
    expect(client.pendingOutputLength).toBe(2 * record);
    expect(() => client.send(Uint8Array.of(1))).toThrow('too-much-pending-output');
    expect(client.takeOutput()).toHaveLength(2 * record);
    client.send(new Uint8Array(100));
    expect(client.state).toBe('open');
  });
});

describe('data that brings new keys on its way', () => {
  // The toy AES-GCM may seal 1000 records under one key, of which the connection keeps eight back.
  const oneByteRecords = (limits: Partial<TlsLimits>): Pair =>
    runNow(
      createPair(
        toyClient({ cipherSuites: ['TLS_AES_128_GCM_SHA256'], maxFragmentLength: 1, limits }),
        toyServer({ maxFragmentLength: 1 }),
      ),
    );
  const record = 5 + 1 + 1 + 16;
  const keyUpdate = 5 * record;

  it.each([
    ['of one key', 992, 0],
    ['of two keys', 993, 1],
    ['of two keys to the last', 2 * 992, 1],
    ['of three keys', 2 * 992 + 1, 2],
  ])('is bounded by pendingOutput to the byte, or nothing of it is sent: %s', (_name, length, updates) => {
    const needed = length * record + updates * keyUpdate;
    const data = Uint8Array.from({ length }, (_, index) => index & 0xff);
    const enough = oneByteRecords({ pendingOutput: needed });
    enough.client.send(data);
    expect(enough.client.pendingOutputLength).toBe(needed);
    expect(dataOf(runNow(enough).serverEvents)).toEqual(data);

    const less = oneByteRecords({ pendingOutput: needed - 1 });
    expect(() => less.client.send(data)).toThrow('too-much-pending-output');
    expect(less.client.pendingOutputLength).toBe(0);
    // What is sent instead comes once.
    less.client.send(data.subarray(0, 500));
    runNow(less).client.send(data.subarray(500, 900));
    expect(dataOf(runNow(less).serverEvents)).toEqual(data.subarray(0, 900));
  });

  it('counts the answer to a request of the peer', () => {
    const needed = 992 * record + keyUpdate;
    for (const [pendingOutput, sent] of [
      [needed, needed],
      [needed - 1, 0],
    ] as const) {
      const pair = oneByteRecords({ pendingOutput });
      pair.server.updateKeys({ requestPeer: true });
      runNow(pair);
      if (sent === 0) expect(() => pair.client.send(new Uint8Array(992))).toThrow('too-much-pending-output');
      else pair.client.send(new Uint8Array(992));
      expect(pair.client.pendingOutputLength).toBe(sent);
    }
  });

  it('is not stopped half way by padding, which no bound counts', () => {
    const pair = runNow(
      createPair(
        toyClient({
          cipherSuites: ['TLS_AES_128_GCM_SHA256'],
          maxFragmentLength: 1,
          padding: () => 10,
          limits: { pendingOutput: 993 * record + keyUpdate },
        }),
        toyServer(),
      ),
    );
    pair.client.send(new Uint8Array(993));
    expect(dataOf(runNow(pair).serverEvents)).toHaveLength(993);
  });

  it('goes out whole or not at all where the keys may not change as often', () => {
    const pair = oneByteRecords({ keyUpdatesSent: 1 });
    expect(() => pair.client.send(new Uint8Array(2 * 992 + 1))).toThrow('key-usage-limit');
    expect(pair.client.pendingOutputLength).toBe(0);
    pair.client.send(new Uint8Array(2 * 992));
    expect(dataOf(runNow(pair).serverEvents)).toHaveLength(2 * 992);
    expect(() => pair.client.send(new Uint8Array(1))).toThrow('key-usage-limit');
    expect(pair.client.pendingOutputLength).toBe(0);
    expect(pair.client.state).toBe('open');
  });
});

describe('keys change before the limit of section 5.5', () => {
  it('on the side that sends, by itself, as often as it takes', () => {
    // The toy AES-GCM may seal 1000 records under one key.
    const pair = runNow(createPair(toyClient({ cipherSuites: ['TLS_AES_128_GCM_SHA256'] }), toyServer()));
    for (let i = 0; i < 2500; i++) pair.client.send(Uint8Array.of(i & 0xff));
    runNow(pair);
    expect(failureOf(pair.serverEvents)).toBeNull();
    const types = pair.serverEvents.map(({ type }) => type);
    expect(types.filter((type) => type === 'data')).toHaveLength(2500);
    expect(types.filter((type) => type === 'peer-keys-updated')).toHaveLength(2);
  });

  it('in the middle of what one call sends, too', () => {
    const client = toyClient({ cipherSuites: ['TLS_AES_128_GCM_SHA256'], maxFragmentLength: 1 });
    const pair = runNow(createPair(client, toyServer()));
    const data = Uint8Array.from({ length: 2500 }, (_, index) => index & 0xff);
    pair.client.send(data);
    runNow(pair);
    expect(failureOf(pair.serverEvents)).toBeNull();
    expect(dataOf(pair.serverEvents)).toEqual(data);
    expect(pair.serverEvents.filter(({ type }) => type === 'peer-keys-updated')).toHaveLength(2);
  });

  it('and where they may not change again, data is refused while close_notify still goes out', () => {
    const client = toyClient({ cipherSuites: ['TLS_AES_128_GCM_SHA256'], limits: { keyUpdatesSent: 1 } });
    const pair = runNow(createPair(client, toyServer()));
    const send = (): void => {
      for (let i = 0; i < 2500; i++) pair.client.send(Uint8Array.of(i & 0xff));
    };
    expect(send).toThrow('key-usage-limit');
    pair.client.close();
    runNow(pair);
    expect(pair.serverEvents.filter(({ type }) => type === 'data').length).toBeGreaterThan(1900);
    expect(pair.serverEvents.at(-1)).toEqual({ type: 'peer-closed' });
  });
});

describe('configuration of limits', () => {
  it.each([0, -1, 1.5, Number.NaN, Infinity])('refuses %s', (value) => {
    expect(() => createTlsClient(toyClient({ limits: { warningAlerts: value } }))).toThrow('limits.warningAlerts');
  });
});

describe('a length that is never filled', () => {
  it('costs no memory before the bytes come: an endless message is refused by its header', () => {
    const peer = server({}).handshake();
    peer.send('handshake', Uint8Array.of(4, 0xff, 0xff, 0xff));
    expect(peer.failure).toBe('message-too-long');
    expect(new ScriptedClient(toyServer()).deliver(plainRecord(22, Uint8Array.of(1, 0xff, 0xff, 0xff))).failure).toBe(
      'message-too-long',
    );
  });
});
