import { bytesToHex } from '@portico/bytes';
import type { CryptoProvider, KeyExchange, NamedGroup } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import type { ClientConfig, ServerConfig } from '../src/config.js';
import { createPair, failureOf, runNow } from './support/pair.js';
import { ScriptedServer } from './support/scripted-server.js';
import { extension } from '../src/messages/extensions/extension.js';
import { cookieCodec } from '../src/messages/extensions/cookie.js';
import { toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

interface Life {
  readonly group: string;
  readonly share: string;
  finished: number;
  destroyed: number;
}

/** A provider that keeps account of its key exchanges. */
function watched(seed: number): {
  readonly provider: CryptoProvider;
  readonly lives: Life[];
  readonly answers: string[];
} {
  const provider = toyProvider(seed);
  const lives: Life[] = [];
  const answers: string[] = [];
  const groups = provider.groups.map((group): NamedGroup => ({
    ...group,
    start: (random) => {
      const exchange = group.start(random) as KeyExchange;
      const life = { group: group.name, share: bytesToHex(exchange.share), finished: 0, destroyed: 0 };
      lives.push(life);
      const finish: KeyExchange['finish'] = (share) => {
        life.finished++;
        return exchange.finish(share);
      };
      const destroy = (): void => {
        life.destroyed++;
        exchange.destroy();
      };
      return { share: exchange.share, finish, destroy };
    },
    respond: (share, random) => {
      const response = group.respond(share, random) as { share: Uint8Array; secret: Uint8Array };
      answers.push(bytesToHex(response.share));
      return response;
    },
  }));
  return { provider: { ...provider, groups }, lives, answers };
}

/** Section 4.3.8, and the first change of section 1.2. */
describe('a key share', () => {
  const both = ['x25519', 'secp256r1'] as const;

  function connections(count: number, client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}) {
    const ofClient = watched(1);
    const ofServer = watched(2);
    const clientConfig = toyClient({ provider: ofClient.provider, ...client });
    const serverConfig = toyServer({ provider: ofServer.provider, ...server });
    for (let i = 0; i < count; i++) {
      const pair = runNow(createPair(clientConfig, serverConfig));
      expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
    }
    return { lives: ofClient.lives, answers: ofServer.answers };
  }

  it('is another one in each connection of one configuration, on both sides', () => {
    const { lives, answers } = connections(5, { keyShares: both });
    expect(lives).toHaveLength(10);
    expect(new Set(lives.map(({ share }) => share)).size).toBe(10);
    expect(new Set(answers).size).toBe(5);
  });

  it('is finished at most once, and forgotten as soon as the ServerHello is there, used or not', () => {
    const { lives } = connections(1, { keyShares: both });
    expect(lives.map(({ group, finished }) => [group, finished])).toEqual([
      ['x25519', 1],
      ['secp256r1', 0],
    ]);
    for (const { destroyed } of lives) expect(destroyed).toBeGreaterThan(0);
  });

  it('is forgotten where HelloRetryRequest asks for another group', () => {
    const { lives } = connections(2, { keyShares: ['x25519'] }, { groups: ['secp384r1'] });
    expect(lives.map(({ group, finished }) => [group, finished])).toEqual([
      ['x25519', 0],
      ['secp384r1', 1],
      ['x25519', 0],
      ['secp384r1', 1],
    ]);
    expect(lives.every(({ destroyed }) => destroyed > 0)).toBe(true);
    expect(new Set(lives.map(({ share }) => share)).size).toBe(4);
  });

  it('stays the same in the second hello where only a cookie is asked for, and is forgotten with the connection', () => {
    const { provider, lives } = watched(3);
    const cookie = extension('cookie', cookieCodec, Uint8Array.of(1));
    const server = new ScriptedServer(toyClient({ provider })).helloRetryRequest(null, {
      body: (retry) => ({ ...retry, extensions: [...(retry.extensions ?? []), cookie] }),
    });
    expect(lives).toHaveLength(1);
    server.connection.abort();
    expect(lives[0]).toMatchObject({ finished: 0, destroyed: 1 });
  });
});
