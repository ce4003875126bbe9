import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { opensslCertificates, temporaryFolder, type Certificates } from './support/certificates.js';
import { startHaproxy } from './support/haproxy.js';
import { runOwnClient } from './support/own-programs.js';
import { describePeer } from './support/peer.js';
import { startPortico, type Portico } from './support/portico.js';
import { freePort, type Running } from './support/processes.js';
import { expectNothingLost, runSipp } from './support/sipp.js';

/** SIPp speaks plain TCP here; HAProxy carries it over TLS 1.3 with ALPN sip/2. */
describePeer('SIPp through HAProxy', ['sipp', 'haproxy'], () => {
  let portico: Portico;
  let haproxy: Running;
  let port: number;

  beforeAll(async () => {
    portico = await startPortico();
    port = await freePort();
    const tls = `ssl verify required ca-file ${portico.ca} sni str(localhost) verifyhost localhost alpn sip/2`;
    haproxy = await startHaproxy(
      temporaryFolder(),
      [port],
      [
        'frontend plain',
        `  bind 127.0.0.1:${port}`,
        '  default_backend portico',
        'backend portico',
        `  server portico 127.0.0.1:${portico.port} ${tls} force-tlsv13`,
      ],
    );
  });
  afterAll(async () => {
    await haproxy?.stop();
    await portico?.stop();
  });

  it.each(['options', 'register'])('gets 200 for each of 200 calls (%s)', async (scenario) => {
    expectNothingLost(await runSipp({ scenario, port, calls: 200, rate: 100, open: 50, patience: 50 }), 200);
    await portico.process.waitFor(/alpn=sip\/2/);
  });
});

describePeer('HAProxy as TLS server', ['haproxy', 'openssl'], () => {
  let certificates: Certificates;

  beforeAll(() => {
    certificates = opensslCertificates(['P-256']);
  });

  it('routes our client by its ALPN', async () => {
    const { folder, ca, server } = certificates;
    const { cert, key } = server('P-256');
    const front = await freePort();
    const bundle = join(folder, 'bundle.pem');
    writeFileSync(bundle, readFileSync(cert, 'latin1') + readFileSync(key, 'latin1'));
    const answering = (name: string): readonly string[] => [
      `backend ${name}`,
      '  mode http',
      `  http-request return status 200 content-type text/plain string "routed to ${name}"`,
    ];
    const haproxy = await startHaproxy(
      folder,
      [front],
      [
        'frontend tls',
        '  mode http',
        `  bind 127.0.0.1:${front} ssl crt ${bundle} alpn sip/2,http/1.1 ssl-min-ver TLSv1.3`,
        '  use_backend sip if { ssl_fc_alpn sip/2 }',
        '  default_backend web',
        ...answering('sip'),
        ...answering('web'),
      ],
    );
    const ask = ['--servername', 'localhost', '--ca', ca, '--send', 'GET / HTTP/1.0\r\n\r\n', '--until', 'routed to'];
    for (const [alpn, name] of [
      ['sip/2', 'sip'],
      ['http/1.1', 'web'],
    ] as const) {
      const line = await runOwnClient(front, ...ask, '--alpn', alpn);
      expect(line).toMatchObject({ ok: true, alpn });
      expect(line.received).toContain(`routed to ${name}`);
    }
    await haproxy.stop();
  });
});
