import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type ConnectionOptions, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownCertificates, type Certificates, type KeyKind } from './support/certificates.js';
import { runOwnClient, startOwnServer, type OwnServer } from './support/own-programs.js';

const SUITES = ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'];
const CURVES = [
  ['X25519', 'x25519'],
  ['P-256', 'secp256r1'],
  ['P-384', 'secp384r1'],
  ['P-521', 'secp521r1'],
] as const;

let certificates: Certificates;
beforeAll(async () => {
  certificates = await ownCertificates(['P-256', 'P-384', 'P-521', 'rsa', 'ed25519']);
});

describe("Node's tls.connect", () => {
  let server: OwnServer;

  beforeAll(async () => {
    server = await startOwnServer(...serverFlags('P-256'));
  });
  beforeEach(() => server.forgetLines());
  afterAll(() => server?.stop());

  function serverFlags(kind: KeyKind): readonly string[] {
    const { cert, key } = certificates.server(kind);
    return ['--cert', cert, '--key', key, '--alpn', 'sip/2,http/1.1', '--app', 'echo'];
  }

  async function open(to: OwnServer, options: ConnectionOptions = {}): Promise<TLSSocket> {
    const ca = readFileSync(certificates.ca);
    const socket = connect({ host: '127.0.0.1', port: to.port, servername: 'localhost', ca, ...options });
    await once(socket, 'secureConnect');
    return socket;
  }

  async function echo(socket: TLSSocket, text: string): Promise<void> {
    const received: Buffer[] = [];
    socket.on('data', (data) => received.push(data));
    socket.end(text);
    await once(socket, 'end');
    expect(Buffer.concat(received).toString()).toBe(text);
  }

  it('negotiates sip/2 and gets its bytes back', async () => {
    const socket = await open(server, { ALPNProtocols: ['sip/2', 'h2'] });
    expect(socket.getProtocol()).toBe('TLSv1.3');
    expect(socket.alpnProtocol).toBe('sip/2');
    expect(socket.authorized).toBe(true);
    await echo(socket, 'from Node');
    expect(await server.nextLine()).toMatchObject({ ok: true, alpn: 'sip/2', sni: 'localhost', bytesReceived: 9 });
  });

  it('gets alert 120 where it offers nothing that we know', async () => {
    await expect(open(server, { ALPNProtocols: ['sip'] })).rejects.toThrow(/no application protocol/i);
    expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'no_application_protocol' });
  });

  it.each(SUITES)('with %s', async (suite) => {
    const socket = await open(server, { ciphers: suite });
    expect(socket.getCipher().name).toBe(suite);
    await echo(socket, 'hello');
    expect(await server.nextLine()).toMatchObject({ ok: true, suite });
  });

  it.each(CURVES)('with %s', async (curve, group) => {
    await echo(await open(server, { ecdhCurve: curve }), 'hello');
    expect(await server.nextLine()).toMatchObject({ ok: true, group, hrr: false });
  });

  it('is asked for another share', async () => {
    const picky = await startOwnServer(...serverFlags('P-256'), '--groups', 'secp384r1');
    await echo(await open(picky, { ecdhCurve: 'X25519:P-384', ALPNProtocols: ['sip/2'] }), 'hello');
    expect(await picky.nextLine()).toMatchObject({ ok: true, group: 'secp384r1', hrr: true, alpn: 'sip/2' });
    await picky.stop();
  });

  it.each(['P-384', 'P-521', 'rsa', 'ed25519'] as const)('trusts our certificate for %s', async (kind) => {
    const other = await startOwnServer(...serverFlags(kind));
    const socket = await open(other);
    expect(socket.getPeerCertificate().subject.CN).toBe(`server-${kind}`);
    await echo(socket, 'hello');
    expect((await other.nextLine()).ok).toBe(true);
    await other.stop();
  });

  it('is known by its certificate', async () => {
    const asking = await startOwnServer(...serverFlags('P-256'), '--client-auth', 'require', '--ca', certificates.ca);
    const { cert, key } = certificates.client;
    const socket = await open(asking, { cert: readFileSync(cert), key: readFileSync(key) });
    await echo(socket, 'hello');
    expect((await asking.nextLine()).clientCertificate).toMatchObject({ subject: 'CN=alice' });
    await asking.stop();
  });

  it('refuses a wrong CA and a wrong name', async () => {
    await expect(open(server, { ca: readFileSync(certificates.otherCa) })).rejects.toThrow();
    await server.nextLine();
    await expect(open(server, { servername: 'wrong.test' })).rejects.toThrow(/wrong\.test/);
    await server.nextLine();
  });

  it('carries four megabytes both ways', async () => {
    const socket = await open(server);
    await echo(socket, '0123456789abcdef'.repeat(262_144));
    expect(await server.nextLine()).toMatchObject({ ok: true, bytesReceived: 4_194_304, bytesSent: 4_194_304 });
  });
});

/** What Node's server says of a connection. */
interface Seen {
  readonly alpn: string | false | null;
  readonly peer: string | string[] | undefined;
}

describe("Node's tls.createServer", () => {
  const trust = (): readonly string[] => ['--servername', 'localhost', '--ca', certificates.ca, ...hello];
  const hello = ['--send', 'hello\n', '--until', 'hello'];

  async function serve(
    options: TlsOptions,
    work: (port: number, seen: readonly Seen[]) => Promise<void>,
    kind: KeyKind = 'P-256',
  ): Promise<void> {
    const { cert, key } = certificates.server(kind);
    const sockets: TLSSocket[] = [];
    const seen: Seen[] = [];
    const server: Server = createServer({ cert: readFileSync(cert), key: readFileSync(key), ...options }, (socket) => {
      sockets.push(socket);
      // While it is open: of a closed one Node remembers nothing.
      seen.push({ alpn: socket.alpnProtocol, peer: socket.getPeerCertificate()?.subject?.CN });
      socket.on('error', () => undefined);
      socket.pipe(socket);
    });
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await work((server.address() as AddressInfo).port, seen);
    } finally {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    }
  }

  it('negotiates sip/2, or sends alert 120', async () => {
    await serve({ ALPNProtocols: ['http/1.1', 'sip/2'] }, async (port, seen) => {
      const line = await runOwnClient(port, ...trust(), '--alpn', 'sip/2');
      expect(line).toMatchObject({ ok: true, alpn: 'sip/2', received: 'hello\n' });
      expect(seen[0]?.alpn).toBe('sip/2');
      const refused = await runOwnClient(port, ...trust(), '--alpn', 'msrp');
      expect(refused).toMatchObject({ ok: false, alertReceived: 'no_application_protocol' });
    });
  });

  it.each(SUITES)('with %s', async (suite) => {
    await serve({ ciphers: suite }, async (port) => {
      expect(await runOwnClient(port, ...trust())).toMatchObject({ ok: true, suite, received: 'hello\n' });
    });
  });

  it.each(CURVES)('asks us for %s', async (curve, group) => {
    await serve({ ecdhCurve: curve }, async (port) => {
      const shares = ['--key-shares', group === 'x25519' ? 'secp256r1' : 'x25519'];
      const line = await runOwnClient(port, ...trust(), ...shares);
      expect(line).toMatchObject({ ok: true, group, hrr: true, received: 'hello\n' });
    });
  });

  it.each(['P-384', 'P-521', 'rsa', 'ed25519'] as const)('with a certificate for %s', async (kind) => {
    await serve(
      {},
      async (port) => {
        const line = await runOwnClient(port, ...trust());
        expect(line).toMatchObject({ ok: true, received: 'hello\n' });
        expect(line.serverCertificate?.subject).toBe(`CN=server-${kind}`);
      },
      kind,
    );
  });

  it('knows us by our certificate, or refuses', async () => {
    const asking = { requestCert: true, rejectUnauthorized: true, ca: readFileSync(certificates.ca) };
    await serve(asking, async (port, seen) => {
      const { cert, key } = certificates.client;
      const known = await runOwnClient(port, ...trust(), '--cert', cert, '--key', key);
      expect(known).toMatchObject({ ok: true, received: 'hello\n' });
      expect(seen[0]?.peer).toBe('alice');
      expect(await runOwnClient(port, ...trust())).toMatchObject({ ok: false, alertReceived: 'certificate_required' });
    });
  });

  it('is refused by us with a wrong CA or a wrong name', async () => {
    await serve({}, async (port) => {
      const wrongCa = await runOwnClient(port, '--servername', 'localhost', '--ca', certificates.otherCa);
      expect(wrongCa).toMatchObject({ ok: false, alertSent: 'unknown_ca' });
      const wrongName = await runOwnClient(port, '--servername', 'wrong.test', '--ca', certificates.ca);
      expect(wrongName).toMatchObject({ ok: false, alertSent: 'bad_certificate' });
    });
  });
});
