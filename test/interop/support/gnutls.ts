import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { temporaryFolder, type CredentialFiles } from './certificates.js';
import { findProgram, freePort, start, type Running } from './processes.js';

/** A running `gnutls-serv`, which echoes, at a port of 127.0.0.1. */
export interface GnutlsServer {
  readonly port: number;
  readonly process: Running;
  stop(): Promise<void>;
}

/** Runs a command in a network that has nothing but its own loopback interface; the kernel ends it with its parent. */
const ALONE = ['--user', '--map-root-user', '--net', 'setpriv', '--pdeathsig', 'KILL', '--'];
const RELAY = join(import.meta.dirname, 'lonely-server.mjs');

/** Whether this host allows that. */
const isolates =
  ['unshare', 'setpriv', 'ip'].every((program) => findProgram(program) !== null) &&
  spawnSync('unshare', [...ALONE, 'ip', 'link', 'set', 'lo', 'up']).status === 0;

/**
 * `gnutls-serv` as an echo server, ready when this returns. It has no flag for an address and listens on all of them: so
 * it runs in a network of its own, behind a port of 127.0.0.1, where the host allows that. Where not, it is as it is.
 */
export async function startGnutlsServ(
  { cert, key }: CredentialFiles,
  ...flags: readonly string[]
): Promise<GnutlsServer> {
  const port = await freePort();
  const files = [`--x509certfile=${cert}`, `--x509keyfile=${key}`];
  const command = ['gnutls-serv', '--echo', `--port=${port}`, ...files, ...flags] as const;
  if (!isolates) {
    const process = start(command[0], command.slice(1));
    await listening(process);
    return { port, process, stop: () => process.stop() };
  }
  const path = join(temporaryFolder(), 'relay');
  const process = start('unshare', [...ALONE, 'node', RELAY, path, String(port), ...command]);
  await listening(process);
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10));
  const front = relayTo(path);
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const stop = async (): Promise<void> => {
    front.close();
    await process.stop();
  };
  return { port: (front.address() as AddressInfo).port, process, stop };
}

async function listening(server: Running): Promise<void> {
  await server.waitFor(/listening on IPv4.*done/);
}

/** Joins every connection to a Unix socket, byte for byte; either end may stop speaking before the other. */
function relayTo(path: string): Server {
  return createServer({ allowHalfOpen: true }, (outside) => {
    const inside = connect({ path, allowHalfOpen: true });
    const join = (from: Socket, to: Socket): void => {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroySoon());
    };
    join(outside, inside);
    join(inside, outside);
  });
}
