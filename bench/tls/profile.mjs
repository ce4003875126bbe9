// npm run bench -- profile: where the time goes, by function, of a handshake and of bulk in each direction.
import { Session } from 'node:inspector/promises';
import { createTlsClient, parseClientConfig } from '@portico/tls13-core/client';
import { createTlsServer, parseServerConfig } from '@portico/tls13-core/server';
import { createNodeProvider } from '@portico/transport-node';
import { exchange, makeSetup, provider as nobleProvider } from './setup.mjs';

/** Rows of each table. */
const TOP = 10;
/** Microseconds between two samples. */
const INTERVAL = 200;

export async function profile(effort) {
  const results = [];
  for (const [name, provider, suite] of [
    ['noble', nobleProvider, 'TLS_CHACHA20_POLY1305_SHA256'],
    ['node:crypto', createNodeProvider(), 'TLS_AES_128_GCM_SHA256'],
  ]) {
    const sides = await makeSides(provider, suite);
    const seconds = effort.secondsPerRound * (name === 'noble' ? 6 : 4);
    for (const side of ['client', 'server']) {
      results.push(await table(`handshake, ${side}, ${name}`, seconds, sides.handshake(side)));
    }
    for (const direction of ['sending', 'receiving']) {
      results.push(await table(`bulk, ${direction}, ${name}, ${suite}`, seconds, sides.bulk(direction)));
    }
  }
  return results;
}

async function makeSides(provider, suite) {
  const setup = await makeSetup(provider);
  const serverConfig = parseServerConfig({ provider, credentials: setup.credentials });
  const clientConfig = parseClientConfig({
    provider,
    serverName: 'localhost',
    verifyPeer: setup.verifyPeer,
    groups: ['x25519'],
    cipherSuites: [suite],
  });
  return {
    handshake: (side) => () => {
      const call = (owner, work) => (owner === side ? measured(work) : work());
      const client = call('client', () => createTlsClient(clientConfig));
      const server = call('server', () => createTlsServer(serverConfig));
      while (client.state === 'handshaking' || server.state === 'handshaking') {
        const up = call('client', () => client.takeOutput());
        call('server', () => server.receive(up));
        const down = call('server', () => server.takeOutput());
        call('client', () => client.receive(down));
        if (client.state === 'failed' || server.state === 'failed') throw new Error('the handshake failed');
      }
    },
    bulk: (direction) => {
      const client = createTlsClient(clientConfig);
      const server = createTlsServer(serverConfig);
      exchange(client, server);
      const data = new Uint8Array(65_536).fill(0x61);
      const send = () => {
        client.send(data);
        return client.takeOutputParts();
      };
      return () => {
        // As a socket would: the parts go out as they are, and come in joined.
        const output = Buffer.concat(direction === 'sending' ? measured(send) : send());
        const receive = () => server.receive(output);
        if (direction === 'receiving') measured(receive);
        else receive();
      };
    },
  };
}

/** What is done in here counts; its name is looked for in the stacks. */
function measured(work) {
  return work();
}

/** The functions in which most of the time went, of what was called by `measured`. */
async function table(title, seconds, work) {
  for (const start = performance.now(); performance.now() - start < seconds * 300;) work();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
  await session.post('Profiler.start');
  for (const start = performance.now(); performance.now() - start < seconds * 1000;) work();
  const { profile: found } = await session.post('Profiler.stop');
  session.disconnect();
  const selfTimes = selfTimesOf(found);
  const total = [...selfTimes.values()].reduce((sum, time) => sum + time, 0);
  const rows = [...selfTimes].sort(([, left], [, right]) => right - left).slice(0, TOP);
  return {
    id: `profile-${title}`,
    title: `profile: ${title}`,
    unit: ' %',
    rates: Object.fromEntries(rows.map(([name, time]) => [name, { rate: (100 * time) / total }])),
    ratios: [],
  };
}

function selfTimesOf({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const names = new Map();
  const visit = (node, inside) => {
    const { functionName } = node.callFrame;
    const within = inside || functionName === 'measured';
    // The collector has no caller: it cleans up behind both ends.
    if (within || functionName === '(garbage collector)') names.set(node.id, nameOf(node.callFrame));
    for (const child of node.children ?? []) visit(byId.get(child), within);
  };
  visit(nodes[0], false);
  const times = new Map();
  samples.forEach((id, index) => {
    const name = names.get(id);
    if (name !== undefined) times.set(name, (times.get(name) ?? 0) + timeDeltas[index]);
  });
  return times;
}

/** `aead/ghash.js update`: the file by its last two parts. */
function nameOf({ functionName, url }) {
  const file = url
    .replace(/^.*\/(?:dist|node_modules)\//, '')
    .split('/')
    .slice(-2)
    .join('/');
  return `${functionName || '(anonymous)'}${file === '' ? '' : `, ${file}`}`;
}
