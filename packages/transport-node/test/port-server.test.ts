import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import {
  connect,
  connectionInfo,
  createPortServer,
  DEFAULT_PORT_LIMITS,
  PORT_CHANNELS,
  type ConnectionInfo,
  type HandlerRoute,
  type PortServer,
  type Route,
  type SocketError,
  type TLSSocket,
} from '../src/index.js';
import { addressKey, Admission } from '../src/admission.js';
import { ca, clientCredential, localhost } from './support/certificates.js';
import { connectTo, openPort } from './support/port.js';
import { cleanUp, eventually, textOf } from './support/servers.js';

/** Answers with what the route knows, then echoes. */
function echoRoute(route: Omit<HandlerRoute, 'handle'>): Route {
  return {
    ...route,
    handle: (connection, info) => {
      connection.write(`${info.route} ${info.alpn ?? '-'} ${info.routedBy}: `);
      connection.pipe(connection);
    },
  };
}

const sip = echoRoute({ name: 'sip', alpn: ['sip/2'], aliases: ['sip'], sniff: 'sip' });
const msrp = echoRoute({ name: 'msrp', alpn: ['msrp'], sniff: 'msrp' });
const web = echoRoute({ name: 'web', alpn: ['http/1.1'], sniff: 'http' });
const routes = [sip, web, msrp];

async function exchange(port: number, alpn: readonly string[], request: string): Promise<string> {
  const socket = connectTo(port, alpn);
  socket.end(request);
  return textOf(socket);
}

/** The code of the error with which a connection ends, or what it brought. */
async function outcome(port: number, alpn: readonly string[], request = ''): Promise<string> {
  return exchange(port, alpn, request).catch((error: SocketError) => error.code);
}

async function opened(port: number, alpn: readonly string[], options = {}): Promise<TLSSocket> {
  const socket = connectTo(port, alpn, options);
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'secureConnect');
  return socket;
}

/** Far below what waiting for ever would take. */
const TIME_LIMIT = { timeout: 5_000 };

const OUT_OF_RANGE = expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }) as Error;

function raise(thrown: unknown): never {
  throw thrown;
}

/** A TCP connection that has said nothing yet. */
function silent(port: number): net.Socket {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  cleanUp(() => void socket.destroy());
  return socket;
}

const NO_ALPN = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';

describe('routes', () => {
  it('take connections by their ALPN name', async () => {
    const { port } = await openPort({ routes });
    expect(await exchange(port, ['sip/2'], 'x')).toBe('sip sip/2 alpn: x');
    expect(await exchange(port, ['msrp'], 'x')).toBe('msrp msrp alpn: x');
  });

  it('answer an alias with the name that was offered', async () => {
    const { port } = await openPort({ routes });
    expect(await exchange(port, ['sip'], 'x')).toBe('sip sip alias: x');
  });

  it('are preferred in their order, aliases with their route', async () => {
    const { port } = await openPort({ routes });
    expect(await exchange(port, ['msrp', 'http/1.1', 'sip/2'], 'x')).toMatch(/^sip sip\/2/);
    expect(await exchange(port, ['msrp', 'sip'], 'x')).toMatch(/^sip sip /);
  });

  it('refuse unknown names with no_application_protocol', async () => {
    const { port, server } = await openPort({ routes, sniffing: true });
    expect(await outcome(port, ['SIP/2'], 'OPTIONS sip:a SIP/2.0\r\n')).toBe(NO_ALPN);
    expect(server.counters.handshakesFailed).toBe(1);
  });

  it('refuse clients without ALPN during the handshake, unless told otherwise', async () => {
    const { port } = await openPort({ routes });
    expect(await outcome(port, [], 'OPTIONS sip:a SIP/2.0\r\n')).toBe(NO_ALPN);
  });

  it('withoutAlpn sends those to one route, unseen', async () => {
    const { port } = await openPort({ routes, withoutAlpn: 'msrp' });
    expect(await exchange(port, [], 'MSRP x')).toBe('msrp - without-alpn: MSRP x');
  });

  it('onNoOverlap sends clients with unknown names to one route, and never guesses', async () => {
    const { port } = await openPort({ routes, sniffing: true, onNoOverlap: 'msrp' });
    expect(await exchange(port, ['x'], 'MSRP x')).toBe('msrp - no-overlap: MSRP x');
  });

  const wrong: readonly (readonly [string, readonly Route[], object])[] = [
    ['none', [], {}],
    ['one name twice', [sip, { ...msrp, alpn: ['sip'] }], {}],
    ['two with one name', [sip, { ...msrp, name: 'sip' }], {}],
    ['two that sniff the same', [sip, { ...msrp, sniff: 'sip' }], {}],
    ['one without a handler', [{ name: 'x', alpn: ['x'] } as unknown as Route], {}],
    ['one that cannot be named', [{ handle: () => {} }], {}],
    ['a missing one for withoutAlpn', [sip], { withoutAlpn: 'nobody' }],
    ['no certificate', [sip], { tls: {} }],
  ];
  it.each(wrong)('%s: refused at once', (_what, table, options) => {
    expect(() => createPortServer({ tls: localhost, routes: table, ...options })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
  });

  it('a limit that is none: refused at once', () => {
    expect(() => createPortServer({ tls: localhost, routes, limits: { connections: 0 } })).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    );
  });
});

describe('sniffing', () => {
  it.each([
    ['OPTIONS sip:a SIP/2.0\r\n\r\n', 'sip'],
    ['\r\n\r\n', 'sip'],
    ['GET / HTTP/1.1\r\n\r\n', 'web'],
    ['MSRP a SEND\r\n', 'msrp'],
  ])('gives %j to %s, unchanged', async (text, route) => {
    const { port } = await openPort({ routes, sniffing: true });
    expect(await exchange(port, [], text)).toBe(`${route} - sniffing: ${text}`);
  });

  it('needs no more than one byte at a time', async () => {
    const { port } = await openPort({ routes, sniffing: true });
    const socket = connectTo(port, []);
    const answer = textOf(socket);
    for (const byte of 'MSRP a SEND\r\n') {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.end('more');
    expect(await answer).toBe('msrp - sniffing: MSRP a SEND\r\nmore');
  });

  it('does not look at connections that negotiated', async () => {
    const { port } = await openPort({ routes: [{ ...msrp, expects: 'anything' }, sip], sniffing: true });
    expect(await exchange(port, ['msrp'], 'OPTIONS sip:a SIP/2.0\r\n')).toMatch(/^msrp msrp alpn/);
  });

  it.each([
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'h2-preface'],
    ['hello\r\n', 'unknown'],
    ['x'.repeat(8192), 'too-long'],
    ['OPTIONS sip:a', 'undecided'],
    ['', 'silence'],
  ] as const)('closes a connection that begins with %.20j and counts it', async (text, reason) => {
    const { port, server } = await openPort({ routes, sniffing: true });
    expect(await exchange(port, [], text)).toBe('');
    expect(server.counters.refused).toEqual({ [reason]: 1 });
  });

  it('closes what no route sniffs', async () => {
    const { port, server } = await openPort({ routes: [sip], sniffing: true });
    expect(await exchange(port, [], 'GET / HTTP/1.1\r\n')).toBe('');
    expect(server.counters.refused).toEqual({ 'no-route': 1 });
  });

  it('closes silence after a while', async () => {
    const { port, server } = await openPort({ routes, sniffing: true, limits: { sniffTimeout: 20 } });
    expect(await textOf(connectTo(port, []))).toBe('');
    expect(server.counters.refused).toEqual({ silence: 1 });
  });

  it('gives silence to a route where one is named, and half a line to nobody', async () => {
    const { port, server } = await openPort({
      routes,
      sniffing: true,
      onSilence: 'msrp',
      limits: { sniffTimeout: 20 },
    });
    const socket = connectTo(port, []);
    await once(socket, 'data');
    socket.end('now');
    expect(await textOf(socket)).toBe('now');
    const half = connectTo(port, []);
    half.write('OPTIONS');
    expect(await textOf(half)).toBe('');
    expect(server.counters.refused).toEqual({ undecided: 1 });
  });

  it('takes 64 KiB of line ends for a phone that wants to be kept alive', async () => {
    const { port } = await openPort({ routes, sniffing: true });
    const text = '\r\n'.repeat(32_768);
    expect(await exchange(port, [], text)).toBe(`sip - sniffing: ${text}`);
  });
});

describe('another protocol than the one negotiated', () => {
  it.each([
    ['sip/2', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['sip', 'POST / HTTP/1.1\r\n'],
    ['http/1.1', 'REGISTER sip:a SIP/2.0\r\n'],
    ['msrp', '\r\n\r\n'],
  ])('closes %s that begins with %j, before the route sees the line', async (alpn, text) => {
    const seen: string[] = [];
    const { port, server } = await openPort({
      routes: routes.map((route) => ({
        ...route,
        handle: (connection: TLSSocket) => void connection.on('data', (chunk: Buffer) => seen.push(chunk.toString())),
      })),
    });
    expect(await exchange(port, [alpn], text)).toBe('');
    expect(server.counters.refused).toEqual({ 'foreign-protocol': 1 });
    expect(seen).toEqual([]);
  });

  it('is seen though it comes byte by byte', async () => {
    const { port, server } = await openPort({ routes });
    const socket = connectTo(port, ['sip/2']);
    socket.on('error', () => {});
    for (const byte of 'GET / HTTP/1.1\r\n') {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => server.counters.refused['foreign-protocol'] === 1);
  });

  it('does not hold up one that keeps to its own', async () => {
    const { port } = await openPort({ routes });
    const socket = connectTo(port, ['sip/2']);
    socket.write('OPT');
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => ((text += chunk.toString()), text.endsWith('OPT') && resolve(text)));
    });
    expect(answer).toBe('sip sip/2 alpn: OPT');
  });
});

describe('limits', () => {
  it('refuses connections beyond the total', async () => {
    const { port, server } = await openPort({ routes, limits: { connections: 2 } });
    await opened(port, ['sip/2']);
    await opened(port, ['sip/2']);
    expect(await outcome(port, ['sip/2'])).toBe('ECONNRESET');
    expect(server.counters.refused).toEqual({ 'connection-limit': 1 });
  });

  it('refuses connections of one address beyond its share, and takes those of others', async () => {
    const { port, server } = await openPort({ routes, limits: { connectionsPerAddress: 1 } });
    await opened(port, ['sip/2']);
    expect(await outcome(port, ['sip/2'])).toBe('ECONNRESET');
    await opened(port, ['sip/2'], { localAddress: '127.0.0.2' });
    expect(server.counters.refused).toEqual({ 'address-limit': 1 });
  });

  it('gives room back when a connection is gone', async () => {
    const { port, server } = await openPort({ routes, limits: { connections: 1, connectionsPerAddress: 1 } });
    for (let i = 0; i < 3; i++) {
      expect(await exchange(port, ['sip/2'], 'x')).toMatch(/^sip/);
      await eventually(() => server.counters.open === 0);
    }
  });

  it.each([{ handshakes: 3 }, { handshakesPerAddress: 3 }])(
    'lets the oldest handshake go for a new one: %j',
    async (limits) => {
      const { port, server } = await openPort({ routes, limits });
      const waiting = Array.from({ length: 3 }, () => silent(port));
      await eventually(() => server.counters.handshaking === 3);
      expect(await exchange(port, ['sip/2'], 'x')).toMatch(/^sip/);
      await eventually(() => waiting.filter((socket) => socket.closed).length === 1);
      expect(server.counters.refused).toEqual({ 'handshake-limit': 1 });
    },
  );

  it.each([
    { handshakeTimeout: 2 ** 40 },
    { handshakeTimeout: Infinity },
    { sniffTimeout: 0 },
    { sniffBytes: Infinity },
    { connections: Number.NaN },
    { handshakes: 1.5 },
    { writeQueue: -1 },
    { writeQueues: 1 },
  ])('of a port must make sense: %j', (limits) => {
    expect(() => createPortServer({ tls: localhost, routes, limits })).toThrow(OUT_OF_RANGE);
  });

  it.each([
    { connections: Number.NaN },
    { connections: -1 },
    { idleTimeout: 'x' as never },
    { idleTimeout: 2 ** 31 },
    { writeQueue: Number.NaN },
    { idle: 1 },
  ])('of a route must make sense: %j', (limits) => {
    expect(() => createPortServer({ tls: localhost, routes: [{ ...sip, limits }] })).toThrow(OUT_OF_RANGE);
  });

  it('may be Infinity where that means none', async () => {
    const { port } = await openPort({
      routes: [{ ...sip, limits: { connections: Infinity, idleTimeout: Infinity, writeQueue: Infinity } }],
      limits: { connections: Infinity, writeQueue: Infinity },
    });
    expect(await exchange(port, ['sip/2'], 'x')).toMatch(/^sip/);
  });

  it.each([Number.NaN, -1, 2 ** 31, 0.5])('of the grace must make sense: %j', async (graceMs) => {
    const { server, port } = await openPort({ routes });
    expect(() => server.close({ graceMs })).toThrow(OUT_OF_RANGE);
    expect(await exchange(port, ['sip/2'], 'x')).toMatch(/^sip/);
  });

  it('gives up a handshake that takes too long', async () => {
    const { port, server } = await openPort({ routes, limits: { handshakeTimeout: 20 } });
    const socket = silent(port);
    await once(socket, 'close');
    expect(server.counters.refused).toEqual({ 'handshake-timeout': 1 });
    expect(server.counters.handshaking).toBe(0);
  });

  it('closes connections of a route beyond its own limit', async () => {
    const { port, server } = await openPort({ routes: [{ ...sip, limits: { connections: 1 } }, msrp] });
    await opened(port, ['sip/2']);
    expect(await exchange(port, ['sip/2'], 'x')).toBe('');
    expect(await exchange(port, ['msrp'], 'x')).toMatch(/^msrp/);
    expect(server.counters.refused).toEqual({ 'route-limit': 1 });
  });

  it('closes idle connections, in good order', async () => {
    const { port, server } = await openPort({ routes: [{ ...sip, limits: { idleTimeout: 40 } }] });
    const socket = connectTo(port, ['sip/2']);
    expect(await textOf(socket)).toMatch(/^sip/);
    expect(server.counters.refused).toEqual({ idle: 1 });
  });

  it('destroys a connection whose handler writes more than the peer reads', async () => {
    const errors: unknown[] = [];
    const { port } = await openPort({
      routes: [
        {
          name: 'flood',
          alpn: ['x'],
          limits: { writeQueue: 1_048_576 },
          handle: (connection) => {
            connection.on('error', (error) => errors.push((error as SocketError).code));
            const flood = (): void => {
              if (connection.destroyed) return;
              connection.write(Buffer.alloc(262_144));
              setImmediate(flood);
            };
            flood();
          },
        },
      ],
    });
    const socket = connectTo(port, ['x']);
    socket.on('error', () => {});
    await eventually(() => errors.length > 0);
    expect(errors).toEqual(['ERR_TLS_WRITE_QUEUE_LIMIT']);
  });

  it('forgets addresses that have gone', () => {
    const admission = new Admission(DEFAULT_PORT_LIMITS);
    for (let i = 0; i < 100; i++) expect(admission.enter(`192.0.2.${i}`)).toBeNull();
    expect([admission.connections, admission.addresses]).toEqual([100, 100]);
    for (let i = 0; i < 100; i++) admission.leave(`192.0.2.${i}`);
    expect([admission.connections, admission.addresses]).toEqual([0, 0]);
  });

  it('counts an IPv6 site as one address', () => {
    expect(addressKey('::ffff:192.0.2.1')).toBe(addressKey('192.0.2.1'));
    expect(addressKey('2001:db8:0:1::5')).toBe(addressKey('2001:db8::1:ffff:ffff:ffff:ffff'));
    expect(addressKey('2001:db8:0:1::5')).not.toBe(addressKey('2001:db8:0:2::5'));
    expect(addressKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(addressKey('::1')).toBe('0:0:0:0::/64');
  });
});

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

describe('a peer that neither reads nor closes', () => {
  /** A client that comes through the handshake, says this and is frozen then. The port's side of its transport. */
  async function frozen(server: PortServer, alpn: string, request = ''): Promise<Duplex> {
    const [near, far] = duplexPair();
    server.accept(far);
    const client = connect({ socket: near, servername: 'localhost', ca, ALPNProtocols: [alpn] });
    client.on('error', () => {});
    client.on('secureConnect', () => {
      if (request !== '') client.write(request);
      near.removeAllListeners();
      near.pause();
      near.resume = () => near;
    });
    await eventually(() => server.counters.handshakesCompleted === 1);
    return far;
  }

  it('gets no more than the write queue of its route', TIME_LIMIT, async () => {
    const errors: unknown[] = [];
    const { server } = await openPort({
      routes: [
        {
          name: 'x',
          alpn: ['x'],
          limits: { writeQueue: 1_000_000 },
          handle: (connection) => {
            connection.on('error', (error) => errors.push((error as SocketError).code));
            // Above the route's limit, below the port's.
            for (let i = 0; i < 8; i++) connection.write(Buffer.alloc(262_144));
          },
        },
      ],
    });
    await frozen(server, 'x');
    await eventually(() => errors.length > 0);
    expect(errors).toEqual(['ERR_TLS_WRITE_QUEUE_LIMIT']);
  });

  it('is destroyed when it is idle a second time', TIME_LIMIT, async () => {
    const { server } = await openPort({
      routes: [
        { name: 'x', alpn: ['x'], limits: { idleTimeout: 40 }, handle: (connection) => void connection.resume() },
      ],
    });
    await frozen(server, 'x');
    await eventually(() => server.counters.open === 0);
    expect(server.counters.refused).toEqual({ idle: 1 });
  });

  it('is destroyed after the grace of a close', TIME_LIMIT, async () => {
    const server = createPortServer({
      tls: localhost,
      routes: [{ name: 'x', alpn: ['x'], handle: (connection) => void connection.resume() }],
    });
    const transport = await frozen(server, 'x');
    await server.close({ graceMs: 10 });
    expect(transport.destroyed).toBe(true);
  });

  it('is waited for no longer than a connection lingers', TIME_LIMIT, async () => {
    const connections: TLSSocket[] = [];
    const { server } = await openPort({
      routes: [{ name: 'x', alpn: ['x'], handle: (connection) => void connections.push(connection) }],
    });
    const transport = await frozen(server, 'x');
    connections[0]?.destroy();
    expect([transport.writableEnded, transport.destroyed]).toEqual([true, false]);
    await eventually(() => transport.destroyed);
  });

  it('is destroyed when it was refused and has stalled', TIME_LIMIT, async () => {
    const { server } = await openPort({
      routes: [
        {
          name: 'x',
          alpn: ['x'],
          expects: 'sip',
          handle: (connection) => void connection.write(Buffer.alloc(500_000)),
        },
      ],
      limits: { stalledTimeout: 80 },
    });
    await frozen(server, 'x', 'GET / HTTP/1.1\r\n\r\n');
    await eventually(() => server.counters.open === 0);
    expect(server.counters.refused).toEqual({ 'foreign-protocol': 1, stalled: 1 });
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
