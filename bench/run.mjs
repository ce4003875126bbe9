// npm run bench -- [tls|sip|x509|all|native|choices|memory|profile|workers] [--json OUT] [--quick]
// Measures ours and the peers in one run, prints ratios beside their budgets, writes JSON and a chart.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ratioChart } from './lib/chart.mjs';
import { effort } from './lib/measure.mjs';
import { judge, printResult } from './lib/report.mjs';

const GROUPS = {
  sip: async () => [
    (await import('./sip/framing.mjs')).framing,
    (await import('./sip/parsing.mjs')).parsing,
    (await import('./sip/same-fields.mjs')).sameFields,
    (await import('./sip/messages.mjs')).messages,
    (await import('./sip/worst.mjs')).worst,
    (await import('./sip/c-libraries.mjs')).cLibraries,
  ],
  tls: async () => [
    (await import('./tls/records.mjs')).records,
    (await import('./tls/handshakes.mjs')).handshakes,
    (await import('./tls/bulk.mjs')).bulk,
    (await import('./tls/native.mjs')).native,
    (await import('./tls/host-crypto-clients.mjs')).hostCryptoClients,
    (await import('./tls/memory.mjs')).memory,
    (await import('./tls/resumption.mjs')).resumption,
  ],
  x509: async () => [(await import('./x509/certificates.mjs')).certificates, (await import('./x509/worst.mjs')).worst],
  // The rows beside node:tls by themselves, in a process whose heap holds nothing else.
  native: async () => [(await import('./tls/native.mjs')).native],
  // Tables without budgets, which `all` leaves out.
  choices: async () => [(await import('./tls/choices.mjs')).choices],
  memory: async () => [(await import('./tls/memory-growth.mjs')).memoryGrowth],
  profile: async () => [(await import('./tls/profile.mjs')).profile],
  workers: async () => [(await import('./tls/workers.mjs')).workers],
};

const { group, json, quick } = readArguments(process.argv.slice(2));
// A minute is what --quick may take, and x509 would be a quarter of it.
const everything = quick ? ['sip', 'tls'] : ['sip', 'x509', 'tls'];
const suites = (await Promise.all((group === 'all' ? everything : [group]).map((name) => GROUPS[name]()))).flat();
const results = [];
const charts = [];
for (const suite of suites) {
  for (const { chart, ...result } of await suite(effort(quick))) {
    printResult(result);
    results.push(result);
    if (chart !== undefined) charts.push(chart);
  }
}
const ratios = results.flatMap(({ ratios }) => ratios);
const budgeted = ratios.filter(({ must }) => must !== undefined);
const missed = budgeted.filter((ratio) => judge(ratio) === 'MISSED');
if (budgeted.length > 0) console.log(`\n${budgeted.length - missed.length} of ${budgeted.length} budgets reached`);
for (const { what, ratio, must } of missed) console.log(`  missed: ${what}: ${ratio.toFixed(2)}, must be ${must}`);
writeResults();
process.exit(0);

function writeResults() {
  const folder = join(dirname(fileURLToPath(import.meta.url)), 'results');
  const file = json ?? join(folder, `${group}${quick ? '-quick' : ''}.json`);
  mkdirSync(dirname(file), { recursive: true });
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  writeFileSync(file, `${JSON.stringify({ date: new Date().toISOString(), quick, machine, results }, null, 1)}\n`);
  const chart = budgeted.length === 0 ? null : file.replace(/\.json$/, '.svg');
  if (chart !== null) writeFileSync(chart, ratioChart(`Portico, ${group}: ratios measured in one run`, budgeted));
  for (const { name, svg } of charts) writeFileSync(join(dirname(file), `${name}${quick ? '-quick' : ''}.svg`), svg);
  console.log(`written: ${[file, chart].filter((name) => name !== null).join(', ')}`);
}

function readArguments(words) {
  const options = { group: 'all', json: undefined, quick: false };
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === '--quick') options.quick = true;
    else if (word === '--json' && words[i + 1] !== undefined) options.json = words[++i];
    else if (word === 'all' || word in GROUPS) options.group = word;
    else {
      console.error(
        `bench: ${word} is not known; usage: npm run bench -- [all|${Object.keys(GROUPS).join('|')}] [--json OUT] [--quick]`,
      );
      process.exit(2);
    }
  }
  return options;
}
