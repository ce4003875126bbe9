import { bytesToLatin1 } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { createTlsClient } from '../../src/client-connection.js';
import type { ClientConfig } from '../../src/config.js';
import { EXTENSION_CODES } from '../../src/messages/extensions/extension.js';
import type { SessionContents } from '../../src/session/session.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { resumingClient, START, toySession } from '../support/sessions.js';

describe('a session under another name', () => {
  const fromElsewhere = (session: Partial<SessionContents> = {}): Partial<ClientConfig> => ({
    resumption: { now: () => START, policy: 'test policy', acrossNames: 'where-allowed' },
    session: toySession({ serverName: 'other.test', acrossNames: 'any-name', ...session }),
  });

  it('is offered after the verifier was asked as it is for a server', () => {
    const asked: unknown[] = [];
    const verifyPeer: ClientConfig['verifyPeer'] = (peer) => {
      asked.push(peer);
      return { trusted: true };
    };
    const config = resumingClient({ ...fromElsewhere(), verifyPeer });
    const server = new ScriptedServer(config);
    expect(asked).toMatchObject([{ peer: 'server', serverName: 'localhost' }]);
    expect(server.last('client_hello').extensions?.at(-1)?.type).toBe(EXTENSION_CODES.pre_shared_key);
  });

  it('is offered once, though the verifier was asked for two clients', async () => {
    const { session, resumption } = fromElsewhere();
    const config = resumingClient({
      ...(session === undefined ? {} : { session }),
      ...(resumption === undefined ? {} : { resumption }),
      verifyPeer: async () => Promise.resolve({ trusted: true }),
    });
    const clients = [createTlsClient(config), createTlsClient(config)];
    for (const client of clients) await client.waiting;
    const lengths = clients.map((client) => client.takeOutput().length);
    const withoutPsk = createTlsClient({ ...config, serverName: 'localhost', session: toySession({ expiresAt: 0 }) });
    expect(lengths[0]).toBeGreaterThan(lengths[1] as number);
    expect(lengths[1]).toBe(withoutPsk.takeOutput().length);
  });

  it('is our failure where the verifier fails', () => {
    const verifyPeer = (): never => {
      throw new Error('no');
    };
    const config = resumingClient({ ...fromElsewhere(), verifyPeer });
    const server = new ScriptedServer(config).deliver(new Uint8Array(0));
    expect(server.events.at(-1)).toMatchObject({ error: { reason: 'callback-failed', subject: 'verifyPeer' } });
  });

  it('is not offered where no certificate can be judged again', () => {
    const asked: unknown[] = [];
    const identity = Uint8Array.of(0x78);
    const config = resumingClient({
      ...fromElsewhere({ peerCertificates: [], externalIdentity: identity }),
      externalPsks: [{ identity, key: new Uint8Array(32).fill(0x17) }],
      verifyPeer: (peer) => (asked.push(peer), { trusted: true }),
    });
    const server = new ScriptedServer(config);
    expect(asked).toEqual([]);
    const data = server.last('client_hello').extensions?.at(-1)?.data as Uint8Array;
    // The external PSK alone, whose age is none.
    expect(bytesToLatin1(data).startsWith('\0\x07\0\x01x\0\0\0\0')).toBe(true);
  });
});
