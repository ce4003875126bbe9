import { join } from 'node:path';
import { beforeAll, it } from 'vitest';
import type { Certificates, KeyKind } from '../support/certificates.js';
import { runOwnClient, startOwnServer, type ConnectionLine, type OwnServer } from '../support/own-programs.js';
import { run, start, type Running } from '../support/processes.js';
import { obtain, type Runtime } from './runtimes.js';

const SCRIPT = join(import.meta.dirname, 'tls-peer.mjs');

/** What `tls-peer.mjs` prints of a connection. */
export interface PeerView {
  readonly version?: string;
  readonly alpn?: string;
  readonly suite?: string;
  readonly resumed?: boolean;
  readonly peer?: string | null;
  readonly exported?: string;
  /** Bytes of an OCSP response. */
  readonly stapled?: number;
  readonly text?: string;
  readonly error?: string;
}

/** `node:tls` of a runtime, beside the two programs of ours. */
export class RuntimePeer {
  readonly #program: string;
  readonly #runtime: Runtime;
  readonly #certificates: Certificates;

  constructor(program: string, runtime: Runtime, certificates: Certificates) {
    this.#program = program;
    this.#runtime = runtime;
    this.#certificates = certificates;
  }

  get #command(): readonly string[] {
    const flags = this.#runtime.flags.map((flag) => (flag === '--allow-read' ? '--allow-all' : flag));
    return [...flags, SCRIPT];
  }

  async client(port: number, options: object = {}): Promise<readonly PeerView[]> {
    const settings = JSON.stringify({ port, ca: this.#certificates.ca, ...options });
    const { stdout, stderr } = await run(this.#program, [...this.#command, 'client', settings]);
    if (!stdout.startsWith('{')) throw new Error(`${this.#runtime.name} printed no line: ${stdout}${stderr}`);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PeerView);
  }

  async server(kind: KeyKind, options: object = {}): Promise<{ port: number; process: Running }> {
    const settings = JSON.stringify({ ...this.#certificates.server(kind), ...options });
    const process = start(this.#program, [...this.#command, 'server', settings]);
    const [, port] = await process.waitFor(/"port":(\d+)/);
    return { port: Number(port), process };
  }

  /** Our server while `work` is done with it. */
  async withOwnServer(
    kind: KeyKind,
    flags: readonly string[],
    work: (server: OwnServer) => Promise<void>,
  ): Promise<void> {
    const { cert, key } = this.#certificates.server(kind);
    const server = await startOwnServer('--cert', cert, '--key', key, '--alpn', 'sip/2', '--app', 'echo', ...flags);
    await work(server);
    await server.stop();
  }

  /** Our client, which says hello and waits for it. */
  ownClient(port: number, ...flags: readonly string[]): Promise<ConnectionLine> {
    const trusting = ['--servername', 'localhost', '--ca', this.#certificates.ca];
    return runOwnClient(port, ...trusting, '--send', 'hello\n', '--until', 'hello', ...flags);
  }
}

/** Inside of a `describe`: makes tests that need a runtime, and are skipped by name where it cannot be had. */
export function testsIn(
  runtime: Runtime,
  certificates: () => Certificates,
): (title: string, body: (peer: RuntimePeer) => Promise<void>) => void {
  let peer: RuntimePeer | null = null;
  beforeAll(async () => {
    const program = await obtain(runtime);
    peer = program === null ? null : new RuntimePeer(program, runtime, certificates());
  }, 200_000);
  return (title, body) => {
    it(title, async ({ skip }) => {
      if (peer === null) return skip(`no ${runtime.package}@${runtime.version} from the npm registry`);
      await body(peer);
    });
  };
}
