import { asciiToBytes, bytesEqual, bytesToLatin1, copyBytes } from '@portico/bytes';
import type { CipherSuite, CryptoProvider, Hash, HashState } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import type { ClientConfig, ServerConfig } from '../src/config.js';
import { clientEarlyData } from '../src/handshake/client-early-data.js';
import { recordRandomness, replayRandomness } from '../src/recorder.js';
import type { ExternalPsk } from '../src/session/external-psk.js';
import { createCookieProtector } from '../src/session/cookie-protector.js';
import { parseSession, serializeSession } from '../src/session/session.js';
import { createTicketProtector } from '../src/session/ticket-protector.js';
import { traceTo } from '../src/trace.js';
import { cookieTestClock } from './support/cookies.js';
import { createPair, dataOf, failureOf, runNow, type Carry, type Pair } from './support/pair.js';
import { connect, earlyServer, sessionsOf, START, toyTickets } from './support/sessions.js';
import { TOY_CLIENT, TOY_SERVER, toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

/*
 * What an application of Node has in its hands is mostly a Buffer: a subclass of Uint8Array whose `slice` is a view, often
 * of a pool. Here everything that can be one is one, and is overwritten as soon as it was handed over.
 */

const buffer = (...bytes: readonly number[]): Buffer => Buffer.from(bytes);
const filled = (length: number, byte: number): Buffer => Buffer.alloc(length, byte);

/** All that a socket ever read, in one Buffer that is overwritten after each call. */
function overReusedMemory(length: number): Carry {
  const memory = Buffer.alloc(length);
  return function* chunks(bytes: Uint8Array) {
    for (let at = 0; at < bytes.length; at += length) {
      const part = bytes.subarray(at, at + length);
      memory.set(part);
      yield memory.subarray(0, part.length);
      memory.fill(0xee);
    }
  } as unknown as Carry;
}

function expectOpen({ client, server, clientEvents, serverEvents }: Pair): void {
  expect([failureOf(clientEvents), failureOf(serverEvents)]).toEqual([null, null]);
  expect([client.state, server.state]).toEqual(['open', 'open']);
}

/** Every array of bytes in a value, at any depth. */
function arraysIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(arraysIn) : [];
}

function expectPlain(value: unknown): void {
  for (const bytes of arraysIn(value)) expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
}

describe('what comes in Buffers that are overwritten after each call', () => {
  const psk = { identity: buffer(1, 2, 3), key: filled(32, 0x17) };
  const cookies = createCookieProtector({
    provider: toyProvider(0xc0),
    keys: [{ name: 'one', key: filled(32, 0xc0) }],
    now: cookieTestClock.now,
  });
  const resumption = { now: () => START, policy: 'p' };
  const verifyPeer = () => ({ trusted: true }) as const;
  const clientAuthentication = { mode: 'request', verifyPeer, policy: 'p' } as const;
  const server = toyServer({
    alpn: { protocols: ['sip/2'] },
    groups: ['secp256r1'],
    helloRetry: { cookies, demand: 'always' },
    tickets: toyTickets(),
    clientAuthentication,
    externalPsks: (identity) => (bytesEqual(identity, Uint8Array.of(1, 2, 3)) ? psk : null),
  });
  const client: ClientConfig = toyClient({
    alpn: { protocols: ['sip/2'] },
    selectCredential: () => TOY_CLIENT,
    resumption,
  });

  it.each([1, 7, 16_384])(
    'stays what it was, %i bytes at a time: names, certificates, cookies and tickets',
    (length) => {
      const carry = overReusedMemory(length);
      const traced: unknown[] = [];
      const trace = traceTo((event) => traced.push(event));
      const pair = runNow(createPair({ ...client, trace }, { ...server, trace }), carry);
      expectOpen(pair);
      expect(pair.client.info).toMatchObject({
        helloRetryRequested: true,
        alpn: asciiToBytes('sip/2'),
        peerCertificates: TOY_SERVER.certificateChain,
      });
      expect(pair.server.info?.peerCertificates).toEqual(TOY_CLIENT.certificateChain);
      pair.client.send(Buffer.from('ping'));
      runNow(pair, carry);
      expect(bytesToLatin1(dataOf(pair.serverEvents))).toBe('ping');
      expectPlain([pair.client.info, pair.server.info, pair.clientEvents, pair.serverEvents, traced]);

      const [session] = sessionsOf(pair.clientEvents);
      const again = runNow(createPair({ ...client, ...(session ? { session } : {}) }, server), carry);
      expectOpen(again);
      for (const side of [again.client, again.server]) expect(side.info).toMatchObject({ resumed: true });
      expect(again.server.info?.peerCertificates).toEqual(TOY_CLIENT.certificateChain);
    },
  );

  it('stays what it was, if it is the identity of an external PSK', () => {
    const pair = runNow(createPair({ ...client, externalPsks: [psk] }, server), overReusedMemory(16_384));
    expectOpen(pair);
    expect(pair.server.info?.externalPskIdentity).toEqual(Uint8Array.of(1, 2, 3));
    expectPlain(pair.server.info);
  });
});

describe('what is configured as a Buffer', () => {
  it('may be overwritten once it was given: PSKs, names of protocols and a session', () => {
    const key = filled(32, 0x17);
    const identity = Buffer.from('sensor 17');
    const protocol = Buffer.from('sip/2');
    const server = toyServer({
      alpn: { protocols: ['sip/2'] },
      tickets: toyTickets(),
      externalPsks: () => ({ identity: 'sensor 17', key: filled(32, 0x17) }),
    });
    const client = toyClient({
      externalPsks: [{ identity, key }],
      alpn: { protocols: [protocol] },
      resumption: { now: () => START, policy: 'p' },
    });
    const pair = createPair(client, server);
    for (const given of [key, identity, protocol]) given.fill(0xee);
    runNow(pair);
    expectOpen(pair);
    expect(pair.server.info).toMatchObject({
      alpn: asciiToBytes('sip/2'),
      externalPskIdentity: asciiToBytes('sensor 17'),
    });

    const bytes = Buffer.from(serializeSession(sessionsOf(pair.clientEvents)[0] as never));
    const session = parseSession(bytes);
    bytes.fill(0xee);
    const psk: ExternalPsk = { identity: 'sensor 17', key: filled(32, 0x17) };
    const again = runNow(
      createPair({ ...client, externalPsks: [psk], alpn: { protocols: ['sip/2'] }, session }, server),
    );
    expectOpen(again);
    expect(again.client.info).toMatchObject({ resumed: true, externalPskIdentity: asciiToBytes('sensor 17') });
    expect(bytes.every((byte) => byte === 0xee)).toBe(true);
  });

  it('may be overwritten once it was given: keys of tickets and of cookies', () => {
    const [key, cookieKey] = [filled(32, 0x71), filled(32, 0xc0)];
    const protector = createTicketProtector({ provider: toyProvider(1), keys: [{ name: 'one', key }] });
    const keys = [{ name: 'one', key: cookieKey }];
    const cookies = createCookieProtector({ provider: toyProvider(2), keys, now: () => START });
    const same = createTicketProtector({ provider: toyProvider(3), keys: [{ name: 'one', key: filled(32, 0x71) }] });
    const sameCookies = createCookieProtector({
      provider: toyProvider(4),
      keys: [{ name: 'one', key: filled(32, 0xc0) }],
      now: () => START,
    });
    for (const given of [key, cookieKey]) given.fill(0xee);
    const state = Uint8Array.of(1, 2, 3);
    expect(same.open(protector.seal(copyBytes(state)) as Uint8Array)).toEqual(state);
    const cookie = Buffer.from(cookies.seal(state) as Uint8Array);
    const opened = sameCookies.open(cookie);
    cookie.fill(0xee);
    expect(opened).toEqual(state);
    expectPlain(opened);
  });

  it.each<[string, Partial<ServerConfig>, string | null]>([
    ['ends well', {}, null],
    ['asks for another hello', { groups: ['secp256r1'] }, null],
    ['fails', { alpn: { protocols: ['sip/2'], required: true } }, 'no-application-protocol'],
  ])(
    'is not wiped if it is the PSK that the application answers with and the handshake %s',
    (_how, config, failure) => {
      const psk = { identity: Buffer.from('sensor 17'), key: filled(32, 0x17) };
      for (let round = 0; round < 2; round++) {
        const server = toyServer({ externalPsks: () => psk, credentials: [], ...config });
        const pair = runNow(createPair(toyClient({ externalPsks: [psk] }), server));
        expect(failureOf(pair.serverEvents)).toBe(failure);
        pair.client.abort();
        pair.server.abort();
      }
      expect(psk).toEqual({ identity: Buffer.from('sensor 17'), key: filled(32, 0x17) });
    },
  );

  it('is not wiped if it is a PSK of another identity than the application was asked for', () => {
    const other = { identity: buffer(9), key: filled(32, 9) };
    const client = toyClient({ externalPsks: [{ identity: 'sensor 17', key: filled(32, 0x17) }] });
    expectOpen(runNow(createPair(client, toyServer({ externalPsks: () => other }))));
    expect(other).toEqual({ identity: buffer(9), key: filled(32, 9) });
  });

  it('is wiped if it is the state of a ticket, which is given away, and what was in it is kept before', () => {
    const { protector } = toyTickets();
    const opened: Buffer[] = [];
    const open = (ticket: Uint8Array): Buffer => {
      const state = Buffer.from(protector.open(ticket) as Uint8Array);
      opened.push(state);
      return state;
    };
    const client = toyClient({ resumption: { now: () => START, policy: 'p' }, selectCredential: () => TOY_CLIENT });
    const server = toyServer({
      alpn: { protocols: ['sip/2'] },
      tickets: toyTickets({ protector: { ...protector, open } }),
      clientAuthentication: { mode: 'require', verifyPeer: () => ({ trusted: true }), policy: 'p' },
    });
    const { session } = connect(client, server);
    const pair = runNow(createPair({ ...client, session }, server));
    expectOpen(pair);
    expect(pair.server.info).toMatchObject({ resumed: true, peerCertificates: TOY_CLIENT.certificateChain });
    expectPlain(pair.server.info);
    expect(opened).toHaveLength(1);
    expect(opened[0]?.every((byte) => byte === 0)).toBe(true);
  });

  it.each(['wiped', 'overwritten by the application when it is asked for the PSK'])(
    'and %s holds an external identity and a protocol, which stay what they were',
    (how) => {
      const resumption = { now: () => START, policy: 'p' };
      const common = { alpn: { protocols: ['sip/2'] } };
      const psk: ExternalPsk = { identity: 'sensor 17', key: filled(32, 0x17) };
      const early = earlyServer(common);
      const { protector } = toyTickets();
      const open = (ticket: Uint8Array): Buffer => Buffer.from(protector.open(ticket) as Uint8Array);
      const server: ServerConfig = {
        ...early,
        ...(early.tickets && { tickets: { ...early.tickets, protector: { ...protector, open } } }),
        externalPsks: (identity) => {
          if (how !== 'wiped') identity.fill(0xee);
          return psk;
        },
      };
      const client = toyClient({ ...common, externalPsks: [psk], resumption });
      const first = connect(client, { ...server, externalPsks: () => psk });
      const again = createPair({ ...client, session: first.session, earlyData: clientEarlyData() }, server);
      again.client.sendEarly(Buffer.from('early'));
      expectOpen(runNow(again));
      const identity = asciiToBytes('sensor 17');
      expect(again.server.info).toMatchObject({ resumed: true, earlyData: 'accepted', externalPskIdentity: identity });
      expectPlain(again.server.info);
    },
  );

  it('may be overwritten once it was chosen as a protocol', () => {
    const chosen = Buffer.from('sip/2');
    const server = toyServer({ alpn: { protocols: ['sip/2'], preference: () => chosen } });
    const pair = createPair(toyClient({ alpn: { protocols: ['sip/2'] } }), server);
    runNow(pair);
    expectOpen(pair);
    chosen.fill(0xee);
    expect(pair.server.info?.alpn).toEqual(asciiToBytes('sip/2'));
    expectPlain(pair.server.info);
  });
});

describe('a provider whose every result is a Buffer', () => {
  const inBuffers = (provider: CryptoProvider): CryptoProvider => ({
    ...provider,
    random: (length) => Buffer.from(provider.random(length)),
    hashes: provider.hashes.map(hashInBuffers),
    cipherSuites: provider.cipherSuites.map(suiteInBuffers),
  });
  const stateInBuffers = (state: HashState): HashState => ({
    update: (data) => state.update(data),
    clone: () => stateInBuffers(state.clone()),
    digest: () => Buffer.from(state.digest()),
  });
  const hashInBuffers = (hash: Hash): Hash => ({
    ...hash,
    create: () => stateInBuffers(hash.create()),
    digest: (data) => Buffer.from(hash.digest(data)),
    hmac: (key, data) => Buffer.from(hash.hmac(key, data)),
  });
  const suiteInBuffers = (suite: CipherSuite): CipherSuite => ({
    ...suite,
    hash: hashInBuffers(suite.hash),
    createOpener: (key) => {
      const opener = suite.createOpener(key);
      const open: typeof opener.open = (nonce, additionalData, sealed) => {
        const text = opener.open(nonce, additionalData, sealed);
        return text && Buffer.from(text);
      };
      return { open, destroy: () => opener.destroy() };
    },
  });

  it('makes the same connections, and the same from tickets', () => {
    const seen = [(provider: CryptoProvider) => provider, inBuffers].map((dressed) => {
      const tickets = toyTickets({
        protector: createTicketProtector({
          provider: dressed(toyProvider(5)),
          keys: [{ name: 'one', key: filled(32, 0x71) }],
        }),
      });
      const client = toyClient({
        provider: dressed(toyProvider(6)),
        resumption: { now: () => START, policy: 'p' },
      });
      const server = toyServer({ provider: dressed(toyProvider(7)), tickets });
      const carried: string[] = [];
      const carry: Carry = (bytes) => {
        carried.push(Buffer.from(bytes).toString('hex'));
        return [bytes];
      };
      const pair = runNow(createPair(client, server), carry);
      expectOpen(pair);
      const [session] = sessionsOf(pair.clientEvents);
      const again = runNow(createPair({ ...client, ...(session ? { session } : {}) }, server), carry);
      expect(again.server.info?.resumed).toBe(true);
      return carried;
    });
    expect(seen[1]).toEqual(seen[0]);
  });

  it('can be recorded, though shares wipe what was drawn', () => {
    const { provider, draws } = recordRandomness(inBuffers(toyProvider(8)));
    const drawn = provider.random(32);
    const before = copyBytes(drawn);
    drawn.fill(0);
    expect(draws).toEqual([before]);
    const recorded = [Buffer.from(before)];
    replayRandomness(toyProvider(9), recorded).random(32).fill(0);
    expect(recorded).toEqual([Buffer.from(before)]);
  });
});
