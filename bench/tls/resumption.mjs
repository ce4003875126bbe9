// What a resumed session spares each side, in memory, with either provider: no certificates, no signatures.
import { createTicketProtector } from '@portico/tls13-core';
import { createTlsClient } from '@portico/tls13-core/client';
import { createTlsServer, parseServerConfig } from '@portico/tls13-core/server';
import { createNodeProvider } from '@portico/transport-node';
import { median } from '../lib/measure.mjs';
import { makeSetup, provider as nobleProvider } from './setup.mjs';

export async function resumption(effort) {
  const count = Math.max(10, Math.round(effort.rounds * effort.secondsPerRound * 42));
  const setup = await makeSetup();
  return [
    measureWith('noble', nobleProvider, setup, count),
    measureWith('node:crypto', createNodeProvider(), await makeSetup(createNodeProvider()), count),
  ];
}

function measureWith(name, provider, setup, count) {
  const now = Date.now;
  const serverConfig = parseServerConfig({
    provider,
    credentials: setup.credentials,
    tickets: {
      protector: createTicketProtector({ provider, keys: [{ name: 'bench', key: provider.random(32) }] }),
      now,
    },
  });
  const clientConfig = {
    provider,
    serverName: 'localhost',
    verifyPeer: setup.verifyPeer,
    groups: ['x25519'],
    resumption: { now, policy: 'bench' },
  };
  const samples = { client: { full: [], resumed: [] }, server: { full: [], resumed: [] } };
  let session;
  for (let i = 0; i < 2 * count; i++) {
    const kind = session === undefined ? 'full' : 'resumed';
    const { times, ticket, resumed } = handshake(
      session === undefined ? clientConfig : { ...clientConfig, session },
      serverConfig,
    );
    if (resumed !== (kind === 'resumed')) throw new Error(`expected a ${kind} handshake`);
    for (const side of ['client', 'server']) samples[side][kind].push(times[side]);
    session = session === undefined ? ticket : undefined;
  }
  const rates = {};
  for (const side of ['client', 'server']) {
    for (const kind of ['full', 'resumed']) {
      const milliseconds = median(samples[side][kind].slice(count >> 2));
      rates[`${side}, ${kind}`] = { rate: 1000 / milliseconds, also: `${milliseconds.toFixed(2)} ms` };
    }
  }
  const ratio = (side) => rates[`${side}, full`].rate / rates[`${side}, resumed`].rate;
  return {
    id: `resumption-${name}`,
    title: `full and resumed handshakes in memory, ${name}, X25519, P-256 chain of three (${count} of each)`,
    unit: ' handshakes/s',
    rates,
    ratios: ['client', 'server'].map((side) => ({
      what: `${side}'s resumed handshake over its full one, ${name}`,
      ratio: ratio(side),
    })),
  };
}

/** One handshake with its ticket; the time that is spent in each side. */
function handshake(clientConfig, serverConfig) {
  const times = { client: 0, server: 0 };
  const timed = (side, work) => {
    const start = performance.now();
    const result = work();
    times[side] += performance.now() - start;
    return result;
  };
  const client = timed('client', () => createTlsClient(clientConfig));
  const server = timed('server', () => createTlsServer(serverConfig));
  let ticket;
  while (ticket === undefined || server.state === 'handshaking') {
    const up = timed('client', () => client.takeOutput());
    timed('server', () => server.receive(up));
    const down = timed('server', () => server.takeOutput());
    for (const event of timed('client', () => client.receive(down))) {
      if (event.type === 'session-ticket') ticket = event.session;
      if (event.type === 'failed') throw event.error;
    }
  }
  return { times, ticket, resumed: server.info.resumed };
}
