// npm run nightly -- [--cases 1000000] [--slice 25000] [--seed N] [--named REGEXP]
// Every fast reader of the SIP codec beside its plain twin, or those whose test is named so, on as many new cases as asked
// for. The cases come in slices, each with a seed of its own, so that a run that is broken off has shown something, and a
// failure is found again by its seed.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    slice: { type: 'string', default: '25000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    named: { type: 'string' },
  },
});
const [cases, slice, firstSeed] = [values.cases, values.slice, values.seed].map(Number);
const { named } = values;

const tests = join(root, 'packages/sip-codec/test');
const files = readdirSync(tests)
  .filter((name) => name.endsWith('.test.ts') && /\btwinRuns\(/.test(readFileSync(join(tests, name), 'utf8')))
  .map((name) => relative(root, join(tests, name)));
console.log(`${cases} cases of every twin in ${files.length} files, in slices of ${slice}, from seed ${firstSeed} on`);

let done = 0;
for (let seed = firstSeed; done < cases; seed++) {
  const count = Math.min(slice, cases - done);
  const env = { ...process.env, PROPERTY_SEED: String(seed), TWIN_RUNS: String(count) };
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const words = [
    vitest,
    'run',
    '--maxWorkers=1',
    '--reporter=dot',
    ...files,
    ...(named === undefined ? [] : ['-t', named]),
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: root, env, encoding: 'utf8' });
  if (status !== 0) {
    console.log(`${stdout}${stderr}\nseed ${seed}: a twin disagrees after ${done} cases`);
    console.log(`again: PROPERTY_SEED=${seed} TWIN_RUNS=${count} npx vitest '${words.slice(1).join("' '")}'`);
    process.exit(1);
  }
  done += count;
  console.log(`${new Date().toISOString()} seed ${seed}: ${done} cases of each twin agree`);
}
