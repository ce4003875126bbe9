// node examples/cluster.mjs [WORKERS] [PORT]
//
// One port, several processes: node:cluster hands each new connection to a worker. The first process draws the ticket
// keys and gives them to all, so that a client which comes to another worker than before still resumes its session; once
// an hour it draws new ones, which seal from then on, while those of the hour before still open. Prints one JSON line,
// `{ port, ca }`, when all workers listen; ends when its standard input does.
import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { TICKET_KEYS_LENGTH } from '@portico/transport-node';
import { makeCertificate } from './certificate.mjs';
import { startServer } from './server.mjs';

const HOUR = 3_600_000;

if (cluster.isPrimary) await runPrimary();
else await runWorker();

async function runPrimary() {
  const [workers = '2', port = '0'] = process.argv.slice(2);
  const { ca, ...credential } = await makeCertificate();
  let ticketKeys = [randomBytes(TICKET_KEYS_LENGTH)];
  const inBase64 = () => ticketKeys.map((key) => key.toString('base64'));
  // Where it is 0, node:cluster gives all workers the same free one.
  let shared;
  for (let i = 0; i < Number(workers); i++) {
    const worker = cluster.fork();
    // It says when it listens for messages: one sent before would be lost. Not by the environment, which others can read.
    await once(worker, 'message');
    worker.send({ ...credential, ticketKeys: inBase64(), port: Number(port) });
    const [answer] = await once(worker, 'message');
    shared = answer.port;
  }
  setInterval(() => {
    ticketKeys = [randomBytes(TICKET_KEYS_LENGTH), ticketKeys[0]];
    for (const worker of Object.values(cluster.workers)) worker.send({ ticketKeys: inBase64() });
  }, HOUR).unref();
  console.log(JSON.stringify({ port: shared, ca }));
  process.stdin.resume().once('end', () => {
    for (const worker of Object.values(cluster.workers)) worker.disconnect();
  });
}

async function runWorker() {
  const decode = (keys) => keys.map((key) => Buffer.from(key, 'base64'));
  const asked = once(process, 'message');
  process.send({ ready: true });
  const [first] = await asked;
  const { server, port } = await startServer({
    ...first,
    ticketKeys: decode(first.ticketKeys),
    who: `process ${process.pid}`,
  });
  process.on('message', ({ ticketKeys }) => server.setTicketKeys(decode(ticketKeys)));
  process.once('disconnect', () => void server.close({ graceMs: 1000 }).then(() => process.exit()));
  process.send({ port });
}
