import { once } from 'node:events';
import type { CryptoProvider } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { createNodeProvider, createServer } from '../src/index.js';
import { ca, clientCredential, issue, localhost, strangeCredential } from './support/certificates.js';
import { connectTo } from './support/port.js';
import { listen } from './support/servers.js';

/** A provider that counts what it verifies. */
function countingProvider(): { provider: CryptoProvider; verified: () => number } {
  const base = createNodeProvider();
  let count = 0;
  const keyAlgorithms = base.keyAlgorithms.map((keys) => ({
    ...keys,
    verify: (...args: Parameters<typeof keys.verify>) => {
      count++;
      return keys.verify(...args);
    },
  }));
  return { provider: { ...base, keyAlgorithms }, verified: () => count };
}

describe('remembered signatures', () => {
  it('spare a client the chain of a server that it has met, and never the handshake’s own signature', async () => {
    const port = await listen(createServer({ ...localhost, ticketCount: 0 }));
    const { provider, verified } = countingProvider();
    const counts: number[] = [];
    for (let visit = 0; visit < 3; visit++) {
      const before = verified();
      const client = connectTo(port, [], { provider });
      await once(client, 'secureConnect');
      expect([client.authorized, client.isSessionReused()]).toEqual([true, false]);
      counts.push(verified() - before);
    }
    // The root's signature under the leaf, and CertificateVerify; then CertificateVerify alone.
    expect(counts).toEqual([2, 1, 1]);
  });

  it('spare a server the chain of a client that it has met', async () => {
    const { provider, verified } = countingProvider();
    const server = createServer({ ...localhost, provider, requestCert: true, ca, ticketCount: 0 });
    const port = await listen(server);
    const counts: number[] = [];
    for (let visit = 0; visit < 2; visit++) {
      const before = verified();
      connectTo(port, [], clientCredential);
      await once(server, 'secureConnection');
      counts.push(verified() - before);
    }
    expect(counts).toEqual([2, 1]);
  });

  it('say nothing of time, names and trust, and are not shared by providers', async () => {
    const { provider, verified } = countingProvider();
    const port = await listen(createServer({ ...localhost, ticketCount: 0 }));
    const other = await listen(createServer({ ...issue(['other.example']), ticketCount: 0 }));
    const strange = await listen(createServer({ ...strangeCredential, ticketCount: 0 }));
    const meet = async (to: number, options: object): Promise<string> => {
      const client = connectTo(to, [], { provider, ...options });
      return new Promise((resolve) => {
        client.once('secureConnect', () => resolve('authorized'));
        client.once('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
      });
    };
    expect(await meet(port, {})).toBe('authorized');
    expect(await meet(port, { now: () => Date.now() + 400 * 86_400_000 })).toBe('CERT_HAS_EXPIRED');
    expect(await meet(port, { servername: 'other.example' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await meet(port, { ca: [] })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(await meet(other, { servername: 'other.example' })).toBe('authorized');
    expect(await meet(strange, {})).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    const another = countingProvider();
    expect(await meet(port, { provider: another.provider })).toBe('authorized');
    expect([verified() > 0, another.verified()]).toEqual([true, 2]);
  });
});
