import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { opensslCertificates, type Certificates } from './support/certificates.js';
import { sClientView, startSClient } from './support/openssl.js';
import { startOwnServer, type OwnServer } from './support/own-programs.js';
import { describePeer } from './support/peer.js';
import { start } from './support/processes.js';

const SUITES = ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'];
/** Off by default on both sides. */
const CCM_SUITES = ['TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256'];
const GROUPS = [
  ['X25519', 'x25519', 'X25519'],
  ['P-256', 'secp256r1', 'ECDH, prime256v1'],
  ['P-384', 'secp384r1', 'ECDH, secp384r1'],
  ['P-521', 'secp521r1', 'ECDH, secp521r1'],
  ['X448', 'x448', 'X448'],
] as const;
const CERTIFICATES = [
  ['P-256', 'ecdsa_secp256r1_sha256'],
  ['P-384', 'ecdsa_secp384r1_sha384'],
  ['P-521', 'ecdsa_secp521r1_sha512'],
  ['rsa', 'rsa_pss_rsae_sha256'],
  ['rsa', 'rsa_pss_rsae_sha384'],
  ['rsa', 'rsa_pss_rsae_sha512'],
  ['rsa-pss', 'rsa_pss_pss_sha256'],
  ['rsa-pss', 'rsa_pss_pss_sha384'],
  ['rsa-pss', 'rsa_pss_pss_sha512'],
  ['ed25519', 'ed25519'],
  ['ed448', 'ed448'],
] as const;
const KINDS = [...new Set(CERTIFICATES.map(([kind]) => kind))];

/** Keys of every kind take a while where the machine has other work. */
const HOOK_MS = 60_000;

describePeer('OpenSSL s_client', ['openssl'], () => {
  let certificates: Certificates;
  let server: OwnServer;
  let trust: readonly string[];

  beforeAll(async () => {
    certificates = opensslCertificates(KINDS);
    const credentials = KINDS.flatMap((kind) => {
      const { cert, key } = certificates.server(kind);
      return ['--cert', cert, '--key', key];
    });
    server = await startOwnServer(...credentials, '--alpn', 'sip/2,h2,http/1.1', '--app', 'echo');
    trust = ['-servername', 'localhost', '-CAfile', certificates.ca, '-verify_return_error'];
  }, HOOK_MS);
  beforeEach(() => server.forgetLines());
  afterAll(() => server?.stop());

  function credential(): readonly string[] {
    const { cert, key } = certificates.server('P-256');
    return ['--cert', cert, '--key', key];
  }

  /** Types a line, waits for its echo, and leaves. */
  async function echo(...flags: readonly string[]) {
    const client = startSClient(server.port, ...trust, ...flags);
    const view = await sClientView(client);
    client.write('a line from s_client\n');
    await client.waitFor(/^a line from s_client$/m);
    client.endInput();
    expect(await client.exited).toBe(0);
    const line = await server.nextLine();
    expect(line).toMatchObject({ ok: true, version: 'TLSv1.3', bytesReceived: 21, bytesSent: 21 });
    return { view, line };
  }

  it('negotiates sip/2', async () => {
    const { view, line } = await echo('-alpn', 'sip/2');
    expect(view).toMatchObject({ protocol: 'TLSv1.3', alpn: 'sip/2', verification: '0 (ok)' });
    expect(line).toMatchObject({ alpn: 'sip/2', alpnOffered: true, sni: 'localhost', hrr: false });
    expect(line.alertReceived).toBe('close_notify');
  });

  it('gets the first of our names that it offers, and none without ALPN', async () => {
    expect((await echo('-alpn', 'foo,http/1.1,h2')).view.alpn).toBe('h2');
    const { line } = await echo();
    expect(line).toMatchObject({ alpn: null, alpnOffered: false });
  });

  it('gets alert 120 where it offers nothing that we know', async () => {
    const client = startSClient(server.port, ...trust, '-alpn', 'sip');
    expect(await client.exited).not.toBe(0);
    expect(client.stderr).toContain('SSL alert number 120');
    expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'no_application_protocol' });
  });

  it.each(SUITES)('with %s', async (suite) => {
    const { view, line } = await echo('-ciphersuites', suite);
    expect(view.cipher).toBe(suite);
    expect(line.suite).toBe(suite);
  });

  it.each(GROUPS)('with a share for %s', async (name, group, key) => {
    const { view, line } = await echo('-groups', name);
    expect(view.temporaryKey).toContain(key);
    expect(line).toMatchObject({ group, hrr: false });
  });

  it.each(CERTIFICATES)('takes a certificate for %s where it can verify only %s', async (_kind, scheme) => {
    const { line } = await echo('-sigalgs', scheme, '-alpn', 'sip/2');
    expect(line.serverSignature).toBe(scheme);
  });

  it.each(CCM_SUITES)('with %s, which our server has on demand only', async (suite) => {
    const refused = startSClient(server.port, ...trust, '-ciphersuites', suite);
    expect(await refused.exited).not.toBe(0);
    expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'handshake_failure' });
    const willing = await startOwnServer(...credential(), '--suites', suite, '--app', 'echo');
    const client = startSClient(willing.port, ...trust, '-ciphersuites', suite);
    expect((await sClientView(client)).cipher).toBe(suite);
    client.write('a short tag\n');
    await client.waitFor(/^a short tag$/m);
    client.endInput();
    expect(await willing.nextLine()).toMatchObject({ ok: true, suite, bytesReceived: 12 });
    await willing.stop();
  });

  it('may send a hello of four kilobytes', async () => {
    // Names that nobody knows, 200 bytes each, and ours behind them.
    const names = Array.from({ length: 20 }, (_, index) => `${index}`.padStart(200, 'x'));
    const { view } = await echo('-alpn', [...names, 'sip/2'].join(','));
    expect(view.alpn).toBe('sip/2');
  });

  it('asks again with P-521 only, with another share sent first', async () => {
    const picky = await startOwnServer(...credential(), '--groups', 'secp521r1', '--app', 'echo', '--alpn', 'sip/2');
    const client = startSClient(picky.port, ...trust, '-groups', 'X25519:P-521', '-alpn', 'sip/2');
    expect(await sClientView(client)).toMatchObject({ alpn: 'sip/2', verification: '0 (ok)' });
    client.write('after the retry\n');
    await client.waitFor(/^after the retry$/m);
    client.endInput();
    expect(await picky.nextLine()).toMatchObject({ ok: true, hrr: true, group: 'secp521r1', bytesReceived: 16 });
    await picky.stop();
  });

  it('finds no common group, or suite, or signature scheme', async () => {
    const picky = await startOwnServer(
      ...credential(),
      ...['--groups', 'x25519', '--suites', 'TLS_AES_128_GCM_SHA256', '--sigalgs', 'ecdsa_secp256r1_sha256'],
    );
    for (const flags of [
      ['-groups', 'P-384'],
      ['-ciphersuites', 'TLS_AES_256_GCM_SHA384'],
      ['-sigalgs', 'ed25519'],
    ]) {
      const client = startSClient(picky.port, ...trust, ...flags);
      expect(await client.exited).not.toBe(0);
      expect(client.stderr).toContain('alert handshake failure');
      expect(await picky.nextLine()).toMatchObject({ ok: false, alertSent: 'handshake_failure' });
    }
    await picky.stop();
  });

  it('is refused with TLS 1.2', async () => {
    const client = start('openssl', ['s_client', '-connect', `127.0.0.1:${server.port}`, '-tls1_2', ...trust]);
    expect(await client.exited).not.toBe(0);
    expect(client.stderr).toContain('alert protocol version');
    expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'protocol_version' });
  });

  it('updates its keys, and ours where it asks', async () => {
    const messages = join(certificates.folder, 'messages');
    const client = startSClient(server.port, ...trust, '-msg', '-msgfile', messages);
    await sClientView(client);
    let updates = 0;
    for (const [command, text] of [
      ['k', 'after one update'],
      ['K', 'after both updates'],
      ['K', 'after both again'],
    ] as const) {
      client.write(`${command}\n`);
      updates++;
      await client.waitFor(/^KEYUPDATE$/m, { stream: 'stderr', times: updates });
      client.write(`${text}\n`);
      await client.waitFor(new RegExp(`^${text}$`, 'm'));
    }
    client.endInput();
    expect(await server.nextLine()).toMatchObject({ ok: true, keyUpdatesReceived: 3 });
    // One answer for each request, before the text that went back.
    await client.exited;
    const received = readFileSync(messages, 'latin1').match(/^<<< TLS 1\.3, Handshake .*KeyUpdate$/gm);
    expect(received).toHaveLength(2);
  });

  it.each(['when-needed', 'always'])('brings our cookie back (%s), and ignores what means nothing', async (demand) => {
    const shaped = await startOwnServer(
      ...[...credential(), '--app', 'echo', '--groups', 'secp384r1,x25519', '--cookie', demand],
      ...['--grease', '--padding', '512', '--max-fragment', '300', '--tickets', '2'],
    );
    for (const groups of ['P-384:X25519', 'P-521:P-384']) {
      const client = startSClient(shaped.port, ...trust, '-groups', groups);
      await sClientView(client);
      client.write('through all that\n');
      await client.waitFor(/^through all that$/m);
      client.endInput();
      expect(await client.exited).toBe(0);
      const hrr = demand === 'always' || groups.startsWith('P-521');
      expect(await shaped.nextLine()).toMatchObject({ ok: true, hrr, group: 'secp384r1', bytesReceived: 17 });
    }
    await shaped.stop();
  });

  it.each(['send', 'request'])('takes our key update (%s)', async (kind) => {
    const updating = await startOwnServer(...credential(), '--app', 'echo', '--key-update', kind);
    const client = startSClient(updating.port, ...trust);
    await sClientView(client);
    // It answers a request before what it writes next.
    for (const text of ['a line', 'another']) {
      client.write(`${text}\n`);
      await client.waitFor(new RegExp(`^${text}$`, 'm'));
    }
    client.endInput();
    const received = kind === 'request' ? 1 : 0;
    expect(await updating.nextLine()).toMatchObject({ ok: true, keyUpdatesSent: 1, keyUpdatesReceived: received });
    await updating.stop();
  });

  it('refuses our certificate from a CA that it does not know', async () => {
    const client = startSClient(server.port, '-CAfile', certificates.otherCa, '-verify_return_error');
    expect(await client.exited).not.toBe(0);
    expect(await server.nextLine()).toMatchObject({ ok: false, alertReceived: 'unknown_ca' });
  });

  it('refuses our certificate under another name', async () => {
    const client = startSClient(server.port, ...trust, '-verify_hostname', 'wrong.test');
    expect(await client.exited).not.toBe(0);
    expect(client.stderr).toMatch(/[Hh]ostname mismatch/);
    expect(await server.nextLine()).toMatchObject({ ok: false, alertReceived: 'bad_certificate' });
  });

  it('pads its records and sends small fragments', async () => {
    const { line } = await echo('-record_padding', '512', '-max_send_frag', '512');
    expect(line.ok).toBe(true);
  });

  it('carries a megabyte both ways', async () => {
    const client = startSClient(server.port, ...trust, '-quiet', '-no_ign_eof');
    client.write(`${'0123456789abcde\n'.repeat(65_536)}the end\n`);
    await client.waitFor(/^the end$/m);
    client.endInput();
    expect(await server.nextLine()).toMatchObject({ ok: true, bytesReceived: 1_048_584, bytesSent: 1_048_584 });
    expect(client.stdout).toHaveLength(1_048_584);
  });
});
