import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { opensslCertificates, ownCertificates, type Certificates } from './support/certificates.js';
import { startGnutlsServ } from './support/gnutls.js';
import { startSClient, startSServer } from './support/openssl.js';
import { runOwnClient, startOwnServer } from './support/own-programs.js';
import { describePeer } from './support/peer.js';
import { freePort, start } from './support/processes.js';

let files = 0;

function fileOf(certificates: Certificates, text: string): string {
  const path = join(certificates.folder, `passwords-${files++}`);
  writeFileSync(path, text);
  return path;
}

const IDENTITY = 'sensor 17';
const KEY = '7a'.repeat(32);
const OUR_PSK = ['--psk', `${IDENTITY}:${KEY}`];

describePeer('external PSKs: OpenSSL', ['openssl', 'stdbuf'], () => {
  const theirs = ['-psk_identity', IDENTITY, '-psk', KEY];
  const MODES = [
    { mode: 'psk_dhe_ke', ours: [], others: [], group: 'x25519' },
    { mode: 'psk_ke', ours: ['--psk-ke'], others: ['-allow_no_dhe_kex'], group: null },
  ];
  let certificates: Certificates;
  beforeAll(() => {
    certificates = opensslCertificates(['P-256']);
  });

  it('s_client at our server, which has no certificate', async () => {
    const server = await startOwnServer(...OUR_PSK, '--app', 'echo');
    const client = startSClient(server.port, ...theirs);
    client.write('a line\n');
    await client.waitFor(/^a line$/m);
    client.endInput();
    expect(await client.exited).toBe(0);
    const line = await server.nextLine();
    expect(line).toMatchObject({ ok: true, externalPsk: IDENTITY, resumed: false, bytesReceived: 7 });
    const wrong = startSClient(server.port, '-psk_identity', IDENTITY, '-psk', '7b'.repeat(32));
    expect(await wrong.exited).not.toBe(0);
    expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'decrypt_error' });
    await server.stop();
  });

  it('s_client that would do without a key exchange does not have to at our server', async () => {
    for (const [flags, group] of [
      [['--psk-ke'], 'x25519'],
      [[], 'x25519'],
    ] as const) {
      const server = await startOwnServer(...OUR_PSK, ...flags, '--app', 'echo');
      const client = startSClient(server.port, ...theirs, '-allow_no_dhe_kex');
      client.write('a line\n');
      await client.waitFor(/^a line$/m);
      client.endInput();
      expect(await server.nextLine()).toMatchObject({ ok: true, externalPsk: IDENTITY, group });
      await server.stop();
    }
  });

  it('s_client that would do without a key exchange has to where no group is common to both', async () => {
    const flags = ['-allow_no_dhe_kex', '-groups', 'X25519'];
    const apart = [...OUR_PSK, '--groups', 'secp384r1', '--app', 'echo'];
    const server = await startOwnServer(...apart, '--psk-ke');
    const client = startSClient(server.port, ...theirs, ...flags);
    client.write('a line\n');
    await client.waitFor(/^a line$/m);
    client.endInput();
    expect(await server.nextLine()).toMatchObject({ ok: true, externalPsk: IDENTITY, group: null, hrr: false });
    await server.stop();
    const strict = await startOwnServer(...apart);
    expect(await startSClient(strict.port, ...theirs, ...flags).exited).not.toBe(0);
    expect(await strict.nextLine()).toMatchObject({ ok: false, alertSent: 'handshake_failure' });
    await strict.stop();
  });

  it.each(MODES)('our client at s_server, $mode', async ({ ours, others, group }) => {
    const port = await freePort();
    const server = await startSServer(port, certificates.server('P-256'), '-rev', ...theirs, ...others);
    const flags = ['--servername', 'localhost', '--ca', certificates.ca, '--send', 'olleh\n', '--until', 'hello'];
    const line = await runOwnClient(port, ...flags, ...OUR_PSK, ...ours);
    expect(line).toMatchObject({ ok: true, externalPsk: IDENTITY, serverCertificate: null, group });
    expect(line.received).toBe('hello\n');
    await server.stop();
  });
});

describePeer('external PSKs: GnuTLS', ['gnutls-cli', 'gnutls-serv', 'openssl'], () => {
  const user = IDENTITY.replace(' ', '-');
  const priority = '--priority=NORMAL:-VERS-ALL:+VERS-TLS1.3:+PSK:+ECDHE-PSK:+DHE-PSK';
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await ownCertificates(['P-256']);
  });

  it('gnutls-cli at our server', async () => {
    const server = await startOwnServer('--psk', `${user}:${KEY}`, '--app', 'echo');
    const client = start('gnutls-cli', [
      ...[priority, `--pskusername=${user}`, `--pskkey=${KEY}`, '-p', String(server.port), '127.0.0.1'],
    ]);
    client.write('a line\n');
    await client.waitFor(/^a line$/m);
    client.endInput();
    expect(await server.nextLine()).toMatchObject({ ok: true, externalPsk: user, bytesReceived: 7 });
    await server.stop();
  });

  it('gnutls-cli that knows psk_ke alone at our server, which has to allow it', async () => {
    const alone = '--priority=NORMAL:-VERS-ALL:+VERS-TLS1.3:-KX-ALL:+PSK';
    const psk = [alone, `--pskusername=${user}`, `--pskkey=${KEY}`];
    const server = await startOwnServer('--psk', `${user}:${KEY}`, '--app', 'echo', '--psk-ke');
    const client = start('gnutls-cli', [...psk, '-p', String(server.port), '127.0.0.1']);
    client.write('a line\n');
    await client.waitFor(/^a line$/m);
    client.endInput();
    expect(await server.nextLine()).toMatchObject({ ok: true, externalPsk: user, group: null, bytesReceived: 7 });
    await server.stop();
    const strict = await startOwnServer('--psk', `${user}:${KEY}`, '--app', 'echo');
    const refused = start('gnutls-cli', [...psk, '-p', String(strict.port), '127.0.0.1']);
    expect(await refused.exited).not.toBe(0);
    expect(await strict.nextLine()).toMatchObject({ ok: false, alertSent: 'unknown_psk_identity' });
    await strict.stop();
  });

  it('our client, which offers psk_ke alone, at gnutls-serv', async () => {
    const passwords = fileOf(certificates, `${user}:${KEY}\n`);
    const psk = ['--priority=NORMAL:-VERS-ALL:+VERS-TLS1.3:+PSK', `--pskpasswd=${passwords}`, '--disable-client-cert'];
    const server = await startGnutlsServ(certificates.server('P-256'), ...psk);
    const flags = ['--servername', 'localhost', '--ca', certificates.ca, '--send', 'a line\n', '--until', 'a line'];
    const line = await runOwnClient(server.port, ...flags, '--psk', `${user}:${KEY}`, '--psk-ke');
    expect(line).toMatchObject({ ok: true, externalPsk: user, serverCertificate: null, group: null });
    await server.stop();
  });

  it('our client at gnutls-serv', async () => {
    const passwords = fileOf(certificates, `${user}:${KEY}\n`);
    const psk = [priority, `--pskpasswd=${passwords}`, '--disable-client-cert'];
    const server = await startGnutlsServ(certificates.server('P-256'), ...psk);
    const { port } = server;
    const flags = ['--servername', 'localhost', '--ca', certificates.ca, '--send', 'a line\n', '--until', 'a line'];
    const line = await runOwnClient(port, ...flags, '--psk', `${user}:${KEY}`);
    expect(line).toMatchObject({ ok: true, externalPsk: user, serverCertificate: null });
    await server.stop();
  });
});
