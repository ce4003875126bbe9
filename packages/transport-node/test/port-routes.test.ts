import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createPortServer, type Route, type TLSSocket } from '../src/index.js';
import { localhost } from './support/certificates.js';
import { connectTo, openPort } from './support/port.js';
import { eventually, textOf } from './support/servers.js';
import { exchange, msrp, NO_ALPN, outcome, routes, sip } from './support/port-routes.js';

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
