import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { createNobleProvider } from '@portico/crypto/noble';
import { derSequence, derSmallInteger } from '@portico/x509';
import { createAuthority, createLeaf, credentialToPem, generatePrivateKey, type Credential } from '@portico/x509/issue';
import { REVOCATION_OID } from '@portico/x509/revocation';
import { temporaryFolder, type CredentialFiles } from './support/certificates.js';
import { startGnutlsServ } from './support/gnutls.js';
import { sClientView, startSClient, startSServer } from './support/openssl.js';
import { runOwnClient, startOwnServer } from './support/own-programs.js';
import { describePeer } from './support/peer.js';
import { freePort, run } from './support/processes.js';

/** Serial numbers by which the CA's index tells the certificates apart. */
const SERIALS = { good: 0x1001, revoked: 0x1002, stapling: 0x1003 } as const;
type Kind = keyof typeof SERIALS;

describePeer('OCSP responses by OpenSSL, stapled', ['openssl', 'stdbuf'], () => {
  const folder = temporaryFolder();
  const file = (name: string): string => join(folder, name);
  const ca = file('ca.pem');
  let trust: readonly string[];

  beforeAll(async () => {
    const provider = createNobleProvider({ random: (length) => new Uint8Array(randomBytes(length)) });
    const validity = { notBefore: Date.now() - 86_400_000, notAfter: Date.now() + 30 * 86_400_000 };
    const issuer = createAuthority({
      provider,
      privateKey: await generatePrivateKey(provider, 'P-256'),
      subject: [['CN', 'status ca']],
      ...validity,
    });
    write('ca', issuer);
    for (const [name, serial] of Object.entries(SERIALS)) {
      const privateKey = await generatePrivateKey(provider, 'P-256');
      const mustStaple = { oid: REVOCATION_OID.tlsFeature, critical: false, value: derSequence(derSmallInteger(5)) };
      const certificate = createLeaf({
        provider,
        issuer,
        key: privateKey,
        names: ['localhost'],
        template: {
          overrides: { serialNumber: Uint8Array.of(serial >> 8, serial & 0xff) },
          extraExtensions: name === 'stapling' ? [mustStaple] : [],
        },
        ...validity,
      });
      write(name, { certificate, privateKey });
    }
    // Status, expiry, revocation, serial number, file, subject: what `openssl ca` keeps.
    const line = (status: string, revokedAt: string, serial: number): string =>
      [status, '300101000000Z', revokedAt, serial.toString(16), 'unknown', `/CN=${serial}`].join('\t');
    const day = new Date(Date.now() - 86_400_000).toISOString().replace(/\D/g, '').slice(2, 14);
    const lines = [
      line('V', '', SERIALS.good),
      line('R', `${day}Z,keyCompromise`, SERIALS.revoked),
      line('V', '', SERIALS.stapling),
    ];
    writeFileSync(file('index.txt'), `${lines.join('\n')}\n`);
    for (const name of Object.keys(SERIALS)) respond(name as Kind);
    trust = ['--servername', 'localhost', '--ca', ca];
  });

  function write(name: string, credential: Credential): void {
    const pem = credentialToPem(credential);
    writeFileSync(file(`${name}.pem`), pem.certificate);
    writeFileSync(file(`${name}.key`), pem.privateKey);
  }

  /** The CA's answer about one certificate, by `openssl ocsp`. */
  function respond(name: Kind): void {
    const openssl = (...args: string[]): void => void execFileSync('openssl', ['ocsp', ...args], { stdio: 'pipe' });
    openssl('-issuer', ca, '-cert', file(`${name}.pem`), '-reqout', file(`${name}.req`));
    openssl(
      ...['-index', file('index.txt'), '-CA', ca, '-rsigner', ca, '-rkey', file('ca.key'), '-ndays', '1'],
      ...['-reqin', file(`${name}.req`), '-respout', file(`${name}.ocsp`)],
    );
  }

  const credential = (name: Kind): CredentialFiles => ({ cert: file(`${name}.pem`), key: file(`${name}.key`) });

  /** What our client with that policy makes of an s_server with that certificate. */
  async function outcome(policy: string, name: Kind, ...flags: readonly string[]) {
    const port = await freePort();
    const server = await startSServer(port, credential(name), '-rev', ...flags);
    try {
      const sent = ['--send', 'olleh\n', '--until', 'hello'];
      return await runOwnClient(port, ...trust, ...sent, '--ocsp', policy);
    } finally {
      await server.stop();
    }
  }

  it.each(['soft-fail', 'hard-fail'])('by s_server that say good are taken by %s', async (policy) => {
    const line = await outcome(policy, 'good', '-status_file', file('good.ocsp'));
    expect(line).toMatchObject({ ok: true, received: 'hello\n', stapled: [readFileSync(file('good.ocsp')).length] });
  });

  it.each(['soft-fail', 'hard-fail'])('by s_server that say revoked are refused by %s', async (policy) => {
    const line = await outcome(policy, 'revoked', '-status_file', file('revoked.ocsp'));
    expect(line).toMatchObject({ ok: false, alertSent: 'certificate_revoked' });
  });

  it('that are missing are refused by hard-fail, and where the certificate says that they must be there', async () => {
    const refused = { ok: false, alertSent: 'bad_certificate_status_response', stapled: [] };
    expect(await outcome('hard-fail', 'good')).toMatchObject(refused);
    expect(await outcome('soft-fail', 'stapling')).toMatchObject(refused);
    expect(await outcome('soft-fail', 'good')).toMatchObject({ ok: true, stapled: [] });
    const stapled = await outcome('soft-fail', 'stapling', '-status_file', file('stapling.ocsp'));
    expect(stapled).toMatchObject({ ok: true, received: 'hello\n' });
  });

  it('about another certificate are as good as none', async () => {
    const line = await outcome('hard-fail', 'good', '-status_file', file('stapling.ocsp'));
    expect(line).toMatchObject({ ok: false, alertSent: 'bad_certificate_status_response' });
  });

  it('by our server are read and verified by s_client that asks, and not sent to one that does not', async () => {
    const { cert, key } = credential('good');
    const server = await startOwnServer('--cert', cert, '--key', key, '--app', 'echo', '--ocsp', file('good.ocsp'));
    for (const flags of [['-status'], []]) {
      const verifying = ['-servername', 'localhost', '-CAfile', ca, '-verify_return_error'];
      const client = startSClient(server.port, ...verifying, ...flags);
      expect((await sClientView(client)).verification).toBe('0 (ok)');
      client.endInput();
      await client.exited;
      if (flags.length === 0) {
        expect(client.stdout).not.toContain('OCSP response');
      } else {
        expect(client.stdout).toContain('OCSP Response Status: successful');
        expect(client.stdout).toContain('Cert Status: good');
        expect(client.stdout).toMatch(/Serial Number: 1001/);
      }
      await server.nextLine();
    }
    await server.stop();
  });

  describePeer('by GnuTLS', ['gnutls-cli', 'gnutls-serv'], () => {
    /** gnutls-cli at our server with that certificate and response; it asks for one by itself. */
    async function connect(name: Kind) {
      const { cert, key } = credential(name);
      const saved = file(`${name}.saved`);
      const server = await startOwnServer(
        '--cert',
        cert,
        '--key',
        key,
        '--ocsp',
        file(`${name}.ocsp`),
        '--app',
        'echo',
      );
      const { port } = server;
      const names = ['--sni-hostname=localhost', '--verify-hostname=localhost', `--x509cafile=${ca}`];
      const { code, stdout } = await run('gnutls-cli', [
        ...names,
        `--save-ocsp=${saved}`,
        '-p',
        String(port),
        '127.0.0.1',
      ]);
      const { ok } = await server.nextLine();
      await server.stop();
      return { code, stdout, saved, ok };
    }

    it('gnutls-cli takes ours that says good, whole', async () => {
      const { code, stdout, saved, ok } = await connect('good');
      expect([code, ok]).toEqual([0, true]);
      expect(stdout).toContain('The certificate is trusted');
      expect(readFileSync(saved)).toEqual(readFileSync(file('good.ocsp')));
    });

    it('gnutls-cli refuses us by ours that says revoked', async () => {
      const { code, stdout } = await connect('revoked');
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/revoked/i);
    });

    it.each([
      ['good', { ok: true, alertSent: 'close_notify' }],
      ['revoked', { ok: false, alertSent: 'certificate_revoked' }],
    ] as const)('of gnutls-serv that says %s is judged by us', async (name, outcome) => {
      const response = [`--ocsp-response=${file(`${name}.ocsp`)}`, '--ignore-ocsp-response-errors'];
      const server = await startGnutlsServ(credential(name), '--disable-client-cert', ...response);
      const sent = ['--send', 'hello\n', '--until', 'hello'];
      const line = await runOwnClient(server.port, ...trust, ...sent, '--ocsp', 'hard-fail');
      expect(line).toMatchObject({ ...outcome, stapled: [readFileSync(file(`${name}.ocsp`)).length] });
      await server.stop();
    });
  });
});
