import { PassThrough, Duplex } from 'node:stream';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { asciiToBytes, bytesToLatin1, concatBytes } from '@portico/bytes';
import { describe, expect, test } from 'vitest';
import { createMsrpEndpoint } from '../src/msrp/endpoint.js';
import { serveMsrpStream } from '../src/msrp/stream.js';
import { MAX_OUTPUT_AT_ONCE, type SipEndpoint } from '../src/sip/endpoint.js';
import { sourceAddress } from '../src/sip/source.js';
import { serveSipStream } from '../src/sip/stream.js';
import { ask, endpoint, field, NOW, readAnswer, request } from './sip-support.js';

/** Two ends of a connection in memory. */
function pair(): { readonly server: Duplex; readonly client: Duplex } {
  const up = new PassThrough({ highWaterMark: 1024 });
  const down = new PassThrough({ highWaterMark: 1024 });
  return {
    server: Duplex.from({ readable: up, writable: down }),
    client: Duplex.from({ readable: down, writable: up }),
  };
}

async function readAll(stream: Duplex): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

describe('SIP on a stream', () => {
  test('each request is answered, and the end of input ends the answers', async () => {
    const { server, client } = pair();
    const reasons: string[] = [];
    serveSipStream(server, endpoint(), (reason) => reasons.push(reason));
    client.end(request({}) + request({ method: 'NEW' }));
    const text = await readAll(client);
    expect(text.match(/SIP\/2\.0 \d{3}/g)).toEqual(['SIP/2.0 200', 'SIP/2.0 501']);
    expect(reasons).toEqual([]);
  });

  test('lost framing ends the connection after the answer', async () => {
    const { server, client } = pair();
    serveSipStream(server, endpoint(), () => {});
    client.write(request({ headers: { 'Content-Length': 'x' } }));
    expect(await readAll(client)).toMatch(/^SIP\/2\.0 400 /);
  });

  test('a message that is not finished in time ends the connection', async () => {
    const { server, client } = pair();
    const reasons: string[] = [];
    serveSipStream(server, endpoint({ messageTimeoutMs: 50 }), (reason) => reasons.push(reason));
    client.write('OPTIONS sip:x');
    expect(await readAll(client)).toBe('');
    expect(reasons).toEqual(['a message was not finished in time']);
  });

  test('a peer that asks and does not read is not read from either', async () => {
    const { server, client } = pair();
    serveSipStream(server, endpoint(), () => {});
    let accepted = 0;
    while (accepted < 5000 && client.write(request({}))) accepted++;
    for (let i = 0; i < 20; i++) {
      await sleep(1);
      while (accepted < 5000 && client.write(request({}))) accepted++;
    }
    expect(accepted).toBeLessThan(1000);
    client.resume();
    await once(client, 'drain');
  });
});

describe('many short requests with long answers', () => {
  const REGISTER = { method: 'REGISTER', headers: { CSeq: '1 REGISTER' } };
  const QUERIES = 200;

  function loaded(now: number = NOW): SipEndpoint {
    const to = endpoint();
    const contact = [1, 2, 3].map((i) => `Contact: <sip:${i}@${'h'.repeat(900)}>`);
    ask(to, request({ ...REGISTER, extra: contact }), now);
    return to;
  }
  const queries = Array.from({ length: QUERIES }, (_, i) =>
    request({ ...REGISTER, headers: { 'Call-ID': `q${i}` } }),
  ).join('');

  test('one output is bounded, and the rest follows in order', () => {
    const to = loaded();
    const answers: Uint8Array[] = [];
    let output = to.receive(asciiToBytes(queries), NOW);
    expect(output.more).toBe(true);
    // While answers are held back, input waits behind them.
    expect(to.receive(asciiToBytes(request({ headers: { 'Call-ID': 'last' } })), NOW)).toEqual({
      messages: [],
      close: null,
      more: true,
    });
    let rounds = 0;
    for (;;) {
      const [last = new Uint8Array()] = output.messages.slice(-1);
      expect(concatBytes(...output.messages).length).toBeLessThan(MAX_OUTPUT_AT_ONCE + last.length);
      answers.push(...output.messages);
      if (!output.more) break;
      rounds++;
      output = to.resume(NOW);
    }
    expect(rounds).toBeGreaterThan(5);
    expect(answers.map((answer) => field(readAnswer(answer), 'Call-ID'))).toEqual([
      ...Array.from({ length: QUERIES }, (_, i) => `q${i}`),
      'last',
    ]);
  });

  test('the end of input comes after what was held back', () => {
    const to = loaded();
    let output = to.receive(asciiToBytes(`${queries}OPTIONS`), NOW);
    let count = output.messages.length;
    expect(to.end(NOW).more).toBe(true);
    while (output.more) {
      output = to.resume(NOW);
      count += output.messages.length;
    }
    expect(count).toBe(QUERIES);
    expect(to.receive(asciiToBytes(request({})), NOW).messages).toEqual([]);
  });

  test('a peer that does not read makes the server hold one output, and gets everything when it reads', async () => {
    const held: Uint8Array[] = [];
    let most = 0;
    let read: (() => void) | null = null;
    // A stream whose writes are taken only when the peer reads.
    const server = new Duplex({
      read() {},
      write(chunk: Uint8Array, _, done) {
        held.push(chunk);
        if (read === null) read = done;
        else done();
      },
    });
    serveSipStream(server, loaded(Date.now()), () => {});
    server.push(asciiToBytes(queries));
    server.push(asciiToBytes(queries));
    for (let i = 0; i < 30; i++) {
      await sleep(10);
      most = Math.max(most, server.writableLength);
    }
    expect(server.writableLength).toBeGreaterThan(0);
    expect(most).toBeLessThan(MAX_OUTPUT_AT_ONCE + 8192);
    (read as unknown as () => void)();
    server.push(null);
    await once(server, 'finish');
    expect(bytesToLatin1(concatBytes(...held)).match(/SIP\/2\.0 200/g)).toHaveLength(2 * QUERIES);
  });
});

describe('MSRP on a stream', () => {
  const send = (id: string): string =>
    `MSRP ${id} SEND\r\nTo-Path: msrps://h/s;tcp\r\nFrom-Path: msrps://c/c;tcp\r\n-------${id}$\r\n`;

  test('each request is answered, and the end of input ends the answers', async () => {
    const { server, client } = pair();
    serveMsrpStream(server, createMsrpEndpoint(), () => {});
    client.end(send('t001') + send('t002'));
    expect((await readAll(client)).match(/MSRP \S+ \d{3}/g)).toEqual(['MSRP t001 481', 'MSRP t002 481']);
  });

  test('lost framing ends the connection after the answer', async () => {
    const { server, client } = pair();
    serveMsrpStream(server, createMsrpEndpoint(), () => {});
    client.write(send('t001').replace('-------t001$', 'nonsense'));
    expect(await readAll(client)).toMatch(/^MSRP t001 400 /);
  });

  test('a message that is not finished in time ends the connection', async () => {
    const { server, client } = pair();
    const reasons: string[] = [];
    serveMsrpStream(server, createMsrpEndpoint({ messageTimeoutMs: 50 }), (reason) => reasons.push(reason));
    client.write(send('t001') + 'MSRP t002 SEND\r\n');
    expect(await readAll(client)).toMatch(/^MSRP t001 481 /);
    expect(reasons).toEqual(['a message was not finished in time']);
  });
});

describe('the source of a connection', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    [undefined, undefined],
    ['/run/socket', undefined],
  ])('%s is %s', (remoteAddress, address) => {
    expect(sourceAddress({ remoteAddress, remotePort: 1 })?.address).toBe(address);
  });
});
