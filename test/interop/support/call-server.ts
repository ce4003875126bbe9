import { join } from 'node:path';
import type { CredentialFiles } from './certificates.js';
import { PROJECT_ROOT } from './own-programs.js';
import { start, type Running } from './processes.js';

/** What a call server has counted. */
export interface CallCounts {
  readonly invites: number;
  /** INVITEs of a transaction that was there. */
  readonly retransmissions: number;
  /** Calls whose 200 was acknowledged. */
  readonly confirmed: number;
  /** Calls that a BYE ended. */
  readonly ended: number;
  /** ACKs and BYEs of no call. */
  readonly strays: number;
  /** Requests that were refused. */
  readonly refused: number;
  /** Messages that could not be framed. */
  readonly errors: number;
  /** Calls that were not ended. */
  readonly open: number;
  readonly registrations: number;
}

/** A running `call-server.mjs`. */
export interface CallServer {
  readonly port: number;
  readonly process: Running;
  /** Ends it, and says what it has counted. */
  stop(): Promise<CallCounts>;
}

export async function startCallServer({ cert, key }: CredentialFiles): Promise<CallServer> {
  const program = join(PROJECT_ROOT, 'test/interop/support/call-server.mjs');
  const process = start('node', [program, '--cert', cert, '--key', key]);
  const [, port] = await process.waitFor(/listening on 127\.0\.0\.1:(\d+)/);
  return {
    port: Number(port),
    process,
    stop: async () => {
      await process.stop();
      return JSON.parse(process.stdout) as CallCounts;
    },
  };
}

/** So many calls from beginning to end, and nothing else. */
export function completeCalls(calls: number): CallCounts {
  return {
    invites: calls,
    retransmissions: 0,
    confirmed: calls,
    ended: calls,
    strays: 0,
    refused: 0,
    errors: 0,
    open: 0,
    registrations: 0,
  };
}
