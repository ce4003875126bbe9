import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { Server as NetServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { connectionInfo, type ConnectionInfo, type PortServer, type TLSSocket } from '../src/index.js';
import { ca, clientCredential, localhost } from './support/certificates.js';
import { connectTo, openPort } from './support/port.js';
import { cleanUp, eventually, textOf } from './support/servers.js';

function openWeb(server: NetServer, alpn: string[] = ['http/1.1']): Promise<{ server: PortServer; port: number }> {
  return openPort({ routes: [{ name: 'web', alpn, server }] });
}

async function h1(port: number, request: string): Promise<TLSSocket> {
  const socket = connectTo(port, ['http/1.1'], { allowHalfOpen: true });
  await once(socket, 'secureConnect');
  socket.write(request);
  return socket;
}

function h2(port: number): http2.ClientHttp2Session {
  const session = http2.connect(`https://127.0.0.1:${port}`, { ca, servername: 'localhost' });
  session.on('error', () => {});
  cleanUp(() => session.destroy());
  return session;
}

/** What arrives until the connection ends, however it ends. */
async function untilClosed(socket: TLSSocket): Promise<string> {
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await eventually(() => socket.closed || socket.readableEnded);
  return text;
}

describe('an http server that never listens', () => {
  it('answers 408 to half a header', async () => {
    const server = http.createServer({ headersTimeout: 40, requestTimeout: 80, connectionsCheckingInterval: 20 });
    const { port } = await openWeb(server);
    const socket = await h1(port, 'GET / HTTP/1.1\r\nHost: half');
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('answers 408 to half a body', async () => {
    const server = http.createServer({ headersTimeout: 40, requestTimeout: 80, connectionsCheckingInterval: 20 });
    const { port } = await openWeb(server);
    const socket = await h1(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('closes idle connections after its keepAliveTimeout', async () => {
    const server = http.createServer((_request, response) => response.end('done'));
    server.keepAliveTimeout = 30;
    const { port } = await openWeb(server);
    const socket = await h1(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await untilClosed(socket)).toMatch(/done/);
  });

  it('closes them all when told to', async () => {
    const server = http.createServer(() => {});
    const { port } = await openWeb(server);
    const socket = await h1(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(server, 'request');
    server.closeAllConnections();
    expect(await untilClosed(socket)).toBe('');
  });

  it('closes the idle ones when told to', async () => {
    const server = http.createServer((_request, response) => response.end('done'));
    const { port } = await openWeb(server);
    const socket = await h1(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    server.closeIdleConnections();
    expect(await untilClosed(socket)).toBe('');
  });

  it('is not told that it listens', async () => {
    const server = http.createServer();
    const listening = vi.fn();
    server.on('listening', listening);
    await openWeb(server);
    expect(listening).not.toHaveBeenCalled();
  });

  it('answers 400 to what is no HTTP', async () => {
    const { port } = await openWeb(http.createServer());
    const socket = await h1(port, 'no such thing\r\n\r\n');
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('answers Expect: 100-continue by itself, and any other expectation 417', async () => {
    const server = http.createServer((request, response) => request.pipe(response));
    const { port } = await openWeb(server);
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\nExpect: ';
    const socket = await h1(port, `${head}100-continue\r\n\r\n`);
    const [interim] = (await once(socket, 'data')) as [Buffer];
    expect(interim.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('hello');
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 200 [^]*hello/);
    expect(await untilClosed(await h1(port, `${head}a miracle\r\n\r\nhello`))).toMatch(/^HTTP\/1\.1 417 /);
  });

  it('leaves expectations to the server that wants to judge them', async () => {
    const server = http.createServer(() => expect.unreachable());
    server.on('checkContinue', (_request, response: http.ServerResponse) => response.writeHead(413).end());
    server.on('checkExpectation', (_request, response: http.ServerResponse) => response.writeHead(400).end());
    const { port } = await openWeb(server);
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\nExpect: ';
    expect(await untilClosed(await h1(port, `${head}100-continue\r\n\r\n`))).toMatch(/^HTTP\/1\.1 413 /);
    expect(await untilClosed(await h1(port, `${head}a miracle\r\n\r\n`))).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('upgrades to a WebSocket, which stays open and gets the bytes that came with the request', async () => {
    const server = http.createServer();
    server.on('upgrade', (request, socket, head) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.write(`${connectionInfo(socket)?.route} ${connectionInfo(request)?.alpn} `);
      socket.write(head);
      socket.pipe(socket);
    });
    const { port } = await openWeb(server);
    const socket = await h1(
      port,
      'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhead',
    );
    const answer = textOf(socket);
    socket.end(' tail');
    expect(await answer).toMatch(/101 Switching[^]*web http\/1\.1 head tail$/);
  });

  it('sends an answer larger than the write queue of a port, whole', async () => {
    const server = http.createServer((_request, response) => response.end(Buffer.alloc(20e6)));
    const { port } = await openWeb(server);
    const socket = await h1(port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const text = await textOf(socket);
    expect(text.length - text.indexOf('\r\n\r\n') - 4).toBe(20e6);
  });

  it('serves pipelined requests and keeps the connection', async () => {
    const server = http.createServer((request, response) => response.end(request.url));
    const { port } = await openWeb(server);
    const socket = await h1(port, 'GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await eventually(() => /\/1[^]*\/2$/.test(text));
    socket.write('GET /3 HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => text.endsWith('/3'));
  });
});

describe('what servers know of a connection', () => {
  interface Facts {
    readonly remoteAddress: string | undefined;
    readonly localAddress: string | undefined;
    readonly encrypted: boolean | undefined;
    readonly alpnProtocol: unknown;
    readonly authorized: boolean | undefined;
    readonly subject: string | undefined;
    readonly info: ConnectionInfo | null;
  }

  function factsOf(request: http.IncomingMessage | http2.Http2ServerRequest): Facts {
    const socket = request.socket as unknown as TLSSocket;
    const { remoteAddress, localAddress, encrypted, alpnProtocol, authorized } = socket;
    const subject = String(socket.getPeerCertificate().subject?.CN);
    return { remoteAddress, localAddress, encrypted, alpnProtocol, authorized, subject, info: connectionInfo(request) };
  }

  const withClientCertificate = { ...localhost, requestCert: true, ca };
  const expected = {
    remoteAddress: '127.0.0.1',
    localAddress: '127.0.0.1',
    encrypted: true,
    authorized: true,
    subject: 'client.example',
  };

  it.each([
    ['http.createServer', (listener: http.RequestListener) => http.createServer(listener)],
    ['https.createServer', (listener: http.RequestListener) => https.createServer(localhost, listener)],
    [
      'http2.createSecureServer with allowHTTP1',
      (listener: http.RequestListener) =>
        http2.createSecureServer({ ...localhost, allowHTTP1: true }, listener as never) as unknown as http.Server,
    ],
  ])('http/1.1, %s', async (_name, make) => {
    let facts: Facts | null = null;
    const server = make((request, response) => {
      facts = factsOf(request);
      response.end('ok');
    });
    const { port } = await openPort({
      tls: withClientCertificate,
      routes: [{ name: 'web', alpn: ['h2', 'http/1.1'], server }],
    });
    const options: https.RequestOptions & { ALPNProtocols: string[] } = {
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca,
      ...clientCredential,
      agent: false,
      ALPNProtocols: ['http/1.1'],
    };
    const request = https.get(options);
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(await textOf(response)).toBe('ok');
    expect(facts).toMatchObject({ ...expected, alpnProtocol: 'http/1.1' });
    expect((facts as unknown as Facts).info).toMatchObject({
      route: 'web',
      routedBy: 'alpn',
      alpn: 'http/1.1',
      serverName: 'localhost',
      authorized: true,
      sipIdentities: ['client.example'],
      tls: { version: 'TLSv1.3' },
    });
  });

  it.each([
    ['http2.createServer', () => http2.createServer()],
    ['http2.createSecureServer', () => http2.createSecureServer(localhost)],
    ['http2.createSecureServer with allowHTTP1', () => http2.createSecureServer({ ...localhost, allowHTTP1: true })],
  ])('h2, %s', async (_name, make) => {
    const server = make();
    let facts: Facts | null = null;
    let session: http2.ServerHttp2Session | null = null;
    const infos: (ConnectionInfo | null)[] = [];
    server.on('session', (made) => {
      session = made;
      expect([made.encrypted, made.alpnProtocol, made.socket.remoteAddress]).toEqual([true, 'h2', '127.0.0.1']);
      infos.push(connectionInfo(made), connectionInfo(made.socket));
    });
    server.on('stream', (stream) => infos.push(connectionInfo(stream)));
    server.on('request', (request, response) => {
      facts = factsOf(request);
      infos.push(connectionInfo(response));
      response.end('ok');
    });
    const { port } = await openPort({
      tls: withClientCertificate,
      routes: [{ name: 'web', alpn: ['h2', 'http/1.1'], server }],
    });
    const client = http2.connect(`https://127.0.0.1:${port}`, { ca, servername: 'localhost', ...clientCredential });
    cleanUp(() => client.destroy());
    expect(await textOf(client.request({ ':path': '/' }))).toBe('ok');
    expect(facts).toMatchObject({ ...expected, alpnProtocol: 'h2' });
    expect(session).not.toBeNull();
    expect(infos).toHaveLength(4);
    for (const info of infos) expect(info).toBe((facts as unknown as Facts).info);
  });

  it('is null for those of other servers', () => {
    expect(connectionInfo({})).toBeNull();
    expect(connectionInfo({ socket: {} })).toBeNull();
  });

  it('survives the session', async () => {
    const server = http2.createServer();
    const { port } = await openWeb(server, ['h2']);
    const client = h2(port);
    const [stream] = (
      await Promise.all([once(server, 'stream'), once(client.request({ ':path': '/' }), 'ready')])
    )[0] as [http2.ServerHttp2Stream];
    client.destroy();
    stream.on('error', () => {});
    await once(stream, 'close');
    expect(connectionInfo(stream)?.route).toBe('web');
  });
});

describe('closing', () => {
  it('lets an HTTP/1.1 answer finish, says Connection: close, and ends', async () => {
    let answer = (): void => {};
    const server = http.createServer((_request, response) => (answer = () => response.end('late')));
    const { server: portServer, port } = await openWeb(server);
    const busy = await h1(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(server, 'request');
    const idle = connectTo(port, ['http/1.1']);
    await once(idle, 'secureConnect');
    await eventually(() => portServer.counters.routed['web'] === 2);
    const closed = portServer.close({ graceMs: 30_000 });
    expect(await textOf(idle)).toBe('');
    answer();
    expect(await textOf(busy)).toMatch(/Connection: close[^]*late$/);
    busy.end();
    await closed;
    expect(portServer.counters.open).toBe(0);
  });

  it('sends GOAWAY on h2 and lets open streams finish', async () => {
    let answer = (): void => {};
    const server = http2.createServer((_request, response) => (answer = () => response.end('late')));
    const { server: portServer, port } = await openWeb(server, ['h2']);
    const session = h2(port);
    const stream = session.request({ ':path': '/' });
    const text = textOf(stream);
    await once(server, 'request');
    const goneAway = once(session, 'goaway');
    const closed = portServer.close({ graceMs: 30_000 });
    expect((await goneAway)[0]).toBe(http2.constants.NGHTTP2_NO_ERROR);
    answer();
    expect(await text).toBe('late');
    await closed;
  });

  it('waits no longer than its grace', async () => {
    const server = http2.createServer(() => {});
    const { server: portServer, port } = await openWeb(server, ['h2']);
    const session = h2(port);
    const stream = session.request({ ':path': '/' });
    stream.on('error', () => {});
    await once(server, 'request');
    await portServer.close({ graceMs: 10 });
    expect(portServer.counters.open).toBe(0);
  });

  it('closes idle h2 sessions with GOAWAY, and keeps those with open streams', async () => {
    const server = http2.createServer((_request, response) => void response.writeHead(200));
    const { server: portServer, port } = await openPort({
      routes: [{ name: 'h2', alpn: ['h2'], server, limits: { idleTimeout: 40 } }],
    });
    const idle = h2(port);
    const busy = h2(port);
    const stream = busy.request({ ':path': '/' });
    await once(stream, 'response');
    await once(idle, 'goaway');
    await eventually(() => idle.destroyed);
    expect(busy.closed).toBe(false);
    expect(portServer.counters.refused.idle).toBe(1);
  });

  it('destroys an h2 session whose open stream does not move', async () => {
    const server = http2.createServer((_request, response) => void response.writeHead(200));
    const { server: portServer, port } = await openPort({
      routes: [{ name: 'h2', alpn: ['h2'], server, limits: { idleTimeout: 40, stalledTimeout: 120 } }],
    });
    const stream = h2(port).request({ ':path': '/' });
    stream.on('error', () => {});
    await once(stream, 'response');
    await eventually(() => portServer.counters.open === 0);
    expect(portServer.counters.refused).toEqual({ stalled: 1 });
  });

  it('destroys an HTTP/1.1 connection that stalls, also one that was upgraded', async () => {
    const server = http.createServer(() => {});
    server.on('upgrade', (_request, socket) => {
      socket.on('error', () => {});
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
    });
    const { server: portServer, port } = await openPort({
      routes: [{ name: 'web', alpn: ['http/1.1'], server }],
      limits: { stalledTimeout: 80 },
    });
    const sockets = [
      await h1(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      await h1(port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    ];
    const texts = await Promise.all(sockets.map(untilClosed));
    for (const socket of sockets) socket.destroy();
    expect(texts[1]).toMatch(/^HTTP\/1\.1 101 /);
    await eventually(() => portServer.counters.open === 0);
    expect(portServer.counters.refused).toEqual({ stalled: 2 });
  });
});
