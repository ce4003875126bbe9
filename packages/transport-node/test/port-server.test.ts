import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { describe, expect, it } from 'vitest';
import { connectionInfo, type Route } from '../src/index.js';
import { ca } from './support/certificates.js';
import { connectTo, openPort } from './support/port.js';
import { cleanUp, textOf } from './support/servers.js';

/** Answers with the route's name and what it got. */
function echoRoute(route: Omit<Extract<Route, { handle: unknown }>, 'handle'>): Route {
  return {
    ...route,
    handle: (connection, info) => {
      connection.write(`${info.route} ${info.alpn ?? '-'} ${info.routedBy}: `);
      connection.pipe(connection);
    },
  };
}

async function exchange(port: number, alpn: readonly string[], request: string): Promise<string> {
  const socket = connectTo(port, alpn);
  socket.end(request);
  return textOf(socket);
}

describe('routes', () => {
  const sip = echoRoute({ name: 'sip', alpn: ['sip/2'], aliases: ['sip'], sniff: 'sip' });
  const msrp = echoRoute({ name: 'msrp', alpn: ['msrp'], sniff: 'msrp' });

  it('gives each connection to the route of its ALPN name', async () => {
    const { port } = await openPort({ routes: [sip, msrp] });
    expect(await exchange(port, ['sip/2'], 'x')).toBe('sip sip/2 alpn: x');
    expect(await exchange(port, ['msrp'], 'x')).toBe('msrp msrp alpn: x');
  });

  it('answers an alias with the name that was offered', async () => {
    const { port } = await openPort({ routes: [sip, msrp] });
    expect(await exchange(port, ['sip'], 'x')).toBe('sip sip alias: x');
  });

  it('prefers in the order of the routes', async () => {
    const { port } = await openPort({ routes: [sip, msrp] });
    expect(await exchange(port, ['msrp', 'sip/2'], 'x')).toMatch(/^sip sip\/2/);
  });

  it('serves node:http and node:http2 servers beside them', async () => {
    const answer = (request: http.IncomingMessage | http2.Http2ServerRequest): string => {
      const info = connectionInfo(request);
      return JSON.stringify({
        route: info?.route,
        alpn: info?.alpn,
        address: request.socket.remoteAddress,
        encrypted: (request.socket as { encrypted?: boolean }).encrypted,
      });
    };
    const { port } = await openPort({
      routes: [
        { name: 'h2', alpn: ['h2'], server: http2.createServer((request, response) => response.end(answer(request))) },
        {
          name: 'web',
          alpn: ['http/1.1'],
          server: http.createServer((request, response) => response.end(answer(request))),
        },
        sip,
      ],
    });
    const get = https.get({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca,
      agent: false,
      ALPNProtocols: ['http/1.1'],
    });
    const [response] = (await once(get, 'response')) as [http.IncomingMessage];
    expect(JSON.parse(await textOf(response))).toEqual({
      route: 'web',
      alpn: 'http/1.1',
      address: '127.0.0.1',
      encrypted: true,
    });
    const session = http2.connect(`https://localhost:${port}`, { ca });
    cleanUp(() => session.destroy());
    expect(JSON.parse(await textOf(session.request({ ':path': '/' })))).toEqual({
      route: 'h2',
      alpn: 'h2',
      address: '127.0.0.1',
      encrypted: true,
    });
  });
});
