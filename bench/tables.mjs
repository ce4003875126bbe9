// node bench/tables.mjs [FILE]: the tables of docs/performance.md, printed from the raw numbers of a run.
import { readFileSync } from 'node:fs';
import { judge, short } from './lib/report.mjs';

const file = process.argv[2] ?? new URL('results/all.json', import.meta.url);
const { results } = JSON.parse(readFileSync(file, 'utf8'));

console.log('## Beside the budgets\n');
console.log('*Must* is what the project demands of itself, *aim* where it wants to be.\n');
console.log('| what | ratio | must | aim | |\n|---|---|---|---|---|');
for (const { what, ratio, must, aim, higherIsBetter = true } of results.flatMap(({ ratios }) => ratios)) {
  if (must === undefined) continue;
  const verdict = judge({ ratio, must, aim, higherIsBetter }).replace('MISSED', '**missed**');
  const sign = higherIsBetter ? '≥' : '≤';
  console.log(`| ${what} | ${ratio.toFixed(2)} | ${sign} ${must} | ${sign} ${aim} | ${verdict} |`);
}

console.log('\n## The rates behind them');
for (const { title, unit, rates, ratios, notes = [] } of results) {
  console.log(`\n### ${title}\n\n| | rate | |\n|---|---|---|`);
  for (const [name, { rate, also = '' }] of Object.entries(rates)) {
    console.log(`| ${name} | ${short(rate)}${unit} | ${also} |`);
  }
  const further = ratios.filter(({ must }) => must === undefined);
  if (further.length > 0) console.log('');
  for (const { what, ratio } of further) console.log(`- ${what}: ${ratio.toFixed(2)}`);
  for (const note of notes) console.log(`\n${note}`);
}
