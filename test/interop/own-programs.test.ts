import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownCertificates, type Certificates } from './support/certificates.js';
import {
  PROJECT_ROOT,
  runOwnClient,
  startOwnServer,
  type ConnectionLine,
  type OwnServer,
} from './support/own-programs.js';
import { run } from './support/processes.js';

/** The two programs that anybody can judge the core with, against each other and against nonsense. */
describe('server.mjs and client.mjs', () => {
  let certificates: Certificates;
  let trust: readonly string[];

  beforeAll(async () => {
    certificates = await ownCertificates(['P-256']);
    trust = ['--servername', 'localhost', '--ca', certificates.ca];
  });

  const identity = (): readonly string[] => {
    const { cert, key } = certificates.server('P-256');
    return ['--cert', cert, '--key', key];
  };

  async function serve(flags: readonly string[], work: (server: OwnServer) => Promise<void>): Promise<void> {
    const server = await startOwnServer(...identity(), ...flags);
    try {
      await work(server);
    } finally {
      await server.stop();
    }
  }

  it('agree on what was negotiated', async () => {
    await serve(['--alpn', 'sip/2,h2', '--app', 'echo'], async (server) => {
      const client = await runOwnClient(server.port, ...trust, '--alpn', 'h2,sip/2', '--send', 'hello', '--until', 'o');
      expect(client).toMatchObject({ ok: true, alpn: 'sip/2', received: 'hello' });
      const same = ({ version, suite, group, alpn, sni, hrr }: ConnectionLine) => ({
        ...{ version, suite, group, alpn, sni, hrr },
      });
      expect(same(await server.nextLine())).toEqual(same(client));
    });
  });

  it.each([
    ['noble', 'node'],
    ['node', 'noble'],
    ['node', 'node'],
  ])('agree with the cryptography of %s at the server and of %s at the client', async (ours, theirs) => {
    await serve(['--provider', ours, '--app', 'echo'], async (server) => {
      const client = await runOwnClient(server.port, ...trust, '--provider', theirs, '--send', 'hello', '--until', 'o');
      expect(client).toMatchObject({ ok: true, received: 'hello' });
    });
  });

  it('answer a GET with a page and close', async () => {
    await serve(['--alpn', 'http/1.1'], async (server) => {
      const line = await runOwnClient(server.port, ...trust, '--send', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      expect(line).toMatchObject({ ok: true, alertReceived: 'close_notify' });
      expect(line.received).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*"version":"TLSv1\.3"/);
      const wrong = await runOwnClient(server.port, ...trust, '--send', 'SIP or something\r\n\r\n');
      expect(wrong.received).toMatch(/^HTTP\/1\.1 400 /);
    });
  });

  it('know aliases, whose order wins, and what happens without overlap', async () => {
    const flags = ['--alpn', 'sip/2,h2', '--alias', 'sip=sip/2', '--alpn-preference', 'client'];
    await serve([...flags, '--no-overlap', 'continue'], async (server) => {
      expect((await runOwnClient(server.port, ...trust, '--alpn', 'sip')).alpn).toBe('sip');
      expect(await server.nextLine()).toMatchObject({ alpn: 'sip', route: 'sip/2' });
      expect((await runOwnClient(server.port, ...trust, '--alpn', 'h2,sip/2')).alpn).toBe('h2');
      expect(await runOwnClient(server.port, ...trust, '--alpn', 'foo')).toMatchObject({ ok: true, alpn: null });
    });
    await serve(['--alpn', 'sip/2', '--alpn-required'], async (server) => {
      expect(await runOwnClient(server.port, ...trust)).toMatchObject({
        ok: false,
        alertReceived: 'no_application_protocol',
      });
    });
  });

  it('sniff where there is no ALPN, and hand the bytes on unchanged', async () => {
    await serve(['--alpn', 'sip/2', '--sniff', 'on', '--app', 'echo'], async (server) => {
      const options = 'OPTIONS sip:localhost SIP/2.0\r\n\r\n';
      const sip = await runOwnClient(server.port, ...trust, '--send', options, '--until', '\r\n\r\n');
      expect(sip).toMatchObject({ ok: true, received: options });
      expect(await server.nextLine()).toMatchObject({ ok: true, alpnOffered: false, route: 'sip/2' });
      await runOwnClient(server.port, ...trust, '--send', 'hello there\r\n', '--idle', '100');
      expect(await server.nextLine()).toMatchObject({ ok: false, route: null, error: { reason: 'unknown' } });
    });
  });

  it.each([
    ['server.mjs', ['--port', '0', '--psk=a:0'], '--psk is IDENTITY:HEX'],
    ['server.mjs', ['--port', '0', '--psk-ke'], 'as many --key as --cert are needed, and at least one, or --psk'],
    ['server.mjs', ['--port', '0', '--psk=a:0102', '--early-data', '1'], '--early-data needs --tickets'],
    [
      'server.mjs',
      ['--port', '0', '--provider', 'web'],
      '--provider is one of noble, noble-interpreted, node, got "web"',
    ],
    [
      'client.mjs',
      ['localhost', '1', '--insecure', '--session-in', 'missing'],
      "ENOENT: no such file or directory, open 'missing'",
    ],
    [
      'client.mjs',
      ['localhost', '1', '--insecure', '--session-in', import.meta.filename],
      'invalid-argument in session: expected what serializeSession gave',
    ],
    ['client.mjs', ['localhost', '1', '--early-data', 'f'], '--early-data needs --session-in'],
    ['server.mjs', ['--port', '0', '--psk=a:0102', '--stateless'], '--cookie-key and --stateless need --cookie'],
    ['server.mjs', ['--port', '0', '--psk=a:0102', '--limit', 'x'], '--limit is NAME=NUMBER'],
    [
      'client.mjs',
      ['localhost', '1', '--session-out', 'f', '--ticket-request', '3'],
      '--ticket-request is NEW:RESUMED',
    ],
    ['client.mjs', ['localhost'], 'expected 2 arguments before the flags, got 1'],
    ['server.mjs', ['--port', '0'], 'as many --key as --cert are needed, and at least one, or --psk'],
  ])('%s %j says so in one line', async (program, args, line) => {
    const { code, stdout, stderr } = await run('node', [join(PROJECT_ROOT, 'test/conformance', program), ...args]);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `${line}\n` });
  });

  describe('with peers that speak no TLS', () => {
    let server: OwnServer;
    beforeAll(async () => {
      server = await startOwnServer(...identity(), '--alpn', 'sip/2', '--app', 'echo');
    });
    afterAll(() => server?.stop());

    /** Writes bytes, hangs up, and gives what came back. */
    function shout(bytes: Uint8Array | string): Promise<Buffer> {
      return new Promise((resolve) => {
        const chunks: Buffer[] = [];
        const socket = createConnection({ host: '127.0.0.1', port: server.port });
        socket.on('data', (chunk) => chunks.push(chunk));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(Buffer.concat(chunks)));
        socket.end(bytes);
      });
    }

    it.each([
      ['nothing', ''],
      ['HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      ['SIP', 'OPTIONS sip:localhost SIP/2.0\r\n\r\n'],
      ['half a ClientHello', Buffer.from('16030100ee010000ea0303', 'hex')],
      ['an alert', Buffer.from('15030300020228', 'hex')],
      ['zeros', Buffer.alloc(70_000)],
    ])('goes on after %s', async (_what, bytes) => {
      await shout(bytes);
      expect(await server.nextLine()).toMatchObject({ ok: false, version: null });
      const line = await runOwnClient(server.port, ...trust, '--alpn', 'sip/2');
      expect(line).toMatchObject({ ok: true, alpn: 'sip/2' });
      await server.nextLine();
    });

    it('says in one line that nobody listens', async () => {
      const gone = await startOwnServer(...identity());
      await gone.stop();
      const line = await runOwnClient(gone.port, ...trust);
      expect(line).toMatchObject({ ok: false, error: { kind: 'transport', reason: 'ECONNREFUSED' } });
    });
  });
});
