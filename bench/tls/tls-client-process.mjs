// node:tls clients in a process of their own. Each message is a job: `{ letter, amount, concurrency, port, ca }`; the
// answer is 'done', or what went wrong.
import tls from 'node:tls';
import { runClient } from './native-socket.mjs';

process.on('message', ({ port, ca, concurrency, ...job }) => {
  const secureContext = tls.createSecureContext({ ca });
  const one = () => runClient(tls.connect({ port, host: '127.0.0.1', servername: 'localhost', secureContext }), job);
  Promise.all(Array.from({ length: concurrency }, one)).then(
    () => process.send('done'),
    (error) => process.send(String(error)),
  );
});
process.on('disconnect', () => process.exit(0));
