// npm run conformance -- SUITE ARGUMENTS… [--json OUT]
//
// Each suite is a module in `suites/` that exports `run(args)`: it takes the arguments without `--json OUT` and
// returns (a promise of) the report of `support/report.mjs`. This file prints the report and turns failures into the exit code:
// 0 all passed, 1 something failed, 2 the command was wrong or there was nothing to judge.
import { readdirSync, writeFileSync } from 'node:fs';
import { UsageError } from './support/report.mjs';

const SUITES = new URL('./suites/', import.meta.url);

const [suite = '', ...rest] = process.argv.slice(2);

try {
  const args = [...rest];
  const jsonPath = takeJsonPath(args);
  const { run } = await loadSuite(suite);
  const report = await run(args);
  const json = `${JSON.stringify(report, null, 2)}\n`;
  if (jsonPath === null) {
    process.stdout.write(json);
  } else {
    writeFileSync(jsonPath, json);
    console.log(`${report.suite}: ${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped`);
  }
  process.exitCode = report.failed === 0 ? 0 : 1;
  if (report.passed + report.failed + report.skipped === 0) {
    throw new UsageError(`${report.suite}: nothing to judge in ${args.join(' ') || 'no input'}`);
  }
} catch (error) {
  // A name that was mistyped must neither look like a success nor like a fault of the program.
  const noSuchFile = error instanceof Error && ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES'].includes(error.code);
  if (!(error instanceof UsageError) && !noSuchFile) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

function takeJsonPath(args) {
  const at = args.indexOf('--json');
  if (at < 0) return null;
  const [, path] = args.splice(at, 2);
  if (path === undefined) throw new UsageError('--json needs the name of a file');
  return path;
}

async function loadSuite(name) {
  const known = readdirSync(SUITES)
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => file.slice(0, -'.mjs'.length));
  if (!known.includes(name)) {
    throw new UsageError(`unknown suite ${JSON.stringify(name)}: expected one of ${known.join(', ')}`);
  }
  return await import(new URL(`${name}.mjs`, SUITES).href);
}
