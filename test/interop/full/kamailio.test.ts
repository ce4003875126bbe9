import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMsrpFramer, createMsrpRequest, msrpHeader, serializeMsrp, type MsrpResponse } from '@portico/msrp-codec';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { completeCalls, startCallServer } from '../support/call-server.js';
import { opensslCertificates, type Certificates } from '../support/certificates.js';
import { startHaproxy } from '../support/haproxy.js';
import { runOwnClient, startOwnServer } from '../support/own-programs.js';
import { describePeer } from '../support/peer.js';
import { startPortico, type Portico } from '../support/portico.js';
import { freePort, start, type Running } from '../support/processes.js';
import { expectNothingLost, runSipp } from '../support/sipp.js';
import { sipRequest } from '../support/sip-request.js';

/** Where the distribution put the modules; undefined where its TLS module is not among them. */
const modules = readdirSync('/usr/lib')
  .map((folder) => join('/usr/lib', folder, 'kamailio/modules/'))
  .find((folder) => existsSync(join(folder, 'tls.so')));
const NEEDS = modules === undefined ? ['kamailio-tls-modules'] : ['kamailio', 'openssl'];

/** A SIP server that nobody here wrote: our client calls it, and it calls our servers, all by TLS 1.3. */
describePeer(modules === undefined ? 'Kamailio (without its TLS module)' : 'Kamailio', NEEDS, () => {
  let certificates: Certificates;
  let portico: Portico;

  beforeAll(async () => {
    certificates = opensslCertificates(['rsa']);
    portico = await startPortico();
  });
  afterAll(() => portico?.stop());

  /** A Kamailio that relays to `peerPort`, whose certificate must come from `peerCa`. */
  async function startKamailio(peerPort: number, peerCa: string): Promise<{ port: number; kamailio: Running }> {
    const port = await freePort();
    const folder = join(certificates.folder, `kamailio-${port}`);
    mkdirSync(folder);
    const { cert, key } = certificates.server('rsa');
    const { cert: ownCert, key: ownKey } = certificates.client;
    writeFileSync(
      join(folder, 'tls.cfg'),
      [
        ...['[server:default]', 'method = TLSv1.2+', `certificate = ${cert}`, `private_key = ${key}`],
        ...['verify_certificate = no', 'require_certificate = no', '[client:default]', 'method = TLSv1.2+'],
        ...[`certificate = ${ownCert}`, `private_key = ${ownKey}`, `ca_list = ${peerCa}`],
        ...['verify_certificate = yes', 'require_certificate = yes', 'server_name = localhost', ''],
      ].join('\n'),
    );
    const template = readFileSync(join(import.meta.dirname, 'kamailio.cfg'), 'latin1');
    const values: Readonly<Record<string, string>> = {
      PORT: String(port),
      PEER: String(peerPort),
      FOLDER: folder,
      MODULES: modules as string,
    };
    const file = join(folder, 'kamailio.cfg');
    writeFileSync(
      file,
      template.replace(/@([A-Z]+)@/g, (_whole, name: string) => values[name] ?? ''),
    );
    const kamailio = start('kamailio', ['-DD', '-E', '-m', '64', '-M', '8', '-f', file, '-Y', folder]);
    // The TCP workers come last.
    await kamailio.waitFor(/init_child|tcp_main|probe|Listening on/i);
    return { port, kamailio };
  }

  /** Asks until it answers: its processes take a moment. */
  async function ask(port: number, request: string, ...flags: readonly string[]) {
    const trust = ['--servername', 'localhost', '--ca', certificates.ca, '--alpn', 'sip/2'];
    for (let attempt = 0; ; attempt++) {
      const line = await runOwnClient(
        port,
        ...trust,
        '--send',
        request,
        ...(flags.length > 0 ? flags : ['--until', '\r\n\r\n']),
      );
      if (line.error?.kind !== 'transport' || attempt === 20) return line;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  it('takes our registration', async () => {
    const { port, kamailio } = await startKamailio(portico.port, portico.ca);
    const contact = 'Contact: <sip:alice@127.0.0.1:5999;transport=tls>\r\nExpires: 300\r\n';
    const line = await ask(port, sipRequest('REGISTER', 'sip:localhost', { to: 'sip:alice@localhost', more: contact }));
    // It selects no ALPN, ever, and answers our close_notify by hanging up without its own.
    expect(line).toMatchObject({ version: 'TLSv1.3', alpn: null, alertSent: 'close_notify' });
    expect(line.received).toMatch(/^SIP\/2\.0 200 /);
    expect(line.received).toMatch(/^Contact: <sip:alice@127\.0\.0\.1:5999;transport=tls>;expires=300/m);
    await kamailio.stop();
  });

  it('relays our request to the one-port server and its answer to us', async () => {
    const { port, kamailio } = await startKamailio(portico.port, portico.ca);
    const line = await ask(port, sipRequest('OPTIONS', 'sip:relay@localhost'));
    expect(line.received).toMatch(/^SIP\/2\.0 200 /);
    expect(line.received).toMatch(/^Allow: .*OPTIONS/m);
    await kamailio.waitFor(/got OPTIONS for sip:relay@localhost over TLSv1\.3/);
    // It sends no ALPN: the port knew SIP by its first line.
    await portico.process.waitFor(/sip by sniffing: TLSv1\.3 .* alpn=none/);
    await kamailio.stop();
  });

  describePeer('between SIPp and our port', ['sipp', 'haproxy'], () => {
    it('carries 200 calls at 20 a second: none is lost', async () => {
      const server = await startCallServer(certificates.server('rsa'));
      const { port, kamailio } = await startKamailio(server.port, certificates.ca);
      // Until it answers, its processes are not ready.
      await ask(port, sipRequest('OPTIONS', 'sip:relay@localhost'));
      const front = await freePort();
      const haproxy = await startHaproxy(
        certificates.folder,
        [front],
        [
          'frontend plain',
          `  bind 127.0.0.1:${front}`,
          '  default_backend kamailio',
          'backend kamailio',
          `  server kamailio 127.0.0.1:${port} ssl verify required ca-file ${certificates.ca} sni str(localhost)`,
        ],
      );
      const numbers = await runSipp({
        scenario: 'call',
        port: front,
        calls: 200,
        rate: 20,
        open: 100,
        user: 'relay',
        patience: 50,
      });
      expectNothingLost(numbers, 200);
      await haproxy.stop();
      await kamailio.stop();
      expect(await server.stop()).toEqual(completeCalls(200));
    });
  });

  const ME = 'msrps://127.0.0.1:9999/me;tcp';
  const decoder = new TextDecoder('latin1');

  /** The MSRP response in what the client received. */
  function readMsrp(received = ''): MsrpResponse {
    const items = createMsrpFramer().push(Buffer.from(received, 'latin1'));
    expect(items).toMatchObject([{ type: 'message', message: { type: 'response' } }]);
    return (items[0] as { message: MsrpResponse }).message;
  }

  /** Asks the relay for a URI of its own (RFC 4976 section 5.1). */
  async function authenticate(port: number): Promise<MsrpResponse> {
    const request = createMsrpRequest({
      transactionId: 'auth1',
      method: 'AUTH',
      toPath: [`msrps://127.0.0.1:${port};tcp`],
      fromPath: [ME],
    });
    const line = await ask(port, decoder.decode(serializeMsrp(request)), '--until=-------auth1$\r\n');
    return readMsrp(line.received);
  }

  it('answers our MSRP AUTH on the port where it answers SIP', async () => {
    const { port, kamailio } = await startKamailio(portico.port, portico.ca);
    const response = await authenticate(port);
    expect(response).toMatchObject({ transactionId: 'auth1', status: 200 });
    expect(msrpHeader(response, 'Use-Path')).toBe(`msrps://127.0.0.1:${port}/from-auth;tcp`);
    await kamailio.stop();
  });

  it('relays our MSRP SEND to the one-port server and reads its answer', async () => {
    const { port, kamailio } = await startKamailio(portico.port, portico.ca);
    const relay = msrpHeader(await authenticate(port), 'Use-Path') as string;
    const request = createMsrpRequest({
      transactionId: 'send1',
      method: 'SEND',
      toPath: [relay, `msrps://127.0.0.1:${portico.port}/session;tcp`],
      fromPath: [ME],
      headers: [{ name: 'Message-ID', value: 'm1' }],
      content: { type: 'text/plain', body: Buffer.from('hello\r\n-------send2$\r\n') },
    });
    const trust = ['--servername', 'localhost', '--ca', certificates.ca];
    const send = ['--send', decoder.decode(serializeMsrp(request)), '--until=never', '--timeout', '5000'];
    const sent = runOwnClient(port, ...trust, ...send);
    // It sends no ALPN: the port knew MSRP by its first line.
    await portico.process.waitFor(/msrp by sniffing: TLSv1\.3 .* alpn=none/);
    // It has read our answer: there is no such session.
    await kamailio.waitFor(/got MSRP <null> 481 send1/);
    // It passes no answer on to us.
    await sent;
    await kamailio.stop();
  });

  it('shows its certificate to our server', async () => {
    const { cert, key } = certificates.server('rsa');
    const asking = ['--client-auth', 'require', '--ca', certificates.ca, '--sniff', 'on', '--alpn', 'sip/2'];
    const server = await startOwnServer('--cert', cert, '--key', key, '--app', 'discard', ...asking);
    const { port, kamailio } = await startKamailio(server.port, certificates.ca);
    const trust = ['--servername', 'localhost', '--ca', certificates.ca];
    const request = sipRequest('MESSAGE', 'sip:relay@localhost');
    // Nobody answers: it is enough that the request arrives.
    await runOwnClient(port, ...trust, '--send', request, '--until', 'never', '--timeout', '3000');
    await kamailio.stop();
    const line = await server.nextLine();
    expect(line).toMatchObject({ version: 'TLSv1.3', alpnOffered: false, route: 'sip/2' });
    expect(line.clientCertificate).toMatchObject({ subject: 'CN=alice' });
    expect(line.bytesReceived).toBeGreaterThan(request.length);
    await server.stop();
  });
});
