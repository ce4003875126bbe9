import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { opensslCertificates, ownCertificates, type Certificates } from './support/certificates.js';
import { startGnutlsServ } from './support/gnutls.js';
import { startSClient, startSServer } from './support/openssl.js';
import { runOwnClient, startOwnServer } from './support/own-programs.js';
import { describePeer } from './support/peer.js';
import { freePort, start } from './support/processes.js';

const EARLY = 'early line\n';
let files = 0;

function fileOf(certificates: Certificates, text: string): string {
  const path = join(certificates.folder, `early-${files++}`);
  writeFileSync(path, text);
  return path;
}

describePeer('early data: OpenSSL s_client', ['openssl'], () => {
  let certificates: Certificates;
  beforeAll(() => {
    certificates = opensslCertificates(['P-256']);
  });

  async function connect(port: number, ...flags: readonly string[]): Promise<string> {
    const client = startSClient(port, '-CAfile', certificates.ca, '-servername', 'localhost', ...flags);
    client.write('a line\n');
    await client.waitFor(/a line$/m);
    client.endInput();
    expect(await client.exited).toBe(0);
    return client.stdout;
  }

  it('is taken once by our server, and answered before its Finished; the same ticket again is refused', async () => {
    const { cert, key } = certificates.server('P-256');
    const flags = ['--tickets', '2', '--early-data', '1000', '--app', 'echo', '--alpn', 'sip/2,h2'];
    const server = await startOwnServer('--cert', cert, '--key', key, ...flags);
    const session = join(certificates.folder, 'early-session.pem');
    await connect(server.port, '-sess_out', session, '-alpn', 'sip/2');
    expect(await server.nextLine()).toMatchObject({ ok: true, resumed: false, earlyData: 0 });
    const early = ['-sess_in', session, '-early_data', fileOf(certificates, EARLY)];
    const taken = await connect(server.port, ...early, '-alpn', 'sip/2');
    expect(taken).toContain('Early data was accepted');
    expect(taken).toContain('early line');
    expect(await server.nextLine()).toMatchObject({ ok: true, resumed: true, earlyData: EARLY.length });
    await server.stop();
  });

  it('is refused by our server after HelloRetryRequest, and the connection goes on', async () => {
    const { cert, key } = certificates.server('P-256');
    const files = ['--cert', cert, '--key', key, '--tickets', '2', '--early-data', '1000', '--app', 'echo'];
    const ticketKey = ['--ticket-key', `one:${'5a'.repeat(32)}`];
    const server = await startOwnServer(...files, ...ticketKey);
    const session = join(certificates.folder, 'early-retry.pem');
    await connect(server.port, '-sess_out', session);
    const picky = await startOwnServer(...files, ...ticketKey, '--groups', 'secp384r1');
    const refused = await connect(picky.port, '-sess_in', session, '-early_data', fileOf(certificates, EARLY));
    expect(refused).toContain('Early data was rejected');
    expect(await picky.nextLine()).toMatchObject({
      ok: true,
      resumed: true,
      hrr: true,
      earlyData: 0,
      bytesReceived: 7,
    });
    // A server that has just been started refuses too: what came before could have been a replay.
    const fresh = await startOwnServer(...files, ...ticketKey);
    const early = await connect(fresh.port, '-sess_in', session, '-early_data', fileOf(certificates, EARLY));
    expect(early).toContain('Early data was rejected');
    expect(await fresh.nextLine()).toMatchObject({ ok: true, resumed: true, earlyData: 0 });
    await Promise.all([server, picky, fresh].map((process) => process.stop()));
  });
});

describePeer('early data: OpenSSL s_server', ['openssl', 'stdbuf'], () => {
  let certificates: Certificates;
  let trust: readonly string[];
  beforeAll(() => {
    certificates = opensslCertificates(['P-256']);
    trust = ['--servername', 'localhost', '--ca', certificates.ca];
  });

  it('takes ours', async () => {
    const port = await freePort();
    const server = await startSServer(port, certificates.server('P-256'), '-early_data', '-max_early_data', '1000');
    const file = join(certificates.folder, 'early.bin');
    const full = await runOwnClient(port, ...trust, '--session-out', file);
    expect(full).toMatchObject({ ok: true, resumed: false });
    const early = ['--session-in', file, '--early-data', fileOf(certificates, EARLY)];
    const line = await runOwnClient(port, ...trust, ...early);
    expect(line).toMatchObject({ ok: true, resumed: true, earlyData: EARLY.length });
    await server.waitFor(/Early data received:\s+early line/);
    // It takes each ticket once.
    expect(await runOwnClient(port, ...trust, ...early)).toMatchObject({ ok: true, earlyData: 0 });
    await server.stop();
  });

  it('refuses ours where it wants another group first', async () => {
    const port = await freePort();
    const flags = ['-early_data', '-max_early_data', '1000', '-groups', 'P-384'];
    const server = await startSServer(port, certificates.server('P-256'), ...flags);
    const file = join(certificates.folder, 'early-hrr.bin');
    await runOwnClient(port, ...trust, '--session-out', file);
    const early = ['--session-in', file, '--early-data', fileOf(certificates, EARLY)];
    expect(await runOwnClient(port, ...trust, ...early)).toMatchObject({ ok: true, hrr: true, earlyData: 0 });
    await server.stop();
  });
});

describePeer('early data: GnuTLS', ['gnutls-cli', 'gnutls-serv', 'openssl'], () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await ownCertificates(['P-256']);
  });

  it('gnutls-cli --earlydata is taken by our server', async () => {
    const { cert, key } = certificates.server('P-256');
    const flags = ['--tickets', '2', '--early-data', '1000', '--app', 'echo'];
    const server = await startOwnServer('--cert', cert, '--key', key, ...flags);
    const client = start('gnutls-cli', [
      ...['--sni-hostname=localhost', '--verify-hostname=localhost', `--x509cafile=${certificates.ca}`, '--resume'],
      ...['--waitresumption', `--earlydata=${fileOf(certificates, EARLY)}`, '-p', String(server.port), '127.0.0.1'],
    ]);
    await client.waitFor(/This is a resumed session/);
    client.write('a line\n');
    await client.waitFor(/^a line$/m);
    client.endInput();
    expect(await server.nextLine()).toMatchObject({ resumed: false, earlyData: 0 });
    expect(await server.nextLine()).toMatchObject({ ok: true, resumed: true, earlyData: EARLY.length });
    await server.stop();
  });

  it('gnutls-serv --earlydata takes ours', async () => {
    const flags = ['--disable-client-cert', '--earlydata', '--maxearlydata=1000'];
    const server = await startGnutlsServ(certificates.server('P-256'), ...flags);
    const { port } = server;
    const trust = ['--servername', 'localhost', '--ca', certificates.ca, '--send', 'a line\n', '--until', 'a line'];
    const file = join(certificates.folder, 'gnutls-early.bin');
    expect(await runOwnClient(port, ...trust, '--session-out', file)).toMatchObject({ ok: true, resumed: false });
    const early = ['--session-in', file, '--early-data', fileOf(certificates, EARLY)];
    expect(await runOwnClient(port, ...trust, ...early)).toMatchObject({
      ok: true,
      resumed: true,
      earlyData: EARLY.length,
    });
    await server.stop();
  });
});
