import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { attachSipWebSocket, type SipWebSocket } from '../src/sip/websocket.js';
import { endpoint, readAnswer, request } from './sip-support.js';

describe('SIP over WebSocket, RFC 7118', () => {
  let server: Server;
  let sip: SipWebSocket;
  let reasons: string[] = [];

  beforeEach(async () => {
    reasons = [];
    server = createServer((_, response) => response.end());
    sip = attachSipWebSocket(server, {
      open: () => endpoint({ mode: 'websocket' }),
      onClose: (_, reason) => reasons.push(reason),
      messageTimeoutMs: 100,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    sip.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function url(path = '/'): string {
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  }

  async function open(path = '/'): Promise<WebSocket> {
    const socket = new WebSocket(url(path), ['sip']);
    await once(socket, 'open');
    return socket;
  }

  /** The next message and its kind. */
  async function next(socket: WebSocket): Promise<[text: Buffer, binary: boolean]> {
    return (await once(socket, 'message')) as [Buffer, boolean];
  }

  test.each(['/', '/ws', '/ws?x=y'])('a request at %s is answered in a message of its own', async (path) => {
    const socket = await open(path);
    expect(socket.protocol).toBe('sip');
    socket.send(request({ headers: { Via: 'SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bKa1' } }));
    const [data, binary] = await next(socket);
    expect(binary).toBe(false);
    expect(readAnswer(data).status).toBe(200);
    socket.close();
  });

  test('a binary message gets a binary answer; Content-Length may be missing', async () => {
    const socket = await open();
    socket.send(Buffer.from(request({ headers: { 'Content-Length': null } })));
    const [data, binary] = await next(socket);
    expect([binary, readAnswer(data).status]).toEqual([true, 200]);
    socket.close();
  });

  test('one message in several frames is one SIP message', async () => {
    const socket = await open();
    const text = request({});
    socket.send(text.slice(0, 20), { fin: false });
    socket.send(text.slice(20), { fin: true });
    expect(readAnswer((await next(socket))[0]).status).toBe(200);
    socket.close();
  });

  test('a malformed message is answered and the connection goes on', async () => {
    const socket = await open();
    socket.send(request({ headers: { CSeq: 'x' } }));
    expect(readAnswer((await next(socket))[0]).status).toBe(400);
    socket.send(request({}));
    expect(readAnswer((await next(socket))[0]).status).toBe(200);
    socket.close();
  });

  test('a keep-alive ping of line ends is answered', async () => {
    const socket = await open();
    socket.send('\r\n\r\n');
    expect((await next(socket))[0].toString()).toBe('\r\n');
    socket.close();
  });

  test.each([
    ['another path', '/elsewhere', ['sip'], 404],
    ['another subprotocol', '/', ['chat'], 400],
    ['none', '/', [], 400],
  ])('%s is refused', async (_, path, protocols, status) => {
    const socket = new WebSocket(url(path), protocols);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain(String(status));
  });

  test('a message that is not finished in time closes the connection, an idle connection stays', async () => {
    const idle = await open();
    idle.send(request({}));
    await next(idle);
    const slow = await open();
    slow.send('OPTIONS', { fin: false });
    const [code] = (await once(slow, 'close')) as [number];
    expect(code).toBe(1008);
    expect(reasons).toEqual(['a message was not finished in time']);
    await new Promise((resolve) => setTimeout(resolve, 150));
    idle.send(request({}));
    expect(readAnswer((await next(idle))[0]).status).toBe(200);
    idle.close();
  });

  test('a message beyond the limits closes the connection', async () => {
    const socket = await open();
    socket.send(Buffer.alloc(0x6_0001));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1009);
  });

  test('close tells every peer and takes no more', async () => {
    const socket = await open();
    sip.close();
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1001);
    const [error] = (await once(new WebSocket(url(), ['sip']), 'error')) as [Error];
    expect(error.message).toContain('503');
  });

  test('garbage after the upgrade closes the connection and leaves the server alone', async () => {
    const raw = connect((server.address() as AddressInfo).port, '127.0.0.1');
    raw.write(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: sip\r\n\r\n',
    );
    await once(raw, 'data');
    raw.write(Buffer.alloc(64, 0xff));
    raw.resume();
    await once(raw, 'close');
    const socket = await open();
    socket.close();
  });
});
