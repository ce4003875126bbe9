import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './certificates.js';
import { PROJECT_ROOT } from './own-programs.js';
import { start, type Running } from './processes.js';

/** A running `portico serve` with development certificates of its own. */
export interface Portico {
  readonly port: number;
  /** The CA that its certificate is from. */
  readonly ca: string;
  readonly process: Running;
  stop(): Promise<void>;
}

export async function startPortico({ port = 0, keylog }: { port?: number; keylog?: string } = {}): Promise<Portico> {
  const folder = temporaryFolder();
  const program = join(PROJECT_ROOT, 'packages/portico/bin/portico.js');
  if (!existsSync(program)) throw new Error('packages/portico is not built: run npm run build');
  const flags = keylog === undefined ? [] : ['--keylog', keylog];
  const process = start('node', [program, 'serve', ...flags], {
    cwd: folder,
    env: { PORT: String(port), HOST: '127.0.0.1' },
  });
  const [, actual] = await process.waitFor(/ on 127\.0\.0\.1:(\d+)/);
  await process.waitFor(/^CA certificate:/m);
  return {
    port: Number(actual),
    ca: join(folder, '.portico/ca.pem'),
    process,
    stop: () => process.stop(),
  };
}
