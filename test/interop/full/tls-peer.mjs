// A peer by the `node:tls` of whatever runtime this is. As a client it sends a text and prints what it negotiated and got
// back; as a server it echoes, and prints its port and what it negotiated.
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:tls';

const [role, settings] = process.argv.slice(2);
const { port, ca, cert, key, ...options } = JSON.parse(settings);
const read = (path) => (path === undefined ? undefined : readFileSync(path));
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const agreed = (socket) => ({
  version: socket.getProtocol(),
  alpn: socket.alpnProtocol,
  suite: socket.getCipher()?.name,
});

if (role === 'client') {
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: read(ca), ...options }, () => {
    socket.write('hello\n');
  });
  let text = '';
  socket.on('data', (data) => {
    text += data;
    if (!text.endsWith('\n')) return;
    say({ ...agreed(socket), authorized: socket.authorized, text });
    socket.end();
  });
  socket.on('error', (error) => say({ error: error.code ?? error.message }));
} else {
  const server = createServer({ cert: read(cert), key: read(key), ...options }, (socket) => {
    say(agreed(socket));
    socket.on('error', () => undefined);
    socket.on('data', (data) => socket.write(data));
    socket.on('end', () => socket.end());
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
}
