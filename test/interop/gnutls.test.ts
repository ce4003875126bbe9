import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  choiceByAuthority,
  opensslCertificates,
  ownCertificates,
  type Certificates,
  type ClassicKeyKind,
} from './support/certificates.js';
import { startGnutlsServ } from './support/gnutls.js';
import { runOwnClient, startOwnServer, type OwnServer } from './support/own-programs.js';
import { describePeer } from './support/peer.js';
import { start, type Running } from './support/processes.js';

const TLS_1_3 = 'NORMAL:-VERS-ALL:+VERS-TLS1.3';
const SUITES = [
  ['AES-128-GCM', 'TLS_AES_128_GCM_SHA256'],
  ['AES-256-GCM', 'TLS_AES_256_GCM_SHA384'],
  ['CHACHA20-POLY1305', 'TLS_CHACHA20_POLY1305_SHA256'],
  // Off by default on our side.
  ['AES-128-CCM', 'TLS_AES_128_CCM_SHA256'],
  ['AES-128-CCM-8', 'TLS_AES_128_CCM_8_SHA256'],
] as const;
/** Keys, what GnuTLS calls a scheme, and what the standard calls it. */
const SIGNATURES = [
  ['P-256', 'ECDSA-SECP256R1-SHA256', 'ecdsa_secp256r1_sha256'],
  ['P-384', 'ECDSA-SECP384R1-SHA384', 'ecdsa_secp384r1_sha384'],
  ['P-521', 'ECDSA-SECP521R1-SHA512', 'ecdsa_secp521r1_sha512'],
  ['rsa', 'RSA-PSS-RSAE-SHA256', 'rsa_pss_rsae_sha256'],
  ['rsa', 'RSA-PSS-RSAE-SHA384', 'rsa_pss_rsae_sha384'],
  ['rsa', 'RSA-PSS-RSAE-SHA512', 'rsa_pss_rsae_sha512'],
  ['rsa-pss', 'RSA-PSS-SHA256', 'rsa_pss_pss_sha256'],
  ['rsa-pss', 'RSA-PSS-SHA384', 'rsa_pss_pss_sha384'],
  ['rsa-pss', 'RSA-PSS-SHA512', 'rsa_pss_pss_sha512'],
  ['ed25519', 'EdDSA-Ed25519', 'ed25519'],
  ['ed448', 'EdDSA-Ed448', 'ed448'],
] as const;
const KINDS = [...new Set(SIGNATURES.map(([kind]) => kind))];
/** What our CA signs with, which GnuTLS has to know for the chain. */
const BY_CA = '+SIGN-ECDSA-SECP256R1-SHA256';
const GROUPS = [
  ['GROUP-X25519', 'x25519'],
  ['GROUP-SECP256R1', 'secp256r1'],
  ['GROUP-SECP384R1', 'secp384r1'],
  ['GROUP-SECP521R1', 'secp521r1'],
  ['GROUP-X448', 'x448'],
] as const;

/** Keys of every kind take a while where the machine has other work. */
const HOOK_MS = 60_000;

describePeer('gnutls-cli', ['gnutls-cli', 'openssl'], () => {
  let certificates: Certificates;
  let server: OwnServer;

  beforeAll(async () => {
    certificates = await ownCertificates(['P-256', 'P-384', 'P-521', 'rsa', 'ed25519', 'ed448']);
    const suites = SUITES.map(([, suite]) => suite).join(',');
    server = await startOwnServer(...serverFlags(), '--suites', suites);
  }, HOOK_MS);
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
    expect(line.serverSignature).toBe('ecdsa_secp256r1_sha256');
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

  it('verifies what we sign with every kind of key', async () => {
    // It must know our CA's scheme too, which would do for a key of that kind; and we make no keys for rsa-pss.
    const signatures = SIGNATURES.filter(([kind]) => kind !== 'P-256' && kind !== 'rsa-pss');
    const credentials = [...new Set(signatures.map(([kind]) => kind))].flatMap((kind) => {
      const { cert, key } = certificates.server(kind);
      return ['--cert', cert, '--key', key];
    });
    const many = await startOwnServer(...credentials, '--app', 'echo');
    for (const [kind, name, scheme] of signatures) {
      const client = await echo(many, `:-SIGN-ALL:+SIGN-${name}:${BY_CA}`);
      client.endInput();
      const { ok, serverSignature } = await many.nextLine();
      expect({ kind, ok, serverSignature }).toEqual({ kind, ok: true, serverSignature: scheme });
    }
    await many.stop();
  });

  it('is refused with TLS 1.2', async () => {
    const client = startClient(server.port, '--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2');
    expect(await client.exited).not.toBe(0);
    expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'protocol_version' });
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
    certificates = opensslCertificates(KINDS);
    trust = ['--servername', 'localhost', '--ca', certificates.ca, '--send', 'hello\n', '--until', 'hello'];
  }, HOOK_MS);

  async function serve<T>(
    {
      kind = 'P-256',
      priority = '',
      flags = [],
    }: { kind?: ClassicKeyKind; priority?: string; flags?: readonly string[] },
    work: (port: number, server: Running) => Promise<T>,
  ): Promise<T> {
    const server = await startGnutlsServ(certificates.server(kind), `--priority=${TLS_1_3}${priority}`, ...flags);
    try {
      return await work(server.port, server.process);
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
      const line = await runOwnClient(port, ...trust, '--suites', suite);
      expect(line).toMatchObject({ ok: true, suite, received: 'hello\n' });
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

  it('signs as we ask it to, with every kind of key', async () => {
    // It takes the first of its certificates that fits, and the CA's scheme has to be asked for each time.
    const [byCa, first, ...others] = KINDS as [ClassicKeyKind, ClassicKeyKind, ...ClassicKeyKind[]];
    const flags = [...others, byCa].flatMap((kind) => {
      const { cert, key } = certificates.server(kind);
      return [`--x509certfile=${cert}`, `--x509keyfile=${key}`];
    });
    await serve({ kind: first, flags }, async (port) => {
      for (const [kind, , scheme] of SIGNATURES) {
        const schemes = [...new Set([scheme, 'ecdsa_secp256r1_sha256'])].join(',');
        const { ok, serverSignature } = await runOwnClient(port, ...trust, '--sigalgs', schemes);
        expect({ kind, ok, serverSignature }).toEqual({ kind, ok: true, serverSignature: scheme });
      }
    });
  });

  it('keeps our record_size_limit, and we keep its', async () => {
    await serve({ flags: ['--recordsize', '600', '-d', '4'] }, async (port, server) => {
      const text = `${'0123456789abcdef'.repeat(128)}\n`;
      const limits = ['--record-size-limit', '512', '--max-fragment', '16384'];
      const line = await runOwnClient(port, ...trust.slice(0, 4), '--send', text, '--until', '\n', ...limits);
      expect(line).toMatchObject({ ok: true, bytesSent: 2049, bytesReceived: 2049 });
      expect(server.stderr + server.stdout).toMatch(/record_size_limit 512 negotiated/);
    });
  });

  it('refuses us where it has TLS 1.2 alone', async () => {
    const server = await startGnutlsServ(certificates.server('P-256'), '--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2');
    const line = await runOwnClient(server.port, ...trust);
    expect(line).toMatchObject({ ok: false, version: null, alertReceived: 'handshake_failure' });
    await server.stop();
  });

  it('ignores what means nothing, and takes extensions in any order', async () => {
    await serve({ priority: ':-GROUP-ALL:+GROUP-SECP256R1' }, async (port) => {
      const flags = ['--grease', '--permute-extensions', '--padding', 'full', '--max-fragment', '100'];
      const line = await runOwnClient(port, ...trust, ...flags);
      expect(line).toMatchObject({ ok: true, hrr: true, received: 'hello\n' });
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

  it('names the CA that it trusts, by which our client chooses among its certificates', async () => {
    const { flags: both, shown } = choiceByAuthority(certificates);
    for (const [ca, subject] of shown) {
      await serve({ flags: [`--x509cafile=${ca}`] }, async (port) => {
        const line = await runOwnClient(port, ...trust, ...both);
        expect({ ok: line.ok, subject: line.clientCertificate?.subject ?? null }).toEqual({ ok: true, subject });
      });
    }
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
