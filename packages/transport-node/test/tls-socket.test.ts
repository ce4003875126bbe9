import { once } from 'node:events';
import net from 'node:net';
import { Duplex, duplexPair } from 'node:stream';
import tls from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { connect, createServer, type ServerOptions, type SocketError, type TLSSocket } from '../src/index.js';
import { ca, localhost } from './support/certificates.js';
import { connectTo } from './support/port.js';
import { cleanUp, eventually, listen, textOf } from './support/servers.js';

/** Both ends of one connection, over a socket of this machine. */
async function pair(options: ServerOptions = {}): Promise<{ client: TLSSocket; server: TLSSocket; raw: net.Socket }> {
  const tlsServer = createServer({ ...localhost, ...options });
  const port = await listen(tlsServer);
  const raw = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const client = connectTo(port, [], { socket: raw, allowHalfOpen: true });
  const [server] = (await once(tlsServer, 'secureConnection')) as [TLSSocket];
  cleanUp(() => void server.destroy());
  // When one side fails, the other often sees it as a failure too; tests listen for the one they mean.
  client.on('error', () => {});
  server.on('error', () => {});
  if (client.secureConnecting) await once(client, 'secureConnect');
  return { client, server, raw };
}

async function errorOf(socket: TLSSocket): Promise<SocketError> {
  const [error] = (await once(socket, 'error')) as [SocketError];
  return error;
}

describe('a TLSSocket', () => {
  it('goes over any Duplex', async () => {
    const [near, far] = duplexPair();
    const server = createServer(localhost, (socket) => socket.pipe(socket));
    server.emit('connection', far);
    const client = connect({ socket: near, servername: 'localhost', ca });
    client.end('over a pair of streams');
    expect(await textOf(client)).toBe('over a pair of streams');
    expect(client.remoteAddress).toBeUndefined();
  });

  it('goes over another TLSSocket', async () => {
    const inner = createServer(localhost, (socket) => socket.pipe(socket));
    const outer = createServer(localhost, (socket) => inner.emit('connection', socket));
    const tunnel = connectTo(await listen(outer), []);
    const client = connect({ socket: tunnel, servername: 'localhost', ca });
    client.end('twice encrypted');
    expect(await textOf(client)).toBe('twice encrypted');
  });

  it('has the facts that node:tls gives', async () => {
    const { client, server, raw } = await pair();
    expect(client.encrypted).toBe(true);
    expect(client.authorized).toBe(true);
    expect(client.authorizationError).toBeNull();
    expect(client.alpnProtocol).toBe(false);
    expect(server.servername).toBe('localhost');
    expect(client.getProtocol()).toBe('TLSv1.3');
    expect(client.getCipher()?.name).toMatch(/^TLS_/);
    expect(client.getEphemeralKeyInfo()).toEqual({ type: 'TLSGroup', name: 'X25519MLKEM768' });
    expect(server.getEphemeralKeyInfo()).toBeNull();
    expect(client.isSessionReused()).toBe(false);
    expect(client.getPeerCertificate().subjectaltname).toContain('DNS:localhost');
    expect(client.getPeerX509Certificate()?.subjectAltName).toContain('DNS:localhost');
    expect(server.getPeerCertificate()).toEqual({});
    expect([client.remoteAddress, client.remotePort, client.remoteFamily]).toEqual([
      '127.0.0.1',
      raw.remotePort,
      'IPv4',
    ]);
    expect([client.localAddress, client.localPort]).toEqual([server.remoteAddress, server.remotePort]);
    expect(client.address()).toEqual(raw.address());
    expect([client.connecting, client.readyState]).toEqual([false, 'open']);
    const exported = client.exportKeyingMaterial(32, 'EXPERIMENTAL test', Buffer.from('context'));
    expect(server.exportKeyingMaterial(32, 'EXPERIMENTAL test', Buffer.from('context'))).toEqual(exported);
  });

  it('keeps its addresses after the end', async () => {
    const { client, server } = await pair();
    client.destroy();
    server.destroy();
    await once(client, 'close');
    expect(client.remoteAddress).toBe('127.0.0.1');
  });

  it('counts plaintext', async () => {
    const { client, server } = await pair();
    server.on('data', () => {});
    client.end(Buffer.alloc(100_000));
    await once(server, 'end');
    expect([client.bytesWritten, server.bytesRead]).toEqual([100_000, 100_000]);
  });

  it('throws for keying material before the handshake', () => {
    const [near] = duplexPair();
    const client = connect({ socket: near, servername: 'localhost', ca });
    expect(() => client.exportKeyingMaterial(32, 'x')).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_INVALID_STATE' }),
    );
  });

  it('carries data both ways across key updates', async () => {
    const { client, server } = await pair();
    server.pipe(server);
    const answer = textOf(client);
    client.write('one ');
    client.updateKeys({ requestPeer: true });
    client.write('two ');
    server.updateKeys();
    client.end('three');
    expect(await answer).toBe('one two three');
  });
});

describe('the end of a connection', () => {
  it('is half open where that is allowed', async () => {
    const { client, server } = await pair({ allowHalfOpen: true });
    client.end('question');
    expect(await textOf(server)).toBe('question');
    server.end('answer');
    expect(await textOf(client)).toBe('answer');
  });

  it('takes our side with it where half open is not allowed', async () => {
    const { client, server } = await pair({ allowHalfOpen: false });
    server.resume();
    client.end();
    expect(await textOf(client)).toBe('');
    await eventually(() => server.destroyed);
  });

  it('without close_notify is an error: what was received may be cut off', async () => {
    const { client, server, raw } = await pair();
    client.write('half of it');
    const [data] = (await once(server, 'data')) as [Buffer];
    expect(data.toString()).toBe('half of it');
    raw.end();
    const error = await errorOf(server);
    expect(error.code).toBe('ECONNRESET');
    expect(error.reason).toBe('end-of-input');
  });

  it('without close_notify lets everything before be read first', async () => {
    const { client, server, raw } = await pair();
    server.pause();
    client.write('good data');
    raw.end();
    await eventually(() => server.readableLength === 9);
    const failure = errorOf(server);
    expect(String(server.read())).toBe('good data');
    expect((await failure).code).toBe('ECONNRESET');
  });

  it('by a bad record lets everything before be read, and tells the peer why', async () => {
    const { client, server, raw } = await pair();
    server.pause();
    client.write('good data');
    raw.write(Buffer.from('1703030020' + '00'.repeat(32), 'hex'));
    const told = errorOf(client);
    await eventually(() => server.readableLength === 9);
    const failure = errorOf(server);
    expect(String(server.read())).toBe('good data');
    expect(await failure).toMatchObject({
      code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
      reason: 'bad-record-mac',
    });
    expect((await told).code).toBe('ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC');
  });

  it('lets an alert arrive though much was sent after the mistake', async () => {
    const server = createServer(localhost);
    const failed = once(server, 'tlsClientError');
    const port = await listen(server);
    const raw = net.connect(port, '127.0.0.1');
    cleanUp(() => void raw.destroy());
    // No TLS, and more than the server will look at: unread input makes a careless close a reset.
    raw.write(Buffer.alloc(1_000_000, 'GET / HTTP/1.1\r\n'));
    const received: Buffer[] = [];
    raw.on('data', (chunk) => received.push(chunk));
    await once(raw, 'end');
    const alert = Buffer.concat(received);
    expect([alert[0], alert.length]).toEqual([0x15, 7]);
    const [error] = (await failed) as [SocketError];
    expect(error.code).toBe('ERR_SSL_WRONG_VERSION_NUMBER');
  });

  it('keeps the transport until the peer has read the alert and ended: a reset would hide it', async () => {
    const [near, far] = duplexPair();
    const server = createServer(localhost);
    server.emit('connection', far);
    const failed = once(server, 'tlsClientError');
    near.write('GET / HTTP/1.1\r\n\r\n');
    await failed;
    expect([far.destroyed, far.writableEnded]).toEqual([false, true]);
    near.write('what came after it is read and dropped');
    expect(Buffer.from(await textOf(near), 'latin1')[0]).toBe(0x15);
    near.end();
    await eventually(() => far.destroyed);
  });

  it('does not wait for the end of a socket whose peer has said close_notify: nothing more comes', async () => {
    const listener = createServer(localhost);
    const raw = net.connect(await listen(listener), '127.0.0.1');
    const accepted = once(listener, 'connection');
    const client = connectTo(0, [], { socket: raw });
    const [server] = (await once(listener, 'secureConnection')) as [TLSSocket];
    const [transport] = (await accepted) as [net.Socket];
    server.resume();
    if (client.secureConnecting) await once(client, 'secureConnect');
    // The alert without the end of the transport.
    vi.spyOn(raw, 'end').mockImplementation(() => raw);
    client.end();
    await once(server, 'close');
    expect(transport.destroyed).toBe(true);
    expect(await textOf(client)).toBe('');
  });

  it('waits for the end of any other Duplex, to which destroying may be a reset', async () => {
    const [near, far] = duplexPair();
    const listener = createServer(localhost);
    listener.emit('connection', far);
    const client = connectTo(0, [], { socket: near });
    const [server] = (await once(listener, 'secureConnection')) as [TLSSocket];
    server.resume();
    if (client.secureConnecting) await once(client, 'secureConnect');
    const ended = vi.spyOn(near, 'end').mockImplementation(() => near);
    client.end();
    await once(server, 'close');
    expect([far.destroyed, far.writableFinished]).toEqual([false, true]);
    ended.mockRestore();
    near.end();
    await eventually(() => far.destroyed);
  });

  it('by destroySoon sends everything first', async () => {
    const { client, server } = await pair();
    client.write(Buffer.alloc(300_000));
    client.destroySoon();
    let received = 0;
    for await (const chunk of server) received += (chunk as Buffer).length;
    expect(received).toBe(300_000);
    expect(client.destroyed).toBe(true);
  });

  it('by destroy is a proper one where everything written has been sent', async () => {
    const { client, server } = await pair();
    client.write('all of it');
    await eventually(() => client.writableLength === 0);
    client.destroy();
    expect(await textOf(server)).toBe('all of it');
  });

  it('by destroy is an abrupt one where something has not: the peer must not take it for the whole', async () => {
    const { client, server } = await pair();
    client.write(Buffer.alloc(1_000_000));
    client.destroy();
    server.resume();
    expect((await errorOf(server)).code).toBe('ECONNRESET');
  });

  it('by a destroyed transport is an error', async () => {
    const { client, raw } = await pair();
    const failure = errorOf(client);
    raw.destroy();
    expect((await failure).code).toBe('ECONNRESET');
  });

  it('during the handshake is an error with the words of node:tls', async () => {
    const silent = net.createServer((socket) => socket.end());
    const client = connectTo(await listen(silent), []);
    const error = await errorOf(client);
    expect(error.code).toBe('ECONNRESET');
    expect(error.message).toBe('Client network socket disconnected before secure TLS connection was established');
  });
});

describe('backpressure', () => {
  it('stops reading from the transport while nobody reads', async () => {
    const { client, server, raw } = await pair();
    server.pause();
    const chunk = Buffer.alloc(1_048_576);
    let blocked = false;
    for (let i = 0; i < 64 && !blocked; i++) {
      if (!client.write(chunk)) {
        blocked = await Promise.race([
          once(client, 'drain').then(() => false),
          new Promise<boolean>((resolve) => setTimeout(resolve, 300, true)),
        ]);
      }
    }
    expect(blocked).toBe(true);
    // A stream's buffer and what one read of the transport brings on top of it.
    expect(server.readableLength).toBeLessThan(200_000);
    const written = client.bytesWritten;
    client.end();
    let received = 0;
    for await (const part of server) received += (part as Buffer).length;
    expect(received).toBe(written);
    expect(raw.destroyed || raw.writableEnded).toBe(true);
  });

  it('destroys a connection whose reader lets the write queue grow beyond its limit', async () => {
    const { client, server, raw } = await pair();
    raw.pause();
    client.pause();
    server.writeQueueLimit = 1_048_576;
    const failure = errorOf(server);
    while (!server.destroyed) {
      server.write(Buffer.alloc(262_144));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await failure).code).toBe('ERR_TLS_WRITE_QUEUE_LIMIT');
  });

  it('sends one write that is larger than the limit, and small ones after it', async () => {
    const { client, server } = await pair();
    server.writeQueueLimit = 65_536;
    server.write(Buffer.alloc(300_000));
    server.write('and ');
    server.end('the rest');
    expect((await textOf(client)).slice(300_000)).toBe('and the rest');
  });

  it('does not take a second large write on top of the first', async () => {
    const { server } = await pair();
    server.writeQueueLimit = 65_536;
    const failure = errorOf(server);
    server.write(Buffer.alloc(300_000));
    expect(server.destroyed).toBe(false);
    server.write(Buffer.alloc(300_000));
    expect((await failure).code).toBe('ERR_TLS_WRITE_QUEUE_LIMIT');
  });

  it('calls back for every way to write', async () => {
    const { client, server } = await pair();
    server.resume();
    await new Promise<void>((resolve) => client.write('a', () => resolve()));
    await new Promise<void>((resolve) => client.write('62', 'hex', () => resolve()));
    await new Promise<void>((resolve) => client.write('c', undefined, () => resolve()));
    await new Promise<void>((resolve) => client.end('d', () => resolve()));
    expect(client.bytesWritten).toBe(4);
  });

  it('holds writes until the handshake is complete', async () => {
    const server = createServer(localhost, (socket) => socket.pipe(socket));
    const client = connectTo(await listen(server), []);
    client.write('early ');
    client.end('bird');
    expect(client.secureConnecting).toBe(true);
    expect(await textOf(client)).toBe('early bird');
  });
});

describe('small writes', () => {
  /** A transport that notes what is written to it. */
  function recorded(inner: Duplex): { transport: Duplex; writes: Buffer[] } {
    const writes: Buffer[] = [];
    const transport = new Duplex({
      read: () => void inner.resume(),
      write: (chunk: Buffer, _encoding, callback) => {
        writes.push(chunk);
        inner.write(chunk, callback);
      },
      final: (callback) => void inner.end(callback),
    });
    inner.on('data', (chunk) => transport.push(chunk) || inner.pause());
    inner.on('end', () => transport.push(null));
    return { transport, writes };
  }

  it('that are made in one go are one record in one write, as node:http2 needs it', async () => {
    const [near, far] = duplexPair();
    const server = createServer(localhost, (socket) => socket.pipe(socket));
    server.emit('connection', far);
    const { transport, writes } = recorded(near);
    const client = connect({ socket: transport, servername: 'localhost', ca });
    await once(client, 'secureConnect');
    await eventually(() => client.writableLength === 0);
    const before = writes.length;
    client.cork();
    for (let i = 0; i < 9; i++) client.write('WINDOW_UPDATE');
    client.uncork();
    await once(client, 'data');
    const sent = Buffer.concat(writes.slice(before));
    expect(writes.length - before).toBe(1);
    expect(sent.length).toBe(5 + 9 * 13 + 1 + 16);
  });

  it('do not wait for Nagle: it is off on both sides', async () => {
    const calls: unknown[] = [];
    const server = createServer(localhost, (socket) => socket.pipe(socket));
    server.prependListener('connection', (socket) => {
      const original = socket.setNoDelay.bind(socket);
      socket.setNoDelay = (noDelay) => (calls.push(['server', noDelay]), original(noDelay));
    });
    const raw = net.connect(await listen(server), '127.0.0.1');
    const original = raw.setNoDelay.bind(raw);
    raw.setNoDelay = (noDelay) => (calls.push(['client', noDelay]), original(noDelay));
    const client = connectTo(0, [], { socket: raw });
    await once(client, 'secureConnect');
    expect(calls).toContainEqual(['client', true]);
    expect(calls).toContainEqual(['server', true]);
  });
});

describe('timers', () => {
  it('setTimeout tells of silence and closes nothing', async () => {
    const { client } = await pair();
    client.setTimeout(20);
    await once(client, 'timeout');
    expect([client.timeout, client.destroyed]).toEqual([20, false]);
    client.setTimeout(0);
    expect(client.timeout).toBe(0);
  });

  it('a handshake cannot be given a time that Node would take for none', () => {
    for (const handshakeTimeout of [2 ** 40, Number.NaN, -1]) {
      expect(() => createServer({ ...localhost, handshakeTimeout })).toThrow(
        expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }) as Error,
      );
    }
  });

  it('a handshake that takes too long fails', async () => {
    const server = createServer({ ...localhost, handshakeTimeout: 20 });
    const failed = once(server, 'tlsClientError');
    const raw = net.connect(await listen(server), '127.0.0.1');
    cleanUp(() => void raw.destroy());
    const [error] = (await failed) as [SocketError];
    expect(error.code).toBe('ERR_TLS_HANDSHAKE_TIMEOUT');
    raw.resume();
    await once(raw, 'close');
  });

  it('ref, unref, setKeepAlive and setNoDelay reach the transport', async () => {
    const { client } = await pair();
    expect(client.unref().ref().setKeepAlive(true, 1000).setNoDelay(true)).toBe(client);
  });
});

describe('against node:tls', () => {
  it('end of input without close_notify from its side is seen', async () => {
    const server = tls.createServer(localhost, (socket) => {
      socket.write('x', () => socket.destroy());
    });
    const client = connectTo(await listen(server), []);
    client.resume();
    expect((await errorOf(client)).code).toBe('ECONNRESET');
  });
});
