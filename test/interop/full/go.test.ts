import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { opensslCertificates, ownCertificates, temporaryFolder } from '../support/certificates.js';
import { describeEchoPeer } from '../support/echo-peer.js';
import { runOwnClient, startOwnServer } from '../support/own-programs.js';
import { describePeer } from '../support/peer.js';
import { freePort, run, start } from '../support/processes.js';

describeEchoPeer({
  title: "Go's crypto/tls",
  needs: ['go'],
  groups: [
    ...['x25519', 'secp256r1', 'secp384r1', 'secp521r1'],
    ...['X25519MLKEM768', 'SecP256r1MLKEM768', 'SecP384r1MLKEM1024'],
  ],
  keys: ['P-256', 'P-384', 'P-521', 'rsa', 'ed25519'],
  prepare: async () => [await build()],
});

async function build(): Promise<string> {
  const program = join(temporaryFolder(), 'go-peer');
  const source = join(import.meta.dirname, 'go-peer.go');
  const { code, stderr } = await run('go', ['build', '-o', program, source], {
    env: { GOTOOLCHAIN: 'local' },
    patience: 240_000,
  });
  if (code !== 0) throw new Error(`go build: ${stderr}`);
  return program;
}

describePeer("resumption: Go's crypto/tls", ['go', 'openssl'], () => {
  let program: string;
  beforeAll(async () => {
    program = await build();
  }, 300_000);

  it('its client resumes at our server, again and again', async () => {
    const certificates = await ownCertificates(['P-256']);
    const { cert, key } = certificates.server('P-256');
    const server = await startOwnServer('--cert', cert, '--key', key, '--app', 'echo', '--tickets', '2');
    const flags = ['client', '--port', String(server.port), '--ca', certificates.ca, '--times', '3'];
    const { stdout } = await run(program, flags);
    const views = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { resumed?: boolean; error?: string });
    expect(views.map(({ resumed = false, error }) => error ?? resumed)).toEqual([false, true, true]);
    for (const resumed of [false, true, true]) expect(await server.nextLine()).toMatchObject({ ok: true, resumed });
    await server.stop();
  });

  it('its server resumes our session', async () => {
    const certificates = opensslCertificates(['P-256']);
    const { cert, key } = certificates.server('P-256');
    const port = await freePort();
    const server = start(program, ['server', '--port', String(port), '--cert', cert, '--key', key]);
    await server.waitFor(/listening/);
    const flags = ['--servername', 'localhost', '--ca', certificates.ca, '--send', 'a line\n', '--until', 'a line'];
    const file = join(certificates.folder, 'go.bin');
    expect(await runOwnClient(port, ...flags, '--session-out', file)).toMatchObject({ ok: true, resumed: false });
    expect(await runOwnClient(port, ...flags, '--session-in', file)).toMatchObject({ ok: true, resumed: true });
    await server.waitFor(/"resumed":true/);
    await server.stop();
  });
});
