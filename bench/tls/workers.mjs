// npm run bench -- workers: connections per second of the examples with one and two workers, which share ticket keys, by the
// clock. Clients take their part of the cores, so they are a program in C over OpenSSL where one can be built: what a
// connection costs there is small beside what it costs here. Else it is node:tls in a process of its own.
import { execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildProgram } from '../lib/c-program.mjs';
import { median } from '../lib/measure.mjs';

const EXAMPLES = { 'node:cluster': 'cluster.mjs', 'worker threads': 'worker-threads.mjs' };
const WORKERS = [1, 2];
/** Clients at a time. */
const CONCURRENCY = 8;

export async function workers(effort) {
  const folder = mkdtempSync(join(tmpdir(), 'portico-bench-'));
  try {
    const source = fileURLToPath(new URL('./c/connections.c', import.meta.url));
    return await withClients(buildProgram(source, { package: 'libssl' }, folder), effort);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `program` is the client, null for node:tls. */
async function withClients(program, effort) {
  const seconds = effort.secondsPerRound * 4;
  const clients = program === null ? 'node:tls' : 'OpenSSL';
  const results = [];
  for (const [name, file] of Object.entries(EXAMPLES)) {
    const rates = {};
    for (const count of WORKERS) {
      const example = await startExample(file, count);
      try {
        for (const handshake of ['full', 'resumed']) {
          const rounds = [];
          for (let round = 0; round < 3; round++) rounds.push(await rateOf(program, example, handshake, seconds));
          rates[`${count} ${count === 1 ? 'worker' : 'workers'}, ${handshake}`] = {
            rate: median(rounds),
            rates: rounds,
          };
        }
      } finally {
        example.stop();
      }
    }
    results.push({
      id: `workers-${name.replaceAll(/\W+/g, '-')}`,
      title: `connections a second by the clock, ${name}, ${clients} clients in other processes`,
      unit: ' connections/s',
      rates,
      ratios: ['full', 'resumed'].map((handshake) => ({
        what: `two workers over one, ${name}, ${handshake}`,
        ratio: rates[`2 workers, ${handshake}`].rate / rates[`1 worker, ${handshake}`].rate,
      })),
      notes: [`${availableParallelism()} cores; the client and the operating system take their part of them`],
    });
  }
  return results;
}

async function startExample(file, count) {
  const path = fileURLToPath(new URL(`../../packages/transport-node/examples/${file}`, import.meta.url));
  const child = spawn(process.execPath, [path, String(count)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { ca, port, ports = [port] } = JSON.parse(line);
  return { ca, ports, stop: () => child.stdin.end() };
}

async function rateOf(program, { ca, ports }, handshake, seconds) {
  if (program !== null) {
    const { stdout } = await promisify(execFile)(program, [seconds, CONCURRENCY, handshake, ...ports].map(String));
    return Number(stdout);
  }
  const client = fork(fileURLToPath(new URL('./tls-rate-process.mjs', import.meta.url)));
  client.send({ ca, ports, handshake, seconds, concurrency: CONCURRENCY });
  const [answer] = await once(client, 'message');
  client.disconnect();
  if (typeof answer !== 'number') throw new Error(String(answer));
  return answer;
}
