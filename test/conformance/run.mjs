// npm run conformance -- SUITE ARGUMENTS… [--json OUT]
//
// Each suite is a module beside this file that exports `run(args)`: it takes the arguments without `--json OUT` and
// returns (a promise of) the report of `report.mjs`. This file prints the report and turns failures into the exit code:
// 0 all passed, 1 something failed, 2 the command was wrong.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from './report.mjs';

const NOT_SUITES = ['run.mjs', 'report.mjs', 'server.mjs', 'client.mjs'];

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
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
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
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const known = readdirSync(folder)
    .filter((file) => file.endsWith('.mjs') && !NOT_SUITES.includes(file))
    .map((file) => file.slice(0, -'.mjs'.length));
  if (!known.includes(name) || !existsSync(new URL(`${name}.mjs`, import.meta.url))) {
    throw new UsageError(`unknown suite ${JSON.stringify(name)}: expected one of ${known.join(', ')}`);
  }
  return await import(new URL(`${name}.mjs`, import.meta.url).href);
}
