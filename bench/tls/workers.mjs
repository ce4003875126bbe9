// npm run bench -- workers: connections per second of the examples with one and two workers, which share ticket keys. The
// client is node:tls in a process of its own; where there are two cores it takes one of them.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median } from '../lib/measure.mjs';

const EXAMPLES = { 'node:cluster': 'cluster.mjs', 'worker threads': 'worker-threads.mjs' };
const WORKERS = [1, 2];
/** Connections that the client holds open at a time. */
const CONCURRENCY = 8;

export async function workers(effort) {
  const seconds = effort.secondsPerRound * 4;
  const results = [];
  for (const [name, file] of Object.entries(EXAMPLES)) {
    const rates = {};
    for (const count of WORKERS) {
      const example = await startExample(file, count);
      try {
        for (const handshake of ['full', 'resumed']) {
          const rounds = [];
          for (let round = 0; round < 3; round++) rounds.push(await rateOf(example, handshake, seconds));
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
      title: `connections a second by the clock, ${name}, node:tls clients in another process`,
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

async function rateOf({ ca, ports }, handshake, seconds) {
  const client = fork(fileURLToPath(new URL('./tls-rate-process.mjs', import.meta.url)));
  client.send({ ca, ports, handshake, seconds, concurrency: CONCURRENCY });
  const [answer] = await once(client, 'message');
  client.disconnect();
  if (typeof answer !== 'number') throw new Error(String(answer));
  return answer;
}
