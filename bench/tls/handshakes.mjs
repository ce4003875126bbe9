// Handshakes in memory: what a side costs beyond the cryptography that it cannot avoid, and how many a second.
import { createTlsClient } from '@portico/tls13-core/client';
import { createTlsServer, parseServerConfig } from '@portico/tls13-core/server';
import { keyAlgorithmFor } from '@portico/crypto';
import { median } from '../lib/measure.mjs';
import { handshakesOverSockets } from './sockets.mjs';
import { makeSetup, provider } from './setup.mjs';

export async function handshakes(effort) {
  const setup = await makeSetup();
  const count = Math.max(20, Math.round(effort.rounds * effort.secondsPerRound * 60));
  return [inMemory(setup, count), await handshakesOverSockets(setup, effort)];
}

/** Every call into one side is timed by itself; the primitives of each side are timed in between, in the same loop. */
function inMemory(setup, count) {
  const serverConfig = parseServerConfig({ provider, credentials: setup.credentials, alpn: { protocols: ['sip/2'] } });
  const clientConfig = {
    provider,
    serverName: 'localhost',
    verifyPeer: setup.verifyPeer,
    alpn: { protocols: ['sip/2'] },
    // What the primitives below are, and what the peers have: no ML-KEM.
    groups: ['x25519'],
  };
  const primitives = sidePrimitives(setup);
  const samples = { client: [], server: [], clientPrimitives: [], serverPrimitives: [] };
  for (let i = 0; i < count; i++) {
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
  const warm = Object.fromEntries(
    Object.entries(samples).map(([name, values]) => [name, median(values.slice(Math.floor(values.length / 4)))]),
  );
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
    title: `handshakes in memory, noble, X25519, P-256 chain of three (${count} handshakes)`,
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

/** What each side cannot do without: key exchange, signatures, and the hashing of the key schedule. */
function sidePrimitives({ leaf, leafKey, root, intermediate }) {
  const group = provider.groups.find(({ name }) => name === 'x25519');
  const algorithm = keyAlgorithmFor(provider, leafKey);
  const ecdsa = { type: 'ecdsa', hash: 'sha256' };
  const message = new Uint8Array(130).fill(0x20);
  const signature = algorithm.sign(leafKey, ecdsa, message, provider.random);
  const keys = [leaf.publicKey, intermediate.certificate.publicKey, root.certificate.publicKey];
  const signatures = keys.map(() => signature);
  const [suite] = provider.cipherSuites;
  const peer = group.start(provider.random);
  const hashing = () => {
    const key = new Uint8Array(32);
    for (let i = 0; i < KEY_SCHEDULE_HMACS; i++) suite.hash.hmac(key, message);
  };
  return {
    client: () => {
      const exchange = group.start(provider.random);
      exchange.finish(peer.share);
      keys.forEach((key, index) => algorithm.verify(key, ecdsa, message, signatures[index]));
      hashing();
    },
    server: () => {
      group.respond(peer.share, provider.random);
      algorithm.sign(leafKey, ecdsa, message, provider.random);
      hashing();
    },
  };
}

/** HMAC calls of one side's key schedule: extracts, secrets, four keys with IVs, two Finished keys and MACs. */
const KEY_SCHEDULE_HMACS = 24;
