// What both ends of the bulk and handshake benches do on their sockets, ours or node:tls's.

/** What a client of the bench does on its socket. */
export function runClient(socket, { letter, amount }) {
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.once('secureConnect', () => {
      if (letter !== 'H') socket.write(`${letter}${String(amount).padStart(12, '0')}`);
      if (letter === 'U') send(socket, amount);
      if (letter === 'H') {
        socket.resume();
        finish();
      }
    });
    let seen = 0;
    socket.on('data', (chunk) => {
      seen += chunk.length;
      if (letter === 'U' || (letter === 'D' && seen >= amount)) finish();
    });
    // With close_notify both ways, as connections end.
    const finish = () => socket.end();
    socket.once('close', resolve);
  });
}

/**
 * What a server of the bench does with its sockets. The first byte says what: D = send, U = count, H = nothing; then come
 * twelve digits, how many bytes.
 */
export function serve(socket) {
  socket.on('error', () => socket.destroy());
  socket.once('data', (first) => {
    const letter = first.toString('latin1', 0, 1);
    const amount = Number(first.toString('latin1', 1, 13));
    if (letter === 'D') send(socket, amount);
    else if (letter === 'U') receive(socket, amount, first.length - 13);
    else socket.end('h');
  });
}

const BLOCK = Buffer.alloc(65_536, 0x61);

function send(socket, amount) {
  let left = amount;
  const pump = () => {
    while (left > 0) {
      const size = Math.min(left, BLOCK.length);
      left -= size;
      if (!socket.write(BLOCK.subarray(0, size))) {
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
