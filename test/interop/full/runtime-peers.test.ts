import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ownCertificates, type Certificates, type KeyKind } from '../support/certificates.js';
import { runOwnClient, startOwnServer } from '../support/own-programs.js';
import { run, start, type Running } from '../support/processes.js';
import { obtain, onLinuxX64, RUNTIMES, type Runtime } from './runtimes.js';

const SCRIPT = join(import.meta.dirname, 'tls-peer.mjs');
const ML_DSA = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const;

let certificates: Certificates;
beforeAll(async () => {
  certificates = await ownCertificates(['P-256', ...ML_DSA]);
}, 60_000);

interface Peer {
  client(port: number, options?: object): Promise<unknown>;
  server(kind: KeyKind, options?: object): Promise<{ port: number; process: Running }>;
}

async function peerIn(runtime: Runtime): Promise<Peer | null> {
  const program = await obtain(runtime);
  if (program === null) return null;
  const flags = runtime.flags.map((flag) => (flag === '--allow-read' ? '--allow-all' : flag));
  return {
    client: async (port, options = {}) => {
      const settings = JSON.stringify({ port, ca: certificates.ca, ...options });
      const { stdout, stderr } = await run(program, [...flags, SCRIPT, 'client', settings]);
      if (!stdout.startsWith('{')) throw new Error(`${runtime.name} printed no line: ${stdout}${stderr}`);
      return JSON.parse(stdout.split('\n')[0] as string);
    },
    server: async (kind, options = {}) => {
      const settings = JSON.stringify({ ...certificates.server(kind), ...options });
      const process = start(program, [...flags, SCRIPT, 'server', settings]);
      const [, port] = await process.waitFor(/"port":(\d+)/);
      return { port: Number(port), process };
    },
  };
}

async function ownServer(kind: KeyKind, ...flags: readonly string[]) {
  const { cert, key } = certificates.server(kind);
  return startOwnServer('--cert', cert, '--key', key, '--alpn', 'sip/2', '--app', 'echo', ...flags);
}

const ownClientFlags = (): readonly string[] => [
  ...['--servername', 'localhost', '--ca', certificates.ca, '--alpn', 'sip/2'],
  ...['--send', 'hello\n', '--until', 'hello'],
];

describe.skipIf(!onLinuxX64).for(RUNTIMES)('node:tls of $name $version (on Linux x64)', (runtime) => {
  let peer: Peer | null = null;
  beforeAll(async () => {
    peer = await peerIn(runtime);
  }, 200_000);
  const missing = `no ${runtime.package}@${runtime.version} from the npm registry`;

  it('as a client: sip/2, our certificate, an echo; and nothing where it offers no protocol of ours', async ({
    skip,
  }) => {
    if (peer === null) return skip(missing);
    const server = await ownServer('P-256');
    expect(await peer.client(server.port, { ALPNProtocols: ['sip/2', 'h2'] })).toMatchObject({
      version: 'TLSv1.3',
      alpn: 'sip/2',
      authorized: true,
      text: 'hello\n',
    });
    expect(await server.nextLine()).toMatchObject({ ok: true, alpn: 'sip/2', sni: 'localhost' });
    expect(await peer.client(server.port, { ALPNProtocols: ['h2'] })).toHaveProperty('error');
    expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'no_application_protocol' });
    await server.stop();
  });

  it('as a server: sip/2, its certificate, an echo', async ({ skip }) => {
    if (peer === null) return skip(missing);
    const { port, process } = await peer.server('P-256', { ALPNProtocols: ['http/1.1', 'sip/2'] });
    expect(await runOwnClient(port, ...ownClientFlags())).toMatchObject({
      ok: true,
      version: 'TLSv1.3',
      alpn: 'sip/2',
      received: 'hello\n',
    });
    expect(process.stdout).toContain('"alpn":"sip/2"');
    await process.stop();
  });
});

/** Node 24 has OpenSSL 3.5, the first with ML-KEM and ML-DSA. */
const NODE_24 = RUNTIMES.find(({ name, version }) => name === 'Node' && version.startsWith('24.')) as Runtime;

describe.skipIf(!onLinuxX64)(`post-quantum with Node ${NODE_24.version} (on Linux x64)`, () => {
  let peer: Peer | null = null;
  beforeAll(async () => {
    peer = await peerIn(NODE_24);
  }, 200_000);
  const missing = `no ${NODE_24.package}@${NODE_24.version} from the npm registry`;

  const groups = ['X25519MLKEM768', 'SecP256r1MLKEM768', 'SecP384r1MLKEM1024', 'MLKEM1024'];

  it.for(groups)('%s, both roles', async (group, { skip }) => {
    if (peer === null) return skip(missing);
    const server = await ownServer('P-256', '--groups', group);
    expect(await peer.client(server.port, { ecdhCurve: group })).toMatchObject({ text: 'hello\n' });
    expect(await server.nextLine()).toMatchObject({ ok: true, group });
    await server.stop();
    const { port, process } = await peer.server('P-256', { ecdhCurve: group });
    const line = await runOwnClient(
      port,
      ...ownClientFlags().slice(0, 4),
      '--groups',
      group,
      ...ownClientFlags().slice(6),
    );
    expect(line).toMatchObject({ ok: true, group, received: 'hello\n' });
    await process.stop();
  });

  it.for(ML_DSA)('a certificate and a signature of %s, both roles', async (kind, { skip }) => {
    if (peer === null) return skip(missing);
    const scheme = kind.replaceAll('-', '');
    const server = await ownServer(kind);
    expect(await peer.client(server.port)).toMatchObject({ authorized: true, text: 'hello\n' });
    expect(await server.nextLine()).toMatchObject({ ok: true, serverSignature: scheme });
    await server.stop();
    const { port, process } = await peer.server(kind);
    const line = await runOwnClient(port, ...ownClientFlags().slice(0, 4), ...ownClientFlags().slice(6));
    expect(line).toMatchObject({ ok: true, serverSignature: scheme, received: 'hello\n' });
    await process.stop();
  });
});
