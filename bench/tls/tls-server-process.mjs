// node:tls in a process of its own, so that the measured process spends CPU on the client alone.
// argv: certificate chain file, key file. Protocol: see `serve`.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { serve } from './native-socket.mjs';

const [certificateFile, keyFile] = process.argv.slice(2);
const server = createServer(
  { cert: readFileSync(certificateFile), key: readFileSync(keyFile), minVersion: 'TLSv1.3', noDelay: true },
  serve,
);
server.on('tlsClientError', () => {});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit(0));
