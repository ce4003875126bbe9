// Handshakes in memory: what a side costs beyond the cryptography that it cannot avoid, and how many a second.
import { createTlsClient, parseClientConfig } from '@portico/tls13-core/client';
import { createTlsServer, parseServerConfig } from '@portico/tls13-core/server';
import { median } from '../lib/measure.mjs';
import { handshakesOverSockets } from './sockets.mjs';
import { sidePrimitives } from './primitives.mjs';
import { makeSetup, provider } from './setup.mjs';

export async function handshakes(effort) {
  const setup = await makeSetup();
  const count = Math.max(20, Math.round(effort.rounds * effort.secondsPerRound * 84));
  // The engine has compiled all of a handshake after some thousands; its primitives, which are loops, after one.
  const warmUp = count * (effort.secondsPerRound > 0.2 ? 25 : 1);
  return [inMemory(setup, count, warmUp), await handshakesOverSockets(setup, effort)];
}

/** Handshakes of which many are still interpreted. */
const YOUNG = 20;

/** Every call into one side is timed by itself; the primitives of each side are timed in between, in the same loop. */
function inMemory(setup, count, warmUp) {
  const serverConfig = parseServerConfig({ provider, credentials: setup.credentials, alpn: { protocols: ['sip/2'] } });
  const clientOptions = {
    provider,
    serverName: 'localhost',
    verifyPeer: setup.verifyPeer,
    alpn: { protocols: ['sip/2'] },
    // What the primitives below are, and what the peers have: no ML-KEM.
    groups: ['x25519'],
  };
  const clientConfig = parseClientConfig(clientOptions);
  const primitives = sidePrimitives(setup, clientOptions, serverConfig);
  const samples = { client: [], server: [], clientPrimitives: [], serverPrimitives: [] };
  for (let i = 0; i < warmUp + count; i++) {
    const times = { client: 0, server: 0 };
    const client = timed(times, 'client', () => createTlsClient(clientConfig));
    const server = timed(times, 'server', () => createTlsServer(serverConfig));
    while (client.state === 'handshaking' || server.state === 'handshaking') {
      const up = timed(times, 'client', () => client.takeOutput());
      timed(times, 'server', () => server.receive(up));
      const down = timed(times, 'server', () => server.takeOutput());
      timed(times, 'client', () => client.receive(down));
      if (client.state === 'failed' || server.state === 'failed') throw new Error('the handshake failed');
    }
    timed(times, 'clientPrimitives', primitives.client);
    timed(times, 'serverPrimitives', primitives.server);
    for (const name of Object.keys(samples)) samples[name].push(times[name]);
  }
  const medians = (first, last) =>
    Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, median(values.slice(first, last))]));
  const young = medians(0, YOUNG);
  const warm = medians(warmUp, warmUp + count);
  const rates = Object.fromEntries(
    [
      ['client', warm.client],
      ['its primitives alone', warm.clientPrimitives],
      ['server', warm.server],
      ['its primitives alone ', warm.serverPrimitives],
    ].map(([name, milliseconds]) => [name, { rate: 1000 / milliseconds, also: `${milliseconds.toFixed(2)} ms` }]),
  );
  return {
    id: 'handshake-in-memory',
    title: `handshakes in memory, noble, X25519, P-256 chain of three (${count} handshakes after ${warmUp})`,
    unit: ' handshakes/s',
    rates,
    ratios: [
      {
        what: "client's handshake over its primitives",
        ratio: warm.client / warm.clientPrimitives,
        must: 1.25,
        aim: 1.1,
        higherIsBetter: false,
      },
      {
        what: "server's handshake over its primitives",
        ratio: warm.server / warm.serverPrimitives,
        must: 1.35,
        aim: 1.15,
        higherIsBetter: false,
      },
      {
        what: `client's handshake over its primitives, the first ${YOUNG} of a process`,
        ratio: young.client / young.clientPrimitives,
        higherIsBetter: false,
      },
      {
        what: `server's handshake over its primitives, the first ${YOUNG} of a process`,
        ratio: young.server / young.serverPrimitives,
        higherIsBetter: false,
      },
    ],
  };
}

/** CPU time: what others do on the machine hardly counts. */
function timed(times, name, work) {
  const start = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(start);
  times[name] = (times[name] ?? 0) + (user + system) / 1000;
  return result;
}
