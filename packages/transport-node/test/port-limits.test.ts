import { once } from 'node:events';
import { duplexPair, type Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  connect,
  createPortServer,
  DEFAULT_PORT_LIMITS,
  type PortServer,
  type SocketError,
  type TLSSocket,
} from '../src/index.js';
import { addressKey, Admission } from '../src/admission.js';
import { ca, localhost } from './support/certificates.js';
import { connectTo, openPort } from './support/port.js';
import { eventually, textOf } from './support/servers.js';
import {
  exchange,
  msrp,
  opened,
  outcome,
  OUT_OF_RANGE,
  routes,
  silent,
  sip,
  TIME_LIMIT,
} from './support/port-routes.js';

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
