import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import {
  choiceByAuthority,
  opensslCertificates,
  type Certificates,
  type ClassicKeyKind,
} from './support/certificates.js';
import { startSServer } from './support/openssl.js';
import { runOwnClient, startOwnClient, TraceFile } from './support/own-programs.js';
import { describePeer } from './support/peer.js';
import { freePort, start, type Running } from './support/processes.js';

const SUITES = [
  ...['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'],
  // Off by default on both sides.
  ...['TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256'],
];
const GROUPS = [
  ['X25519', 'x25519'],
  ['P-256', 'secp256r1'],
  ['P-384', 'secp384r1'],
  ['P-521', 'secp521r1'],
  ['X448', 'x448'],
] as const;
const CERTIFICATES: readonly (readonly [ClassicKeyKind, string])[] = [
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
];
const KINDS = [...new Set(CERTIFICATES.map(([kind]) => kind))];
/** What the certificates are signed with. */
const BY_CA = 'ecdsa_secp256r1_sha256';

/** Keys of every kind take a while where the machine has other work. */
const HOOK_MS = 60_000;

describePeer('OpenSSL s_server', ['openssl', 'stdbuf'], () => {
  let certificates: Certificates;
  let trust: readonly string[];

  beforeAll(() => {
    certificates = opensslCertificates(KINDS);
    trust = ['--servername', 'localhost', '--ca', certificates.ca];
  }, HOOK_MS);

  /** An s_server that turns every line round (`-rev`), unless told otherwise. */
  async function serve<T>(
    { kind = 'P-256', flags = ['-rev'] }: { kind?: ClassicKeyKind; flags?: readonly string[] },
    work: (port: number, server: Running) => Promise<T>,
  ): Promise<T> {
    const port = await freePort();
    const server = await startSServer(port, certificates.server(kind), ...flags);
    try {
      return await work(port, server);
    } finally {
      await server.stop();
    }
  }

  const turned = ['--send', 'olleh\n', '--until', 'hello'];

  it('negotiates sip/2', async () => {
    await serve({ flags: ['-rev', '-alpn', 'sip/2,http/1.1'] }, async (port) => {
      const line = await runOwnClient(port, ...trust, ...turned, '--alpn', 'h2,sip/2');
      expect(line).toMatchObject({ ok: true, version: 'TLSv1.3', alpn: 'sip/2', hrr: false, received: 'hello\n' });
      expect(line.serverCertificate?.subject).toBe('CN=server-P-256');
      const refused = await runOwnClient(port, ...trust, '--alpn', 'msrp');
      expect(refused).toMatchObject({ ok: false, alertReceived: 'no_application_protocol' });
    });
  });

  it('selects nothing where it knows no ALPN, which we refuse only where we require it', async () => {
    await serve({}, async (port) => {
      expect(await runOwnClient(port, ...trust, ...turned, '--alpn', 'sip/2')).toMatchObject({ ok: true, alpn: null });
      const refused = await runOwnClient(port, ...trust, '--alpn', 'sip/2', '--alpn-required');
      expect(refused).toMatchObject({ ok: false, alertSent: 'no_application_protocol' });
    });
  });

  it.each(SUITES)('with %s', async (suite) => {
    await serve({ flags: ['-rev', '-ciphersuites', suite] }, async (port) => {
      const line = await runOwnClient(port, ...trust, ...turned, '--suites', suite);
      expect(line).toMatchObject({ ok: true, suite, received: 'hello\n' });
    });
  });

  it.each(GROUPS)('with a share for %s, and asked for one', async (name, group) => {
    await serve({ flags: ['-rev', '-groups', name] }, async (port) => {
      const direct = await runOwnClient(port, ...trust, ...turned, '--key-shares', group);
      expect(direct).toMatchObject({ ok: true, group, hrr: false, received: 'hello\n' });
      const other = group === 'x25519' ? 'secp256r1' : 'x25519';
      const asked = await runOwnClient(port, ...trust, ...turned, '--key-shares', other, '--alpn', 'sip/2');
      expect(asked).toMatchObject({ ok: true, group, hrr: true, received: 'hello\n' });
    });
  });

  it('asks for a cookie and forgets us until it is back, with the same share or another', async () => {
    // It takes no change_cipher_spec before a hello that brings a cookie, not from its own client either.
    const bare = ['--middlebox-compatibility', 'off'];
    await serve({ flags: ['-stateless'] }, async (port, server) => {
      const seen = new TraceFile(join(certificates.folder, 'cookie-trace'));
      const { line } = startOwnClient(port, ...trust, ...bare, '--send', 'ready\n', '--until', 'seen', ...seen.flags);
      await server.waitFor(/^ready$/m);
      server.write('seen\n');
      expect(await line).toMatchObject({ ok: true, hrr: true, received: 'seen\n' });
      const COOKIE = 44;
      const cookie = seen.extensions('hello_retry_request').get(COOKIE);
      expect(cookie).toBeDefined();
      const second = seen.bodies('client_hello')[1] as { extensions: readonly { type: number; data: string }[] };
      expect(second.extensions.find(({ type }) => type === COOKIE)?.data).toBe(cookie);
    });
    await serve({ flags: ['-stateless', '-groups', 'P-384'] }, async (port, server) => {
      const shares = ['--key-shares', 'x25519', ...bare];
      const { line } = startOwnClient(port, ...trust, ...shares, '--send', 'ready\n', '--until', 'seen');
      await server.waitFor(/^ready$/m);
      server.write('seen\n');
      expect(await line).toMatchObject({ ok: true, hrr: true, group: 'secp384r1', received: 'seen\n' });
    });
  });

  it.each(CERTIFICATES)('with a certificate for %s, by %s', async (kind, scheme) => {
    await serve({ kind }, async (port) => {
      const schemes = [...new Set([scheme, BY_CA])].join(',');
      const line = await runOwnClient(port, ...trust, ...turned, '--sigalgs', schemes);
      expect(line).toMatchObject({ ok: true, serverSignature: scheme, received: 'hello\n' });
      expect(line.serverCertificate?.subject).toBe(`CN=server-${kind}`);
    });
  });

  it.each(['send', 'request'])('takes our key update (%s)', async (kind) => {
    await serve({}, async (port) => {
      const line = await runOwnClient(port, ...trust, ...turned, '--key-update', kind);
      const keyUpdatesReceived = kind === 'request' ? 1 : 0;
      expect(line).toMatchObject({ ok: true, keyUpdatesSent: 1, keyUpdatesReceived, received: 'hello\n' });
    });
  });

  it('ignores what means nothing, and takes extensions in any order', async () => {
    await serve({ flags: ['-rev', '-groups', 'P-256'] }, async (port) => {
      for (let i = 0; i < 3; i++) {
        const flags = ['--grease', '--permute-extensions', '--padding', 'full', '--max-fragment', '100'];
        const line = await runOwnClient(port, ...trust, ...flags, '--send', 'hello\n', '--until', 'olleh');
        expect(line).toMatchObject({ ok: true, hrr: true, received: 'olleh\n' });
      }
    });
  });

  it('updates its keys, and ours where it asks', async () => {
    const messages = join(certificates.folder, 'messages');
    await serve({ flags: ['-msg', '-msgfile', messages] }, async (port, server) => {
      const { line } = startOwnClient(port, ...trust, '--send', 'ready\n', '--reply', 'seen\n', '--until', 'updates');
      await server.waitFor(/^ready$/m);
      // Its keyboard commands stand alone: one behind other input is text.
      for (const [index, command] of ['k', 'K', 'K'].entries()) {
        server.write(`${command}\n`);
        await server.waitFor(/^SSL_do_handshake -> 1$/m, { times: index + 1 });
      }
      server.write('after three updates\n');
      const { ok, keyUpdatesReceived, received } = await line;
      expect({ ok, keyUpdatesReceived, received }).toEqual({
        ok: true,
        keyUpdatesReceived: 3,
        received: 'after three updates\n',
      });
    });
    const answers = readFileSync(messages, 'latin1').match(/^<<< TLS 1\.3, Handshake .*KeyUpdate$/gm);
    // We were silent until then: one answer stands for both requests (section 4.7.3).
    expect(answers).toHaveLength(1);
  });

  it('knows us by our certificate, or refuses', async () => {
    const { cert, key } = certificates.client;
    const own = ['--cert', cert, '--key', key];
    await serve(
      { flags: ['-rev', '-Verify', '1', '-verify_return_error', '-CAfile', certificates.ca] },
      async (port) => {
        const known = await runOwnClient(port, ...trust, ...turned, ...own);
        expect(known).toMatchObject({ ok: true, received: 'hello\n' });
        expect(known.clientCertificate).toMatchObject({ subject: 'CN=alice', scheme: 'ecdsa_secp256r1_sha256' });
        const unknown = await runOwnClient(port, ...trust, ...turned);
        expect(unknown).toMatchObject({ ok: false, alertReceived: 'certificate_required' });
      },
    );
    const strangers = ['-rev', '-Verify', '1', '-verify_return_error', '-CAfile', certificates.otherCa];
    await serve({ flags: strangers }, async (port) => {
      const refused = await runOwnClient(port, ...trust, ...turned, ...own);
      expect(refused).toMatchObject({ ok: false, alertReceived: 'unknown_ca' });
    });
  });

  it('gets the one of our certificates that its authorities issued', async () => {
    const { flags: both, shown } = choiceByAuthority(certificates);
    for (const [ca, subject] of shown) {
      await serve({ flags: ['-rev', '-verify', '1', '-verify_return_error', '-CAfile', ca] }, async (port) => {
        const line = await runOwnClient(port, ...trust, ...turned, ...both);
        expect({ ok: line.ok, subject: line.clientCertificate?.subject ?? null }).toEqual({ ok: true, subject });
      });
    }
  });

  it('gets an empty Certificate where it cannot verify the one that we have, and goes on or not', async () => {
    const own = ['--cert', certificates.client.cert, '--key', certificates.client.key];
    const flags = ['-rev', '-verify_return_error', '-CAfile', certificates.ca, '-client_sigalgs', 'RSA-PSS+SHA256'];
    await serve({ flags: [...flags, '-verify', '1'] }, async (port) => {
      const line = await runOwnClient(port, ...trust, ...turned, ...own);
      expect(line).toMatchObject({ ok: true, received: 'hello\n', clientCertificate: null });
    });
    await serve({ flags: [...flags, '-Verify', '1'] }, async (port) => {
      const line = await runOwnClient(port, ...trust, ...turned, ...own);
      expect(line).toMatchObject({ ok: false, alertReceived: 'certificate_required' });
    });
  });

  it('is refused by us with a wrong CA or a wrong name', async () => {
    await serve({}, async (port) => {
      const wrongCa = await runOwnClient(port, '--servername', 'localhost', '--ca', certificates.otherCa);
      expect(wrongCa).toMatchObject({ ok: false, alertSent: 'unknown_ca' });
      const wrongName = await runOwnClient(port, '--servername', 'wrong.test', '--ca', certificates.ca);
      expect(wrongName).toMatchObject({ ok: false, alertSent: 'bad_certificate' });
      expect(wrongName.error?.reason).toBe('certificate-name-mismatch');
      const byHostRoots = await runOwnClient(port, '--servername', 'localhost');
      expect(byHostRoots).toMatchObject({ ok: false, alertSent: 'unknown_ca' });
      const insecure = await runOwnClient(port, '--insecure', '--servername', 'wrong.test', ...turned);
      expect(insecure).toMatchObject({ ok: true, received: 'hello\n' });
    });
  });

  it('is known as a SIP domain and by its address', async () => {
    await serve({}, async (port) => {
      const ca = ['--ca', certificates.ca, ...turned];
      const domain = await runOwnClient(port, ...ca, '--servername', 'sip.test', '--identity', 'sip-domain');
      expect(domain).toMatchObject({ ok: true, sni: 'sip.test' });
      expect(await runOwnClient(port, ...ca)).toMatchObject({ ok: true, sni: null });
      const other = await runOwnClient(port, ...ca, '--servername', 'example.com', '--identity', 'sip-domain');
      expect(other.error?.reason).toBe('certificate-name-mismatch');
    });
  });

  it('is refused with TLS 1.2', async () => {
    const port = await freePort();
    const { cert, key } = certificates.server('P-256');
    const server = start('openssl', [
      's_server',
      '-accept',
      `127.0.0.1:${port}`,
      '-tls1_2',
      '-cert',
      cert,
      '-key',
      key,
    ]);
    await server.waitFor(/^ACCEPT/m);
    expect(await runOwnClient(port, ...trust)).toMatchObject({ ok: false, version: null });
    await server.stop();
  });

  it('pads its records and sends small fragments', async () => {
    await serve({ flags: ['-rev', '-record_padding', '1024', '-max_send_frag', '512'] }, async (port) => {
      expect(await runOwnClient(port, ...trust, ...turned)).toMatchObject({ ok: true, received: 'hello\n' });
    });
  });
});
