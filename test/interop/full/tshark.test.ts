import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../support/certificates.js';
import { sClientView, startSClient } from '../support/openssl.js';
import { runOwnClient } from '../support/own-programs.js';
import { describePeer } from '../support/peer.js';
import { startPortico, type Portico } from '../support/portico.js';
import { run, start } from '../support/processes.js';
import { sipRequest } from '../support/sip-request.js';

/** Wireshark's dissectors as a neutral reader of our bytes, with our key log. */
describePeer('tshark', ['tshark', 'openssl', 'curl'], () => {
  let portico: Portico;
  let folder: string;
  let capture: string;
  let keylog: string;

  beforeAll(async () => {
    folder = temporaryFolder();
    capture = join(folder, 'capture.pcapng');
    keylog = join(folder, 'keys');
    portico = await startPortico({ keylog });
    const tshark = start('tshark', ['-i', 'lo', '-f', `tcp port ${portico.port}`, '-w', capture], {
      stopWith: 'SIGINT',
    });
    await tshark.waitFor(/Capturing on/);
    // It says so a moment before it does so.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await callEverything();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await tshark.stop();
  }, 120_000);
  afterAll(() => portico?.stop());

  async function callEverything(): Promise<void> {
    const trust = ['-servername', 'localhost', '-CAfile', portico.ca, '-verify_return_error'];
    // One with a HelloRetryRequest and key updates, one to refuse, and our own client against our own server.
    const client = startSClient(portico.port, ...trust, '-alpn', 'sip/2', '-groups', 'P-384:X25519');
    await sClientView(client);
    client.write('K\n');
    await client.waitFor(/^KEYUPDATE$/m);
    client.write(sipRequest('OPTIONS', 'sip:localhost'));
    await client.waitFor(/SIP\/2\.0 200/);
    client.endInput();
    await client.exited;
    await startSClient(portico.port, ...trust, '-alpn', 'unheard-of').exited;
    const own = ['--servername', 'localhost', '--ca', portico.ca, '--alpn', 'sip/2', '--key-update', 'request'];
    const request = sipRequest('OPTIONS', 'sip:localhost');
    const line = await runOwnClient(portico.port, ...own, '--send', request, '--until', '\r\n\r\n');
    expect(line.received).toContain('SIP/2.0 200');
    for (const version of ['--http2', '--http1.1']) {
      await run('curl', ['-s', version, '--cacert', portico.ca, `https://localhost:${portico.port}/`]);
    }
  }

  /** Reads the capture with our keys and prints those fields of the frames that match. */
  async function read(filter: string, ...fields: readonly string[]): Promise<readonly string[]> {
    const preferences = [
      ...['-o', `tls.keylog_file:${keylog}`, '-o', 'tcp.check_checksum:FALSE'],
      // It does not know sip/2 by its ALPN, so what has no other dissector is taken for SIP.
      ...['-d', `tcp.port==${portico.port},tls`, '-d', `tls.port==${portico.port},sip`],
    ];
    const print = fields.flatMap((field) => ['-e', field]);
    const { code, stdout, stderr } = await run('tshark', [
      ...['-r', capture, ...preferences, '-Y', filter, '-T', 'fields'],
      ...print,
    ]);
    expect({ code, stderr: stderr.replace(/^Running as user.*\n/, '') }).toMatchObject({ code: 0 });
    return stdout.split('\n').filter((line) => line !== '');
  }

  it('finds nothing malformed and nothing that is an error', async () => {
    expect(await read('_ws.malformed', 'frame.number', '_ws.expert.message')).toEqual([]);
    expect(await read('_ws.expert.severity >= 0x00800000', 'frame.number', '_ws.expert.message')).toEqual([]);
  });

  it('sees TLS 1.3 and the ALPN of each connection', async () => {
    const versions = await read('tls.handshake.type == 2', 'tls.handshake.extensions.supported_version');
    expect(versions.length).toBeGreaterThanOrEqual(4);
    expect(new Set(versions)).toEqual(new Set(['0x0304']));
    const selected = await read('tls.handshake.type == 8', 'tls.handshake.extensions_alpn_str');
    expect([...selected].sort()).toEqual(['h2', 'http/1.1', 'sip/2', 'sip/2']);
  });

  it('reads inside what our key log opens: SIP, HTTP/2 and HTTP/1.1', async () => {
    expect((await read('http2.headers.status == 200', 'frame.number')).length).toBeGreaterThan(0);
    expect((await read('http.response.code == 200', 'frame.number')).length).toBeGreaterThan(0);
    expect(await read('sip.Method', 'sip.Method')).toEqual(['OPTIONS', 'OPTIONS']);
    expect(await read('sip.Status-Code', 'sip.Status-Code')).toEqual(['200', '200']);
  });

  it('sees alert 120 where nothing was known, and every other connection closed in order', async () => {
    const alerts = await read('tls.alert_message', 'tls.alert_message.desc');
    const all = alerts.flatMap((list) => list.split(','));
    expect(all.filter((code) => code === '120')).toHaveLength(1);
    expect(new Set(all)).toEqual(new Set(['0', '120']));
  });
});
