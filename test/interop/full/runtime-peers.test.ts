import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { ownCertificates, type Certificates } from '../support/certificates.js';
import { testsIn } from './runtime-peer.js';
import { onLinuxX64, RUNTIMES, type Runtime } from './runtimes.js';

const ML_DSA = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const;
const SUITES = ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'];
const LABEL = 'EXPERIMENTAL portico';

let certificates: Certificates;
let files = 0;
beforeAll(async () => {
  certificates = await ownCertificates(['P-256', ...ML_DSA]);
}, 60_000);

/** What a runtime's `node:tls` has an API for, over the TLS that it is built on. */
const ABILITIES: Readonly<Record<string, { resumesAsClient: boolean; tellsSecrets: boolean }>> = {
  Node: { resumesAsClient: true, tellsSecrets: true },
  Bun: { resumesAsClient: true, tellsSecrets: true },
  // It gives back no sessions, exporters or key logs.
  Deno: { resumesAsClient: false, tellsSecrets: false },
};

function newFile(): string {
  return join(certificates.folder, `file-${files++}`);
}

/** Lines of secrets; Node's and Bun's key logs have no other. */
function secrets(path: string): readonly string[] {
  return readFileSync(path, 'latin1').trim().split('\n').sort();
}

describe.skipIf(!onLinuxX64).for(RUNTIMES)('node:tls of $name $version (on Linux x64)', (runtime) => {
  const abilities = ABILITIES[runtime.name] as (typeof ABILITIES)[string];
  const test = testsIn(runtime, () => certificates);

  test('as a client: sip/2, our certificate, an echo; nothing where it offers no protocol of ours', async (of) => {
    await of.withOwnServer('P-256', [], async (server) => {
      expect(await of.client(server.port, { ALPNProtocols: ['sip/2', 'h2'] })).toMatchObject([
        { version: 'TLSv1.3', alpn: 'sip/2', authorized: true, text: 'hello\n' },
      ]);
      expect(await server.nextLine()).toMatchObject({ ok: true, alpn: 'sip/2', sni: 'localhost' });
      expect((await of.client(server.port, { ALPNProtocols: ['h2'] }))[0]).toHaveProperty('error');
      expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'no_application_protocol' });
    });
  });

  test('as a server: sip/2, its certificate, an echo; alert 120 where we offer no protocol of its', async (of) => {
    const { port, process } = await of.server('P-256', { ALPNProtocols: ['http/1.1', 'sip/2'] });
    expect(await of.ownClient(port, '--alpn', 'sip/2')).toMatchObject({
      ...{ ok: true, version: 'TLSv1.3', alpn: 'sip/2', received: 'hello\n' },
    });
    expect(process.stdout).toContain('"alpn":"sip/2"');
    expect(await of.ownClient(port, '--alpn', 'msrp')).toMatchObject({
      ...{ ok: false, alertReceived: 'no_application_protocol' },
    });
    await process.stop();
  });

  test('with each of our suites, both roles', async (of) => {
    const { port, process } = await of.server('P-256');
    for (const suite of SUITES) {
      await of.withOwnServer('P-256', ['--suites', suite], async (server) => {
        expect(await of.client(server.port)).toMatchObject([{ text: 'hello\n' }]);
        expect(await server.nextLine()).toMatchObject({ ok: true, suite });
      });
      expect(await of.ownClient(port, '--suites', suite)).toMatchObject({ ok: true, suite, received: 'hello\n' });
    }
    await process.stop();
  });

  test('HelloRetryRequest, with a cookie from us, both roles', async (of) => {
    const cookie = ['--cookie', 'when-needed', '--stateless'];
    for (const flags of [[], cookie]) {
      await of.withOwnServer('P-256', ['--groups', 'secp384r1', ...flags], async (server) => {
        expect(await of.client(server.port)).toMatchObject([{ text: 'hello\n' }]);
        expect(await server.nextLine()).toMatchObject({ ok: true, group: 'secp384r1', hrr: true });
      });
    }
    const { port, process } = await of.server('P-256');
    const unshared = ['--groups', 'x448,secp384r1', '--key-shares', 'none'];
    expect(await of.ownClient(port, ...unshared)).toMatchObject({ ok: true, hrr: true, received: 'hello\n' });
    await process.stop();
  });

  test('X25519MLKEM768, both roles', async (of) => {
    const group = 'X25519MLKEM768';
    await of.withOwnServer('P-256', ['--groups', group], async (server) => {
      expect(await of.client(server.port)).toMatchObject([{ text: 'hello\n' }]);
      expect(await server.nextLine()).toMatchObject({ ok: true, group });
    });
    const { port, process } = await of.server('P-256');
    expect(await of.ownClient(port, '--groups', group)).toMatchObject({ ok: true, group, received: 'hello\n' });
    await process.stop();
  });

  test('client certificates, both roles, and none', async (of) => {
    const { cert, key } = certificates.client;
    await of.withOwnServer('P-256', ['--client-auth', 'require', '--ca', certificates.ca], async (server) => {
      expect(await of.client(server.port, { cert, key })).toMatchObject([{ text: 'hello\n' }]);
      expect((await server.nextLine()).clientCertificate).toMatchObject({ subject: 'CN=alice' });
      expect((await of.client(server.port))[0]).toHaveProperty('error');
      expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'certificate_required' });
    });
    const asking = { ca: certificates.ca, requestCert: true, rejectUnauthorized: true };
    const { port, process } = await of.server('P-256', asking);
    const known = await of.ownClient(port, '--cert', cert, '--key', key);
    expect(known).toMatchObject({ ok: true, received: 'hello\n', clientCertificate: { subject: 'CN=alice' } });
    await process.waitFor(/"peer":"alice"/);
    expect((await of.ownClient(port)).received).toBe('');
    await process.stop();
  });

  test('resumption, both roles', async (of) => {
    await of.withOwnServer('P-256', ['--tickets', '2'], async (server) => {
      const views = await of.client(server.port, { times: 3 });
      for (const resumed of [false, abilities.resumesAsClient, abilities.resumesAsClient]) {
        expect(await server.nextLine()).toMatchObject({ ok: true, resumed, bytesReceived: 6 });
      }
      expect(views.map(({ text }) => text)).toEqual(['hello\n', 'hello\n', 'hello\n']);
    });
    const { port, process } = await of.server('P-256');
    const session = newFile();
    expect(await of.ownClient(port, '--session-out', session)).toMatchObject({ ok: true, resumed: false });
    expect(await of.ownClient(port, '--session-in', session)).toMatchObject({ ok: true, resumed: true });
    await process.stop();
  });

  test('our KeyUpdate, both roles, and its answer', async (of) => {
    const { port, process } = await of.server('P-256');
    for (const [kind, keyUpdatesReceived] of [
      ['send', 0],
      ['request', 1],
    ] as const) {
      await of.withOwnServer('P-256', ['--key-update', kind], async (server) => {
        // Some answer before what they write next, not at once.
        expect(await of.client(server.port, { lines: 2 })).toMatchObject([{ text: 'hello\nhello\n' }]);
        expect(await server.nextLine()).toMatchObject({ ok: true, keyUpdatesSent: 1, keyUpdatesReceived });
      });
      const line = await of.ownClient(port, '--key-update', kind);
      expect(line).toMatchObject({ ok: true, keyUpdatesSent: 1, keyUpdatesReceived, received: 'hello\n' });
    }
    await process.stop();
  });

  test('what means nothing, extensions in any order, padded and small records, both roles', async (of) => {
    const odd = ['--grease', '--padding', '256', '--max-fragment', '100'];
    await of.withOwnServer('P-256', [...odd, '--tickets', '2'], async (server) => {
      expect(await of.client(server.port)).toMatchObject([{ text: 'hello\n' }]);
    });
    const { port, process } = await of.server('P-256');
    expect(await of.ownClient(port, ...odd, '--permute-extensions')).toMatchObject({ ok: true, received: 'hello\n' });
    await process.stop();
  });

  test('refusals: a CA that it does not know, a wrong name; and by us', async (of) => {
    await of.withOwnServer('P-256', [], async (server) => {
      for (const wrong of [{ ca: certificates.otherCa }, { servername: 'wrong.test' }]) {
        expect((await of.client(server.port, wrong))[0]).toHaveProperty('error');
        expect((await server.nextLine()).bytesReceived).toBe(0);
      }
    });
    const { port, process } = await of.server('P-256');
    expect(await of.ownClient(port, '--ca', certificates.otherCa)).toMatchObject({
      ok: false,
      alertSent: 'unknown_ca',
    });
    expect(await of.ownClient(port, '--servername', 'wrong.test')).toMatchObject({
      ...{ ok: false, alertSent: 'bad_certificate' },
    });
    await process.stop();
  });

  if (!abilities.tellsSecrets) return;

  test('exporters and key logs alike, both roles', async (of) => {
    const [ours, theirs] = [newFile(), newFile()];
    const asking = ['--keylog', ours, '--export', `${LABEL}:40`];
    await of.withOwnServer('P-256', asking, async (server) => {
      const [view] = await of.client(server.port, { exportLabel: LABEL, keyLog: theirs });
      expect(view?.exported).toMatch(/^[0-9a-f]{80}$/);
      expect((await server.nextLine()).exported).toBe(view?.exported);
      expect(secrets(ours)).toEqual(secrets(theirs));
    });
    const [own, other] = [newFile(), newFile()];
    const { port, process } = await of.server('P-256', { exportLabel: LABEL, keyLog: other });
    const line = await of.ownClient(port, '--keylog', own, '--export', `${LABEL}:40`);
    const [, exported] = await process.waitFor(/"exported":"([0-9a-f]{80})"/);
    expect(line.exported).toBe(exported);
    expect(secrets(own)).toEqual(secrets(other));
    await process.stop();
  });
});

/** Node 24 has OpenSSL 3.5, the first with ML-KEM and ML-DSA. */
const NODE_24 = RUNTIMES.find(({ name, version }) => name === 'Node' && version.startsWith('24.')) as Runtime;

describe.skipIf(!onLinuxX64)(`post-quantum with Node ${NODE_24.version} (on Linux x64)`, () => {
  const test = testsIn(NODE_24, () => certificates);

  const groups = ['X25519MLKEM768', 'SecP256r1MLKEM768', 'SecP384r1MLKEM1024', 'MLKEM512', 'MLKEM768', 'MLKEM1024'];

  for (const group of groups) {
    test(`${group}, with a share, both roles`, async (of) => {
      await of.withOwnServer('P-256', ['--groups', group], async (server) => {
        expect(await of.client(server.port, { ecdhCurve: group })).toMatchObject([{ text: 'hello\n' }]);
        expect(await server.nextLine()).toMatchObject({ ok: true, group, hrr: false });
      });
      const { port, process } = await of.server('P-256', { ecdhCurve: group });
      expect(await of.ownClient(port, '--groups', group)).toMatchObject({
        ok: true,
        group,
        hrr: false,
        received: 'hello\n',
      });
      await process.stop();
    });
  }

  for (const group of ['X25519MLKEM768', 'MLKEM1024']) {
    test(`${group} after HelloRetryRequest, both roles`, async (of) => {
      await of.withOwnServer('P-256', ['--groups', group], async (server) => {
        // It sends a share for the first alone.
        expect(await of.client(server.port, { ecdhCurve: `X448:${group}` })).toMatchObject([{ text: 'hello\n' }]);
        expect(await server.nextLine()).toMatchObject({ ok: true, group, hrr: true });
      });
      const { port, process } = await of.server('P-256', { ecdhCurve: group });
      const line = await of.ownClient(port, '--groups', `x448,${group}`, '--key-shares', 'x448');
      expect(line).toMatchObject({ ok: true, group, hrr: true, received: 'hello\n' });
      await process.stop();
    });
  }

  for (const kind of ML_DSA) {
    test(`a certificate and a signature of ${kind}, both roles`, async (of) => {
      const scheme = kind.replaceAll('-', '');
      await of.withOwnServer(kind, [], async (server) => {
        expect(await of.client(server.port)).toMatchObject([{ authorized: true, text: 'hello\n' }]);
        expect(await server.nextLine()).toMatchObject({ ok: true, serverSignature: scheme });
      });
      const { port, process } = await of.server(kind);
      expect(await of.ownClient(port)).toMatchObject({ ok: true, serverSignature: scheme, received: 'hello\n' });
      await process.stop();
    });
  }

  for (const kind of ML_DSA) {
    test(`a client certificate of ${kind}, both roles`, async (of) => {
      const { cert, key } = certificates.server(kind);
      const scheme = kind.replaceAll('-', '');
      await of.withOwnServer('P-256', ['--client-auth', 'require', '--ca', certificates.ca], async (server) => {
        expect(await of.client(server.port, { cert, key })).toMatchObject([{ text: 'hello\n' }]);
        expect((await server.nextLine()).clientCertificate?.scheme).toBe(scheme);
      });
      const asking = { ca: certificates.ca, requestCert: true, rejectUnauthorized: true };
      const { port, process } = await of.server('P-256', asking);
      const line = await of.ownClient(port, '--cert', cert, '--key', key);
      expect(line).toMatchObject({ ok: true, received: 'hello\n', clientCertificate: { scheme } });
      await process.stop();
    });
  }
});
