// TLS 1.3 written in JavaScript over the host's cryptography, ours and others': clients over sockets, against node:tls in
// another process; CPU of the client alone. P-256 and AES-128-GCM, which is what all of them have.
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as lemonConnect } from 'lemon-tls';
import { SocketReadQueue, TrustedCert, startTls } from 'subtls';
import { webcryptoCrypto } from '@reclaimprotocol/tls/webcrypto';
import * as portico from '@portico/transport-node';
import { measure, ratioOf } from '../lib/measure.mjs';
import { runClient } from './native-socket.mjs';
import { makeSetup } from './setup.mjs';
import { prepareReclaim, reclaim, startServer } from './sockets.mjs';

const JOBS = [
  { what: 'handshakes', letter: 'H', unit: ' handshakes/s' },
  { what: 'bulk down', letter: 'D', unit: 'B/s' },
  { what: 'bulk up', letter: 'U', unit: 'B/s' },
];

export async function hostCryptoClients(effort) {
  const setup = await makeSetup();
  await prepareReclaim(setup, webcryptoCrypto);
  const server = await startServer(setup);
  const amount = (effort.secondsPerRound > 0.2 ? 16 : 2) << 20;
  const clients = await makeClients(setup, server.port);
  try {
    const results = [];
    for (const job of JOBS) {
      const contenders = clients.map(({ name, run }) => ({
        name,
        run: async () => {
          await run({ ...job, amount });
          return job.letter === 'H' ? 1 : amount;
        },
      }));
      results.push(result(job, amount, await measure(contenders, effort)));
    }
    return results;
  } finally {
    server.stop();
  }
}

async function makeClients(setup, port) {
  const address = { port, host: '127.0.0.1', servername: 'localhost' };
  const secureContext = portico.createSecureContext({
    ca: setup.rootPem,
    ciphers: 'TLS_AES_128_GCM_SHA256',
    ecdhCurve: 'P-256',
  });
  const roots = await TrustedCert.databaseFromPEM(setup.rootPem);
  return [
    { name: OURS, run: (job) => runClient(portico.connect({ ...address, secureContext }), job) },
    {
      name: 'lemon-tls, node:crypto',
      run: (job) =>
        runClient(
          lemonConnect({
            ...address,
            ca: setup.rootPem,
            groups: [SECP256R1],
            allowedCipherSuites: [TLS_AES_128_GCM_SHA256],
            minVersion: 'TLSv1.3',
          }),
          job,
        ),
    },
    { name: '@reclaimprotocol/tls, WebCrypto', run: (job) => reclaimClient(setup, port, job) },
    { name: 'subtls, WebCrypto', run: (job) => subtlsClient(roots, port, job) },
  ];
}

const OURS = 'portico, node:crypto';
/** RFC 9846, sections 4.3.7 and B.4. */
const SECP256R1 = 0x0017;
const TLS_AES_128_GCM_SHA256 = 0x1301;

function reclaimClient(setup, port, job) {
  let seen = 0;
  return reclaim(setup, port, {
    cipherSuites: ['TLS_AES_128_GCM_SHA256'],
    namedCurves: ['SECP256R1'],
    cryptography: webcryptoCrypto,
    onOpen: async (send, finish) => {
      if (job.letter === 'H') finish();
      else await speak(job, send);
    },
    onData: (length, finish) => {
      seen += length;
      if (job.letter === 'U' || seen >= job.amount) finish();
    },
  });
}

async function subtlsClient(roots, port, job) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const queue = new SocketReadQueue(socket);
  const { read, write } = await startTls(
    'localhost',
    roots,
    (length, mode) => queue.read(length, mode),
    (data) => socket.write(data),
  );
  // Its handshake goes on with the first call; what the server sends when it is told nothing is one byte.
  if (job.letter === 'H') await write(Buffer.from('H000000000000'));
  else await speak(job, write);
  for (let seen = 0; job.letter !== 'H' && seen < (job.letter === 'U' ? 1 : job.amount);) {
    const data = await read();
    if (data === undefined) throw new Error('the server closed early');
    seen += data.length;
  }
  socket.destroy();
}

const BLOCK = Buffer.alloc(65_536, 0x62);
/** What a client that takes no more than a record at once is given. */
const RECORD = 16_384;

/** Says what the server is to do (see `serve`), and sends what it is to count. */
async function speak({ letter, amount }, send) {
  await send(Buffer.from(`${letter}${String(amount).padStart(12, '0')}`, 'latin1'));
  if (letter !== 'U') return;
  for (let sent = 0; sent < amount; sent += RECORD) await send(BLOCK.subarray(0, RECORD));
}

function result({ what, letter, unit }, amount, rates) {
  const others = Object.entries(rates).filter(([name]) => name !== OURS);
  return {
    id: `host-crypto-${letter}`,
    title: `${what}, clients in JavaScript over the host's cryptography, P-256, AES-128-GCM${
      letter === 'H' ? '' : ` (${amount >> 20} MiB per connection)`
    }`,
    unit,
    rates,
    ratios: others.map(([name, other]) => ({ what: `${what} against ${name}`, ratio: ratioOf(rates[OURS], other) })),
  };
}
