// One process that holds the tests and every mutant: says which test reaches which mutant, then plays mutants one by one.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { prepare, runTest, tests } from './harness.mjs';

const [bundle, staticMutant, slowest, quickFile, patience] = process.argv.slice(2);
let active = Number(staticMutant);
let reached = new Set();
globalThis.__mutant = (id) => {
  reached.add(id);
  return id === active;
};

/** Tests that take longer are left out of the games with mutants. */
const SLOWEST_TEST = Number(slowest);

/** Milliseconds of tests that notice nothing, after which a mutant is left as a survivor. */
const PATIENCE = Number(patience ?? Infinity);

/** Milliseconds after which the parent is told that a test has ended and the next begins. */
const BUSY = 500;

/** Tests that killed the mutants before are asked first: the next mutant is mostly a neighbour. */
const REMEMBERED_KILLERS = 12;
let lastKillers = [];

const say = (message) => process.send(message);

try {
  await import(bundle);
  await prepare();
} catch (error) {
  say({ type: 'unloadable', error: String(error) });
  process.exit(0);
}

if (active === 0) await play();
else await playStatic();

async function play() {
  const quick = inTurns(existsSync(quickFile) ? readQuick() : await measure());
  reached = { add: () => undefined };
  process.on('message', async ({ id, wary }) => say({ type: 'played', id, ...(await playOne(id, quick, wary)) }));
  say({ type: 'ready' });
}

/** Runs every test once: how long it takes, and which mutants it reaches. A later process reads it from a file. */
async function measure() {
  const atLoad = reached;
  const timed = [];
  for (const [index, test] of tests.entries()) {
    reached = new Set();
    const start = performance.now();
    const failure = await runTest(test);
    const milliseconds = performance.now() - start;
    if (failure === undefined) timed.push({ index, test, milliseconds, reached });
    else say({ type: 'broken', path: test.path, error: String(failure?.stack ?? failure) });
  }
  const quick = timed.filter(({ milliseconds }) => milliseconds <= SLOWEST_TEST);
  quick.sort((left, right) => left.milliseconds - right.milliseconds);
  const slow = new Set(timed.filter((run) => !quick.includes(run)).flatMap((run) => [...run.reached]));
  const fast = new Set(quick.flatMap((run) => [...run.reached]));
  writeFileSync(
    quickFile,
    JSON.stringify(quick.map((run) => [run.index, [...run.reached], Math.round(run.milliseconds)])),
  );
  say({
    type: 'measured',
    tests: tests.length,
    quick: quick.length,
    milliseconds: timed.reduce((sum, run) => sum + run.milliseconds, 0),
    inTests: [...fast],
    onlyInSlowTests: [...slow].filter((id) => !fast.has(id)),
    onlyAtLoad: [...atLoad].filter((id) => !fast.has(id) && !slow.has(id)),
  });
  return quick;
}

function readQuick() {
  const saved = JSON.parse(readFileSync(quickFile, 'utf8'));
  return saved.map(([index, ids]) => ({ test: tests[index], reached: new Set(ids) }));
}

/** The quick tests of every file first, then the slower ones of each: tests of one file mostly notice the same. */
function inTurns(quick) {
  const files = new Map();
  for (const run of quick) {
    const [file] = run.test.path;
    files.set(file, [...(files.get(file) ?? []), run]);
  }
  const turns = [...files.values()].flatMap((runs) => runs.map((run, index) => [index / runs.length, run]));
  return turns.sort(([left], [right]) => left - right).map(([, run]) => run);
}

/** @param {boolean} wary in a fresh process: a test that fails by itself by now (its files were changed) says nothing */
async function playOne(id, quick, wary) {
  const reaching = quick.filter(({ reached: within }) => within.has(id));
  const start = performance.now();
  let said = start;
  let played = 0;
  for (const run of new Set([...lastKillers.filter((killer) => reaching.includes(killer)), ...reaching])) {
    const { test } = run;
    if (performance.now() - start > PATIENCE) break;
    played++;
    if (performance.now() - said > BUSY) {
      say({ type: 'busy' });
      said = performance.now();
    }
    if (wary && (await runTest(test)) !== undefined) continue;
    active = id;
    const failure = await runTest(test);
    active = 0;
    if (failure === undefined) continue;
    // A test that fails without the mutant too was spoilt by what a mutant left behind: it says nothing.
    if ((await runTest(test)) !== undefined) return { verdict: 'spoilt', by: test.path };
    lastKillers = [run, ...lastKillers.filter((killer) => killer !== run)].slice(0, REMEMBERED_KILLERS);
    return { verdict: 'killed', by: test.path };
  }
  return { verdict: 'survived', played, reached: reaching.length };
}

async function playStatic() {
  reached = { add: () => undefined };
  const quick = readQuick();
  for (const { test } of quick) {
    if ((await runTest(test)) === undefined) continue;
    say({ type: 'played', id: active, verdict: 'killed', by: test.path });
    process.exit(0);
  }
  say({ type: 'played', id: active, verdict: 'survived', played: quick.length });
  process.exit(0);
}

process.on('uncaughtException', () => undefined);
process.on('unhandledRejection', () => undefined);
