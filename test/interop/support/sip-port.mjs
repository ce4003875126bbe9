// The port of the SIP servers of the tests: programs of their own, which say where they listen and, at their end, what
// happened.
import { readFileSync } from 'node:fs';
import { createPortServer } from '@portico/transport-node';

/**
 * Listens on a free port and hands SIP connections to `handle`. Standard error says "listening on 127.0.0.1:P"; when the
 * process is told to end, standard output gets one JSON line of what `report` returns. Resolves to the port's number.
 */
export async function listenForSip({ cert, key, handle, report }) {
  const port = createPortServer({
    tls: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') },
    routes: [{ name: 'sip', alpn: ['sip/2'], aliases: ['sip'], sniff: 'sip', handle }],
    sniffing: true,
  });
  const address = await port.listen({ host: '127.0.0.1', port: 0 });
  console.error(`listening on 127.0.0.1:${address.port}`);
  process.once('SIGTERM', async () => {
    await port.close({ graceMs: 100 });
    console.log(JSON.stringify(report()));
  });
  return address.port;
}
