// node examples/worker-threads.mjs [WORKERS]
//
// A server in each of several threads, with a port of its own behind a balancer: threads cannot hand connections to each
// other. They share the ticket keys, so that it does not matter to which one a client comes back. Prints one JSON line,
// `{ ports, ca }`, when all listen; ends when its standard input does.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads';
import { TICKET_KEYS_LENGTH } from '@portico/transport-node';
import { makeCertificate } from './certificate.mjs';
import { startServer } from './server.mjs';

if (isMainThread) await runMain();
else await runWorker();

async function runMain() {
  const [workers = '2'] = process.argv.slice(2);
  const { ca, ...credential } = await makeCertificate();
  const ticketKeys = randomBytes(TICKET_KEYS_LENGTH);
  const threads = Array.from(
    { length: Number(workers) },
    () => new Worker(fileURLToPath(import.meta.url), { workerData: { ...credential, ticketKeys } }),
  );
  const ports = await Promise.all(threads.map(async (thread) => (await once(thread, 'message'))[0].port));
  console.log(JSON.stringify({ ports, ca }));
  process.stdin.resume().once('end', () => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    for (const thread of threads) thread.postMessage('close');
  });
}

async function runWorker() {
  const { server, port } = await startServer({ ...workerData, port: 0, who: `thread ${threadId}` });
  parentPort.once('message', () => void server.close({ graceMs: 1000 }));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort.postMessage({ port });
}
