import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { opensslCertificates, temporaryFolder } from './support/certificates.js';
import { describePeer } from './support/peer.js';
import { startPortico, type Portico } from './support/portico.js';
import { run } from './support/processes.js';

const MEBIBYTE = 1_048_576;
const VERSIONS = [
  ['--http2', '2', 'h2'],
  ['--http1.1', '1.1', 'http/1.1'],
  ['--no-alpn', '1.1', null],
] as const;

/** The page's own view of the connection. */
interface Facts {
  readonly version: string;
  readonly suite: string;
  readonly group: string;
  readonly alpn: string | null;
  readonly serverName: string | null;
}

describePeer('curl', ['curl'], () => {
  let portico: Portico;

  beforeAll(async () => {
    portico = await startPortico();
  });
  afterAll(() => portico?.stop());

  /** Asks for the page; standard output ends with a line of the HTTP version and the status. */
  async function curl(target: string, ...flags: readonly string[]) {
    const { port, ca } = portico;
    const format = '\n%{http_version} %{response_code}';
    const options = ['-sS', '--tlsv1.3', '--cacert', ca, '--resolve', `localhost:${port}:127.0.0.1`, '-w', format];
    const url = `https://localhost:${port}${target}`;
    const { code, stdout, stderr } = await run('curl', [...options, ...flags, url], { patience: 110_000 });
    const [, body = '', version, status] = /^([^]*)\n([\d.]+) (\d+)$/.exec(stdout) ?? [];
    return { code, body, version, status: Number(status), stderr };
  }

  it.each(VERSIONS)('with %s gets the page', async (flag, version, alpn) => {
    const answer = await curl('/?format=json', flag);
    expect(answer).toMatchObject({ code: 0, version, status: 200 });
    expect(JSON.parse(answer.body)).toMatchObject({ alpn });
  });

  it.each([
    ['X25519', 'x25519'],
    ['P-256', 'secp256r1'],
    ['P-384', 'secp384r1'],
    ['P-521', 'secp521r1'],
  ])('with the group %s', async (curve, group) => {
    const answer = await curl('/?format=json', '--curves', curve);
    expect(JSON.parse(answer.body)).toMatchObject({ group } satisfies Partial<Facts>);
  });

  it.each(['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'])(
    'with %s',
    async (suite) => {
      const answer = await curl('/?format=json', '--tls13-ciphers', suite);
      expect(answer.code).toBe(0);
      expect(answer.body).toContain(suite);
    },
  );

  it.each(VERSIONS)('with %s uploads 64 MiB', { timeout: 120_000 }, async (flag, version) => {
    const file = join(temporaryFolder(), 'upload');
    writeFileSync(file, 'x');
    truncateSync(file, 64 * MEBIBYTE);
    const answer = await curl('/upload', flag, '-T', file, '-X', 'POST');
    expect(answer).toMatchObject({ code: 0, version, status: 200 });
    expect(answer.body).toContain(String(64 * MEBIBYTE));
  });

  it('keeps its connection for the next request', async () => {
    const url = `https://localhost:${portico.port}/healthz`;
    const answer = await curl('/healthz', '--http1.1', '-v', url, url);
    expect(answer.code).toBe(0);
    expect(answer.stderr.match(/Re-using existing connection/g)).toHaveLength(2);
  });

  it('refuses a CA that it does not know', async () => {
    const { code, stderr } = await curl('/', '--cacert', opensslCertificates().ca);
    expect(code).toBe(60);
    expect(stderr).toMatch(/certificate/);
    // And the server lives on.
    expect((await curl('/healthz')).body).toBe('ok\n');
  });
});
