import { once } from 'node:events';
import http2 from 'node:http2';
import { describe, expect, it } from 'vitest';
import { ca, localhost } from './support/certificates.js';
import { nativeProvider } from './support/native-suite.js';
import { openPort } from './support/port.js';
import { cleanUp, textOf } from './support/servers.js';

const MEBIBYTE = 1_048_576;

/** A server with Node's defaults, windows included, that answers with the number of bytes it got. */
function countingServer(api: 'streams' | 'requests'): http2.Http2Server {
  const server = http2.createServer();
  if (api === 'requests') {
    server.on('request', (request, response) => {
      let received = 0;
      request.on('data', (chunk: Buffer) => (received += chunk.length));
      request.on('end', () => response.end(String(received)));
    });
  } else {
    server.on('stream', (stream) => {
      let received = 0;
      stream.on('data', (chunk: Buffer) => (received += chunk.length));
      stream.on('end', () => {
        stream.respond({ ':status': 200 });
        stream.end(String(received));
      });
    });
  }
  return server;
}

async function sessionTo(server: http2.Http2Server, cipher: 'ours' | 'native'): Promise<http2.ClientHttp2Session> {
  const { port } = await openPort({
    tls: cipher === 'ours' ? localhost : { ...localhost, provider: nativeProvider },
    routes: [{ name: 'h2', alpn: ['h2'], server }],
  });
  const session = http2.connect(`https://127.0.0.1:${port}`, { ca, servername: 'localhost' });
  cleanUp(() => session.destroy());
  await once(session, 'connect');
  return session;
}

async function upload(session: http2.ClientHttp2Session, body: Buffer, times: number): Promise<string> {
  const stream = session.request({ ':path': '/', ':method': 'POST' });
  const answer = textOf(stream);
  for (let i = 0; i < times; i++) {
    if (!stream.write(body)) await once(stream, 'drain');
  }
  stream.end();
  return answer;
}

describe('uploads over h2 with default windows', () => {
  it.each(['streams', 'requests'] as const)('64 MiB on one stream arrive, by the API of %s', async (api) => {
    const session = await sessionTo(countingServer(api), api === 'streams' ? 'ours' : 'native');
    expect(await upload(session, Buffer.alloc(MEBIBYTE), 64)).toBe(String(64 * MEBIBYTE));
  });

  it('1,000 times 1 MiB on one session arrive', async () => {
    const session = await sessionTo(countingServer('streams'), 'native');
    const body = Buffer.alloc(MEBIBYTE);
    let next = 0;
    let arrived = 0;
    const lane = async (): Promise<void> => {
      while (next++ < 1_000) {
        if ((await upload(session, body, 1)) === String(MEBIBYTE)) arrived++;
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
    expect(arrived).toBe(1_000);
  });
});
