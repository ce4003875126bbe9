// Gate: each package as npm would get it. Packed once; then publint and "are the types wrong" look at the tarball.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { shippedPackages } from './workspace.mjs';

const PNPM = 'pnpm@10.34.9';
/** attw starts a compiler each time: two at once is what a small machine can take. */
const AT_ONCE = 2;

export async function checkPackages(root) {
  const packages = shippedPackages(root);
  const checks = packages.map(({ folder, directory }) => ({
    name: `${folder} has a README`,
    ok: existsSync(join(directory, 'README.md')),
  }));
  const work = mkdtempSync(join(tmpdir(), 'portico-pack-'));
  try {
    const queue = [...packages];
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        checks.push(...(await checkPackage(root, next, join(work, next.folder))));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return checks.sort((left, right) => left.name.localeCompare(right.name));
}

async function checkPackage(root, { folder, directory, manifest }, destination) {
  // pnpm, not npm: it writes real versions where the manifest says workspace:*.
  const packed = await run('npx', ['--yes', PNPM, 'pack', '--pack-destination', destination], directory);
  if (packed.code !== 0) return [{ name: `${folder} packs`, ok: false, detail: packed.output }];
  const tarball = join(destination, readdirSync(destination)[0]);

  const { messages, pkg } = await publint({ pkgDir: directory, strict: true, pack: false });
  const problems = messages.filter(({ type }) => type !== 'suggestion');
  // Arbitraries are development code: fast-check is the reader's own, and esm-only says that require() is not offered.
  const attw = await run(
    join(root, 'node_modules', '.bin', 'attw'),
    [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji'],
    root,
  );
  return [
    {
      name: `${folder} publint`,
      ok: problems.length === 0,
      detail: problems.map((message) => formatMessage(message, pkg, { color: false })).join('\n'),
    },
    {
      name: `${folder} types (${Object.keys(manifest.exports).length} entries)`,
      ok: attw.code === 0,
      detail: attw.output,
    },
  ];
}

function run(command, args, cwd) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}
