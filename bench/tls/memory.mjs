// Memory that a connection holds: heap and external, after garbage collection, idle and again after a burst.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createTlsClient } from '@portico/tls13-core/client';
import { createTlsServer, parseServerConfig } from '@portico/tls13-core/server';
import { exchange, makeSetup, provider } from './setup.mjs';

const BURST = 1 << 20;

export async function memory(effort) {
  const pairs = effort.secondsPerRound > 0.2 ? 500 : 50;
  const setup = await makeSetup();
  const serverConfig = parseServerConfig({ provider, credentials: setup.credentials });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const held = () => {
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const pair = () => {
    const client = createTlsClient({ provider, serverName: 'localhost', verifyPeer: setup.verifyPeer });
    const server = createTlsServer(serverConfig);
    exchange(client, server);
    if (client.state !== 'open') throw new Error('the handshake failed');
    return [client, server];
  };
  for (let i = 0; i < 10; i++) pair();
  const before = held();
  const connections = Array.from({ length: pairs }, pair);
  const idle = (held() - before) / (2 * pairs);
  const data = new Uint8Array(65_536);
  for (const [client, server] of connections) {
    for (let sent = 0; sent < BURST / 2; sent += data.length) {
      client.send(data);
      server.send(data);
      exchange(client, server);
    }
  }
  const afterBurst = (held() - before) / (2 * pairs);
  if (connections.some(([client]) => client.state !== 'open')) throw new Error('a connection was lost');
  const kibibytes = (bytes) => ({ rate: bytes / 1024 });
  return [
    {
      id: 'memory',
      title: `memory per core connection, KiB (${2 * pairs} connections, both sides in one process)`,
      unit: ' KiB',
      rates: { idle: kibibytes(idle), 'after 1 MiB, idle again': kibibytes(afterBurst) },
      ratios: [
        { what: 'KiB per connection, idle', ratio: idle / 1024, must: 16, aim: 8, higherIsBetter: false },
        { what: 'KiB per connection, after 1 MiB', ratio: afterBurst / 1024, must: 16, aim: 8, higherIsBetter: false },
      ],
    },
  ];
}
