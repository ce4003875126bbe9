import { createServer, request as httpRequest, type Server } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWebHandler, splitTarget, wantsJson } from '../src/web/handler.js';
import { escapeHtml, renderJson, renderPage, type ConnectionFacts } from '../src/web/page.js';

const FACTS: ConnectionFacts = {
  version: 'TLS 1.3',
  cipherSuite: 'TLS_AES_128_GCM_SHA256',
  group: 'x25519',
  alpn: 'http/1.1',
  route: 'web',
  serverName: 'localhost',
  peer: '127.0.0.1:50000',
  peerCertificate: null,
  connection: '1',
  http: '1.1',
};

describe('the page', () => {
  test('shows every fact, and "none" where there is none', () => {
    const html = renderPage(FACTS);
    for (const value of ['TLS 1.3', 'TLS_AES_128_GCM_SHA256', 'x25519', 'http/1.1', 'localhost', '127.0.0.1:50000']) {
      expect(html).toContain(`<td>${value}</td>`);
    }
    expect(html).toContain('<th scope="row">Your certificate</th><td>none</td>');
  });

  test('escapes whatever a peer puts into its names', () => {
    const html = renderPage({ ...FACTS, serverName: '<script>alert("1")</script>', alpn: `a'&b` });
    expect(html).not.toContain('<script>');
    expect(html).toContain('<td>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;</td>');
    expect(html).toContain('<td>a&#39;&amp;b</td>');
  });

  test('no text at all adds an element or an attribute', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']/);
        expect(renderPage({ ...FACTS, alpn: text }).match(/<[a-z]/g)?.length).toBe(
          renderPage(FACTS).match(/<[a-z]/g)?.length,
        );
      }),
    );
  });

  test('is the same as JSON', () => {
    expect(JSON.parse(renderJson(FACTS))).toEqual(FACTS);
  });
});

describe('request targets', () => {
  test.each([
    ['/', '/', ''],
    ['/?format=json', '/', 'format=json'],
    ['/a?b?c', '/a', 'b?c'],
    ['', '/', ''],
    ['https://localhost:8443/healthz?x', '/healthz', 'x'],
    ['https://localhost', '/', ''],
  ])('%j is the path %j and the query %j', (target, path, query) => {
    expect(splitTarget(target)).toEqual({ path, query });
  });

  test.each([
    ['format=json', 'text/html', true],
    ['format=html', 'application/json', false],
    ['', 'application/json', true],
    ['', 'Application/JSON;q=0.9', true],
    ['', 'text/html, application/json', false],
    ['', '*/*', false],
    ['', undefined, false],
  ])('query %j with Accept %j: JSON is %j', (query, accept, expected) => {
    expect(wantsJson(query, accept)).toBe(expected);
  });
});

describe.each(['http/1.1', 'h2'] as const)('the site over %s', (version) => {
  const handler = createWebHandler(() => FACTS);
  let server: Server | ReturnType<typeof createHttp2Server>;
  let port = 0;

  beforeAll(async () => {
    server = version === 'h2' ? createHttp2Server(handler) : createServer(handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  function ask(method: string, path: string, body = Buffer.alloc(0), accept = '*/*'): Promise<Reply> {
    return version === 'h2' ? askHttp2(port, method, path, body, accept) : askHttp1(port, method, path, body, accept);
  }

  test('GET / is the page, never cached and never sniffed', async () => {
    const reply = await ask('GET', '/');
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(reply.headers['x-content-type-options']).toBe('nosniff');
    expect(reply.body).toContain('TLS_AES_128_GCM_SHA256');
  });

  test('HEAD / has the headers of GET and no body', async () => {
    const reply = await ask('HEAD', '/');
    expect(reply.status).toBe(200);
    expect(Number(reply.headers['content-length'])).toBe(Buffer.byteLength(renderPage(FACTS)));
    expect(reply.body).toBe('');
  });

  test('?format=json and Accept: application/json give JSON', async () => {
    expect(JSON.parse((await ask('GET', '/?format=json')).body)).toEqual(FACTS);
    expect(JSON.parse((await ask('GET', '/', undefined, 'application/json')).body)).toEqual(FACTS);
  });

  test('/healthz answers ok', async () => {
    expect(await ask('GET', '/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
  });

  test('POST /upload answers the number of bytes', async () => {
    expect((await ask('POST', '/upload')).body).toBe('0\n');
    expect((await ask('POST', '/upload', Buffer.alloc(1_000_003, 7))).body).toBe('1000003\n');
  });

  test('other methods get 405 with Allow, other paths 404, /ws without upgrade 426', async () => {
    expect(await ask('GET', '/upload')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(await ask('DELETE', '/')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    expect((await ask('GET', '/etc/passwd')).status).toBe(404);
    expect((await ask('GET', '/ws')).status).toBe(426);
  });
});

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function askHttp1(port: number, method: string, path: string, body: Buffer, accept: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method, path, headers: { accept } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.on('error', reject).end(body);
  });
}

function askHttp2(port: number, method: string, path: string, body: Buffer, accept: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    session.on('error', reject);
    const stream = session.request({ ':method': method, ':path': path, accept }, { endStream: false });
    let text = '';
    let reply: Omit<Reply, 'body'> = { status: 0, headers: {} };
    stream.on('response', (headers) => (reply = { status: Number(headers[':status']), headers }));
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    stream.on('error', reject).on('end', () => {
      session.close();
      resolve({ ...reply, body: text });
    });
    stream.end(body);
  });
}
