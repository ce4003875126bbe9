import {
  clientEarlyData,
  createCookieProtector,
  createReplayStore,
  createSessionStore,
  createTicketProtector,
  createTlsClient,
  parseServerConfig,
  serverEarlyData,
  stapledOcsp,
  type ClientConfig,
  type ExternalPsk,
  type ReplayStore,
  type ServerConfig,
  type TicketConfig,
} from '@portico/tls13-core';
import type { NamedGroup } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { protocolNameToBytes } from '../src/alpn/names.js';
import { checkedProtocolNames } from '../src/alpn/protocol-name-list.js';
import { selectProtocol } from '../src/alpn/select.js';
import { skippedEarlyData } from '../src/handshake/server-hellos.js';
import * as limits from '../src/limits.js';
import { decodeExtension, EXTENSION_CODES, extension } from '../src/messages/extensions/extension.js';
import { clientKeySharesCodec, type KeyShareEntry } from '../src/messages/extensions/key-share.js';
import { decodeRecordSizeLimit } from '../src/messages/extensions/record-size-limit.js';
import { decodeServerName, serverNameExtension } from '../src/messages/extensions/server-name.js';
import { supportedGroupsCodec } from '../src/messages/extensions/supported-groups.js';
import { RecordSealer } from '../src/record/protection.js';
import { RecordWriter } from '../src/record/record-writer.js';
import { authenticationExpiry } from '../src/session/lifetime.js';
import { clientSettings } from '../src/settings.js';
import { withExtension } from './attacks/with-extension.js';
import { createPair, failureOf, runNow } from './support/pair.js';
import { plainRecord } from './support/scripted-peer.js';
import { ScriptedClient } from './support/scripted-client.js';
import { connect, sessionsOf, START, toySession, toyTickets } from './support/sessions.js';
import { TOY_SERVER, toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

/** `most` is taken and one more is not; `least` is taken and one less is not; `default` is what there is without a word. */
interface Row {
  readonly bound: 'most' | 'least' | 'default';
  /** Whether that much is taken; for a default, without saying how much may be. */
  readonly takes: (amount: number) => boolean | Promise<boolean>;
}

const PROVIDER = toyProvider(0x11);

/** Whether a call is not refused as a configuration, or by the peer. */
function works(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

function bytes(length: number): Uint8Array {
  return new Uint8Array(length).fill(1);
}

function tickets(config: Partial<TicketConfig>): boolean {
  return works(() => parseServerConfig(toyServer({ tickets: toyTickets(config) })));
}

function settingsOf(config: Partial<ServerConfig>): ReturnType<typeof parseServerConfig>['settings'] {
  return parseServerConfig(toyServer(config)).settings;
}

function clientWithPsk(psk: Partial<ExternalPsk>): boolean {
  return works(() => createTlsClient(toyClient({ externalPsks: [{ identity: 'a', key: bytes(32), ...psk }] })));
}

const REPLAY_STORE: ReplayStore = { startedAt: 0, putIfAbsent: () => 'absent' };

/** Bytes of ciphertext that a server which allows so much early data bears with. */
function earlyCiphertext(maxSize: number): number {
  return serverEarlyData({ replayStore: REPLAY_STORE, maxSize }).ciphertextAllowance;
}

/** Names of which each takes 256 bytes with its length, and one that fills the list to so many bytes. */
function namesOfTotal(length: number): string[] {
  const full = Math.floor(length / 256) - 1;
  const names = Array.from({ length: full }, (_, index) => String(index).padStart(255, '-'));
  const rest = length - full * 256 - 2;
  return [...names, 'x'.repeat(Math.min(rest, 255) - 2), 'y'.repeat(rest - Math.min(rest, 255) + 2)];
}

function unknownGroups(amount: number): number[] {
  return Array.from({ length: amount }, (_, index) => 0x8000 + index);
}

/** A hello with other groups, and shares of which those for unknown groups are nonsense. */
function clientWithGroups(
  make: (ours: number) => { readonly groups: readonly number[]; readonly shares: readonly number[] },
): ScriptedClient {
  const client = new ScriptedClient(toyServer());
  return client.clientHello({
    body: (hello) => {
      const data = hello.extensions?.find(({ type }) => type === EXTENSION_CODES.key_share)?.data as Uint8Array;
      const [own] = decodeExtension(clientKeySharesCodec, data, 'key_share') as [KeyShareEntry];
      const { groups, shares } = make(own.group);
      const entries = shares.map((group) => (group === own.group ? own : { group, keyExchange: Uint8Array.of(1) }));
      return withExtension(
        withExtension(hello, 'supported_groups', extension('supported_groups', supportedGroupsCodec, groups).data),
        'key_share',
        extension('key_share', clientKeySharesCodec, entries).data,
      );
    },
  });
}

const ROWS: Readonly<Record<string, Row>> = {
  MAX_PLAINTEXT_LENGTH: {
    bound: 'most',
    takes: (amount) => works(() => createTlsClient(toyClient({ maxFragmentLength: amount }))),
  },
  MAX_CIPHERTEXT_LENGTH: {
    bound: 'most',
    takes: (amount) => {
      const client = new ScriptedClient(toyServer()).clientHello();
      // Its header alone decides.
      client.deliver(plainRecord(23, new Uint8Array(amount)).subarray(0, 5));
      return client.failure === null;
    },
  },
  LARGEST_RECORD_SIZE_LIMIT: {
    bound: 'most',
    takes: (amount) => works(() => createTlsClient(toyClient({ recordSizeLimit: amount }))),
  },
  SMALLEST_RECORD_SIZE_LIMIT: {
    bound: 'least',
    takes: (amount) =>
      works(() => createTlsClient(toyClient({ recordSizeLimit: amount }))) &&
      works(() => decodeRecordSizeLimit(Uint8Array.of(0, amount))),
  },
  MAX_PROTOCOL_NAME_LENGTH: { bound: 'most', takes: (amount) => works(() => protocolNameToBytes('a'.repeat(amount))) },
  MAX_PROTOCOL_NAME_LIST_LENGTH: {
    bound: 'most',
    takes: (amount) => works(() => checkedProtocolNames(namesOfTotal(amount))),
  },
  MAX_PROTOCOL_NAMES_EXAMINED: {
    bound: 'most',
    takes: (amount) => {
      const offered = Array.from({ length: amount }, (_, index) => Uint8Array.of(2, index));
      const ours = Uint8Array.of(1);
      return selectProtocol([...offered.slice(1), ours], [ours]) !== null;
    },
  },
  MAX_GROUPS_EXAMINED: {
    bound: 'most',
    takes: (amount) => {
      const client = clientWithGroups((ours) => ({ groups: [...unknownGroups(amount - 1), ours], shares: [ours] }));
      if (client.failure !== null) expect(client.failure).toBe('no-common-group');
      return client.failure === null;
    },
  },
  MAX_KEY_SHARES_EXAMINED: {
    bound: 'most',
    takes: (amount) => {
      const shares = unknownGroups(amount - 1);
      const client = clientWithGroups((ours) => ({ groups: [...shares, ours], shares: [...shares, ours] }));
      expect(client.failure).toBeNull();
      // A share that is not looked at has to be asked for.
      return client.heard[0]?.type === 'server_hello';
    },
  },
  DEFAULT_TICKET_LIFETIME_SECONDS: {
    bound: 'default',
    takes: (amount) => settingsOf({ tickets: toyTickets() }).tickets?.lifetimeSeconds === amount,
  },
  DEFAULT_TICKET_COUNT: {
    bound: 'default',
    takes: (amount) => settingsOf({ tickets: toyTickets() }).tickets?.count === amount,
  },
  MAX_TICKET_COUNT: { bound: 'most', takes: (count) => tickets({ count }) },
  LONGEST_POLICY: {
    bound: 'most',
    takes: (amount) =>
      works(() => createTlsClient(toyClient({ resumption: { now: () => 0, policy: 'x'.repeat(amount) } }))),
  },
  MAX_STAPLED_LENGTH: { bound: 'most', takes: (amount) => works(() => stapledOcsp(bytes(amount))) },
  SHORTEST_EXTERNAL_PSK: { bound: 'least', takes: (amount) => clientWithPsk({ key: bytes(amount) }) },
  LONGEST_PSK_IDENTITY: { bound: 'most', takes: (amount) => clientWithPsk({ identity: bytes(amount) }) },
  SHORTEST_TICKET_KEY: {
    bound: 'least',
    takes: (amount) =>
      works(() => createTicketProtector({ provider: PROVIDER, keys: [{ name: 'a', key: bytes(amount) }] })),
  },
  LONGEST_KEY_NAME: {
    bound: 'most',
    takes: (amount) =>
      works(() => createTicketProtector({ provider: PROVIDER, keys: [{ name: 'a'.repeat(amount), key: bytes(32) }] })),
  },
  DEFAULT_SESSIONS_STORED: {
    bound: 'default',
    takes: (amount) => {
      const store = createSessionStore({ now: () => START });
      for (let i = 0; i < amount; i++) store.put(toySession({ serverName: `${i}.example` }));
      return store.take('0.example') !== null;
    },
  },
  DEFAULT_SESSIONS_PER_NAME: {
    bound: 'default',
    takes: (amount) => {
      const store = createSessionStore({ now: () => START });
      for (let i = 0; i < amount; i++) store.put(toySession());
      let kept = 0;
      while (store.take(toySession().serverName) !== null) kept++;
      return kept === amount;
    },
  },
  DEFAULT_COOKIE_SECONDS: {
    bound: 'default',
    takes: (amount) => {
      let now = START;
      const protector = createCookieProtector({
        provider: PROVIDER,
        keys: [{ name: 'a', key: bytes(32) }],
        now: () => now,
      });
      const cookie = protector.seal(bytes(4)) as Uint8Array;
      now += amount * 1000;
      return protector.open(cookie) instanceof Uint8Array;
    },
  },
  LONGEST_COOKIE_SECONDS: {
    bound: 'most',
    takes: (holdingSeconds) =>
      works(() =>
        createCookieProtector({
          provider: PROVIDER,
          keys: [{ name: 'a', key: bytes(32) }],
          now: () => 0,
          holdingSeconds,
        }),
      ),
  },
  MAX_SESSION_LIFETIME_SECONDS: {
    bound: 'most',
    takes: (amount) => tickets({ lifetimeSeconds: amount }) && authenticationExpiry(START, []) >= START + amount * 1000,
  },
  TICKET_CLOCK_TOLERANCE: {
    bound: 'most',
    takes: (amount) => {
      let now = START;
      const server = toyServer({ tickets: toyTickets({ now: () => now }) });
      const client = toyClient({ resumption: { now: () => START, policy: 'p' } });
      const { session } = connect(client, server);
      now -= amount;
      return runNow(createPair({ ...client, session }, server)).server.info?.resumed === true;
    },
  },
  DEFAULT_REPLAY_KEYS: {
    bound: 'default',
    takes: async (amount) => {
      const store = createReplayStore({ now: () => START });
      let last = 'absent';
      for (let i = 0; i < amount; i++) {
        last = (await store.putIfAbsent(Uint8Array.of(i >> 16, i >> 8, i), START + 1000)) as string;
      }
      return last === 'absent';
    },
  },
  MAX_HOST_NAME_LENGTH: {
    bound: 'most',
    takes: (amount) => works(() => decodeServerName(serverNameExtension('a'.repeat(amount)).data)),
  },
  SHORTEST_BINDER: {
    bound: 'least',
    takes: (amount) => {
      const client = new ScriptedClient(toyServer({ tickets: toyTickets() }));
      const entry = [0, 1, 0x61, 0, 0, 0, 0];
      const binder = Array.from(bytes(amount));
      const data = Uint8Array.of(0, entry.length, ...entry, 0, amount + 1, amount, ...binder);
      client.clientHello({
        body: (hello) => ({
          ...hello,
          extensions: [
            ...(hello.extensions ?? []).filter(({ type }) => type !== 45 && type !== 41),
            { type: 45, data: Uint8Array.of(1, 1) },
            { type: 41, data },
          ],
        }),
      });
      // A binder for a ticket that nobody knows is never computed: the handshake is a full one.
      return client.failure === null;
    },
  },
  MAX_TICKET_LENGTH: {
    bound: 'most',
    takes: (amount) => {
      const protector = { seal: () => bytes(amount), open: () => null };
      const client = toyClient({ resumption: { now: () => START } });
      const pair = runNow(createPair(client, toyServer({ tickets: toyTickets({ protector }) })));
      return sessionsOf(pair.clientEvents).length > 0;
    },
  },
  DEFAULT_EARLY_DATA_SIZE: {
    bound: 'default',
    takes: (amount) => serverEarlyData({ replayStore: REPLAY_STORE }).maxSize === amount,
  },
  DEFAULT_FRESHNESS_WINDOW: {
    bound: 'default',
    takes: (amount) => {
      let now = START;
      const replayStore = { ...REPLAY_STORE, startedAt: START - 1_000_000 };
      const server = toyServer({
        tickets: toyTickets({ now: () => now, earlyData: serverEarlyData({ replayStore }) }),
      });
      const client = (drift: number): ClientConfig =>
        toyClient({ resumption: { now: () => now + drift, policy: 'p' }, earlyData: clientEarlyData() });
      const { session } = connect(client(0), server);
      now += 20_000;
      const pair = createPair({ ...client(amount), session }, server);
      pair.client.sendEarly(bytes(1));
      return runNow(pair).client.info?.earlyData === 'accepted';
    },
  },
  LONGEST_FRESHNESS_WINDOW: {
    bound: 'most',
    takes: (freshnessWindow) => works(() => serverEarlyData({ replayStore: REPLAY_STORE, freshnessWindow })),
  },
  MAX_PSK_IDENTITIES_EXAMINED: {
    bound: 'most',
    takes: (amount) => {
      const psk = (index: number): ExternalPsk => ({ identity: `${index}`, key: bytes(32) });
      const externalPsks = Array.from({ length: amount }, (_, index) => psk(index));
      const last = String(amount - 1);
      const server = toyServer({
        credentials: [],
        externalPsks: (identity) => (String.fromCharCode(...identity) === last ? psk(amount - 1) : null),
      });
      const pair = runNow(createPair(toyClient({ externalPsks }), server));
      return failureOf(pair.serverEvents) === null;
    },
  },
  LEAST_SKIPPED_EARLY_DATA: {
    bound: 'default',
    takes: (amount) => skippedEarlyData(settingsOf({})) === amount,
  },
  MAX_EARLY_DATA_SIZE: {
    bound: 'most',
    takes: (maxSize) => works(() => serverEarlyData({ replayStore: REPLAY_STORE, maxSize })),
  },
  // How much ciphertext a server bears with is what these three come to.
  RECORD_OVERHEAD: {
    bound: 'default',
    takes: (amount) => {
      const full = limits.USUAL_EARLY_FRAGMENT;
      return earlyCiphertext(full + 1) - earlyCiphertext(full) === 1 + amount;
    },
  },
  USUAL_EARLY_FRAGMENT: {
    bound: 'default',
    takes: (amount) =>
      earlyCiphertext(amount) - earlyCiphertext(amount - 1) === 1 &&
      earlyCiphertext(amount + 1) - earlyCiphertext(amount) > 1,
  },
  SMALL_EARLY_RECORDS: {
    bound: 'default',
    takes: (amount) => earlyCiphertext(1) === 1 + (1 + amount) * limits.RECORD_OVERHEAD,
  },
  REPLAY_BUCKET_MILLISECONDS: {
    bound: 'default',
    takes: (amount) => {
      const answerAfter = (milliseconds: number): unknown => {
        let now = START;
        const store = createReplayStore({ now: () => now });
        void store.putIfAbsent(bytes(32), START);
        now += milliseconds;
        return store.putIfAbsent(bytes(32), START);
      };
      return answerAfter(amount - 1) === 'present' && answerAfter(amount) === 'absent';
    },
  },
  LATEST_TIME: {
    bound: 'most',
    takes: (amount) => {
      const client = toyClient({ resumption: { now: () => amount } });
      return failureOf(runNow(createPair(client, toyServer({ tickets: toyTickets() }))).clientEvents) === null;
    },
  },
  LONGEST_SMALL_SHARE: {
    bound: 'most',
    takes: (shareLength) => {
      const [first, ...others] = PROVIDER.groups as [NamedGroup, NamedGroup];
      const provider = { ...PROVIDER, groups: [{ ...first, shareLength }, ...others] };
      const { keyShareGroups } = clientSettings(toyClient({ provider }), { psks: null, credentials: null });
      return keyShareGroups.length === 1;
    },
  },
  MAX_SIGNATURE_LENGTH: {
    bound: 'most',
    takes: (amount) => {
      const { certificateChain, signer } = TOY_SERVER;
      const credential = { certificateChain, signer: { ...signer, sign: () => bytes(amount) } };
      const failure = failureOf(runNow(createPair(toyClient(), toyServer({ credentials: [credential] }))).serverEvents);
      // One of the longest is sent, and refused by the client.
      expect(['alert-received', 'signer-unfit']).toContain(failure);
      return failure === 'alert-received';
    },
  },
  MAX_TICKETS_REQUESTED: {
    bound: 'most',
    takes: (amount) =>
      (['newSession', 'resumption'] as const).every((name) => {
        const ticketRequest = { newSession: 1, resumption: 1, [name]: amount };
        return works(() => createTlsClient(toyClient({ resumption: { now: () => START, ticketRequest } })));
      }),
  },
  MAX_EXPORTER_LABEL_LENGTH: {
    bound: 'most',
    takes: (amount) => {
      const { client } = runNow(createPair(toyClient(), toyServer()));
      return works(() => client.exportKeyingMaterial('a'.repeat(amount), null, 16));
    },
  },
  MAX_EXPORTED_HASHES: {
    bound: 'most',
    takes: (amount) => {
      const { client } = runNow(createPair(toyClient(), toyServer()));
      const { outputLength } = (PROVIDER.cipherSuites[0] as (typeof PROVIDER.cipherSuites)[number]).hash;
      return works(() => client.exportKeyingMaterial('EXPORTER-test', null, amount * outputLength));
    },
  },
  RECORDS_IN_RESERVE: {
    bound: 'default',
    takes: (amount) => {
      const [suite] = PROVIDER.cipherSuites as [(typeof PROVIDER.cipherSuites)[number]];
      const keys = { key: bytes(suite.keyLength), iv: bytes(12) };
      const writer = new RecordWriter({ maxFragmentLength: 1, maxPending: 1000 });
      writer.useSealer(new RecordSealer({ ...suite, confidentialityLimit: 100 }, keys));
      return works(() => writer.demandKeysFor(100 - amount)) && !works(() => writer.demandKeysFor(101 - amount));
    },
  },
  LARGEST_SEQUENCE_NUMBER: {
    bound: 'default',
    takes: (amount) => {
      const [suite] = PROVIDER.cipherSuites as [(typeof PROVIDER.cipherSuites)[number]];
      const keys = { key: bytes(suite.keyLength), iv: bytes(12) };
      return new RecordSealer({ ...suite, confidentialityLimit: Infinity }, keys).recordsLeft === amount;
    },
  },
};

const CONSTANTS = Object.entries(limits).filter((entry): entry is [string, number] => typeof entry[1] === 'number');

describe('the limits of limits.ts', () => {
  it('have a row each', () => {
    const names = CONSTANTS.map(([name]) => name).sort();
    expect(Object.keys(ROWS).sort()).toEqual(names);
  });

  it.each(CONSTANTS)('%s is what is taken, and not one beyond', async (name, limit) => {
    const { bound, takes } = ROWS[name] as Row;
    expect(await takes(limit)).toBe(true);
    if (limit !== Number.MAX_SAFE_INTEGER) expect(await takes(bound === 'least' ? limit - 1 : limit + 1)).toBe(false);
  });
});
