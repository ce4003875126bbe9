import { beforeAll, expect, it } from 'vitest';
import { opensslCertificates, type Certificates } from './support/certificates.js';
import { sClientView, startSClient } from './support/openssl.js';
import { startOwnServer } from './support/own-programs.js';
import { describePeer } from './support/peer.js';

describePeer('OpenSSL s_client and its own certificate', ['openssl'], () => {
  let certificates: Certificates;
  let trust: readonly string[];
  let own: readonly string[];

  beforeAll(() => {
    certificates = opensslCertificates(['P-256', 'rsa', 'ed25519']);
    trust = ['-servername', 'localhost', '-CAfile', certificates.ca, '-verify_return_error', '-alpn', 'sip/2'];
    const { cert, key } = certificates.client;
    own = ['-cert', cert, '-key', key];
  });

  function startAsking(mode: 'request' | 'require', ca = certificates.ca) {
    const { cert, key } = certificates.server('P-256');
    const authentication = ['--client-auth', mode, '--ca', ca];
    return startOwnServer('--cert', cert, '--key', key, '--alpn', 'sip/2', '--app', 'echo', ...authentication);
  }

  it.each(['request', 'require'] as const)('is known by it where we %s one', async (mode) => {
    const server = await startAsking(mode);
    const client = startSClient(server.port, ...trust, ...own);
    await sClientView(client);
    client.write('from alice\n');
    await client.waitFor(/^from alice$/m);
    client.endInput();
    expect(await client.exited).toBe(0);
    expect(client.stdout).toContain('CN = interop ca');
    const line = await server.nextLine();
    expect(line).toMatchObject({ ok: true, alpn: 'sip/2', bytesReceived: 11 });
    expect(line.clientCertificate).toMatchObject({ subject: 'CN=alice', scheme: 'ecdsa_secp256r1_sha256' });
    await server.stop();
  });

  it('goes on without one where we only request it', async () => {
    const server = await startAsking('request');
    const client = startSClient(server.port, ...trust);
    await sClientView(client);
    client.write('from nobody\n');
    await client.waitFor(/^from nobody$/m);
    client.endInput();
    expect(await server.nextLine()).toMatchObject({ ok: true, clientCertificate: null });
    await server.stop();
  });

  it('is refused without one where we require it', async () => {
    const server = await startAsking('require');
    const client = startSClient(server.port, ...trust);
    expect(await client.exited).not.toBe(0);
    expect(client.stderr).toContain('alert certificate required');
    expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'certificate_required' });
    await server.stop();
  });

  it('is refused with one from a CA that we do not know', async () => {
    const server = await startAsking('require', certificates.otherCa);
    const client = startSClient(server.port, ...trust, ...own);
    expect(await client.exited).not.toBe(0);
    expect(client.stderr).toContain('alert unknown ca');
    expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'unknown_ca' });
    await server.stop();
  });

  it('is refused with one that is not for clients', async () => {
    const server = await startAsking('require');
    const { cert, key } = certificates.server('P-256');
    const client = startSClient(server.port, ...trust, '-cert', cert, '-key', key);
    expect(await client.exited).not.toBe(0);
    expect(client.stderr).toContain('alert unsupported certificate');
    expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'unsupported_certificate' });
    await server.stop();
  });
});
