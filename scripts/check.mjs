// `npm run check`: everything that must hold before a change lands, in one run. Goes on after a failure and lists all
// of them at the end. `--coverage` measures coverage too; `--newcomer` also sets up a fresh copy, which needs the
// network; `--only a,b` runs just the named steps.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkBundles } from './gates/bundles.mjs';
import { checkCopies } from './gates/copies.mjs';
import { checkImports } from './gates/imports.mjs';
import { checkLicences } from './gates/licences.mjs';
import { checkNoWasm } from './gates/no-wasm.mjs';
import { checkNpmLock } from './gates/npm-lock.mjs';
import { checkPackages } from './gates/packages.mjs';
import { checkSizes } from './gates/sizes.mjs';
import { checkNewcomer } from './newcomer.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const results = join(root, 'test-results');
const vitestReport = join(results, 'vitest.json');
const flags = process.argv.slice(2);
const only = flags.includes('--only') ? flags[flags.indexOf('--only') + 1]?.split(',') : undefined;

/** @typedef {{ name: string, ok: boolean, detail?: string }} Check */

/** Each step gives its checks; a check counts as one test in the totals. */
const steps = [
  ['format', () => [tool('prettier', ['--check', '--log-level', 'warn', '.'])]],
  ['lint', () => [tool('oxlint', ['--deny-warnings', '--type-aware'])]],
  ['imports', () => faults('imports go down the layers', checkImports(root))],
  ['copies', () => faults('no copy is made with slice, which is a view of a Buffer', checkCopies(root))],
  ['build', () => [tool('tsc', ['-b'])]],
  ['test types', () => [tool('tsc', ['-p', 'tsconfig.test.json'])]],
  ['tests', runTests],
  ['unused', () => [tool('knip', ['--no-progress', '--no-config-hints'])]],
  ['packages', () => checkPackages(root)],
  [
    'no wasm',
    () => faults('no WebAssembly and no addon in any shipped package or its dependencies', checkNoWasm(root)),
  ],
  ['licences', () => faults('every shipped dependency may be shipped', checkLicences(root))],
  ['npm lock', () => faults('a plain npm install finds what package.json says', checkNpmLock(root))],
  ['bundles', () => checkBundles(root)],
  ['sizes', () => checkSizes(root)],
  ...(flags.includes('--newcomer') ? [['newcomer', () => checkNewcomer(root)]] : []),
];

mkdirSync(results, { recursive: true });
const failures = [];
let passed = 0;
let failed = 0;
let skipped = 0;

for (const [name, run] of steps) {
  if (only !== undefined && !only.includes(name)) continue;
  console.log(`\n== ${name}`);
  const started = Date.now();
  let checks;
  try {
    checks = await run();
  } catch (error) {
    checks = [{ name, ok: false, detail: error instanceof Error ? error.stack : String(error) }];
  }
  for (const check of checks) {
    passed += check.passed ?? (check.ok ? 1 : 0);
    failed += check.failed ?? (check.ok ? 0 : 1);
    skipped += check.skipped ?? 0;
    console.log(`${check.ok ? 'ok  ' : 'FAIL'} ${check.name}${check.note === undefined ? '' : `: ${check.note}`}`);
    if (!check.ok) {
      if (check.detail) console.log(check.detail.trimEnd());
      failures.push(`${name}: ${check.name}`);
    }
  }
  console.log(`   ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

writeFileSync(join(results, 'check.json'), `${JSON.stringify({ passed, failed, skipped, failures }, null, 2)}\n`);
console.log('');
for (const failure of failures) console.log(`FAILED ${failure}`);
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** Runs a tool of the root's devDependencies; its output is shown only if it fails. */
function tool(name, args) {
  const result = spawnSync(join(root, 'node_modules', '.bin', name), args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 64 * 1024 * 1024,
  });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
  return { name: `${name} ${args.join(' ')}`, ok: result.status === 0, detail: output };
}

function faults(name, list) {
  return [{ name, ok: list.length === 0, detail: list.join('\n') }];
}

/** vitest speaks for itself on the terminal; its own report gives the numbers. */
function runTests() {
  rmSync(vitestReport, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`];
  if (flags.includes('--coverage')) args.push('--coverage');
  const run = spawnSync(join(root, 'node_modules', '.bin', 'vitest'), args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  const report = JSON.parse(readFileSync(vitestReport, 'utf8'));
  // A file that could not be loaded has no tests of its own, and still is a failure.
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const testsFailed = report.numFailedTests + broken.length;
  return [
    {
      name: 'vitest',
      // An unhandled error fails the run without failing any one test.
      ok: run.status === 0 && testsFailed === 0,
      passed: report.numPassedTests,
      failed: testsFailed > 0 ? testsFailed : run.status === 0 ? 0 : 1,
      skipped: report.numPendingTests + report.numTodoTests,
      note: `${report.numPassedTests} passed, ${testsFailed} failed, ${report.numPendingTests} skipped`,
    },
  ];
}
