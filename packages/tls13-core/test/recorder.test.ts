import { concatBytes } from '@portico/bytes';
import type { CryptoProvider } from '@portico/crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTlsClient } from '../src/client-connection.js';
import type { ClientConfig, Credential, ServerConfig } from '../src/config.js';
import type { TlsConnection } from '../src/connection.js';
import type { TlsEvent } from '../src/events.js';
import { recordRandomness, replayRandomness } from '../src/recorder.js';
import { createTlsServer } from '../src/server-connection.js';
import { createSigner } from '../src/signer.js';
import { createTestAuthority } from './support/credentials.js';
import { createPair, runNow } from './support/pair.js';
import { seededProvider } from './support/provider.js';

let rsa: Awaited<ReturnType<Awaited<ReturnType<typeof createTestAuthority>>['keyed']>>;

beforeAll(async () => {
  rsa = await (await createTestAuthority()).keyed('rsa');
}, 60_000);

/** What a side received, and all that it said. */
interface Recorded {
  readonly received: Uint8Array[];
  output: Uint8Array;
  readonly events: TlsEvent[];
}

function listenTo(connection: TlsConnection): Recorded {
  const recorded: Recorded = { received: [], output: new Uint8Array(0), events: [] };
  const { receive, takeOutput } = connection;
  connection.receive = (bytes) => {
    recorded.received.push(bytes.slice());
    const events = receive.call(connection, bytes);
    recorded.events.push(...events);
    return events;
  };
  connection.takeOutput = () => {
    const output = takeOutput.call(connection);
    recorded.output = concatBytes(recorded.output, output);
    return output;
  };
  return recorded;
}

function again(connection: TlsConnection, { received }: Recorded): Recorded {
  const replayed = listenTo(connection);
  connection.takeOutput();
  for (const bytes of received) {
    connection.receive(bytes);
    connection.takeOutput();
  }
  return replayed;
}

describe('a recording of randomness', () => {
  const clientConfig = (provider: CryptoProvider): ClientConfig => ({
    provider,
    serverName: 'localhost',
    groups: ['X25519MLKEM768', 'secp256r1'],
    keyShares: ['X25519MLKEM768'],
    verifyPeer: () => ({ trusted: true }),
  });
  /** RSASSA-PSS draws a salt, and its signer blinds. */
  const serverConfig = (provider: CryptoProvider): ServerConfig => {
    const credential: Credential = {
      certificateChain: rsa.certificateChain,
      signer: createSigner(provider, rsa.privateKey),
    };
    return { provider, groups: ['secp256r1'], credentials: [credential] };
  };

  it('gives both sides’ bytes again, from other randomness of their own', () => {
    const [client, server] = [recordRandomness(seededProvider(1)), recordRandomness(seededProvider(2))];
    const pair = createPair(clientConfig(client.provider), serverConfig(server.provider));
    const recorded = { client: listenTo(pair.client), server: listenTo(pair.server) };
    runNow(pair);
    expect([pair.client.state, pair.server.state]).toEqual(['open', 'open']);
    expect(pair.client.info?.helloRetryRequested).toBe(true);

    const replaying = (draws: readonly Uint8Array[]): CryptoProvider => replayRandomness(seededProvider(99), draws);
    expect(again(createTlsClient(clientConfig(replaying(client.draws))), recorded.client)).toEqual(recorded.client);
    expect(again(createTlsServer(serverConfig(replaying(server.draws))), recorded.server)).toEqual(recorded.server);
    // Without the recording it is another connection.
    const other = again(createTlsClient(clientConfig(seededProvider(99))), recorded.client);
    expect(other.output).not.toEqual(recorded.client.output);
  });

  it('holds what was drawn, though it is wiped afterwards', () => {
    const { provider, draws } = recordRandomness(seededProvider(3));
    const drawn = provider.random(32);
    const before = drawn.slice();
    drawn.fill(0);
    expect(draws).toEqual([before]);
  });

  it('ends a connection that goes another way', () => {
    const { provider, draws } = recordRandomness(seededProvider(4));
    provider.random(32);
    expect(() => replayRandomness(provider, draws).random(31)).toThrow('expected a draw of 32 bytes, got one of 31');
    const replaying = replayRandomness(provider, draws);
    expect(replaying.random(32)).toEqual(draws[0]);
    expect(() => replaying.random(32)).toThrow('expected no more draws');
    const client = createTlsClient(clientConfig(replayRandomness(provider, draws)));
    expect(client.receive(new Uint8Array(0))).toMatchObject([
      { type: 'failed', error: { reason: 'invalid-argument', subject: 'recording' } },
    ]);
  });
});
