import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import http from 'node:http';
import { duplexPair } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import {
  connect,
  connectionInfo,
  createPortServer,
  PORT_CHANNELS,
  type ConnectionInfo,
  type PortServer,
} from '../src/index.js';
import { ca, clientCredential, localhost } from './support/certificates.js';
import { connectTo, openPort } from './support/port.js';
import { cleanUp, eventually, textOf } from './support/servers.js';
import { exchange, NO_ALPN, opened, outcome, raise, routes, silent, sip } from './support/port-routes.js';

describe('what a port tells', () => {
  it('connectionInfo: TLS and peer, with an id of its own', async () => {
    const infos: ConnectionInfo[] = [];
    const { port } = await openPort({
      tls: { ...localhost, ca, requestCert: true },
      routes: [
        {
          name: 'sip',
          alpn: ['sip/2'],
          handle: (connection, info) => {
            expect(connectionInfo(connection)).toBe(info);
            infos.push(info);
            connection.end();
          },
        },
      ],
    });
    for (let i = 0; i < 2; i++) {
      await textOf(connectTo(port, ['sip/2'], { ...clientCredential, allowHalfOpen: false }));
    }
    expect(infos[0]).toMatchObject({
      route: 'sip',
      routedBy: 'alpn',
      alpn: 'sip/2',
      serverName: 'localhost',
      remoteAddress: '127.0.0.1',
      localPort: port,
      authorized: true,
      authorizationError: null,
      sipIdentities: ['client.example'],
    });
    expect(infos[0]?.peerCertificates).toHaveLength(1);
    expect(infos[0]?.id).not.toBe(infos[1]?.id);
    expect(Object.isFrozen(infos[0])).toBe(true);
  });

  it('no SIP identity of a certificate that was not verified', async () => {
    const infos: ConnectionInfo[] = [];
    const { port } = await openPort({
      tls: { ...localhost, ca: [], requestCert: true, rejectUnauthorized: false },
      routes: [{ name: 'sip', alpn: ['sip/2'], handle: (connection, info) => (infos.push(info), connection.end()) }],
    });
    await textOf(connectTo(port, ['sip/2'], clientCredential));
    expect(infos[0]).toMatchObject({ authorized: false, sipIdentities: [] });
  });

  it('counters, channels and log lines, without keys or bodies', async () => {
    const told: string[] = [];
    const secret = 'PASSWORD-IN-A-BODY';
    const tell =
      (name: string) =>
      (...facts: unknown[]): void =>
        void told.push(`${name} ${JSON.stringify(facts)}`);
    for (const name of Object.values(PORT_CHANNELS)) {
      const listener = tell(name);
      channel(name).subscribe(listener);
      cleanUp(() => void channel(name).unsubscribe(listener));
    }
    const keys: string[] = [];
    const { port, server } = await openPort({
      tls: { ...localhost, keyLog: (line) => keys.push(line.toString()) },
      routes,
      logger: { debug: tell('debug'), info: tell('info'), warn: tell('warn') },
    });
    expect(await exchange(port, ['sip/2'], secret)).toContain(secret);
    expect(await outcome(port, ['x'])).toBe(NO_ALPN);
    await eventually(() => server.counters.open === 0);
    expect(server.counters).toEqual({
      accepted: 2,
      open: 0,
      handshaking: 0,
      handshakesCompleted: 1,
      handshakesFailed: 1,
      routed: { sip: 1 },
      sniffed: { sip: 0, http: 0, msrp: 0 },
      refused: {},
    });
    const text = told.join('\n');
    for (const name of [...Object.values(PORT_CHANNELS), 'info', 'debug'].filter((n) => n !== PORT_CHANNELS.refused)) {
      expect(text).toContain(name);
    }
    expect(text).toContain('"remoteAddress":"127.0.0.1"');
    expect(text).not.toContain(secret);
    expect(keys.length).toBeGreaterThanOrEqual(4);
    for (const line of keys) expect(text).not.toContain(line.trim().split(' ')[2]);
  });
});

describe('the life of a port', () => {
  it('takes transports that came from elsewhere', async () => {
    const { server } = await openPort({ routes });
    const [near, far] = duplexPair();
    server.accept(far);
    const client = connect({ socket: near, servername: 'localhost', ca, ALPNProtocols: ['sip/2'] });
    client.end('through a tunnel');
    expect(await textOf(client)).toBe('sip sip/2 alpn: through a tunnel');
  });

  it('listens on 127.0.0.1 unless told otherwise, and says where', async () => {
    const { server, port } = await openPort({ routes });
    expect(server.address()).toEqual({ address: '127.0.0.1', family: 'IPv4', port });
    expect(server.listening).toBe(true);
  });

  it('passes over a transport that is destroyed already', async () => {
    const { server } = await openPort({ routes });
    const [, far] = duplexPair();
    far.destroy();
    await once(far, 'close');
    server.accept(far);
    expect([server.counters.accepted, server.counters.open]).toEqual([1, 0]);
    await server.close();
  });

  it.each([
    ['throws', () => raise(new Error('a mistake'))],
    ['throws no error', () => raise('a mistake')],
    ['rejects', () => Promise.reject(new Error('a mistake'))],
  ])('destroys the connection whose handler %s, and goes on', async (_what, handle) => {
    const warn = vi.fn();
    const { server, port } = await openPort({
      routes: [{ name: 'wrong', alpn: ['wrong'], handle }, sip],
      logger: { warn },
    });
    connectTo(port, ['wrong']).on('error', () => {});
    await eventually(() => server.counters.routed['wrong'] === 1 && server.counters.open === 0);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      'route failed',
      expect.objectContaining({ route: 'wrong', message: expect.stringContaining('a mistake') as string }),
    );
    expect(await exchange(port, ['sip/2'], 'x')).toBe('sip sip/2 alpn: x');
  });

  it.each([
    ['throws', () => raise(new Error('a mistake'))],
    ['rejects', () => Promise.reject(new Error('a mistake'))],
  ])('closes though onClosing %s', async (_what, onClosing) => {
    const { server, port } = await openPort({
      routes: [{ name: 'x', alpn: ['x'], handle: (connection) => void connection.resume(), onClosing }],
    });
    await opened(port, ['x']);
    await opened(port, ['x']);
    await eventually(() => server.counters.routed['x'] === 2);
    await server.close({ graceMs: 60_000 });
    expect(server.counters.open).toBe(0);
  });

  it('does not listen again after it was closed', async () => {
    const { server } = await openPort({ routes });
    await server.close();
    await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_SERVER_CLOSED' });
  });

  it('says when a port is taken', async () => {
    const { port } = await openPort({ routes });
    const second = createPortServer({ tls: localhost, routes });
    await expect(second.listen({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await second.close();
  });

  it('shows another certificate for another name', async () => {
    const { server, port } = await openPort({ routes });
    server.addContext('client.example', clientCredential);
    const socket = await opened(port, ['sip/2'], { servername: 'client.example' });
    expect(socket.authorized).toBe(true);
  });

  it('closing: refuses new ones, gives up handshakes, asks handlers, ends the rest', async () => {
    const asked: string[] = [];
    const finish: (() => void)[] = [];
    const { server, port } = await openPort({
      routes: [
        {
          name: 'asked',
          alpn: ['asked'],
          handle: (connection) => void connection.resume(),
          onClosing: (connection, info) => {
            asked.push(info.route);
            finish.push(() => connection.end('goodbye'));
          },
        },
        sip,
      ],
    });
    const handshaking = silent(port);
    const politely = connectTo(port, ['asked']);
    const other = connectTo(port, ['sip/2']);
    const texts = Promise.all([textOf(politely), textOf(other)]);
    await eventually(() => server.counters.handshakesCompleted === 2 && server.counters.accepted === 3);
    const closed = server.close({ graceMs: 30_000 });
    expect(server.close()).toBe(closed);
    await once(handshaking, 'close');
    expect(asked).toEqual(['asked']);
    finish[0]?.();
    expect(await texts).toEqual(['goodbye', 'sip sip/2 alpn: ']);
    await closed;
    expect([server.listening, server.counters.open]).toEqual([false, 0]);
    expect(await outcome(port, ['sip/2'])).toBe('ECONNREFUSED');
  });

  it('closing: ends with close_notify what does not end in time', async () => {
    const { server, port } = await openPort({
      routes: [{ name: 'x', alpn: ['x'], handle: (connection) => void connection.resume(), onClosing: () => {} }],
    });
    const socket = connectTo(port, ['x'], { allowHalfOpen: true });
    const text = textOf(socket);
    await eventually(() => server.counters.routed['x'] === 1);
    await server.close({ graceMs: 10 });
    expect(await text).toBe('');
  });

  it('closing: waits for as long as it takes where the grace is infinite', async () => {
    const { server, port } = await openPort({
      routes: [{ name: 'x', alpn: ['x'], handle: (connection) => void connection.resume(), onClosing: () => {} }],
    });
    const socket = await opened(port, ['x']);
    await eventually(() => server.counters.routed['x'] === 1);
    const closed = server.close({ graceMs: Infinity });
    // Longer than a goodbye takes.
    expect(await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 400, 'waits'))])).toBe('waits');
    socket.end();
    await closed;
  });

  it('is closed by await using', async () => {
    let port: PortServer;
    {
      port = createPortServer({ tls: localhost, routes });
      await port.listen();
      await port[Symbol.asyncDispose]();
    }
    expect(port.listening).toBe(false);
  });

  it('lets a server of node:http go on elsewhere', async () => {
    const server = http.createServer((_request, response) => response.end('plain'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUp(() => void server.close());
    const { server: portServer } = await openPort({ routes: [{ name: 'web', alpn: ['http/1.1'], server }] });
    await portServer.close();
    expect(server.listening).toBe(true);
  });
});
