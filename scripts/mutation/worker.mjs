// One process that holds the tests and every mutant: says which test reaches which mutant, then plays mutants one by one.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { forgetTests, prepare, runTest, tests } from './harness.mjs';

// `moment`: `run` plays what tests reach, `load` what is read when the modules are loaded.
const [bundle, moment, slowest, quickFile, patience] = process.argv.slice(2);
let active = 0;
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

if (moment === 'load') playLoads();
else await play();

async function play() {
  try {
    await import(bundle);
    await prepare();
  } catch (error) {
    say({ type: 'unloadable', error: String(error) });
    process.exit(0);
  }
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
    // Of the processor and not of the clock: a machine with more to do than this makes no test slow.
    const start = process.cpuUsage();
    const failure = await runTest(test);
    const { user, system } = process.cpuUsage(start);
    const milliseconds = (user + system) / 1000;
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

/** What is read at load is played by loading everything anew. */
function playLoads() {
  reached = { add: () => undefined };
  const indexes = JSON.parse(readFileSync(quickFile, 'utf8')).map(([index]) => index);
  process.on('message', async ({ id }) => say({ type: 'played', id, ...(await playOneAtLoad(id, indexes)) }));
  say({ type: 'ready' });
}

async function playOneAtLoad(id, indexes) {
  active = id;
  forgetTests();
  try {
    await import(`${bundle}?mutant=${id}`);
    await prepare();
  } catch {
    return { verdict: 'killed', by: ['it does not load'] };
  }
  for (const index of new Set([...lastKillers, ...indexes])) {
    const test = tests[index];
    if ((await runTest(test)) === undefined) continue;
    lastKillers = [index, ...lastKillers.filter((killer) => killer !== index)].slice(0, REMEMBERED_KILLERS);
    return { verdict: 'killed', by: test.path };
  }
  return { verdict: 'survived', played: indexes.length };
}

process.on('uncaughtException', () => undefined);
process.on('unhandledRejection', () => undefined);
