import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { ownCertificates, temporaryFolder, type ClassicKeyKind } from '../support/certificates.js';
import { startOwnServer, TraceFile, type ConnectionLine } from '../support/own-programs.js';
import { describePeer } from '../support/peer.js';
import { startPortico } from '../support/portico.js';
import { freePort, run } from '../support/processes.js';
import { sipRequest } from '../support/sip-request.js';

/** Headless, with a home of its own, and with our CA in its trust store: no certificate error is ignored. */
describePeer('Chromium', ['chromium', 'certutil'], () => {
  /** The port of the guide, which browsers do not refuse. */
  const startServer = async () => startPortico({ port: await freePort(8443) });

  async function browse(url: string, ca: string | null, ...flags: readonly string[]) {
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
        ...[...quiet, ...flags, '--virtual-time-budget=4000', '--dump-dom', url],
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

  interface Visit {
    /** Of our server. */
    readonly flags?: readonly string[];
    readonly kind?: ClassicKeyKind;
    /** Of the browser. */
    readonly browser?: readonly string[];
    readonly host?: string;
  }

  /**
   * Two requests to our plain server, which closes after each: whether they were answered, and what it says of the
   * connections that they came by. `complete` are those with a handshake.
   */
  async function connectTwice({ flags = [], kind = 'P-256', browser = [], host = 'localhost' }: Visit) {
    const certificates = await ownCertificates([kind]);
    const { cert, key } = certificates.server(kind);
    const seen = new TraceFile(join(certificates.folder, 'trace'));
    const credential = ['--cert', cert, '--key', key];
    const server = await startOwnServer(...credential, '--alpn', 'http/1.1', ...seen.flags, ...flags);
    const script = `
      const ask = () => fetch('https://${host}:${server.port}/', { mode: 'no-cors' });
      ask().then(ask).then(() => 'answered', () => 'refused').then((body) => fetch('/log', { method: 'POST', body }));`;
    const { log, stop, url } = await servePage(script);
    await Promise.all([browse(url, certificates.ca, ...browser), log]);
    stop();
    // It hangs up without close_notify, which `ok` minds; and it may open connections that it does not use.
    const texts = server.process.stdout.split('\n').filter((text) => text !== '');
    const lines = texts.map((text) => JSON.parse(text) as ConnectionLine);
    const complete = lines.filter(({ version }) => version !== null);
    await server.stop();
    return { outcome: await log, lines, complete, seen };
  }

  async function connectTwiceWell(visit: Visit) {
    const { outcome, complete, seen } = await connectTwice(visit);
    expect(outcome).toBe('answered');
    expect(complete.length).toBeGreaterThanOrEqual(2);
    return { complete, seen };
  }

  it('resumes, shares X25519MLKEM768, and sends reserved values in each hello', { timeout: 180_000 }, async () => {
    const { complete, seen } = await connectTwiceWell({ flags: ['--tickets', '2'] });
    expect(new Set(complete.map(({ resumed }) => resumed))).toEqual(new Set([false, true]));
    for (const { group, hrr } of complete) expect({ group, hrr }).toEqual({ group: 'X25519MLKEM768', hrr: false });
    const hellos = seen.bodies('client_hello') as readonly { cipherSuites: readonly number[] }[];
    const reserved = hellos.map(({ cipherSuites }) => cipherSuites.some((code) => (code & 0x0f0f) === 0x0a0a));
    expect(new Set(reserved)).toEqual(new Set([true]));
  });

  it('is asked for another share, with a cookie, by a server that forgets it', { timeout: 180_000 }, async () => {
    const flags = ['--groups', 'secp384r1', '--cookie', 'when-needed', '--stateless'];
    const { complete } = await connectTwiceWell({ flags });
    for (const { group, hrr, forgotten } of complete) {
      expect({ group, hrr, forgotten }).toEqual({ group: 'secp384r1', hrr: true, forgotten: 1 });
    }
  });

  it.each(['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'])(
    'with %s',
    { timeout: 180_000 },
    async (suite) => {
      const { complete } = await connectTwiceWell({ flags: ['--suites', suite] });
      expect(new Set(complete.map((line) => line.suite))).toEqual(new Set([suite]));
    },
  );

  it.each(['x25519', 'secp256r1', 'secp384r1'])('with %s', { timeout: 180_000 }, async (group) => {
    const { complete } = await connectTwiceWell({ flags: ['--groups', group] });
    expect(new Set(complete.map((line) => line.group))).toEqual(new Set([group]));
  });

  it.each(['P-384', 'rsa'] as const)('takes a certificate for %s', { timeout: 180_000 }, async (kind) => {
    await connectTwiceWell({ kind });
  });

  it.each(['P-521', 'ed25519', 'rsa-pss'] as const)('offers no scheme for %s', { timeout: 180_000 }, async (kind) => {
    const { outcome, lines } = await connectTwice({ kind });
    expect(outcome).toBe('refused');
    expect(new Set(lines.map(({ alertSent }) => alertSent))).toEqual(new Set(['handshake_failure']));
  });

  it.each(['send', 'request'])('goes on after our KeyUpdate: %s', { timeout: 180_000 }, async (keyUpdate) => {
    const { complete } = await connectTwiceWell({ flags: ['--key-update', keyUpdate] });
    // It would answer before its next request, which comes by another connection.
    for (const line of complete) expect(line).toMatchObject({ keyUpdatesSent: 1, keyUpdatesReceived: 0 });
  });

  it('takes our padded and small records, and tickets with reserved values', { timeout: 180_000 }, async () => {
    await connectTwiceWell({ flags: ['--grease', '--padding', '256', '--max-fragment', '100', '--tickets', '2'] });
  });

  it('has the secrets that we have', { timeout: 180_000 }, async () => {
    const folder = temporaryFolder();
    const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')];
    await connectTwiceWell({ flags: ['--keylog', ours], browser: [`--ssl-key-log-file=${theirs}`] });
    const secrets = (path: string): readonly string[] =>
      readFileSync(path, 'latin1')
        .split('\n')
        .filter((line) => line.includes('_SECRET'))
        .sort();
    expect(secrets(theirs)).toEqual(secrets(ours));
  });

  it('refuses a certificate for another name', { timeout: 180_000 }, async () => {
    const { outcome, lines } = await connectTwice({ host: 'portico.localhost' });
    expect(outcome).toBe('refused');
    expect(new Set(lines.map(({ alertReceived }) => alertReceived))).toEqual(new Set(['certificate_unknown']));
  });

  it('is refused with TLS 1.2 alone', { timeout: 180_000 }, async () => {
    const { outcome, lines } = await connectTwice({ browser: ['--ssl-version-max=tls1.2'] });
    expect(outcome).toBe('refused');
    expect(new Set(lines.map(({ alertSent }) => alertSent))).toEqual(new Set(['protocol_version']));
  });

  it('goes on without a certificate where it is asked for one, if it may', { timeout: 180_000 }, async () => {
    const { ca } = await ownCertificates([]);
    const { complete } = await connectTwiceWell({ flags: ['--client-auth', 'request', '--ca', ca] });
    for (const line of complete) expect(line.clientCertificate).toBeNull();
    const { outcome, lines } = await connectTwice({ flags: ['--client-auth', 'require', '--ca', ca] });
    expect(outcome).toBe('refused');
    expect(lines.map(({ alertSent }) => alertSent)).toContain('certificate_required');
  });

  it('sends its second request as early data, where it is told to', { timeout: 180_000 }, async () => {
    const flags = ['--tickets', '2', '--early-data', '10000'];
    const { complete } = await connectTwiceWell({ flags, browser: ['--enable-features=EnableTLS13EarlyData'] });
    const [full, resumed] = complete.map(({ resumed, earlyData }) => ({ resumed, early: earlyData > 0 }));
    expect([full, resumed]).toEqual([
      { resumed: false, early: false },
      { resumed: true, early: true },
    ]);
  });

  it('speaks SIP over WebSocket (RFC 7118) on the same port', { timeout: 180_000 }, async () => {
    const portico = await startServer();
    const request = sipRequest('OPTIONS', 'sip:localhost');
    const script = `
      const socket = new WebSocket('wss://localhost:${portico.port}/', 'sip');
      let log = '';
      socket.onopen = () => { log += 'subprotocol ' + socket.protocol + '\\n'; socket.send(${JSON.stringify(request)}); };
      socket.onmessage = ({ data }) => { log += data; socket.close(1000); };
      socket.onclose = ({ code }) => fetch('/log', { method: 'POST', body: log + 'closed ' + code });`;
    const { log, stop, url } = await servePage(script);
    await Promise.all([browse(url, portico.ca), log]);
    expect(await log).toMatch(/^subprotocol sip\nSIP\/2\.0 200 /);
    expect(await log).toMatch(/^Allow: .*OPTIONS/m);
    expect(await log).toMatch(/closed 1000$/);
    stop();
    await portico.stop();
  });
});

/** A page that runs a script and posts what it saw to `/log`. It has an image that comes only then: the browser waits. */
async function servePage(script: string) {
  let resolve: (text: string) => void;
  const log = new Promise<string>((settle) => (resolve = settle));
  const server = createServer((request, response) => {
    if (request.url === '/') response.end(`<!doctype html><img src="/wait"><script>${script}</script>`);
    else if (request.url === '/wait') void log.then(() => response.end());
    else
      void text(request)
        .then(resolve, resolve)
        .then(() => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { log, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, stop: () => server.close() };
}
