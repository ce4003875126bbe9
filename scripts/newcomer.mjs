// What a newcomer does: sets up a fresh copy, then runs the `npm install` that fingers type by themselves. It must end
// well, change nothing that is kept, and leave everything working.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Enough for a slow network, little enough to notice an npm that resolves for ever. */
const STEP_LIMIT_MS = 300_000;

/** What a clone would not have. */
const NOT_CLONED = new Set(['.git', 'node_modules', 'dist', 'coverage', 'test-results', '.portico']);

/** What an installation might rewrite. */
const KEPT = ['package.json', 'package-lock.json', 'pnpm-lock.yaml'];

const STEPS = [
  ['npm run demo sets up and works', ['run', 'demo']],
  ['npm install after it ends well', ['install']],
  ['npm run demo still works', ['run', 'demo']],
  ['npm install once more', ['install']],
  ['npm test still works', ['test', '--', 'packages/bytes']],
];

/** Checks on a copy of the tree as a clone would have it. */
export function checkNewcomer(root) {
  const work = mkdtempSync(join(tmpdir(), 'portico-newcomer-'));
  const clone = join(work, 'clone');
  const filter = (path) => !NOT_CLONED.has(basename(path)) && !path.endsWith('.tsbuildinfo');
  try {
    cpSync(root, clone, { recursive: true, filter });
    const before = keptFiles(clone);
    const checks = [];
    for (const [name, args] of STEPS) {
      const result = spawnSync('npm', args, {
        cwd: clone,
        encoding: 'utf8',
        shell: process.platform === 'win32',
        timeout: STEP_LIMIT_MS,
        maxBuffer: 64 * 1024 * 1024,
      });
      const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
      checks.push({ name, ok: result.status === 0, detail: output });
      if (result.status !== 0) return checks;
    }
    const same = keptFiles(clone) === before;
    return [...checks, { name: `${KEPT.join(', ')} are as they were`, ok: same }];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function keptFiles(folder) {
  return KEPT.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}
