import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, start, type Running } from './processes.js';

export const PROJECT_ROOT: string = join(import.meta.dirname, '../../..');
const SERVER = join(PROJECT_ROOT, 'test/conformance/server.mjs');
const CLIENT = join(PROJECT_ROOT, 'test/conformance/client.mjs');

export interface CertificateLine {
  readonly subject: string;
  readonly sha256: string;
  readonly scheme: string;
}

/** The line that the conformance programs print for a connection. */
export interface ConnectionLine {
  readonly ok: boolean;
  readonly version: string | null;
  readonly suite: string | null;
  readonly group: string | null;
  readonly alpn: string | null;
  readonly alpnOffered: boolean | null;
  readonly route: string | null;
  readonly sni: string | null;
  readonly resumed: boolean;
  /** Identity of the external PSK that was used. */
  readonly externalPsk: string | null;
  /** Bytes of early data that the server took. */
  readonly earlyData: number;
  readonly hrr: boolean;
  readonly serverSignature: string | null;
  readonly serverCertificate: CertificateLine | null;
  readonly clientCertificate: CertificateLine | null;
  readonly keyUpdatesSent: number;
  readonly keyUpdatesReceived: number;
  /** That the client could use. */
  readonly sessionTickets: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Hexadecimal, where `--export` was given. */
  readonly exported: string | null;
  /** The same of `--export-early`. */
  readonly exportedEarly: string | null;
  /** Connections that a `--stateless` server dropped behind their HelloRetryRequest. */
  readonly forgotten: number;
  readonly alertSent: string | null;
  readonly alertReceived: string | null;
  readonly error: { readonly kind: string; readonly reason: string; readonly message: string } | null;
  /** The client's line only: bytes of each OCSP response that the server stapled. */
  readonly stapled?: readonly number[];
  /** The client's line only. */
  readonly received?: string;
}

/** A running `server.mjs` on a free port. */
export interface OwnServer {
  readonly port: number;
  readonly process: Running;
  /** The line of the next connection that ended and was not asked for yet. */
  nextLine(): Promise<ConnectionLine>;
  /** Passes over the lines so far, so that one failed test does not make the next ones fail. */
  forgetLines(): void;
  stop(): Promise<void>;
}

export async function startOwnServer(...flags: readonly string[]): Promise<OwnServer> {
  const process = start('node', [SERVER, '--port', '0', ...flags]);
  const [, port] = await process.waitFor(/listening on 127\.0\.0\.1:(\d+)/);
  let taken = 0;
  return {
    port: Number(port),
    process,
    nextLine: async () => {
      taken++;
      const [text] = await process.waitFor(/^.*\n/m, { stream: 'stdout', times: taken });
      return JSON.parse(text) as ConnectionLine;
    },
    forgetLines: () => {
      taken = process.stdout.split('\n').length - 1;
    },
    stop: () => process.stop(),
  };
}

/** Runs `client.mjs` against a port of 127.0.0.1. */
export async function runOwnClient(port: number, ...flags: readonly string[]): Promise<ConnectionLine> {
  const { stdout, stderr } = await run('node', [CLIENT, '127.0.0.1', String(port), ...flags]);
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Error(`client.mjs printed no line: ${stdout}\n${stderr}`);
  return JSON.parse(line) as ConnectionLine;
}

/** Starts `client.mjs` and lets the test talk to its peer meanwhile. */
export function startOwnClient(port: number, ...flags: readonly string[]): { line: Promise<ConnectionLine> } {
  return { line: runOwnClient(port, ...flags) };
}

/** A line of a `--trace` file. */
export interface TraceLine {
  readonly connection: number;
  readonly type: 'record' | 'message' | 'alert' | 'keys-changed';
  readonly direction: 'sent' | 'received';
  readonly contentType?: string;
  readonly protection?: 'plaintext' | 'protected';
  /** Bytes of a record on the wire, and of its content. */
  readonly length?: number;
  readonly contentLength?: number;
  readonly message?: { readonly type: string; readonly raw: string; readonly body: Readonly<Record<string, unknown>> };
}

/** What a connection sent and received, as `--trace` wrote it. */
export class TraceFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get flags(): readonly string[] {
    return ['--trace', this.path];
  }

  get lines(): readonly TraceLine[] {
    if (!existsSync(this.path)) return [];
    const lines = readFileSync(this.path, 'latin1').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as TraceLine);
  }

  /** Bodies of the messages of a type, bytes in hexadecimal. */
  bodies(type: string): readonly Readonly<Record<string, unknown>>[] {
    return this.lines.flatMap(({ message }) => (message?.type === type ? [message.body] : []));
  }

  /** The extensions of the first message of a type: their types, in their order, and their data in hexadecimal. */
  extensions(type: string): ReadonlyMap<number, string> {
    const { extensions } = this.bodies(type)[0] as { extensions: readonly { type: number; data: string }[] };
    return new Map(extensions.map((extension) => [extension.type, extension.data]));
  }

  /** Records that were sent. */
  get sent(): readonly TraceLine[] {
    return this.lines.filter(({ type, direction }) => type === 'record' && direction === 'sent');
  }
}
