// node:tls clients that are opened and held. Each message is a job, `{ port, ca, open: COUNT }` or `{ echo: BYTES }` (each
// connection sends so much, a few at a time, and waits until it came back); the answer is 'done', or what went wrong.
import { once } from 'node:events';
import tls from 'node:tls';

/** Handshakes, and transfers, at a time. */
const AT_ONCE = 16;
const sockets = [];

process.on('message', (job) => {
  (job.open === undefined ? each([...sockets], (socket) => echo(socket, job.echo)) : open(job)).then(
    () => process.send('done'),
    (error) => process.send(String(error)),
  );
});
process.once('disconnect', () => process.exit(0));

async function open({ port, ca, open: count }) {
  const secureContext = tls.createSecureContext({ ca, minVersion: 'TLSv1.3' });
  await each(Array.from({ length: count }), async () => {
    const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', secureContext });
    await once(socket, 'secureConnect');
    sockets.push(socket);
  });
}

async function echo(socket, amount) {
  let seen = 0;
  const all = new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('data', (chunk) => {
      seen += chunk.length;
      if (seen >= amount) resolve();
    });
  });
  socket.write(Buffer.alloc(amount));
  await all;
}

async function each(items, work) {
  const rest = [...items];
  const one = async () => {
    while (rest.length > 0) await work(rest.pop());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}
