import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Duplex } from 'node:stream';
import { bytesToLatin1, concatBytes } from '@portico/bytes';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { MAX_OUTPUT_AT_ONCE } from '../src/sip/endpoint.js';
import { WebSocketProgress } from '../src/sip/websocket-progress.js';
import { attachSipWebSocket, type SipWebSocket, type SipWebSocketOptions } from '../src/sip/websocket.js';
import { ask, endpoint, readAnswer, request } from './sip-support.js';

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

/** A frame as a client sends it, masked with zeros. */
function frame(opcode: number, payload: string, fin: 'last' | 'more-follow' = 'last'): Buffer {
  const first = (fin === 'last' ? 0x80 : 0) | opcode;
  const { length } = payload;
  const head = length < 126 ? [first, 0x80 | length] : [first, 0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), Buffer.from(payload, 'latin1')]);
}
const UPGRADE_HEADERS = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  'sec-websocket-protocol': 'sip',
};
const TEXT = 1;
const CONTINUATION = 0;
const PING = 9;

describe('connections that would never end', () => {
  let server: Server;
  let sip: SipWebSocket;
  let reasons: string[] = [];
  const sockets: Socket[] = [];

  async function serve(options: Partial<SipWebSocketOptions> = {}): Promise<void> {
    reasons = [];
    server = createServer((_, response) => response.end());
    sip = attachSipWebSocket(server, {
      open: () => endpoint({ mode: 'websocket' }),
      onClose: (_, reason) => reasons.push(reason),
      ...options,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  afterEach(async () => {
    sip.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  /** A client of bytes that keeps its own side open. */
  function dial(): Socket {
    const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    sockets.push(socket);
    return socket;
  }

  function upgrade(path = '/'): string {
    return (
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: sip\r\n\r\n'
    );
  }

  async function dialWebSocket(): Promise<Socket> {
    const socket = dial();
    socket.write(upgrade());
    await once(socket, 'data');
    return socket;
  }

  function connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    );
  }

  async function until(count: number, withinMs: number): Promise<void> {
    for (const end = Date.now() + withinMs; Date.now() < end && (await connections()) !== count;) await sleep(10);
    expect(await connections()).toBe(count);
  }

  test('a refused upgrade is over, whatever the peer does', async () => {
    await serve();
    const socket = dial();
    socket.write(upgrade('/elsewhere'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 /);
    await until(0, 1000);
  });

  test('a peer that does not answer pings is cut off', async () => {
    await serve({ pingIntervalMs: 50 });
    await dialWebSocket();
    await until(0, 1000);
    expect(reasons).toEqual(['a ping was not answered in time']);
  });

  test('a peer that answers pings stays', async () => {
    await serve({ pingIntervalMs: 30 });
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, ['sip']);
    await once(socket, 'open');
    await sleep(300);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    expect(reasons).toEqual([]);
    socket.terminate();
  });

  test('pings and further frames do not lengthen the time of a message', async () => {
    await serve({ messageTimeoutMs: 150 });
    const socket = await dialWebSocket();
    socket.write(frame(TEXT, 'OPT', 'more-follow'));
    for (let i = 0; i < 20 && reasons.length === 0; i++) {
      await sleep(25);
      socket.write(Buffer.concat([frame(PING, ''), frame(CONTINUATION, 'I', 'more-follow')]));
    }
    expect(reasons).toEqual(['a message was not finished in time']);
  });

  test.each([
    ['a fragment', frame(TEXT, 'OPT', 'more-follow')],
    ['a part of a frame', frame(TEXT, 'OPTIONS').subarray(0, 9)],
    ['one byte', frame(TEXT, 'OPTIONS').subarray(0, 1)],
  ])('%s that comes in the chunk of a whole message has a time limit too', async (_, begun) => {
    await serve({ messageTimeoutMs: 50 });
    const socket = await dialWebSocket();
    socket.write(Buffer.concat([frame(TEXT, '\r\n\r\n'), begun]));
    for (let i = 0; i < 50 && reasons.length === 0; i++) await sleep(10);
    expect(reasons).toEqual(['a message was not finished in time']);
  });

  test('a peer that asks and does not read makes the server hold little, and gets everything when it reads', async () => {
    const loaded = endpoint({ mode: 'websocket' });
    const register = { method: 'REGISTER', headers: { CSeq: '1 REGISTER' } };
    ask(
      loaded,
      request({ ...register, extra: [1, 2, 3].map((i) => `Contact: <sip:${i}@${'h'.repeat(900)}>`) }),
      Date.now(),
    );
    await serve({ open: () => loaded });
    const sent: Buffer[] = [];
    let read: (() => void) | null = null;
    // A socket whose writes are taken only when the peer reads.
    const socket = new Duplex({
      read() {},
      write(chunk: Buffer, _, done) {
        sent.push(chunk);
        if (read === null) read = done;
        else done();
      },
    });
    server.emit('upgrade', { url: '/', method: 'GET', headers: UPGRADE_HEADERS }, socket, Buffer.alloc(0));
    const QUERIES = 200;
    const queries = Buffer.concat(Array.from({ length: QUERIES }, () => frame(TEXT, request(register))));
    socket.push(queries);
    socket.push(queries);
    await sleep(50);
    expect(socket.writableLength).toBeGreaterThan(MAX_OUTPUT_AT_ONCE / 2);
    expect(socket.writableLength).toBeLessThan(MAX_OUTPUT_AT_ONCE + 8192);
    (read as unknown as () => void)();
    const answers = (): number => bytesToLatin1(concatBytes(...sent)).match(/SIP\/2\.0 200/g)?.length ?? 0;
    for (let i = 0; i < 100 && answers() < 2 * QUERIES; i++) await sleep(10);
    expect(answers()).toBe(2 * QUERIES);
    socket.destroy();
  });
});

describe('following frames', () => {
  const whole = fc.constantFrom(
    [frame(TEXT, 'x')],
    [frame(TEXT, '')],
    [frame(TEXT, 'y'.repeat(300))],
    [frame(PING, 'p')],
    [frame(TEXT, 'a', 'more-follow'), frame(PING, ''), frame(CONTINUATION, 'b')],
  );

  test('knows at each byte whether something is unfinished', () => {
    fc.assert(
      fc.property(fc.array(whole, { minLength: 1, maxLength: 4 }), fc.nat(), (messages, at) => {
        const stream = Buffer.concat(messages.flat());
        const ends = messages.map((_, i) => Buffer.concat(messages.slice(0, i + 1).flat()).length);
        const cut = at % (stream.length + 1);
        const progress = new WebSocketProgress();
        const finished = progress.push(stream.subarray(0, cut));
        expect(progress.unfinished).toBe(cut > 0 && !ends.includes(cut));
        expect(finished === 'finished-one').toBe(ends.some((end) => end <= cut));
        progress.push(stream.subarray(cut));
        expect(progress.unfinished).toBe(false);
      }),
    );
  });

  test('a length of 64 bits', () => {
    const progress = new WebSocketProgress();
    progress.push(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    progress.push(Buffer.alloc(0xffff));
    expect(progress.unfinished).toBe(true);
    progress.push(Buffer.alloc(1));
    expect(progress.unfinished).toBe(false);
  });
});
