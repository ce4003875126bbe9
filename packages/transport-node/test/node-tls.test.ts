import { once } from 'node:events';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import { connect, createServer } from '../src/index.js';
import { ca, localhost } from './support/certificates.js';
import { cleanUp, listen, textOf } from './support/servers.js';

describe('with node:tls', () => {
  it('our server talks to its client', async () => {
    const server = createServer({ ...localhost, ALPNProtocols: ['sip/2'] }, (socket) => socket.pipe(socket));
    const port = await listen(server);
    const client = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ALPNProtocols: ['sip/2'] });
    cleanUp(() => void client.destroy());
    await once(client, 'secureConnect');
    expect(client.alpnProtocol).toBe('sip/2');
    expect(client.authorized).toBe(true);
    client.end('hello');
    expect(await textOf(client)).toBe('hello');
  });

  it('our client talks to its server', async () => {
    const server = tls.createServer({ ...localhost, ALPNProtocols: ['sip/2'] }, (socket) => socket.pipe(socket));
    const port = await listen(server);
    const client = connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ALPNProtocols: ['sip/2'] });
    cleanUp(() => void client.destroy());
    await once(client, 'secureConnect');
    expect(client.alpnProtocol).toBe('sip/2');
    expect(client.authorized).toBe(true);
    client.end('hello');
    expect(await textOf(client)).toBe('hello');
  });
});
