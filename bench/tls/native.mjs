// The adapter over node:crypto beside node:tls, over sockets: handshakes and bulk data, at the client and at the server,
// one and fifty connections at a time. The other end is always node:tls in a process of its own; CPU of this one alone.
import { fork } from 'node:child_process';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { once } from 'node:events';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import * as portico from '@portico/transport-node';
import { measure, ratioOf } from '../lib/measure.mjs';
import { makeSetup } from './setup.mjs';
import { runClient, serve } from './native-socket.mjs';
import { startServer } from './sockets.mjs';

const CONCURRENCY = [1, 50];
const CIPHERS = 'TLS_AES_128_GCM_SHA256';
/** Named, for ours would put a hybrid first, which this node:tls does not have. */
const GROUP = 'X25519';

export async function native(effort) {
  const setup = await makeSetup();
  // Enough in each connection that its handshake does not count.
  const mebibytes = effort.secondsPerRound > 0.2 ? { 1: 64, 50: 8 } : { 1: 8, 50: 1 };
  const jobs = [];
  for (const concurrency of CONCURRENCY) {
    const amount = mebibytes[concurrency] << 20;
    jobs.push({ what: 'handshakes', letter: 'H', unit: ' handshakes/s', concurrency, amount: 0 });
    jobs.push({ what: 'bulk down', letter: 'D', unit: 'B/s', concurrency, amount });
    jobs.push({ what: 'bulk up', letter: 'U', unit: 'B/s', concurrency, amount });
  }
  return [
    await recordFloor(effort),
    ...(await atTheClient(setup, jobs, effort)),
    ...(await atTheServer(setup, jobs, effort)),
  ];
}

const RECORD = 16_384;

/**
 * What a full record costs in `node:crypto` alone, where a cipher object is for one message and its output is memory of
 * its own: nothing that seals or opens records over it can be faster.
 */
async function recordFloor(effort) {
  const [key, nonce, additionalData] = [16, 12, 5].map((length) => new Uint8Array(length));
  const content = new Uint8Array(RECORD);
  const seal = () => {
    const cipher = createCipheriv('aes-128-gcm', key, nonce);
    cipher.setAAD(additionalData);
    const ciphertext = cipher.update(content);
    cipher.final();
    return { ciphertext, tag: cipher.getAuthTag() };
  };
  const { ciphertext, tag } = seal();
  const open = () => {
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAAD(additionalData);
    decipher.setAuthTag(tag);
    decipher.update(ciphertext);
    decipher.final();
  };
  const many = (work) => () => {
    for (let i = 0; i < 64; i++) work();
    return 64 * RECORD;
  };
  const rates = await measure(
    [
      { name: 'createCipheriv, update, final, getAuthTag', run: many(seal) },
      { name: 'createDecipheriv, setAuthTag, update, final', run: many(open) },
    ],
    effort,
  );
  for (const value of Object.values(rates)) value.also = `${((RECORD / value.rate) * 1e6).toFixed(1)} µs per record`;
  return {
    id: 'native-record-floor',
    title: 'the floor of bulk over node:crypto: its calls alone for records of 16 KiB, AES-128-GCM',
    unit: 'B/s',
    rates,
    ratios: [],
  };
}

/** Our end is the client; the server is node:tls in a child. */
async function atTheClient(setup, jobs, effort) {
  const server = await startServer(setup);
  const options = {
    port: server.port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: setup.rootPem,
    ciphers: CIPHERS,
  };
  const contexts = {
    portico: { secureContext: portico.createSecureContext({ ca: setup.rootPem, ciphers: CIPHERS, ecdhCurve: GROUP }) },
    node: { secureContext: tls.createSecureContext({ ca: setup.rootPem, ciphers: CIPHERS, ecdhCurve: GROUP }) },
  };
  try {
    const results = [];
    for (const job of jobs) {
      const run = (connect, context) => () =>
        inParallel(job.concurrency, () => runClient(connect({ ...options, ...context }), job)).then(() => units(job));
      const rates = await measure(
        [
          { name: 'portico, node:crypto', run: run(portico.connect, contexts.portico) },
          { name: 'node:tls', run: run(tls.connect, contexts.node) },
        ],
        effort,
      );
      results.push(result('client', job, rates));
    }
    return results;
  } finally {
    server.stop();
  }
}

/** Our end is the server, both in this process; the clients are node:tls in a child. */
async function atTheServer(setup, jobs, effort) {
  const options = { cert: setup.chainPem, key: setup.keyPem, ciphers: CIPHERS, ecdhCurve: GROUP, noDelay: true };
  const servers = { portico: portico.createServer(options, serve), node: tls.createServer(options, serve) };
  for (const server of Object.values(servers)) {
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  const child = fork(fileURLToPath(new URL('./tls-client-process.mjs', import.meta.url)));
  const ask = async (message) => {
    child.send(message);
    const [answer] = await once(child, 'message');
    if (answer !== 'done') throw new Error(String(answer));
  };
  try {
    const results = [];
    for (const job of jobs) {
      const run = (server) => async () => {
        await ask({ ...job, port: server.address().port, ca: setup.rootPem });
        return units(job);
      };
      const rates = await measure(
        [
          { name: 'portico, node:crypto', run: run(servers.portico) },
          { name: 'node:tls', run: run(servers.node) },
        ],
        effort,
      );
      results.push(result('server', job, rates));
    }
    return results;
  } finally {
    child.disconnect();
    for (const server of Object.values(servers)) server.close();
  }
}

function result(side, { what, unit, concurrency, letter }, rates) {
  const at = `${concurrency} at a time`;
  return {
    id: `native-${side}-${letter}-${concurrency}`,
    title: `${what} over sockets, ${side}, ${at}, node:crypto beside node:tls, X25519, AES-128-GCM`,
    unit,
    rates,
    ratios: [
      {
        what: `${what}, ${side}, ${at}, node:crypto provider against node:tls`,
        ratio: ratioOf(rates['portico, node:crypto'], rates['node:tls']),
        must: 0.5,
        aim: 0.8,
      },
    ],
  };
}

function units({ letter, amount, concurrency }) {
  return concurrency * (letter === 'H' ? 1 : amount);
}

async function inParallel(count, work) {
  await Promise.all(Array.from({ length: count }, work));
}
