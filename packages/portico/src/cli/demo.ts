import { readFile } from 'node:fs/promises';
import { defaultProvider } from '@portico/transport-node';
import { DEMO_CALLS, runCall, type CallResult, type CallTarget } from '../demo/calls.js';
import { renderTable } from '../demo/table.js';
import type { DemoServer } from '../server.js';
import { formatAddress, type Command } from './arguments.js';
import { certificatesFor, start, StartError } from './serve.js';

/** One call per protocol, against the given server or one of its own; gives the exit code. */
export async function demo({ target }: Extract<Command, { readonly name: 'demo' }>): Promise<number> {
  if (target === null) return withOwnServer(callAll);
  const ca = await readCa(target.caPath);
  return callAll({ ...target.address, ca });
}

async function callAll(target: CallTarget): Promise<number> {
  const results: CallResult[] = [];
  // One after the other: the times are those of one call.
  for (const call of DEMO_CALLS) results.push(await runCall(call, target));
  process.stdout.write(`${formatAddress(target)}, TLSv1.3\n\n${renderTable(results)}`);
  return results.every(({ good }) => good) ? 0 : 1;
}

async function withOwnServer(use: (target: CallTarget) => Promise<number>): Promise<number> {
  const address = { host: '127.0.0.1', port: 0 };
  const certificates = await certificatesFor(address);
  const server: DemoServer = await start({ ...address, ...certificates, random: defaultProvider().random });
  try {
    return await use({ host: server.host, port: server.port, ca: certificates.authority });
  } finally {
    await server.close(1_000);
  }
}

async function readCa(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new StartError(`cannot read the CA certificate: ${(error as Error).message}`);
  }
}
