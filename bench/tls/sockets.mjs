// Clients over sockets against node:tls in another process: ours and @reclaimprotocol/tls (pure JavaScript), same chain.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadX509FromPem, makeTLSClient, setCryptoImplementation } from '@reclaimprotocol/tls';
import { pureJsCrypto } from '@reclaimprotocol/tls/purejs-crypto';
import { createTlsClient } from '@portico/tls13-core/client';
import { measure, ratioOf } from '../lib/measure.mjs';
import { provider } from './setup.mjs';

/** It logs each step by default, which is not what is measured here. */
const QUIET = Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error'].map((level) => [level, () => {}]));

/** Starts node:tls in a child; `stop` ends it. */
export async function startServer(setup) {
  const folder = mkdtempSync(join(tmpdir(), 'portico-bench-'));
  const [certificate, key] = [join(folder, 'chain.pem'), join(folder, 'key.pem')];
  writeFileSync(certificate, setup.chainPem);
  writeFileSync(key, setup.keyPem, { mode: 0o600 });
  const child = fork(fileURLToPath(new URL('./tls-server-process.mjs', import.meta.url)), [certificate, key]);
  const port = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return {
    port,
    stop: () => {
      child.removeAllListeners('exit');
      child.disconnect();
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * A client of ours on a socket: resolves when `onOpen` calls its second argument. `onOpen(send, finish)`, and
 * `onData(length, finish)` for what comes.
 */
export function portico(setup, port, { cipherSuites, onOpen, onData = () => {} }) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const tls = createTlsClient({
      provider,
      serverName: 'localhost',
      verifyPeer: setup.verifyPeer,
      // What the peers have: no ML-KEM.
      groups: ['x25519'],
      ...(cipherSuites === undefined ? {} : { cipherSuites }),
    });
    const flush = () => {
      const output = tls.takeOutput();
      return output.length === 0 || socket.write(output);
    };
    const finish = () => {
      socket.destroy();
      resolve();
    };
    const send = (data) => {
      tls.send(data);
      return flush();
    };
    socket.on('connect', flush);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      for (const event of tls.receive(chunk)) {
        if (event.type === 'handshake-complete') onOpen(send, finish, (resume) => socket.once('drain', resume));
        else if (event.type === 'data') onData(event.data.length, finish);
        else if (event.type === 'failed') reject(event.error);
      }
      flush();
    });
  });
}

/** The same for @reclaimprotocol/tls, whose writes are promises. */
export function reclaim(setup, port, { cipherSuites, onOpen, onData = () => {}, ...choice }) {
  const { namedCurves = ['X25519'], cryptography = pureJsCrypto } = choice;
  setCryptoImplementation(cryptography);
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const finish = () => {
      socket.destroy();
      resolve();
    };
    const tls = makeTLSClient({
      host: 'localhost',
      verifyServerCertificate: true,
      rootCAs: [setup.reclaimRoot],
      supportedProtocolVersions: ['TLS1_3'],
      namedCurves,
      logger: QUIET,
      ...(cipherSuites === undefined ? {} : { cipherSuites }),
      write: async ({ header, content }) => {
        socket.write(header);
        socket.write(content);
      },
      onHandshake: () =>
        onOpen(
          (data) => tls.write(data),
          finish,
          (resume) => setImmediate(resume),
        ),
      onApplicationData: (data) => onData(data.length, finish),
      onTlsEnd: (error) => (error ? reject(error) : undefined),
    });
    socket.on('connect', () => tls.startHandshake());
    socket.on('error', reject);
    socket.on('data', (chunk) => tls.handleReceivedBytes(chunk));
  });
}

export async function prepareReclaim(setup, cryptography = pureJsCrypto) {
  setCryptoImplementation(cryptography);
  setup.reclaimRoot = await loadX509FromPem(setup.rootPem);
}

export async function handshakesOverSockets(setup, effort) {
  await prepareReclaim(setup);
  const server = await startServer(setup);
  try {
    const once = (client) => async () => {
      await client(setup, server.port, { onOpen: (_send, finish) => finish() });
      return 1;
    };
    const rates = await measure(
      [
        { name: 'portico, noble', run: once(portico) },
        {
          name: 'portico, noble, chain remembered',
          run: once((known, ...rest) => portico({ ...known, verifyPeer: known.verifyKnownPeer }, ...rest)),
        },
        { name: '@reclaimprotocol/tls, pure-js', run: once(reclaim) },
      ],
      effort,
    );
    for (const value of Object.values(rates)) value.also = `${(1000 / value.rate).toFixed(2)} ms CPU each`;
    return {
      id: 'handshake-sockets',
      title:
        'client handshakes over sockets, same chain; every signature checked (cold), or those of the chain remembered (warm)',
      unit: ' handshakes/s',
      rates,
      ratios: [
        {
          what: "client's handshake, cold, CPU over @reclaimprotocol/tls pure-js",
          ratio: ratioOf(rates['@reclaimprotocol/tls, pure-js'], rates['portico, noble']),
          must: 0.7,
          aim: 0.6,
          higherIsBetter: false,
        },
        {
          what: "client's handshake, chain remembered, CPU over the same",
          ratio: ratioOf(rates['@reclaimprotocol/tls, pure-js'], rates['portico, noble, chain remembered']),
          must: 0.45,
          aim: 0.38,
          higherIsBetter: false,
        },
      ],
    };
  } finally {
    server.stop();
  }
}
