// npm run mutate:attacks
// Takes away, one by one, the checks that docs/attacks.md names, and sees whether the test of that very attack notices.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareBundle } from './bundle.mjs';
import { prepare, runTest, tests } from './harness.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const packageFolder = join(root, 'packages/tls13-core');
const results = join(root, 'test-results');
const { mutants, bundle } = await prepareBundle({
  packageFolder,
  isMutated: (name) => name.startsWith('src/'),
  isTested: (file) => file.endsWith('attacks.test.ts'),
  outfile: join(results, 'mutation/attacks/bundle.mjs'),
  alsoExports: `export { ATTACK_GROUPS } from ${JSON.stringify(join(packageFolder, 'test/attacks/all.ts'))};`,
});

/** Checks that are data read at load, or that hold twice: docs/mutation.md says how each was taken away by hand. */
const BY_HAND = new Set([
  'a client’s CertificateVerify, reflected to the client',
  'the server’s own CertificateVerify content, reflected',
  'a signature over the bare transcript hash, without padding and context string',
  'a ProtocolNameList with a byte too many',
  'a HelloRetryRequest with an empty cookie',
  'an empty host name',
  'an empty ticket',
  'a ticket with its last bit changed',
  'a ticket with another salt',
  'a ticket with another suite in its header',
  'a ticket of another version',
]);

/** Kinds of mutants, the plainest first. */
const TAKES_AWAY = ['throw removed', 'condition', 'operand', 'statement removed'];

let active = 0;
let reached = new Set();
globalThis.__mutant = (id) => {
  reached.add(id);
  return id === active;
};
process.on('unhandledRejection', () => undefined);

const { ATTACK_GROUPS } = await import(bundle);
await prepare();

const rows = [];
for (const test of tests) {
  rows.push(await takeAwayChecks(test, attackOf(test)));
  if (rows.length % 50 === 0) console.log(`${rows.length} attacks`);
}
report();

/** Which attack a test plays: tables are numbered in their names. */
function attackOf({ path }) {
  const [, group, row] = path;
  const number = (name) => Number(/\[(\d+)\]$/.exec(name)[1]);
  const { attacks, declined = [], refusedEarlyData = [] } = ATTACK_GROUPS[number(group)];
  const list = row.includes('full handshake') ? declined : row.includes('passes over') ? refusedEarlyData : attacks;
  return list[number(row)];
}

/** Plays what takes something away in the files that are named for an attack, until its test notices. */
async function takeAwayChecks(test, { attack, against, excludedIn }) {
  active = 0;
  reached = new Set();
  const failure = await runTest(test);
  if (failure !== undefined) throw new Error(`${attack}: fails without a mutant`, { cause: failure });
  const files = excludedIn.split(', ').map((place) => `src/${place.split(' ')[0]}`);
  const near = mutants.filter(({ id, file }) => reached.has(id) && files.includes(file));
  const candidates = TAKES_AWAY.flatMap((kind) => near.filter((mutant) => mutant.kind === kind));
  for (const mutant of candidates) {
    active = mutant.id;
    const noticed = (await runTest(test)) !== undefined;
    active = 0;
    if (noticed) return { attack, against, excludedIn, noticed: mutant };
  }
  return { attack, against, excludedIn, noticed: null };
}

function report() {
  const byHand = rows.filter(({ attack, noticed }) => noticed === null && BY_HAND.has(attack));
  const unnoticed = rows.filter(({ attack, noticed }) => noticed === null && !BY_HAND.has(attack));
  for (const { attack, against, excludedIn } of unnoticed)
    console.log(`unnoticed: ${against}: ${attack} (${excludedIn})`);
  console.log(
    `${rows.length - unnoticed.length - byHand.length} of ${rows.length} attacks notice that their check is gone, ${byHand.length} are for hands`,
  );
  writeFileSync(join(results, 'attacks.json'), `${JSON.stringify(rows, null, 1)}\n`);
  process.exitCode = unnoticed.length === 0 ? 0 : 1;
}
