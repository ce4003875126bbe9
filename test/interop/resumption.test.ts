import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { opensslCertificates, ownCertificates, type Certificates } from './support/certificates.js';
import { startGnutlsServ } from './support/gnutls.js';
import { startSClient, startSServer } from './support/openssl.js';
import { runOwnClient, startOwnServer, type ConnectionLine, type OwnServer } from './support/own-programs.js';
import { describePeer } from './support/peer.js';
import { freePort, start } from './support/processes.js';

const SUITES = ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'];
const KEY = `one:${'5a'.repeat(32)}`;
const SHA384 = 'TLS_AES_256_GCM_SHA384';

let files = 0;

describePeer('resumption: OpenSSL s_client', ['openssl'], () => {
  let certificates: Certificates;
  let server: OwnServer;

  beforeAll(async () => {
    certificates = opensslCertificates(['P-256']);
    server = await startOwnServer(...flags());
  });
  beforeEach(() => server.forgetLines());
  afterAll(() => server?.stop());

  function flags(): readonly string[] {
    const { cert, key } = certificates.server('P-256');
    return ['--cert', cert, '--key', key, '--alpn', 'sip/2,h2', '--app', 'echo', '--tickets', '2', '--ticket-key', KEY];
  }

  const sessionFile = (): string => join(certificates.folder, `session-${files++}.pem`);

  /** Types a line, waits for its echo and for a new session in `out`, and leaves. */
  async function echo(to: OwnServer, out: string, ...more: readonly string[]) {
    const trust = ['-CAfile', certificates.ca, '-verify_return_error'];
    const name = more.includes('-servername') ? [] : ['-servername', 'localhost'];
    const client = startSClient(to.port, ...trust, ...name, '-sess_out', out, ...more);
    client.write('a line\n');
    // Not at the start of a line: what it prints about tickets may be cut anywhere.
    await client.waitFor(/a line$/m);
    client.endInput();
    expect(await client.exited).toBe(0);
    expect(existsSync(out)).toBe(true);
    const line = await to.nextLine();
    expect(line).toMatchObject({ ok: true, bytesReceived: 7, bytesSent: 7 });
    // It says `New` or `Reused` at the handshake, and again for each ticket.
    const resumed = /^(New|Reused), TLSv1\.3/m.exec(client.stdout)?.[1] === 'Reused';
    expect(line.resumed).toBe(resumed);
    return { resumed, line, alpn: /^ALPN protocol: (.*)$/m.exec(client.stdout)?.[1] };
  }

  it.each(SUITES)('resumes with %s, and again with the ticket that it got then', async (suite) => {
    const [first, second, third] = [sessionFile(), sessionFile(), sessionFile()];
    expect((await echo(server, first, '-ciphersuites', suite)).resumed).toBe(false);
    for (const [from, to] of [
      [first, second],
      [second, third],
    ] as const) {
      const { resumed, line } = await echo(server, to, '-ciphersuites', suite, '-sess_in', from);
      expect([resumed, line.suite]).toEqual([true, suite]);
    }
  });

  it('resumes after HelloRetryRequest, with another ALPN than before', async () => {
    const file = sessionFile();
    expect((await echo(server, file, '-alpn', 'h2')).alpn).toBe('h2');
    const picky = await startOwnServer(...flags(), '--groups', 'secp521r1');
    const retried = await echo(picky, sessionFile(), '-groups', 'X25519:P-521', '-alpn', 'sip/2', '-sess_in', file);
    expect(retried).toMatchObject({ resumed: true, alpn: 'sip/2', line: { hrr: true, group: 'secp521r1' } });
    await picky.stop();
  });

  it('resumes at another process that has the key, and nowhere else', async () => {
    const file = sessionFile();
    await echo(server, file);
    const rotated = await startOwnServer(...flags(), '--ticket-key', `two:${'6b'.repeat(32)}`);
    const withOtherKey = await startOwnServer(...flags().slice(0, -2), '--ticket-key', `one:${'6b'.repeat(32)}`);
    const without = await startOwnServer(...flags().slice(0, -4));
    expect((await echo(rotated, sessionFile(), '-sess_in', file)).resumed).toBe(true);
    expect((await echo(withOtherKey, sessionFile(), '-sess_in', file)).resumed).toBe(false);
    const client = startSClient(without.port, '-CAfile', certificates.ca, '-servername', 'localhost', '-sess_in', file);
    await client.waitFor(/^New, TLSv1\.3/m);
    client.endInput();
    expect(await without.nextLine()).toMatchObject({ ok: true, resumed: false });
    await Promise.all([rotated, withOtherKey, without].map((process) => process.stop()));
  });

  it('does a full handshake under another name, another hash, or when the ticket has expired', async () => {
    const file = sessionFile();
    await echo(server, file, '-ciphersuites', SHA384);
    expect((await echo(server, sessionFile(), '-servername', 'sip.test', '-sess_in', file)).resumed).toBe(false);
    const sha256 = await startOwnServer(...flags(), '--suites', 'TLS_AES_128_GCM_SHA256');
    expect((await echo(sha256, sessionFile(), '-sess_in', file)).resumed).toBe(false);
    const brief = await startOwnServer(...flags(), '--ticket-lifetime', '1');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await echo(brief, sessionFile(), '-sess_in', file)).resumed).toBe(false);
    await Promise.all([sha256, brief].map((process) => process.stop()));
  });

  it('is known by the certificate that it showed at first', async () => {
    const { cert, key } = certificates.client;
    const strict = await startOwnServer(...flags(), '--client-auth', 'require', '--ca', certificates.ca);
    const file = sessionFile();
    await echo(strict, file, '-cert', cert, '-key', key);
    const { line } = await echo(strict, sessionFile(), '-sess_in', file);
    expect(line).toMatchObject({ resumed: true, clientCertificate: { subject: 'CN=alice' } });
    // Without having shown one, it does not get in by a ticket either.
    const anonymous = sessionFile();
    await echo(server, anonymous);
    const refused = startSClient(strict.port, '-servername', 'localhost', '-sess_in', anonymous);
    expect(await refused.exited).not.toBe(0);
    expect(await strict.nextLine()).toMatchObject({ ok: false, alertSent: 'certificate_required' });
    await strict.stop();
  });
});

describePeer('resumption: OpenSSL s_server', ['openssl', 'stdbuf'], () => {
  let certificates: Certificates;
  let trust: readonly string[];
  const turned = ['--send', 'olleh\n', '--until', 'hello'];

  beforeAll(() => {
    certificates = opensslCertificates(['P-256']);
    trust = ['--servername', 'localhost', '--ca', certificates.ca];
  });

  async function serve<T>(flags: readonly string[], work: (port: number) => Promise<T>): Promise<T> {
    const port = await freePort();
    const server = await startSServer(port, certificates.server('P-256'), '-rev', ...flags);
    try {
      return await work(port);
    } finally {
      await server.stop();
    }
  }

  /** A full handshake, whose session is then offered with other flags. */
  async function twice(
    port: number,
    { first = [], then = [] }: { readonly first?: readonly string[]; readonly then?: readonly string[] },
  ): Promise<ConnectionLine> {
    const file = join(certificates.folder, `session-${files++}.bin`);
    const full = await runOwnClient(port, ...trust, ...turned, '--session-out', file, ...first);
    expect(full).toMatchObject({ ok: true, resumed: false, sessionTickets: 2, received: 'hello\n' });
    const line = await runOwnClient(port, ...trust, ...turned, '--session-in', file, ...then);
    expect(line).toMatchObject({ ok: true, received: 'hello\n' });
    expect(line.serverCertificate).toEqual(full.serverCertificate);
    return line;
  }

  it.each(SUITES)('resumes with %s, with tickets and with its own cache', async (suite) => {
    for (const flags of [[], ['-no_ticket']]) {
      await serve(['-ciphersuites', suite, ...flags], async (port) => {
        expect(await twice(port, {})).toMatchObject({ resumed: true, suite });
      });
    }
  });

  it('resumes after HelloRetryRequest', async () => {
    await serve(['-groups', 'P-384'], async (port) => {
      expect(await twice(port, {})).toMatchObject({ resumed: true, hrr: true, group: 'secp384r1' });
    });
  });

  it('resumes with a session from a resumption', async () => {
    await serve([], async (port) => {
      const [first, second] = ['chain-1.bin', 'chain-2.bin'].map((name) => join(certificates.folder, name)) as [
        string,
        string,
      ];
      await runOwnClient(port, ...trust, ...turned, '--session-out', first);
      const flags = ['--session-in', first, '--session-out', second];
      expect(await runOwnClient(port, ...trust, ...turned, ...flags)).toMatchObject({ ok: true, resumed: true });
      expect(await runOwnClient(port, ...trust, ...turned, '--session-in', second)).toMatchObject({
        ok: true,
        resumed: true,
      });
    });
  });

  it('does a full handshake where our session does not fit: another name, other trust, another hash', async () => {
    await serve([], async (port) => {
      expect((await twice(port, { then: ['--servername', 'sip.test'] })).resumed).toBe(false);
      expect((await twice(port, { first: ['--insecure'] })).resumed).toBe(false);
      expect(
        (await twice(port, { first: ['--suites', SHA384], then: ['--suites', SUITES.slice(0, 2).join()] })).resumed,
      ).toBe(false);
    });
  });

  it('does a full handshake where it does not know the ticket any more', async () => {
    const file = join(certificates.folder, 'forgotten.bin');
    await serve([], (port) => runOwnClient(port, ...trust, ...turned, '--session-out', file));
    await serve([], async (port) => {
      expect(await runOwnClient(port, ...trust, ...turned, '--session-in', file)).toMatchObject({
        ok: true,
        resumed: false,
        received: 'hello\n',
      });
    });
  });
});

describePeer('resumption: GnuTLS', ['gnutls-cli', 'gnutls-serv', 'openssl'], () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await ownCertificates(['P-256']);
  });

  it('gnutls-cli --resume resumes at our server', async () => {
    const { cert, key } = certificates.server('P-256');
    const server = await startOwnServer('--cert', cert, '--key', key, '--app', 'echo', '--tickets', '2');
    const client = start('gnutls-cli', [
      ...['--sni-hostname=localhost', '--verify-hostname=localhost', `--x509cafile=${certificates.ca}`, '--resume'],
      ...['--waitresumption', '-p', String(server.port), '127.0.0.1'],
    ]);
    await client.waitFor(/This is a resumed session/);
    client.write('a line\n');
    await client.waitFor(/^a line$/m);
    client.endInput();
    expect(await server.nextLine()).toMatchObject({ resumed: false });
    expect(await server.nextLine()).toMatchObject({ ok: true, resumed: true, bytesReceived: 7 });
    await server.stop();
  });

  it('our client resumes at gnutls-serv', async () => {
    const { cert, key } = certificates.server('P-256');
    const server = await startGnutlsServ({ cert, key }, '--disable-client-cert');
    const { port } = server;
    const trust = ['--servername', 'localhost', '--ca', certificates.ca, '--send', 'a line\n', '--until', 'line'];
    const file = join(certificates.folder, 'gnutls.bin');
    const full = await runOwnClient(port, ...trust, '--session-out', file);
    expect(full).toMatchObject({ ok: true, resumed: false });
    expect(full.sessionTickets).toBeGreaterThan(0);
    expect(await runOwnClient(port, ...trust, '--session-in', file)).toMatchObject({ ok: true, resumed: true });
    await server.stop();
  });
});

describe("resumption: Node's tls", () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await ownCertificates(['P-256']);
  });

  it('its client resumes at our server', async () => {
    const { cert, key } = certificates.server('P-256');
    const server = await startOwnServer('--cert', cert, '--key', key, '--app', 'echo', '--tickets', '2');
    let session: Buffer | undefined;
    for (const resumed of [false, true, true]) {
      const socket = connect({
        host: '127.0.0.1',
        port: server.port,
        servername: 'localhost',
        ca: readFileSync(certificates.ca),
        ...(session === undefined ? {} : { session }),
      });
      const ticket = once(socket, 'session') as Promise<[Buffer]>;
      await once(socket, 'secureConnect');
      expect(socket.isSessionReused()).toBe(resumed);
      [session] = await ticket;
      // Node 20 breaks its own records where one writes from inside the event.
      await new Promise((resolve) => setImmediate(resolve));
      socket.resume().end('bytes');
      await once(socket, 'close');
      expect(await server.nextLine()).toMatchObject({ ok: true, resumed, bytesReceived: 5 });
    }
    await server.stop();
  });

  it('its server resumes our session', async () => {
    const { cert, key } = certificates.server('P-256');
    const reused: boolean[] = [];
    const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket: TLSSocket) => {
      reused.push(socket.isSessionReused());
      socket.pipe(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const flags = ['--servername', 'localhost', '--ca', certificates.ca, '--send', 'hello\n', '--until', 'hello'];
    const file = join(certificates.folder, 'node.bin');
    expect(await runOwnClient(port, ...flags, '--session-out', file)).toMatchObject({ ok: true, resumed: false });
    expect(await runOwnClient(port, ...flags, '--session-in', file)).toMatchObject({ ok: true, resumed: true });
    expect(reused).toEqual([false, true]);
    server.close();
  });
});
