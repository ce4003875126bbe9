import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/certificates.js';
import { describePeer } from '../support/peer.js';
import { startPortico } from '../support/portico.js';
import { freePort, run } from '../support/processes.js';

/** Headless, with a home of its own, and with our CA in its trust store: no certificate error is ignored. */
describePeer('Chromium', ['chromium', 'certutil'], () => {
  /** The port of the guide, which browsers do not refuse. */
  const startServer = async () => startPortico({ port: await freePort(8443) });

  async function browse(url: string, ca: string | null) {
    const home = temporaryFolder();
    const store = join(home, '.pki/nssdb');
    mkdirSync(store, { recursive: true });
    await run('certutil', ['-N', '-d', `sql:${store}`, '--empty-password']);
    if (ca !== null) await run('certutil', ['-A', '-d', `sql:${store}`, '-n', 'portico', '-t', 'C,,', '-i', ca]);
    const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
    return await run(
      'chromium',
      [
        ...[
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          `--user-data-dir=${join(home, 'profile')}`,
        ],
        ...[...quiet, '--virtual-time-budget=4000', '--dump-dom', url],
      ],
      { env: { HOME: home }, patience: 90_000 },
    );
  }

  it('shows the page by h2, with everything negotiated', { timeout: 180_000 }, async () => {
    const portico = await startServer();
    const { stdout } = await browse(`https://localhost:${portico.port}/`, portico.ca);
    expect(stdout).toContain('TLSv1.3');
    expect(stdout).toMatch(/\bh2\b/);
    await portico.process.waitFor(/h2: TLSv1\.3 .*alpn=h2 sni=localhost/);
    await portico.stop();
  });

  it('does not show it where it does not know the CA', { timeout: 180_000 }, async () => {
    const portico = await startServer();
    const { stdout } = await browse(`https://localhost:${portico.port}/healthz`, null);
    expect(stdout).not.toContain('ok\n');
    await portico.process.waitFor(/certificate_unknown|unknown_ca|connection failed/);
    await portico.stop();
  });
});
