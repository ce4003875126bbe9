import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { loadDevelopmentCertificates, type DevelopmentCertificates } from '../certificates/store.js';
import { defaultProvider } from '@portico/transport-node';
import { startDemoServer, type DemoServer, type DemoServerOptions } from '../server.js';
import { formatAddress, type Address, type Command } from './arguments.js';
import { oneLiners } from './one-liners.js';

/** Something outside the program keeps it from starting; the message is one line for a person. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** How long connections may finish what they are doing after the first Ctrl-C. */
const GRACE_MS = 5_000;

/** The terminal sends Ctrl-C to npm and to us, and npm passes it on: two signals so close together are one wish. */
const SAME_KEYSTROKE_MS = 300;

/** Serves until a signal ends it; gives the exit code. */
export async function serve({ address, keyLogPath }: Extract<Command, { readonly name: 'serve' }>): Promise<number> {
  const certificates = await certificatesFor(address);
  const keyLog = keyLogPath === null ? null : await openKeyLog(keyLogPath);
  const server = await start({
    ...address,
    ...certificates,
    random: defaultProvider().random,
    log: (line) => process.stdout.write(`${new Date().toISOString().slice(11, 23)} ${line}\n`),
    ...(keyLog === null ? {} : { keyLog: (line: Buffer) => void keyLog.write(line) }),
  });
  // Before the greeting: whoever has read it may send a signal at once.
  const closed = closeOnSignal(server);
  process.stdout.write(greeting(server, certificates, keyLogPath));
  await closed;
  keyLog?.end();
  return 0;
}

/**
 * The development certificates for a server at this address.
 * @throws StartError if their folder cannot be used
 */
export async function certificatesFor({ host }: Address): Promise<DevelopmentCertificates> {
  const everywhere = host === '0.0.0.0' || host === '::';
  try {
    return await loadDevelopmentCertificates({
      provider: defaultProvider(),
      now: Date.now(),
      extraNames: everywhere ? [] : [isIP(host) === 6 ? host.replace(/%.*$/, '') : host],
    });
  } catch (error) {
    throw new StartError(`cannot keep development certificates here: ${(error as Error).message}`);
  }
}

/** @throws StartError where the address cannot be listened on */
export async function start(options: DemoServerOptions): Promise<DemoServer> {
  try {
    return await startDemoServer(options);
  } catch (error) {
    const where = formatAddress(options);
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EADDRINUSE':
        throw new StartError(`${where} is in use by another program; set PORT to another port`);
      case 'EACCES':
        throw new StartError(`no permission to listen on ${where}; set PORT to a port above 1023`);
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
      case 'EAI_AGAIN':
        throw new StartError(`${options.host} is not an address of this machine; set HOST to one that is`);
      default:
        throw error;
    }
  }
}

async function openKeyLog(path: string): Promise<WriteStream> {
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  try {
    await once(stream, 'open');
  } catch (error) {
    throw new StartError(`cannot write the key log: ${(error as Error).message}`);
  }
  return stream;
}

function greeting(server: DemoServer, certificates: DevelopmentCertificates, keyLogPath: string | null): string {
  const lines = [
    `Portico serves SIP, HTTP and MSRP on ${formatAddress(server)} (ready in ${Math.round(performance.now())} ms)`,
    `CA certificate: ${certificates.authorityPath}`,
  ];
  if (certificates.issued === 'authority-and-leaf')
    lines.push('  (new: a browser has to import it before it trusts this)');
  if (keyLogPath !== null) lines.push(`Key log: ${keyLogPath} (whoever has it can read this traffic)`);
  lines.push('', 'Try:', '');
  for (const { title, command } of oneLiners(server, certificates.authorityPath)) {
    lines.push(`# ${title}`, command, '');
  }
  lines.push('Ctrl-C ends it, a second one at once.', '');
  return `${lines.join('\n')}\n`;
}

/** Resolves when the server is closed: in good order after the first signal; a second one ends the process. */
function closeOnSignal(server: DemoServer): Promise<void> {
  return new Promise((resolve, reject) => {
    let firstAt: number | null = null;
    const handle = (signal: NodeJS.Signals): void => {
      if (firstAt !== null) {
        if (performance.now() - firstAt > SAME_KEYSTROKE_MS) process.exit(130);
        return;
      }
      firstAt = performance.now();
      process.stdout.write(`\n${signal}: closing (${GRACE_MS / 1000} s for what is going on; again to stop at once)\n`);
      server.close(GRACE_MS).then(() => {
        process.off('SIGINT', handle).off('SIGTERM', handle);
        process.stdout.write('closed\n');
        resolve();
      }, reject);
    };
    process.on('SIGINT', handle).on('SIGTERM', handle);
  });
}
