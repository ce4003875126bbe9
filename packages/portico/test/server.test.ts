import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect, defaultProvider, type TLSSocket } from '@portico/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { loadDevelopmentCertificates, type DevelopmentCertificates } from '../src/certificates/store.js';
import { oneLiners } from '../src/cli/one-liners.js';
import { DEMO_CALLS, runCall } from '../src/demo/calls.js';
import { startDemoServer, type DemoServer } from '../src/server.js';
import { readAnswer, request } from './sip-support.js';

const run = promisify(execFile);

let folder = '';
let certificates: DevelopmentCertificates;
let server: DemoServer;
const lines: string[] = [];
const keyLog: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portico-'));
  certificates = await loadDevelopmentCertificates({
    provider: defaultProvider(),
    now: Date.now(),
    folder: join(folder, '.portico'),
  });
  server = await startDemoServer({
    host: '127.0.0.1',
    port: 0,
    ...certificates,
    random: defaultProvider().random,
    log: (line) => lines.push(line),
    keyLog: (line) => keyLog.push(line.toString()),
  });
});
afterAll(async () => {
  await server.close(100);
  await rm(folder, { recursive: true });
});

async function open(offer: readonly string[]): Promise<TLSSocket> {
  const socket = connect({
    host: server.host,
    port: server.port,
    servername: 'localhost',
    ca: certificates.authority,
    ALPNProtocols: offer,
  });
  await once(socket, 'secureConnect');
  return socket;
}

/** Everything until the other side ends. */
async function readAll(socket: TLSSocket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await once(socket, 'close');
  return text;
}

describe('the demonstration', () => {
  test.each(DEMO_CALLS)('$title ($offer)', async (call) => {
    const result = await runCall(call, { ...server, ca: certificates.authority });
    expect(result).toMatchObject({ good: true });
  });

  test('a wrong CA is refused by the client, and that is what the demonstration says', async () => {
    const other = await loadDevelopmentCertificates({
      provider: defaultProvider(),
      now: Date.now(),
      folder: join(folder, 'other'),
    });
    const [call] = DEMO_CALLS;
    if (call === undefined) throw new Error('no call');
    const result = await runCall(call, { ...server, ca: other.authority });
    expect(result).toMatchObject({ good: false, alpn: null, tls: null });
  });
});

describe('the one-liners, exactly as printed', () => {
  const commands = (): ReturnType<typeof oneLiners> => oneLiners(server, certificates.authorityPath);
  const expected = [/^SIP\/2\.0 200 OK\r$/m, /"alpn": "h2"/, /"alpn": "http\/1\.1"/, /^MSRP tid1 481 /m];

  test.for([0, 1, 2, 3])('number %i', async (index, { skip }) => {
    const { command, needs } = commands()[index] ?? { command: 'false', needs: 'sh' };
    if (!(await exists(needs))) skip(`${needs} is not installed`);
    const { stdout } = await run('sh', ['-c', command], { timeout: 20_000 });
    expect(stdout).toMatch(expected[index] ?? /^$/);
  });

  test('are all tried above', () => {
    expect(commands()).toHaveLength(expected.length);
  });

  async function exists(program: string): Promise<boolean> {
    try {
      await run('sh', ['-c', `command -v ${program}`]);
      return true;
    } catch {
      return false;
    }
  }
});

describe('the page', () => {
  test('shows what this connection negotiated', async () => {
    const socket = await open(['http/1.1']);
    const asked = httpRequest({ path: '/?format=json', host: 'localhost', createConnection: () => socket });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    const { cipherSuite, group } = socket.handshakeInfo ?? {};
    expect(JSON.parse(body)).toMatchObject({
      version: 'TLSv1.3',
      cipherSuite,
      group,
      alpn: 'http/1.1',
      serverName: 'localhost',
      peer: `127.0.0.1:${socket.localPort}`,
      peerCertificate: null,
      http: '1.1',
    });
    socket.destroy();
  });

  test.each(['h2', 'http/1.1'])('counts an upload of 8 MiB over %s', async (alpn) => {
    const socket = await open([alpn]);
    const body = randomBytes(8 * 0x10_0000);
    let text = '';
    if (alpn === 'h2') {
      const session = connectHttp2('https://localhost', { createConnection: () => socket });
      const stream = session.request({ ':method': 'POST', ':path': '/upload' });
      stream.end(body);
      for await (const chunk of stream) text += String(chunk);
      session.destroy();
    } else {
      const options = { method: 'POST', path: '/upload', host: 'localhost', createConnection: () => socket };
      const asked = httpRequest(options).end(body);
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      for await (const chunk of response) text += String(chunk);
      socket.destroy();
    }
    expect(text).toBe(`${body.length}\n`);
  });
});

describe('SIP on the port', () => {
  test('the source of the connection is in the Via of the answer', async () => {
    const socket = await open(['sip/2']);
    socket.write(request({ headers: { Via: 'SIP/2.0/TLS client.invalid;branch=z9hG4bK1;rport' } }));
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(readAnswer(data).text).toContain(`;received=127.0.0.1;rport=${socket.localPort}`);
    socket.destroy();
  });

  test('a binding made over TLS is seen over WebSocket', async () => {
    const socket = await open(['sip/2']);
    const headers = { Contact: '<sip:alice@h1>', CSeq: '1 REGISTER' };
    socket.write(request({ method: 'REGISTER', headers }));
    await once(socket, 'data');
    socket.destroy();
    const web = await open(['http/1.1']);
    const webSocket = new WebSocket('ws://localhost/ws', ['sip'], { createConnection: () => web });
    await once(webSocket, 'open');
    webSocket.send(request({ method: 'REGISTER', headers: { CSeq: '2 REGISTER' } }));
    const [data] = (await once(webSocket, 'message')) as [Buffer];
    expect(readAnswer(data).headers.get('contact')?.[0]).toMatch(/^<sip:alice@h1>;expires=3(600|599)$/);
    webSocket.terminate();
  });

  test('lost framing is answered 400, then the connection ends', async () => {
    const socket = await open(['sip/2']);
    socket.write(request({ headers: { 'Content-Length': 'none' } }));
    expect(await readAll(socket)).toMatch(/^SIP\/2\.0 400 /);
  });
});

describe('the log', () => {
  test('has a line for each connection with what was negotiated', async () => {
    lines.length = 0;
    const socket = await open(['nothing', 'sip']);
    socket.destroy();
    await sleep(20);
    const { cipherSuite, group } = socket.handshakeInfo ?? {};
    expect(lines).toEqual([
      `sip by alias: TLSv1.3 ${cipherSuite} ${group} alpn=sip sni=localhost from 127.0.0.1:${socket.localPort}`,
    ]);
  });

  test('says what was wrong with a connection that failed, on one line', async () => {
    lines.length = 0;
    const socket = connectTcp(server.port, server.host);
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\n\r\nX: \u001b[31m\n');
    socket.resume();
    await once(socket, 'close');
    await sleep(20);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^connection failed: [\x20-\x7e]+$/);
  });

  test('the key log has the lines of the format', () => {
    expect(keyLog.join('')).toMatch(/^SERVER_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]{64} [0-9a-f]{64,96}\n/m);
  });
});

describe('hostile clients', () => {
  test('silence, one byte, and half a handshake leave the server answering', async () => {
    const sockets = Array.from({ length: 60 }, (_, index) => {
      const socket = connectTcp(server.port, server.host);
      socket.on('error', () => {});
      if (index % 3 === 1) socket.write(Buffer.of(0x16));
      if (index % 3 === 2) socket.write(Buffer.concat([Buffer.from('160301020001', 'hex'), randomBytes(200)]));
      return socket;
    });
    const [call] = DEMO_CALLS;
    if (call === undefined) throw new Error('no call');
    const result = await runCall(call, { ...server, ca: certificates.authority });
    expect(result.good).toBe(true);
    for (const socket of sockets) socket.destroy();
  });
});

describe('closing', () => {
  test('ends idle SIP connections and tells WebSockets to go away', async () => {
    const own = await startDemoServer({
      host: '127.0.0.1',
      port: 0,
      ...certificates,
      random: defaultProvider().random,
    });
    const to = { host: own.host, port: own.port, servername: 'localhost', ca: certificates.authority };
    const sip = connect({ ...to, ALPNProtocols: ['sip/2'] });
    const web = connect({ ...to, ALPNProtocols: ['http/1.1'] });
    await Promise.all([once(sip, 'secureConnect'), once(web, 'secureConnect')]);
    const webSocket = new WebSocket('ws://localhost/', ['sip'], { createConnection: () => web });
    await once(webSocket, 'open');
    sip.resume();
    const closes = Promise.all([once(webSocket, 'close'), once(sip, 'close')]);
    // Should the grace be waited for, the test runs out of time.
    await own.close(600_000);
    const [[code]] = await closes;
    expect(code).toBe(1001);
  });
});
