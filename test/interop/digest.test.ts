import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { opensslCertificates, type Certificates } from './support/certificates.js';
import { startTlsFront } from './support/haproxy.js';
import { PROJECT_ROOT } from './support/own-programs.js';
import { describePeer } from './support/peer.js';
import { start, type Running } from './support/processes.js';
import { expectNothingLost, runSipp } from './support/sipp.js';

const CALLS = 50;

/** SIPp computes the responses, HAProxy speaks TLS 1.3, and a registrar behind our port judges them. */
describePeer('registrations with Digest by SIPp through HAProxy', ['sipp', 'haproxy', 'openssl'], () => {
  let certificates: Certificates;
  let registrar: Running;
  let haproxy: Running;
  let port: number;

  beforeAll(async () => {
    certificates = opensslCertificates(['P-256']);
    const { cert, key } = certificates.server('P-256');
    const program = join(PROJECT_ROOT, 'test/interop/support/registrar.mjs');
    registrar = start('node', [program, '--cert', cert, '--key', key, '--password', 'secret']);
    const [, back] = await registrar.waitFor(/listening on 127\.0\.0\.1:(\d+)/);
    ({ port, haproxy } = await startTlsFront(certificates, back as string));
  });
  afterAll(async () => {
    await haproxy?.stop();
    await registrar?.stop();
  });

  it('a wrong password is challenged again, the right one gets 200, and no reading is lenient', async () => {
    expectNothingLost(
      await runSipp({ scenario: 'digest', port, calls: CALLS, rate: 50, open: 20, patience: 40 }),
      CALLS,
    );
    await registrar.stop();
    expect(JSON.parse(registrar.stdout)).toEqual({ 'no-credentials': CALLS, 'wrong-response': CALLS, valid: CALLS });
  });
});
