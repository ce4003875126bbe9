import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { opensslCertificates, ownCertificates, type Certificates, type KeyKind } from './support/certificates.js';
import { runOwnClient, startOwnServer, type OwnServer } from './support/own-programs.js';
import { describePeer } from './support/peer.js';
import { freePort, start, type Running } from './support/processes.js';

const TLS_1_3 = 'NORMAL:-VERS-ALL:+VERS-TLS1.3';
const SUITES = [
  ['AES-128-GCM', 'TLS_AES_128_GCM_SHA256'],
  ['AES-256-GCM', 'TLS_AES_256_GCM_SHA384'],
  ['CHACHA20-POLY1305', 'TLS_CHACHA20_POLY1305_SHA256'],
] as const;
const GROUPS = [
  ['GROUP-X25519', 'x25519'],
  ['GROUP-SECP256R1', 'secp256r1'],
  ['GROUP-SECP384R1', 'secp384r1'],
  ['GROUP-SECP521R1', 'secp521r1'],
  ['GROUP-X448', 'x448'],
] as const;

describePeer('gnutls-cli', ['gnutls-cli', 'openssl'], () => {
  let certificates: Certificates;
  let server: OwnServer;

  beforeAll(async () => {
    certificates = await ownCertificates(['P-256']);
    server = await startOwnServer(...serverFlags());
  });
  beforeEach(() => server.forgetLines());
  afterAll(() => server?.stop());

  function serverFlags(): readonly string[] {
    const { cert, key } = certificates.server('P-256');
    return ['--cert', cert, '--key', key, '--alpn', 'sip/2,http/1.1', '--app', 'echo'];
  }

  function startClient(port: number, ...flags: readonly string[]): Running {
    const names = ['--sni-hostname=localhost', '--verify-hostname=localhost'];
    return start('gnutls-cli', [...names, '-p', String(port), ...flags, '127.0.0.1']);
  }

  async function echo(to: OwnServer, priority: string, ...flags: readonly string[]) {
    const trust = `--x509cafile=${certificates.ca}`;
    const client = startClient(to.port, trust, `--priority=${TLS_1_3}${priority}`, '--inline-commands', ...flags);
    await client.waitFor(/Simple Client Mode/);
    client.write('a line from GnuTLS\n');
    await client.waitFor(/^a line from GnuTLS$/m);
    return client;
  }

  it('negotiates sip/2 and trusts what our issuer made', async () => {
    const client = await echo(server, '', '--alpn=sip/2');
    expect(client.stdout).toContain('The certificate is trusted');
    expect(client.stdout).toContain('- Application protocol: sip/2');
    client.endInput();
    const line = await server.nextLine();
    expect(line).toMatchObject({ ok: true, alpn: 'sip/2', sni: 'localhost', bytesReceived: 19, bytesSent: 19 });
  });

  it('gets alert 120 where it offers nothing that we know', async () => {
    const client = startClient(server.port, `--x509cafile=${certificates.ca}`, '--alpn=msrp');
    expect(await client.exited).not.toBe(0);
    expect(client.stderr + client.stdout).toMatch(/[Nn]o supported application protocol/);
    expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'no_application_protocol' });
  });

  it.each(SUITES)('with %s', async (name, suite) => {
    const client = await echo(server, `:-CIPHER-ALL:+${name}`);
    client.endInput();
    expect(await server.nextLine()).toMatchObject({ ok: true, suite, bytesReceived: 19 });
  });

  it.each(GROUPS)('with a share for %s', async (name, group) => {
    const client = await echo(server, `:-GROUP-ALL:+${name}`);
    client.endInput();
    expect(await server.nextLine()).toMatchObject({ ok: true, group, hrr: false });
  });

  it('keeps our record_size_limit, and we keep its', async () => {
    const small = await startOwnServer(...serverFlags(), '--record-size-limit', '512', '--grease', '--padding', '64');
    const client = await echo(small, '', '-d', '4', '--recordsize', '600');
    expect(client.stderr + client.stdout).toMatch(/record_size_limit 512 negotiated/);
    client.endInput();
    expect(await small.nextLine()).toMatchObject({ ok: true, bytesReceived: 19 });
    await small.stop();
  });

  it('is asked for another share with a cookie, and brings it back', async () => {
    const demanding = await startOwnServer(...serverFlags(), '--groups', 'secp521r1', '--cookie', 'when-needed');
    const client = await echo(demanding, '', '--single-key-share');
    client.endInput();
    expect(await demanding.nextLine()).toMatchObject({ ok: true, hrr: true, group: 'secp521r1', bytesReceived: 19 });
    await demanding.stop();
  });

  it('is asked for another share', async () => {
    const picky = await startOwnServer(...serverFlags(), '--groups', 'secp521r1');
    const client = await echo(picky, '', '--single-key-share', '--alpn=sip/2');
    client.endInput();
    expect(await picky.nextLine()).toMatchObject({ ok: true, group: 'secp521r1', hrr: true, alpn: 'sip/2' });
    await picky.stop();
  });

  it('updates its keys, and ours where it asks', async () => {
    const client = await echo(server, '');
    for (const [index, command] of ['^rekey1^', '^rekey^', '^rekey^'].entries()) {
      client.write(`${command}\n`);
      await client.waitFor(/^- Rekey was completed$/m, { times: index + 1 });
      client.write(`after ${index}\n`);
      await client.waitFor(new RegExp(`^after ${index}$`, 'm'));
    }
    client.endInput();
    expect(await server.nextLine()).toMatchObject({ ok: true, keyUpdatesReceived: 3 });
  });

  it('takes our key update', async () => {
    const updating = await startOwnServer(...serverFlags(), '--key-update', 'request');
    const client = await echo(updating, '');
    client.write('another line\n');
    await client.waitFor(/^another line$/m);
    client.endInput();
    expect(await updating.nextLine()).toMatchObject({ ok: true, keyUpdatesSent: 1, keyUpdatesReceived: 1 });
    await updating.stop();
  });

  it('is known by its certificate', async () => {
    const { ca, client: own } = opensslCertificates();
    const asking = await startOwnServer(...serverFlags(), '--client-auth', 'require', '--ca', ca);
    const { cert, key } = own;
    const client = await echo(asking, '', `--x509certfile=${cert}`, `--x509keyfile=${key}`);
    client.endInput();
    const line = await asking.nextLine();
    expect(line.clientCertificate).toMatchObject({ subject: 'CN=alice' });
    await asking.stop();
  });

  it('refuses a CA that it does not know', async () => {
    const client = startClient(server.port, `--x509cafile=${certificates.otherCa}`);
    expect(await client.exited).not.toBe(0);
    expect(client.stdout).toContain('NOT trusted');
    expect((await server.nextLine()).alertReceived).not.toBeNull();
  });
});

describePeer('gnutls-serv', ['gnutls-serv', 'openssl'], () => {
  let certificates: Certificates;
  let trust: readonly string[];

  beforeAll(() => {
    certificates = opensslCertificates(['P-256', 'rsa', 'ed25519']);
    trust = ['--servername', 'localhost', '--ca', certificates.ca, '--send', 'hello\n', '--until', 'hello'];
  });

  async function serve<T>(
    { kind = 'P-256', priority = '', flags = [] }: { kind?: KeyKind; priority?: string; flags?: readonly string[] },
    work: (port: number, server: Running) => Promise<T>,
  ): Promise<T> {
    const port = await freePort();
    const { cert, key } = certificates.server(kind);
    const files = [`--x509certfile=${cert}`, `--x509keyfile=${key}`];
    const options = ['--echo', '-p', String(port), `--priority=${TLS_1_3}${priority}`];
    const server = start('gnutls-serv', [...options, ...files, ...flags]);
    await server.waitFor(/listening on IPv4.*done/);
    try {
      return await work(port, server);
    } finally {
      await server.stop();
    }
  }

  it('negotiates sip/2, or sends alert 120', async () => {
    await serve({ flags: ['--alpn=sip/2', '--alpn-fatal'] }, async (port) => {
      const line = await runOwnClient(port, ...trust, '--alpn', 'sip/2');
      expect(line).toMatchObject({ ok: true, alpn: 'sip/2', received: 'hello\n' });
      expect(await runOwnClient(port, ...trust, '--alpn', 'h2')).toMatchObject({
        ok: false,
        alertReceived: 'no_application_protocol',
      });
    });
  });

  it.each(SUITES)('with %s', async (name, suite) => {
    await serve({ priority: `:-CIPHER-ALL:+${name}` }, async (port) => {
      expect(await runOwnClient(port, ...trust)).toMatchObject({ ok: true, suite, received: 'hello\n' });
    });
  });

  it('asks us for shares of every group that we have', async () => {
    for (const [name, group] of GROUPS) {
      const other = group === 'x25519' ? 'secp256r1' : 'x25519';
      await serve({ priority: `:-GROUP-ALL:+${name}` }, async (port) => {
        const line = await runOwnClient(port, ...trust, '--key-shares', other);
        expect(line).toMatchObject({ ok: true, group, hrr: true, received: 'hello\n' });
      });
    }
  });

  it.each([
    ['rsa', 'rsa_pss_rsae_sha256'],
    ['ed25519', 'ed25519'],
  ] as const)('with a certificate for %s', async (kind, scheme) => {
    await serve({ kind }, async (port) => {
      const line = await runOwnClient(port, ...trust);
      expect(line).toMatchObject({ ok: true, serverSignature: scheme, received: 'hello\n' });
    });
  });

  it('takes our key update and follows with its own', async () => {
    await serve({}, async (port) => {
      const line = await runOwnClient(port, ...trust, '--key-update', 'request');
      expect(line).toMatchObject({ ok: true, keyUpdatesReceived: 1, received: 'hello\n' });
    });
  });

  it('knows us by our certificate, or refuses', async () => {
    const flags = ['--require-client-cert', '--verify-client-cert', `--x509cafile=${certificates.ca}`];
    await serve({ flags }, async (port, server) => {
      const { cert, key } = certificates.client;
      const known = await runOwnClient(port, ...trust, '--cert', cert, '--key', key);
      expect(known).toMatchObject({ ok: true, received: 'hello\n', clientCertificate: { subject: 'CN=alice' } });
      await server.waitFor(/Subject: CN=alice/);
      expect((await runOwnClient(port, ...trust)).ok).toBe(false);
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
