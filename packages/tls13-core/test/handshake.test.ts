import { asciiToBytes, bytesToLatin1 } from '@portico/bytes';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCertificateVerifier } from '../src/certificate-verifier.js';
import type { ClientConfig, ServerConfig } from '../src/config.js';
import { createTestAuthority, NOW, type TestAuthority } from './support/credentials.js';
import { createPair, dataOf, failureOf, run, runNow } from './support/pair.js';
import { seededProvider } from './support/provider.js';

let authority: TestAuthority;
let client: ClientConfig;
let server: ServerConfig;

beforeAll(async () => {
  authority = await createTestAuthority();
  const provider = seededProvider(1);
  client = {
    provider,
    serverName: 'localhost',
    verifyPeer: createCertificateVerifier({ provider, trustAnchors: authority.trustAnchors, now: () => NOW }),
    alpn: { protocols: ['sip/2'] },
  };
  server = {
    provider: seededProvider(2),
    credentials: [await authority.credential('P-256')],
    alpn: { protocols: ['sip/2', 'h2'] },
  };
});

describe('a full handshake in memory', () => {
  it('agrees on everything and carries data both ways, with no waiting in between', () => {
    const pair = runNow(createPair(client, server));
    expect(failureOf(pair.clientEvents)).toBeNull();
    expect(failureOf(pair.serverEvents)).toBeNull();
    expect(pair.client.info).toMatchObject({
      version: 'TLSv1.3',
      alpnText: 'sip/2',
      group: 'X25519MLKEM768',
      serverName: 'localhost',
    });
    expect(pair.server.info).toMatchObject({
      version: 'TLSv1.3',
      alpnText: 'sip/2',
      group: 'X25519MLKEM768',
      serverName: 'localhost',
    });
    pair.client.send(asciiToBytes('from the client'));
    pair.server.send(asciiToBytes('from the server'));
    runNow(pair);
    expect(bytesToLatin1(dataOf(pair.serverEvents))).toBe('from the client');
    expect(bytesToLatin1(dataOf(pair.clientEvents))).toBe('from the server');
  });

  it('asks again with HelloRetryRequest where no share fits', () => {
    const pair = runNow(createPair({ ...client, keyShares: ['x25519'] }, { ...server, groups: ['secp384r1'] }));
    expect(failureOf(pair.clientEvents)).toBeNull();
    expect(pair.client.info).toMatchObject({ group: 'secp384r1', helloRetryRequested: true });
    expect(pair.server.info).toMatchObject({ group: 'secp384r1', helloRetryRequested: true });
  });

  it('gives both sides the same exported keying material', () => {
    const pair = runNow(createPair(client, server));
    const context = asciiToBytes('context');
    expect(pair.client.exportKeyingMaterial('EXPORTER-test', context, 40)).toEqual(
      pair.server.exportKeyingMaterial('EXPORTER-test', context, 40),
    );
  });

  it('waits for asynchronous answers', async () => {
    const [credential] = server.credentials as readonly { certificateChain: Uint8Array[]; signer: never }[];
    const pair = await run(
      createPair(
        { ...client, verifyPeer: async (peer) => client.verifyPeer(peer) },
        { ...server, credentials: async () => credential as never },
      ),
    );
    expect(pair.client.info?.alpnText).toBe('sip/2');
    expect(pair.server.info?.alpnText).toBe('sip/2');
  });

  it('updates keys in both directions', () => {
    const pair = runNow(createPair(client, server));
    pair.client.updateKeys({ requestPeer: true });
    pair.client.send(asciiToBytes('one'));
    runNow(pair);
    pair.server.send(asciiToBytes('two'));
    runNow(pair);
    expect(pair.serverEvents.map(({ type }) => type)).toContain('peer-keys-updated');
    expect(pair.clientEvents.map(({ type }) => type)).toContain('peer-keys-updated');
    expect(bytesToLatin1(dataOf(pair.clientEvents))).toBe('two');
  });

  it('closes each direction by itself', () => {
    const pair = runNow(createPair(client, server));
    pair.client.close();
    runNow(pair);
    expect(pair.serverEvents.at(-1)).toEqual({ type: 'peer-closed' });
    pair.server.send(asciiToBytes('still here'));
    pair.server.close();
    runNow(pair);
    expect(bytesToLatin1(dataOf(pair.clientEvents))).toBe('still here');
    expect(pair.client.state).toBe('closed');
    expect(pair.server.state).toBe('closed');
  });
});
