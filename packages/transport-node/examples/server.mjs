// The server that both examples run in each of their workers: one port with routes, and ticket keys from whoever began.
import { createPortServer } from '@portico/transport-node';

/** Starts it; `who` is told to every client, so that one can see which worker answered. */
export async function startServer({ cert, key, ticketKeys, port, who }) {
  const server = createPortServer({
    tls: { cert, key, ticketKeys },
    routes: [
      {
        name: 'sip',
        alpn: ['sip/2'],
        handle: (connection, info) => {
          const resumed = info.tls.resumed ? 'resumed' : 'new';
          connection.once('data', () => connection.end(`SIP/2.0 200 ${resumed} at ${who}\r\n\r\n`));
        },
      },
    ],
  });
  const address = await server.listen({ port });
  return { server, port: address.port };
}
