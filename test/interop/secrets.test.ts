import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { opensslCertificates, ownCertificates, type Certificates } from './support/certificates.js';
import { startGnutlsServ } from './support/gnutls.js';
import { startSClient, startSServer } from './support/openssl.js';
import { runOwnClient, startOwnClient, startOwnServer, type OwnServer } from './support/own-programs.js';
import { describePeer } from './support/peer.js';
import { freePort, start } from './support/processes.js';

const LABEL = 'EXPERIMENTAL portico';
const EXPORT = ['--export', `${LABEL}:40`];
const HELLO = ['--send', 'hello\n', '--until', 'hello'];
let files = 0;

/** Every line of a key log but comments, in the order of the alphabet: sides write them at other times. */
function secrets(path: string): readonly string[] {
  const lines = readFileSync(path, 'latin1').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).sort();
}

/** The five lines of a connection without early data. */
function expectSecrets(lines: readonly string[]): void {
  expect(lines.map((line) => line.split(' ')[0])).toEqual([
    'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
    'CLIENT_TRAFFIC_SECRET_0',
    'EXPORTER_SECRET',
    'SERVER_HANDSHAKE_TRAFFIC_SECRET',
    'SERVER_TRAFFIC_SECRET_0',
  ]);
}

/** What both sides of a connection must have alike: exported keying material, and the lines of their key logs. */
describePeer('secrets: OpenSSL', ['openssl', 'stdbuf'], () => {
  const theirs = ['-keymatexport', LABEL, '-keymatexportlen', '40'];
  let certificates: Certificates;
  beforeAll(() => {
    certificates = opensslCertificates();
  });

  function ownFlags(keylog: string): readonly string[] {
    const { cert, key } = certificates.server('P-256');
    return ['--cert', cert, '--key', key, '--app', 'echo', '--keylog', keylog, ...EXPORT];
  }

  it.each(['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'])(
    's_client has the same as our server, %s',
    async (suite) => {
      const [ours, other] = [
        join(certificates.folder, `ours-${files++}`),
        join(certificates.folder, `other-${files++}`),
      ];
      const server = await startOwnServer(...ownFlags(ours));
      const client = startSClient(server.port, ...theirs, '-keylogfile', other, '-ciphersuites', suite);
      const [, exported] = await client.waitFor(/Keying material: ([0-9A-F]{80})/);
      client.endInput();
      expect((await server.nextLine()).exported).toBe(exported?.toLowerCase());
      expectSecrets(secrets(ours));
      expect(secrets(ours)).toEqual(secrets(other));
      await server.stop();
    },
  );

  it('s_server has the same as our client', async () => {
    const [ours, other] = [join(certificates.folder, `ours-${files++}`), join(certificates.folder, `other-${files++}`)];
    const port = await freePort();
    const server = await startSServer(port, certificates.server('P-256'), ...theirs, '-keylogfile', other);
    const trust = ['--servername', 'localhost', '--ca', certificates.ca, '--until', 'hello'];
    const { line } = startOwnClient(port, ...trust, '--keylog', ours, ...EXPORT);
    const [, exported] = await server.waitFor(/Keying material: ([0-9A-F]{80})/);
    server.write('hello\n');
    expect((await line).exported).toBe(exported?.toLowerCase());
    expectSecrets(secrets(ours));
    expect(secrets(ours)).toEqual(secrets(other));
    await server.stop();
  });
});

describePeer('secrets: GnuTLS', ['gnutls-cli', 'gnutls-serv', 'openssl'], () => {
  const theirs = ['--keymatexport', LABEL, '--keymatexportsize', '40'];
  const PRINTED = /- Key material: ([0-9a-f]{80})/;
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await ownCertificates();
  });

  it('gnutls-cli has the same as our server', async () => {
    const [ours, other] = [join(certificates.folder, `ours-${files++}`), join(certificates.folder, `other-${files++}`)];
    const { cert, key } = certificates.server('P-256');
    const server = await startOwnServer('--cert', cert, '--key', key, '--app', 'echo', '--keylog', ours, ...EXPORT);
    const names = ['--sni-hostname=localhost', '--verify-hostname=localhost', `--x509cafile=${certificates.ca}`];
    const client = start('gnutls-cli', [...names, ...theirs, '-p', String(server.port), '127.0.0.1'], {
      env: { SSLKEYLOGFILE: other },
    });
    const [, exported] = await client.waitFor(PRINTED);
    client.endInput();
    expect((await server.nextLine()).exported).toBe(exported);
    expectSecrets(secrets(ours));
    expect(secrets(ours)).toEqual(secrets(other));
    await server.stop();
  });

  it('gnutls-serv has the same as our client', async () => {
    const server = await startGnutlsServ(certificates.server('P-256'), '--disable-client-cert', ...theirs);
    const trust = ['--servername', 'localhost', '--ca', certificates.ca];
    const line = await runOwnClient(server.port, ...trust, ...HELLO, ...EXPORT);
    const [, exported] = await server.process.waitFor(PRINTED);
    expect(line.exported).toBe(exported);
    await server.stop();
  });
});

describe("secrets: Node's tls", () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await ownCertificates();
  });

  it('tls.connect has the same as our server', async () => {
    const ours = join(certificates.folder, `ours-${files++}`);
    const { cert, key } = certificates.server('P-256');
    const server: OwnServer = await startOwnServer(
      ...['--cert', cert, '--key', key, '--app', 'echo', '--keylog', ours, ...EXPORT],
    );
    const ca = readFileSync(certificates.ca);
    const socket = connect({ host: '127.0.0.1', port: server.port, servername: 'localhost', ca });
    let log = '';
    socket.on('keylog', (line: Buffer) => (log += line.toString('latin1')));
    await once(socket, 'secureConnect');
    const exported = socket.exportKeyingMaterial(40, LABEL, Buffer.alloc(0)).toString('hex');
    socket.resume().end('bytes');
    await once(socket, 'close');
    expect((await server.nextLine()).exported).toBe(exported);
    expectSecrets(secrets(ours));
    expect(secrets(ours)).toEqual(log.trim().split('\n').sort());
    await server.stop();
  });

  it('tls.createServer has the same as our client', async () => {
    const ours = join(certificates.folder, `ours-${files++}`);
    const { cert, key } = certificates.server('P-256');
    let log = '';
    let exported = '';
    const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
      exported = socket.exportKeyingMaterial(40, LABEL, Buffer.alloc(0)).toString('hex');
      socket.pipe(socket);
    });
    server.on('keylog', (line: Buffer) => (log += line.toString('latin1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const trust = ['--servername', 'localhost', '--ca', certificates.ca];
    const line = await runOwnClient(port, ...trust, ...HELLO, '--keylog', ours, ...EXPORT);
    expect(line.exported).toBe(exported);
    expectSecrets(secrets(ours));
    expect(secrets(ours)).toEqual(log.trim().split('\n').sort());
    server.close();
  });
});
