// Makes a fresh clone runnable with nothing but Node and npm: installs with a pinned pnpm, then builds what changed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@10.34.9';
const MINIMUM_NODE = [20, 19];
const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
  console.error(`Portico needs Node ${MINIMUM_NODE.join('.')} or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}

function run(command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.error) console.error(`${command}: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** pnpm keeps a copy of the lock file that it installed from: a pull that changed the lock file is seen by it. */
function installed() {
  const copy = join(root, 'node_modules', '.pnpm', 'lock.yaml');
  const lock = (path) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  return existsSync(copy) && lock(copy) === lock(join(root, 'pnpm-lock.yaml'));
}

if (!installed()) run('npx', ['--yes', PNPM, 'install', '--frozen-lockfile']);
run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
