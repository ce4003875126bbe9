import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'node:net';
import type { Certificates } from './certificates.js';
import { freePort, start, type Running } from './processes.js';

/** HAProxy in the foreground with that configuration, ready when its front ports take connections. */
export async function startHaproxy(
  folder: string,
  frontPorts: readonly number[],
  sections: readonly string[],
): Promise<Running> {
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    [
      'global',
      '  log stdout format raw local0',
      'defaults',
      '  mode tcp',
      '  log global',
      '  timeout connect 5s',
      '  timeout client 60s',
      '  timeout server 60s',
      ...sections,
      '',
    ].join('\n'),
  );
  const haproxy = start('haproxy', ['-db', '-f', file]);
  for (const port of frontPorts) await accepting(port, haproxy);
  return haproxy;
}

/** HAProxy that takes TCP on a port of its own and goes on over TLS 1.3, with ALPN and a verified name, to `back`. */
export async function startTlsFront(
  certificates: Certificates,
  back: number | string,
): Promise<{ readonly port: number; readonly haproxy: Running }> {
  const port = await freePort();
  const tls = `ssl verify required ca-file ${certificates.ca} sni str(localhost) verifyhost localhost alpn sip/2`;
  const haproxy = await startHaproxy(
    certificates.folder,
    [port],
    [
      'frontend plain',
      `  bind 127.0.0.1:${port}`,
      '  default_backend sip',
      'backend sip',
      `  server sip 127.0.0.1:${back} ${tls} force-tlsv13`,
    ],
  );
  return { port, haproxy };
}

/** Resolves when something accepts connections on a port. */
async function accepting(port: number, owner: Running): Promise<void> {
  let ended = false;
  void owner.exited.then(() => (ended = true));
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const probe = createConnection({ host: '127.0.0.1', port });
      probe.once('connect', () => resolve(true));
      probe.once('error', () => resolve(false));
      probe.once('close', () => resolve(false));
      probe.once('connect', () => probe.destroy());
    });
    if (open) return;
    if (ended) throw new Error(`it ended: ${owner.stdout}${owner.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
