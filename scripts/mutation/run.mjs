// npm run mutate -- [--package tls13-core] [--only TEXT[,TEXT]] [--which all|verifications] [--slowest MS] [--hang MS]
//   [--cases NUMBER] [--at-load play|skip] [--tests TEXT[,TEXT]] [--again FILE] [--patience MS] [--out FILE]
// Mutation testing: makes one small mistake after the other in a package's sources and sees whether a test notices. All
// mistakes are in one bundle with the tests, which stay loaded; so a mutant costs milliseconds where a test is near.
import { fork } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepareBundle } from './bundle.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const NAMES = ['package', 'only', 'which', 'slowest', 'hang', 'cases', 'at-load', 'tests', 'again', 'patience', 'out'];
/** What it does not know it refuses: a run takes long. */
const { values } = parseArgs({ options: Object.fromEntries(NAMES.map((name) => [name, { type: 'string' }])) });
const option = (name, fallback) => values[name] ?? fallback;
const packageFolder = join(root, 'packages', option('package', 'tls13-core'));
/** What is judged by default: where the checks of each package are. */
const JUDGED = {
  'sip-codec': 'src/framing/,src/headers/,src/message/',
  'tls13-core': 'src/alpn/,src/key-schedule/,src/record/,src/handshake/',
  x509: 'src/path/,src/identity/,src/revocation/,src/name/,src/der/,src/keys/,src/algorithm.ts,src/certificate.ts,src/extensions.ts,src/oids.ts',
};
const only = option('only', JUDGED[basename(packageFolder)] ?? 'src/').split(',');
/** `verifications` plays only the mutants that take a check away: a throw, its condition, the call of a check. */
const which = option('which', 'all');
/** What is read when a module is loaded has everything loaded anew for each mutant; skipped ones count as survivors. */
const atLoad = option('at-load', 'play');
/** Which files of tests are loaded: all, or those with one of these in their names. */
const testNames = option('tests', '').split(',');
const slowest = option('slowest', '150');
const results = join(root, 'test-results');
const out = option('out', join(results, 'mutation.json'));
/** For a first look: how long tests may notice nothing before a mutant counts as a survivor, which `--again` plays in full. */
const patience = option('patience', 'Infinity');
/** How many cases a property looks at, at most: with fewer of them it is quick enough to be played. */
const cases = option('cases', null);
if (cases !== null) process.env.TWIN_RUNS = cases;
/** A list that a former run wrote: what was killed there is taken from it, and only the others are played. */
const again = option('again', null);
const work = join(results, 'mutation', basename(out, '.json'));
/** Which tests are quick: written by the process that measures, read by those that play what is read at load. */
const quickFile = join(work, 'quick.json');
/** No test of ours takes that long: a mutant that keeps a test busy for so long goes round in circles. */
const HANG = Number(option('hang', '20000'));

/** How often one process loads everything. */
const LOADS_OF_ONE = 40;

const former =
  again === null ? new Map() : new Map(JSON.parse(readFileSync(again, 'utf8')).map((one) => [one.name, one]));
rmSync(work, { recursive: true, force: true });
const { mutants, bundle } = await prepareBundle({
  packageFolder,
  isMutated: (name) => only.some((part) => name.includes(part)),
  // The documents of TLS are printed from what takes minutes to collect, and `linear` compares times.
  isTested: (file) => !/documents|linear/.test(file) && testNames.some((part) => basename(file).includes(part)),
  outfile: join(work, 'bundle.mjs'),
  cases: cases === null ? null : Number(cases),
});
console.log(`${mutants.length} mutants`);
/** Every verdict as soon as it is known, one a line. */
const progress = join(work, 'verdicts.jsonl');
const killedBefore = mutants.filter(({ name }) => former.get(name)?.verdict === 'killed');
const verdicts = await playAll(
  new Map(killedBefore.map(({ id, name }) => [id, { verdict: 'killed', by: former.get(name).by }])),
);
report();

function isPlayed(id) {
  return which === 'all' || mutants[id - 1].verification;
}

/** @param {Map<number, { verdict: string }>} known which verdicts are there already */
async function playAll(known) {
  const repeated = new Set();
  const note = (id, verdict) => {
    known.set(id, verdict);
    appendFileSync(progress, `${JSON.stringify({ ...mutants[id - 1], ...verdict })}\n`);
  };
  let queue = null;
  while (queue === null || queue.length > 0) {
    const worker = fork(join(here, 'worker.mjs'), [bundle, 'run', slowest, quickFile, patience], { stdio: 'inherit' });
    let current = null;
    const ended = await new Promise((resolve) => {
      let timer;
      const next = () => {
        clearTimeout(timer);
        current = queue.shift() ?? null;
        if (current === null) return resolve('done');
        watch();
        worker.send({ id: current, wary: repeated.has(current) });
      };
      const watch = () => {
        clearTimeout(timer);
        timer = setTimeout(() => resolve('it never ends'), HANG);
      };
      worker.on('message', (message) => {
        switch (message.type) {
          case 'measured':
            console.log(`${message.tests} tests, ${message.quick} quick ones, ${message.milliseconds.toFixed(0)} ms`);
            queue = message.inTests
              .filter(isOpen)
              .sort((left, right) => isCheck(right) - isCheck(left) || left - right);
            for (const id of message.onlyInSlowTests.filter(isOpen)) note(id, { verdict: 'slow tests only' });
            for (const id of message.onlyAtLoad.filter(isOpen)) note(id, { verdict: 'at load' });
            console.log(`${queue.length} are played now`);
            return;
          case 'busy':
            return watch();
          case 'ready':
            return next();
          case 'played':
            if (message.verdict === 'spoilt') return resolve('spoilt');
            note(message.id, message);
            if (known.size % 100 === 0) console.log(`${known.size} played`);
            return next();
          case 'unloadable':
          case 'broken':
            console.error(message);
            return;
        }
      });
      worker.on('exit', () => resolve('the process ends'));
    });
    worker.kill('SIGKILL');
    if (ended === 'done' || queue === null) break;
    // The process may have been spoilt by an earlier mutant: once more in a fresh one, which only this one can spoil.
    if (ended === 'spoilt' && !repeated.has(current)) {
      repeated.add(current);
      queue.unshift(current);
    } else if (current !== null) {
      note(current, { verdict: 'killed', by: [ended] });
    }
  }
  if (atLoad === 'skip') return known;
  const loads = [...known].filter(([, { verdict }]) => verdict === 'at load').map(([id]) => id);
  while (loads.length > 0) await playAtLoad(loads.splice(0, LOADS_OF_ONE), note);
  return known;

  function isOpen(id) {
    return isPlayed(id) && !known.has(id);
  }
}

/** Checks come first: of these none may survive. */
function isCheck(id) {
  return mutants[id - 1].verification ? 1 : 0;
}

/** What is read when a module is loaded: the process loads everything anew for each, and so grows. */
function playAtLoad(ids, note) {
  const worker = fork(join(here, 'worker.mjs'), [bundle, 'load', slowest, quickFile], { stdio: 'ignore' });
  return new Promise((resolve) => {
    let current = null;
    let timer;
    const next = () => {
      clearTimeout(timer);
      current = ids.shift() ?? null;
      if (current === null) {
        void end();
        return;
      }
      timer = setTimeout(() => void end('it never ends'), 6 * HANG);
      worker.send({ id: current });
    };
    const end = async (reason) => {
      clearTimeout(timer);
      worker.removeAllListeners();
      worker.kill('SIGKILL');
      if (current !== null) note(current, { verdict: 'killed', by: [reason] });
      if (ids.length > 0) await playAtLoad(ids, note);
      resolve();
    };
    worker.on('message', (message) => {
      if (message.type === 'played') note(message.id, message);
      next();
    });
    worker.on('exit', () => void end('the process ends'));
  });
}

function report() {
  const rows = new Map();
  const listed = mutants
    .filter(({ id }) => isPlayed(id))
    .map((mutant) => ({ ...mutant, ...(verdicts.get(mutant.id) ?? { verdict: 'not reached' }) }));
  for (const mutant of listed) {
    for (const name of [dirname(mutant.file), mutant.file]) {
      const row = rows.get(name) ?? { mutants: 0, killed: 0, verifications: 0, verificationsKilled: 0 };
      rows.set(name, row);
      row.mutants++;
      if (mutant.verdict === 'killed') row.killed++;
      if (mutant.verification) row.verifications++;
      if (mutant.verification && mutant.verdict === 'killed') row.verificationsKilled++;
    }
  }
  for (const mutant of listed) {
    if (mutant.verdict === 'killed') continue;
    const mark = mutant.verification ? ' VERIFICATION' : '';
    console.log(
      `${mutant.file}:${mutant.line} ${mutant.kind}${mark} ${mutant.verdict}: ${mutant.text.replaceAll(/\s+/g, ' ').slice(0, 160)}`,
    );
  }
  for (const [name, row] of [...rows].sort()) {
    const share = ((100 * row.killed) / row.mutants).toFixed(1);
    console.log(
      `${name}: ${row.killed} of ${row.mutants} killed (${share} %), of verifications ${row.verificationsKilled} of ${row.verifications}`,
    );
  }
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(listed, null, 1)}\n`);
}
