// node:tls clients that connect one after the other for so many seconds. The one message is the job,
// `{ ports, ca, handshake: 'full' | 'resumed', seconds, concurrency }`; the answer is connections a second, or what went
// wrong.
import { once } from 'node:events';
import tls from 'node:tls';

process.once('message', (job) => {
  run(job).then(
    (rate) => process.send(rate),
    (error) => process.send(String(error)),
  );
});
process.once('disconnect', () => process.exit(0));

async function run({ ports, ca, handshake, seconds, concurrency }) {
  const secureContext = tls.createSecureContext({ ca, minVersion: 'TLSv1.3' });
  let next = 0;
  const connect = (session) =>
    tls.connect({
      port: ports[next++ % ports.length],
      host: '127.0.0.1',
      servername: 'localhost',
      ALPNProtocols: ['sip/2'],
      secureContext,
      session,
    });
  const session = handshake === 'resumed' ? await firstSession(connect) : undefined;
  const start = performance.now();
  let count = 0;
  const one = async () => {
    while (performance.now() - start < seconds * 1000) {
      const socket = connect(session);
      await once(socket, 'secureConnect');
      if (socket.isSessionReused() !== (handshake === 'resumed')) throw new Error(`expected a ${handshake} handshake`);
      socket.destroy();
      count++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  return (1000 * count) / (performance.now() - start);
}

/** Tickets come behind the handshake, with the first data at the latest. */
async function firstSession(connect) {
  const socket = connect();
  const ticket = once(socket, 'session');
  await once(socket, 'secureConnect');
  socket.write('OPTIONS sip:localhost SIP/2.0\r\n\r\n');
  socket.resume();
  const [session] = await ticket;
  socket.destroy();
  return session;
}
