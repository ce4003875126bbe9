import { beforeAll, expect, it } from 'vitest';
import { completeCalls, startCallServer, type CallServer } from './call-server.js';
import { opensslCertificates } from './certificates.js';
import { startTlsFront } from './haproxy.js';
import { describePeer } from './peer.js';
import type { Running } from './processes.js';
import { expectNothingLost, runSipp } from './sipp.js';

/** New calls in each second. */
const RATE = 100;

/** INVITE, 180, 200, ACK, BYE, 200: SIPp calls, HAProxy speaks TLS 1.3, and our port takes the calls. */
export function describeCalls(calls: number): void {
  describePeer('calls by SIPp through HAProxy', ['sipp', 'haproxy', 'openssl'], () => {
    let server: CallServer;
    let haproxy: Running;
    let port: number;

    beforeAll(async () => {
      const certificates = opensslCertificates(['P-256']);
      server = await startCallServer(certificates.server('P-256'));
      ({ port, haproxy } = await startTlsFront(certificates, server.port));
    });

    it(`${calls} calls at ${RATE} a second: none is lost, on either side`, { timeout: 180_000 }, async () => {
      const patience = calls / RATE + 40;
      expectNothingLost(await runSipp({ scenario: 'call', port, calls, rate: RATE, open: 500, patience }), calls);
      await haproxy.stop();
      expect(await server.stop()).toEqual(completeCalls(calls));
    });
  });
}
