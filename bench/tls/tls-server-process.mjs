// node:tls in a process of its own, so that the measured process spends CPU on the client alone.
// argv: certificate chain file, key file. Protocol: the first byte says what to do: D = send, U = count, H = nothing.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';

const [certificateFile, keyFile] = process.argv.slice(2);
const server = createServer(
  { cert: readFileSync(certificateFile), key: readFileSync(keyFile), minVersion: 'TLSv1.3', noDelay: true },
  (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => {
      const command = first.toString('latin1', 0, 1);
      const amount = Number(first.toString('latin1', 1, 13));
      if (command === 'D') send(socket, amount);
      else if (command === 'U') receive(socket, amount, first.length - 13);
      else socket.end('h');
    });
  },
);
server.on('tlsClientError', () => {});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit(0));

function send(socket, amount) {
  const block = Buffer.alloc(65_536, 0x61);
  let left = amount;
  const pump = () => {
    while (left > 0) {
      const size = Math.min(left, block.length);
      left -= size;
      if (!socket.write(block.subarray(0, size))) {
        socket.once('drain', pump);
        return;
      }
    }
  };
  pump();
}

function receive(socket, amount, already) {
  let seen = already;
  const check = () => {
    if (seen >= amount) socket.end('k');
  };
  socket.on('data', (chunk) => {
    seen += chunk.length;
    check();
  });
  check();
}
