import { describe, expect, it } from 'vitest';
import type { ClientConfig } from '../src/config.js';
import { createTlsClient, parseClientConfig } from '../src/client.js';
import { createTlsServer } from '../src/server-connection.js';
import { toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

/** Everything that a client sends in a handshake. */
function sentBy(config: Parameters<typeof createTlsClient>[0]): Uint8Array[] {
  const client = createTlsClient(config);
  const server = createTlsServer(toyServer());
  const sent = [client.takeOutput()];
  server.receive(sent[0] as Uint8Array);
  client.receive(server.takeOutput());
  sent.push(client.takeOutput());
  expect(client.state).toBe('open');
  return sent;
}

describe('a client’s configuration that is parsed once', () => {
  it('does what it does parsed each time, byte by byte', () => {
    const config = (): ClientConfig => toyClient({ provider: toyProvider(7), serverName: 'example.com' });
    expect(sentBy(parseClientConfig(config()))).toEqual(sentBy(config()));
  });

  it('serves any number of connections, none of which sees the one before', () => {
    const once = parseClientConfig(toyClient());
    const [first, second] = [sentBy(once), sentBy(once)];
    // Another random and another share (RFC 9846 sections 4.2.3 and 4.3.8).
    expect(first[0]).not.toEqual(second[0]);
    expect(first[0]).toHaveLength(second[0]?.length ?? 0);
  });

  it('is read at once: a change that comes later changes nothing, and an error comes before any connection', () => {
    const protocols = ['sip/2'];
    const config = { ...toyClient({ alpn: { protocols } }) };
    const once = parseClientConfig(config);
    const before = once.settings;
    protocols.push('h2');
    Object.assign(config, { serverName: 'changed.example' });
    expect(once.settings).toBe(before);
    expect(before.alpn?.protocols).toHaveLength(1);
    expect(before.serverName).not.toBe('changed.example');
    expect(Object.isFrozen(before)).toBe(true);
    expect(() => parseClientConfig(toyClient({ keyShares: ['nothing' as never] }))).toThrow(
      expect.objectContaining({ reason: 'invalid-configuration' }),
    );
  });
});
