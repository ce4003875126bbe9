// A peer by the `node:tls` of whatever runtime this is. As a client it sends a text and prints what it negotiated and got
// back, `times` times in a row and each time with the session of the time before, and `lines` times in each connection; as a server it echoes, and prints its
// port and what it negotiated. `exportLabel` asks for 40 bytes of keying material, `keyLog` names a file for the key log,
// `staple` one that a server staples, and `psk` is the identity and the key, in hexadecimal, of an external PSK.
import { appendFileSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:tls';

const [role, settings] = process.argv.slice(2);
const {
  port,
  ca,
  cert,
  key,
  exportLabel,
  keyLog,
  staple,
  psk,
  times = 1,
  lines = 1,
  ...options
} = JSON.parse(settings);
const read = (path) => (path === undefined ? undefined : readFileSync(path));
const files = Object.fromEntries(
  Object.entries({ ca: read(ca), cert: read(cert), key: read(key) }).filter(([, v]) => v),
);
if (psk !== undefined) {
  const [identity, hexadecimal] = psk;
  const key = Buffer.from(hexadecimal, 'hex');
  options.pskCallback =
    role === 'client' ? () => ({ identity, psk: key }) : (_, asked) => (asked === identity ? key : null);
}
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const log = (line) => keyLog !== undefined && appendFileSync(keyLog, line);
const agreed = (socket) => ({
  version: socket.getProtocol(),
  alpn: socket.alpnProtocol,
  suite: socket.getCipher()?.name,
  resumed: socket.isSessionReused(),
  peer: socket.getPeerCertificate()?.subject?.CN ?? null,
  ...(exportLabel === undefined
    ? {}
    : { exported: socket.exportKeyingMaterial(40, exportLabel, Buffer.alloc(0)).toString('hex') }),
});

/** One connection; gives the session that came with it, if any. */
function call(session) {
  return new Promise((resolve) => {
    const own = { host: '127.0.0.1', port, servername: 'localhost', ...files, ...options };
    const socket = connect(session === undefined ? own : { ...own, session }, () => socket.write('hello\n'));
    let text = '';
    let next;
    let stapled;
    socket.on('session', (ticket) => (next = ticket));
    socket.on('keylog', log);
    socket.on('OCSPResponse', (response) => (stapled = response?.length));
    socket.on('data', (data) => {
      text += data;
      if (!text.endsWith('\n')) return;
      if (text.length < lines * 6) return void socket.write('hello\n');
      say({ ...agreed(socket), authorized: socket.authorized, stapled, text });
      socket.end();
    });
    socket.on('error', (error) => say({ error: error.code ?? error.message }));
    socket.on('close', () => resolve(next));
  });
}

if (role === 'client') {
  let session;
  for (let time = 0; time < times; time++) session = await call(session);
} else {
  const server = createServer({ ...files, ...options }, (socket) => {
    say(agreed(socket));
    socket.on('error', () => undefined);
    socket.on('data', (data) => socket.write(data));
    socket.on('end', () => socket.end());
  });
  server.on('keylog', log);
  if (staple !== undefined) server.on('OCSPRequest', (_certificate, _issuer, answer) => answer(null, read(staple)));
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
}
