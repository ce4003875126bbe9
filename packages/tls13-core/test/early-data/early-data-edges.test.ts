import type { CipherSuite } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import type { ClientConfig, ServerConfig } from '../../src/config.js';
import { clientEarlyData } from '../../src/handshake/client-early-data.js';
import type { EarlyDataOffer } from '../../src/handshake/early-data.js';
import { verifyBinder } from '../../src/handshake/proof.js';
import { serverEarlyData } from '../../src/handshake/server-early-data.js';
import { finishedVerifyData } from '../../src/key-schedule/key-schedule.js';
import { EXTENSION_CODES } from '../../src/messages/extensions/extension.js';
import { createReplayStore, type ReplayStore } from '../../src/session/replay-store.js';
import { decodeTicketState } from '../../src/session/ticket-state.js';
import { ScriptedClient } from '../support/scripted-client.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { EARLY_DATA_SIZE, earlyClient, earlyServer, earlyTicket, START, toyTickets } from '../support/sessions.js';
import { toyClient, toyServer } from '../support/toy-credentials.js';
import { toyProvider } from '../support/toy-provider.js';

const replayStore = createReplayStore({ now: () => START });
const external = { identity: 'x', key: new Uint8Array(32).fill(0x17) };

describe('a client', () => {
  it('with nothing to send early data with announces none', () => {
    const configs: Partial<ClientConfig>[] = [{}, { externalPsks: [external] }];
    for (const config of configs) {
      const server = new ScriptedServer(toyClient({ earlyData: clientEarlyData(), ...config }));
      const types = server.last('client_hello').extensions?.map(({ type }) => type);
      expect(types?.includes(EXTENSION_CODES.pre_shared_key)).toBe(config.externalPsks !== undefined);
      expect(types).not.toContain(EXTENSION_CODES.early_data);
      expect(server.handshake().connection.info?.earlyData).toBe('none');
    }
  });

  it.each<[string, (server: ScriptedServer) => ScriptedServer]>([
    ['a full handshake', (server) => server.handshake()],
    ['HelloRetryRequest', (server) => server.helloRetryRequest().resumption()],
    ['HelloRetryRequest and a full handshake', (server) => server.helloRetryRequest().handshake()],
  ])('is told once that its early data is lost, by %s', (_how, play) => {
    const server = play(new ScriptedServer(earlyClient()));
    expect(server.eventTypes).toEqual(['early-data-rejected', 'handshake-complete']);
    expect(server.connection.info?.earlyData).toBe('refused');
  });
});

describe('a server', () => {
  const announcing = (config: ServerConfig, offer = earlyTicket()): ScriptedClient => {
    const client = new ScriptedClient(config);
    client.offers = [offer];
    client.announcesEarlyData = true;
    return client;
  };

  it('takes no early data with an external PSK, whether it has tickets or not', () => {
    const offer = { ticket: Uint8Array.of(0x78), psk: external.key, binderLabel: 'ext binder' } as const;
    for (const server of [earlyServer, toyServer]) {
      const client = announcing(server({ externalPsks: () => external }), offer)
        .clientHello()
        .earlyData()
        .finished();
      expect([client.failure, client.eventTypes]).toEqual([null, ['handshake-complete']]);
      expect(client.connection.info).toMatchObject({ earlyData: 'refused', externalPskIdentity: offer.ticket });
    }
  });

  it('has no exporter and logs no secret of early data that it refused', () => {
    const lines: string[] = [];
    const tickets = toyTickets({ earlyData: serverEarlyData({ replayStore, maxSize: EARLY_DATA_SIZE - 1 }) });
    const client = announcing(earlyServer({ tickets, keyLog: (line) => lines.push(line) })).clientHello();
    expect(() => client.connection.exportEarlyKeyingMaterial('EXPORTER-x', null, 32)).toThrow('wrong-state');
    expect(client.finished().connection.info?.earlyData).toBe('refused');
    expect(() => client.connection.exportEarlyKeyingMaterial('EXPORTER-x', null, 32)).toThrow('wrong-state');
    expect(lines.map((line) => line.split(' ')[0]).filter((label) => label?.includes('EARLY'))).toEqual([]);
  });

  it('counts early data from nothing on', () => {
    const exactly = (length: number): string | null =>
      announcing(earlyServer()).clientHello().earlyData(new Uint8Array(length)).failure;
    expect([exactly(EARLY_DATA_SIZE), exactly(EARLY_DATA_SIZE + 1)]).toEqual([null, 'too-much-early-data']);
  });

  it.each([-4000, 0, 4000])(
    'has a replay remembered for as long as it could be fresh, with a clock %i ms off',
    (drift) => {
      const asked: unknown[] = [];
      const store: ReplayStore = {
        startedAt: START - 86_400_000,
        putIfAbsent: (_key, until) => (asked.push(until), 'absent'),
      };
      const age = 1000 + drift + 5000;
      const offer = { ...earlyTicket({ issuedAt: START - 6000 }), age };
      const client = announcing(earlyServer({}, { replayStore: store }), offer).clientHello();
      expect(client.failure).toBeNull();
      // The same hello is as old as it says at issue + age, and stale one window later.
      expect(asked).toEqual([START - 6000 + age + 10_000]);
    },
  );

  it.each([1, 16_384, 100_000, 2 ** 32 - 1])(
    'bears with the records that %i bytes may come in: one for each kibibyte, and 64 small ones',
    (maxSize) => {
      const { ciphertextAllowance } = serverEarlyData({ maxSize, replayStore });
      let records = 64;
      for (let left = maxSize; left > 0; left -= 1024 * Math.max(1, Math.floor(left / 1024))) {
        records += Math.max(1, Math.floor(left / 1024));
      }
      // Content type, tag and header of each.
      expect(ciphertextAllowance).toBe(maxSize + records * 22);
    },
  );

  it.each([
    [{ maxSize: 0 }, 'maxSize', 2 ** 32 - 1],
    [{ freshnessWindow: 1.5 }, 'freshnessWindow', 60_000],
  ])('is told which option is wrong: %o', (options, name, most) => {
    expect(() => serverEarlyData({ replayStore, ...options })).toThrow(
      expect.objectContaining({
        reason: 'invalid-configuration',
        subject: `serverEarlyData, ${name}`,
        expected: `an integer from 1 to ${most}`,
        got: String(Object.values(options)[0]),
      }),
    );
  });
});

/** Another suite has other tickets already: `openTicket` looks first. This holds all the same. */
describe('the judgement by itself', () => {
  const [suite, other] = toyProvider(1).cipherSuites as [CipherSuite, CipherSuite];
  const key = new Uint8Array(32).fill(1);
  const received = finishedVerifyData(suite.hash, key, key);
  const binder = verifyBinder({ hash: suite.hash, binderKey: key, transcriptHash: key, received });
  const bytes = toyTickets().protector.open(earlyTicket().ticket) as Uint8Array;
  const offer = {
    client: { serverName: 'localhost' },
    psk: { identity: { identity: key, obfuscatedTicketAge: 1000 }, selectedIdentity: 0, binder },
    ticket: decodeTicketState(bytes),
    now: () => START,
    suite,
    alpn: null,
    helloRetryRequested: false,
  } as unknown as EarlyDataOffer;

  const judged = (changes: Partial<EarlyDataOffer>): unknown => {
    const store: ReplayStore = { startedAt: START - 86_400_000, putIfAbsent: () => 'absent' };
    const { judge } = serverEarlyData({ maxSize: EARLY_DATA_SIZE, replayStore: store });
    return judge({ guard: { run: (call: () => unknown) => call() } } as never, { ...offer, ...changes }).next().value;
  };

  it('refuses what was sent under another suite, for another name or protocol, or after HelloRetryRequest', () => {
    expect(judged({})).toBe('accepted');
    expect(judged({ suite: other })).toBe('refused');
    expect(judged({ client: { ...offer.client, serverName: null } })).toBe('refused');
    expect(judged({ alpn: Uint8Array.of(1) })).toBe('refused');
    expect(judged({ helloRetryRequested: true })).toBe('refused');
    expect(judged({ psk: { ...offer.psk, selectedIdentity: 1 } })).toBe('refused');
  });
});
