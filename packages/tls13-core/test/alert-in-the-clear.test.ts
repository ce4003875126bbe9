import { describe, expect, it } from 'vitest';
import type { ServerConfig } from '../src/config.js';
import type { TlsEvent } from '../src/events.js';
import { createTlsClient } from '../src/client-connection.js';
import { createTlsServer } from '../src/server-connection.js';
import { createTestAuthority, type TestAuthority } from './support/credentials.js';
import { createPair, runNow } from './support/pair.js';
import { seededProvider } from './support/provider.js';

/** An alert in a record without protection. */
function alertRecord(code: number): Uint8Array {
  return Uint8Array.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, code);
}

const UNKNOWN_CA = 48;

async function serverConfig(authority: TestAuthority): Promise<ServerConfig> {
  return { provider: seededProvider(2), credentials: [await authority.credential('P-256')] };
}

const clientConfig = { provider: seededProvider(1), verifyPeer: () => ({ trusted: true }) as const };

function failure(events: readonly TlsEvent[]) {
  const last = events.at(-1);
  return last?.type === 'failed' ? { reason: last.error.reason, alert: last.error.alert?.name } : null;
}

/** RFC 9846 appendix A.1: a client has no sending keys before it has accepted the server's whole flight. */
describe('an alert in the clear', () => {
  it('is believed in answer to the flight of a server', async () => {
    const client = createTlsClient(clientConfig);
    const server = createTlsServer(await serverConfig(await createTestAuthority()));
    server.receive(client.takeOutput());
    server.takeOutput();
    expect(failure(server.receive(alertRecord(UNKNOWN_CA)))).toEqual({ reason: 'alert-received', alert: 'unknown_ca' });
    expect(server.takeOutput()).toHaveLength(0);
  });

  it('is refused once the client has sent a protected record', async () => {
    const { server } = runNow(createPair(clientConfig, await serverConfig(await createTestAuthority())));
    expect(failure(server.receive(alertRecord(UNKNOWN_CA)))?.reason).toBe('unprotected-record');
  });

  it('is refused from a server whose keys are known', async () => {
    const client = createTlsClient(clientConfig);
    const server = createTlsServer(await serverConfig(await createTestAuthority()));
    server.receive(client.takeOutput());
    const flight = server.takeOutput();
    const serverHello = flight.subarray(0, 5 + ((flight[3] as number) << 8) + (flight[4] as number));
    expect(client.receive(serverHello)).toEqual([]);
    expect(failure(client.receive(alertRecord(UNKNOWN_CA)))?.reason).toBe('unprotected-record');
  });
});
