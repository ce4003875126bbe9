// npm run bench -- memory: what connections hold, idle and after a burst, for as many as 10,000: of the core alone, and of
// sockets with everything that Node has for them. Heap and external memory after garbage collection, and the process's
// resident memory.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { createTlsClient } from '@portico/tls13-core/client';
import { createTlsServer, parseServerConfig } from '@portico/tls13-core/server';
import * as portico from '@portico/transport-node';
import tls from 'node:tls';
import { memoryChart } from '../lib/memory-chart.mjs';
import { exchange, makeSetup } from './setup.mjs';

/** The first warms up, and is not told. */
const SIZES = { thorough: [300, 1000, 10_000], quick: [50, 100, 200] };
/** Bytes that each connection receives, and as many that it sends. */
const BURST = 1 << 16;

export async function memoryGrowth(effort) {
  const counts = effort.secondsPerRound > 0.2 ? SIZES.thorough : SIZES.quick;
  const provider = portico.createNodeProvider();
  const setup = await makeSetup(provider);
  const collect = garbageCollector();
  const core = await coreConnections(setup, provider, counts, collect);
  const sockets = await socketConnections('portico', setup, counts, collect);
  const native = await socketConnections('node:tls', setup, counts, collect);
  const all = { 'core connection': core, 'socket, portico': sockets, 'socket, node:tls': native };
  return [
    {
      id: 'memory-growth',
      title: `memory of a connection by the number of connections, idle and again idle after ${2 * (BURST >> 10)} KiB`,
      unit: ' KiB',
      rates: Object.fromEntries(
        Object.entries(all).flatMap(([name, points]) =>
          points.map(({ count, idle, afterBurst, resident }) => [
            `${name}, ${count}`,
            {
              rate: idle / 1024 / count,
              count,
              idle,
              afterBurst,
              resident,
              also: `${kibibytes(afterBurst, count)} after the burst; ${kibibytes(resident, count)} of resident memory`,
            },
          ]),
        ),
      ),
      ratios: [],
      notes: ['sockets: the server’s end alone, one of ours or of node:tls; their clients are in another process'],
      chart: { name: 'memory-growth', svg: memoryChart('Memory held by connections, idle after a burst', all) },
    },
  ];
}

function kibibytes(bytes, count) {
  return `${(bytes / 1024 / count).toFixed(1)} KiB`;
}

function garbageCollector() {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  return () => {
    gc();
    gc();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { held: heapUsed + external, rss };
  };
}

/** Both ends count, so that `count` connections are half as many pairs. */
async function coreConnections(setup, provider, counts, collect) {
  const serverConfig = parseServerConfig({ provider, credentials: setup.credentials });
  const pair = () => {
    const client = createTlsClient({
      provider,
      serverName: 'localhost',
      verifyPeer: setup.verifyKnownPeer,
      groups: ['x25519'],
    });
    const server = createTlsServer(serverConfig);
    exchange(client, server);
    if (client.state !== 'open') throw new Error('the handshake failed');
    return [client, server];
  };
  for (let i = 0; i < 20; i++) pair();
  const data = new Uint8Array(65_536);
  const points = [];
  for (const count of counts) {
    const before = collect();
    const connections = Array.from({ length: count / 2 }, pair);
    const idle = collect();
    for (const [client, server] of connections) {
      for (let sent = 0; sent < BURST; sent += data.length) {
        client.send(data);
        server.send(data);
        exchange(client, server);
      }
    }
    const after = collect();
    if (connections.some(([client]) => client.state !== 'open')) throw new Error('a connection was lost');
    points.push(pointOf(count, before, idle, after));
  }
  return points.slice(1);
}

function pointOf(count, before, idle, after) {
  return {
    count,
    idle: idle.held - before.held,
    afterBurst: after.held - before.held,
    resident: after.rss - before.rss,
  };
}

async function socketConnections(name, setup, counts, collect) {
  const sockets = new Set();
  const options = { cert: setup.chainPem, key: setup.keyPem, noDelay: true };
  const server = (name === 'portico' ? portico : tls).createServer(options, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    // Echoed: each byte is received and sent.
    socket.on('data', (chunk) => socket.write(chunk));
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1', 1024);
  await once(server, 'listening');
  const points = [];
  for (const count of counts) {
    const child = fork(fileURLToPath(new URL('./tls-holding-process.mjs', import.meta.url)));
    const ask = async (message) => {
      child.send({ port: server.address().port, ca: setup.rootPem, ...message });
      const [answer] = await once(child, 'message');
      if (answer !== 'done') throw new Error(String(answer));
      // What is on its way to be closed, and timers, have their turn.
      await new Promise((resolve) => setTimeout(resolve, 200));
    };
    await ask({ open: 1 });
    const before = collect();
    await ask({ open: count });
    const idle = collect();
    await ask({ echo: BURST });
    points.push(pointOf(count, before, idle, collect()));
    if (sockets.size !== count + 1) throw new Error(`${sockets.size} sockets, not ${count + 1}`);
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    child.disconnect();
    await once(child, 'exit');
  }
  server.close();
  return points.slice(1);
}
