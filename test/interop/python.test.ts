import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ownCertificates, type Certificates } from './support/certificates.js';
import { runOwnClient, startOwnServer, type OwnServer } from './support/own-programs.js';
import { describePeer } from './support/peer.js';
import { freePort, run, start, type Running } from './support/processes.js';

const PEER = join(import.meta.dirname, 'support/python-peer.py');

/** What the peer prints of a connection. */
interface PythonView {
  readonly version?: string;
  readonly suite?: string;
  readonly alpn?: string | null;
  readonly peer?: string | null;
  readonly received?: string;
  readonly error?: string;
}

describePeer("Python's ssl as client", ['python3'], () => {
  let certificates: Certificates;
  let server: OwnServer;

  beforeAll(async () => {
    certificates = await ownCertificates(['P-256']);
    server = await startOwnServer(...serverFlags());
  });
  beforeEach(() => server.forgetLines());
  afterAll(() => server?.stop());

  function serverFlags(): readonly string[] {
    const { cert, key } = certificates.server('P-256');
    return ['--cert', cert, '--key', key, '--alpn', 'sip/2,http/1.1', '--app', 'echo'];
  }

  async function call(to: OwnServer, ca: string, ...args: readonly string[]): Promise<PythonView> {
    const { stdout } = await run('python3', [PEER, 'client', String(to.port), ca, ...args]);
    return JSON.parse(stdout) as PythonView;
  }

  it('negotiates sip/2 and gets its line back', async () => {
    const view = await call(server, certificates.ca, 'foo,sip/2');
    expect(view).toEqual({
      version: 'TLSv1.3',
      suite: 'TLS_CHACHA20_POLY1305_SHA256',
      alpn: 'sip/2',
      peer: 'server-P-256',
      received: 'a line from Python\n',
    });
    expect(await server.nextLine()).toMatchObject({ ok: true, alpn: 'sip/2', sni: 'localhost', bytesSent: 19 });
  });

  it('goes without ALPN, and gets alert 120 for the wrong one', async () => {
    expect(await call(server, certificates.ca)).toMatchObject({ alpn: null, received: 'a line from Python\n' });
    expect(await server.nextLine()).toMatchObject({ ok: true, alpnOffered: false });
    expect((await call(server, certificates.ca, 'sip')).error).toMatch(/no.application.protocol/i);
    expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'no_application_protocol' });
  });

  it('refuses a CA that it does not know', async () => {
    expect((await call(server, certificates.otherCa)).error).toMatch(/certificate.verify.failed/i);
    expect(await server.nextLine()).toMatchObject({ ok: false, alertReceived: 'unknown_ca' });
  });

  it('is known by its certificate', async () => {
    const asking = await startOwnServer(...serverFlags(), '--client-auth', 'require', '--ca', certificates.ca);
    const { cert, key } = certificates.client;
    expect(await call(asking, certificates.ca, 'sip/2', cert, key)).toMatchObject({ received: 'a line from Python\n' });
    expect((await asking.nextLine()).clientCertificate).toMatchObject({ subject: 'CN=alice' });
    await asking.stop();
  });
});

describePeer("Python's ssl as server", ['python3'], () => {
  let certificates: Certificates;
  let trust: readonly string[];

  beforeAll(async () => {
    certificates = await ownCertificates(['P-256']);
    trust = ['--servername', 'localhost', '--ca', certificates.ca, '--send', 'hello\n', '--until', 'hello'];
  });

  async function serve(work: (port: number, server: Running) => Promise<void>, ...args: readonly string[]) {
    const port = await freePort();
    const { cert, key } = certificates.server('P-256');
    const server = start('python3', [PEER, 'server', String(port), cert, key, ...args]);
    await server.waitFor(/^listening$/m);
    await work(port, server);
    await server.stop();
  }

  it('negotiates sip/2, and goes on without ALPN at a mismatch', async () => {
    await serve(async (port, server) => {
      const line = await runOwnClient(port, ...trust, '--alpn', 'h2,sip/2');
      expect(line).toMatchObject({ ok: true, alpn: 'sip/2', received: 'hello\n' });
      const [view] = await server.waitFor(/^\{.*\}$/m);
      expect(JSON.parse(view)).toMatchObject({ version: 'TLSv1.3', suite: line.suite, alpn: 'sip/2' });
      const none = await runOwnClient(port, ...trust, '--alpn', 'msrp');
      expect(none).toMatchObject({ ok: true, alpn: null, received: 'hello\n' });
      const required = await runOwnClient(port, ...trust, '--alpn', 'msrp', '--alpn-required');
      expect(required).toMatchObject({ ok: false, alertSent: 'no_application_protocol' });
    }, 'sip/2');
  });

  it('asks us for another share', async () => {
    await serve(async (port) => {
      const flags = ['--groups', 'secp384r1,x25519,secp521r1', '--key-shares', 'secp521r1'];
      expect(await runOwnClient(port, ...trust, ...flags)).toMatchObject({ ok: true, received: 'hello\n' });
    });
  });

  it('knows us by our certificate, or refuses', async () => {
    await serve(
      async (port, server) => {
        const { cert, key } = certificates.client;
        const known = await runOwnClient(port, ...trust, '--cert', cert, '--key', key);
        expect(known).toMatchObject({ ok: true, received: 'hello\n' });
        await server.waitFor(/"peer": "alice"/);
        const unknown = await runOwnClient(port, ...trust);
        expect(unknown).toMatchObject({ ok: false, alertReceived: 'certificate_required' });
      },
      '',
      certificates.ca,
    );
  });

  it('is refused by us with a wrong CA', async () => {
    await serve(async (port) => {
      const refused = await runOwnClient(port, '--servername', 'localhost', '--ca', certificates.otherCa);
      expect(refused).toMatchObject({ ok: false, alertSent: 'unknown_ca' });
    });
  });
});
