import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.mjs';

const TARGETS = ['alpn', 'client-hello', 'sip', 'x509', 'x509-path'];
/** Not in the usage: the command's own test plants a fault there. */
const SELF_TEST = 'self-test';
const USAGE = `usage: npm run fuzz -- ${TARGETS.join('|')} [--runs N] [--seed S]`;
const DEFAULT_RUNS = 20_000;
const root = fileURLToPath(new URL('../..', import.meta.url));

process.exitCode = await main();

/** 0: nothing found. 1: a failing case was written. 2: the call makes no sense. */
async function main() {
  let options;
  try {
    options = readArguments();
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    return 2;
  }
  const { name, runs, seed } = options;
  const { target } = await import(`./targets/${name}.mjs`);
  console.log(`${name}: ${runs} runs from seed ${seed}`);
  const started = performance.now();
  const result = await fuzz(target, { runs, seed });
  const seconds = (performance.now() - started) / 1000;

  console.log(`${result.runs} runs in ${seconds.toFixed(1)} s, ${result.outcomes.size} outcomes:`);
  const width = Math.max(0, ...[...result.outcomes.values()].map((count) => String(count).length));
  for (const [outcome, count] of [...result.outcomes].sort((left, right) => right[1] - left[1])) {
    console.log(`  ${String(count).padStart(width)}  ${outcome}`);
  }
  if (result.failure === null) {
    console.log('no failure');
    return 0;
  }
  const { input, original, error } = result.failure;
  const folder = join(root, 'test-results', 'fuzz');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${seed}-${result.runs}.bin`);
  writeFileSync(file, input);
  console.error(`FAILED at run ${result.runs}: ${error instanceof Error ? error.stack : String(error)}`);
  console.error(`minimal case, ${input.length} of ${original.length} bytes: ${relative(process.cwd(), file)}`);
  console.error(Buffer.from(input).toString('hex'));
  return 1;
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string' }, seed: { type: 'string' } },
  });
  const [name] = positionals;
  if (positionals.length !== 1 || ![...TARGETS, SELF_TEST].includes(name))
    throw new Error(`one target of ${TARGETS.join(', ')}`);
  return {
    name,
    runs: wholeNumber('--runs', values.runs ?? String(DEFAULT_RUNS)),
    seed: wholeNumber('--seed', values.seed ?? String(Date.now() % 0x100000000)),
  };
}

function wholeNumber(option, text) {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${option} takes a whole number, not ${text}`);
  return value;
}
