// Bulk data over sockets against node:tls in another process, down and up; CPU of the client alone.
import { measure, ratioOf } from '../lib/measure.mjs';
import { makeSetup } from './setup.mjs';
import { portico, prepareReclaim, reclaim, startServer } from './sockets.mjs';

const CASES = [
  {
    title: 'AES-128-GCM',
    ours: ['TLS_AES_128_GCM_SHA256'],
    theirs: ['TLS_AES_128_GCM_SHA256'],
    down: [2, 2.6],
    up: [8, 10],
  },
  {
    title: 'best suite of each',
    // Named, for the server would otherwise choose by its own order.
    ours: ['TLS_CHACHA20_POLY1305_SHA256'],
    theirs: ['TLS_CHACHA20_POLY1305_SHA256'],
    down: [2.8, 3.3],
    up: [9, 12],
  },
];

export async function bulk(effort) {
  const setup = await makeSetup();
  await prepareReclaim(setup);
  const server = await startServer(setup);
  const amount = effort.secondsPerRound > 0.2 ? 16 << 20 : 4 << 20;
  try {
    const results = [];
    for (const { title, ours, theirs, down, up } of CASES) {
      results.push(await direction('down', download, { title, ours, theirs, budget: down }));
      results.push(await direction('up', upload, { title, ours, theirs, budget: up }));
    }
    return results;
  } finally {
    server.stop();
  }

  async function direction(name, transfer, { title, ours, theirs, budget: [must, aim] }) {
    const rates = await measure(
      [
        { name: 'portico, noble', run: () => transfer(portico, ours) },
        { name: '@reclaimprotocol/tls, pure-js', run: () => transfer(reclaim, theirs) },
      ],
      effort,
    );
    return {
      id: `bulk-${name}-${title.replaceAll(' ', '-')}`,
      title: `bulk ${name}, ${title} (${amount >> 20} MiB per connection)`,
      unit: 'B/s',
      rates,
      ratios: [
        {
          what: `bulk ${name}, ${title}, against @reclaimprotocol/tls`,
          ratio: ratioOf(rates['portico, noble'], rates['@reclaimprotocol/tls, pure-js']),
          must,
          aim,
        },
      ],
    };
  }

  async function download(client, cipherSuites) {
    let seen = 0;
    await client(setup, server.port, {
      cipherSuites,
      onOpen: (send) => void send(command('D')),
      onData: (length, finish) => {
        seen += length;
        if (seen >= amount) finish();
      },
    });
    return seen;
  }

  async function upload(client, cipherSuites) {
    const block = Buffer.alloc(65_536, 0x62);
    await client(setup, server.port, {
      cipherSuites,
      onOpen: (send, _finish, whenDrained) => {
        let sent = 0;
        const pump = async () => {
          await send(sent === 0 ? command('U') : block);
          while (sent < amount) {
            sent += block.length;
            const accepted = await send(block);
            if (accepted === false) {
              whenDrained(pump);
              return;
            }
          }
        };
        void pump();
      },
      onData: (_length, finish) => finish(),
    });
    return amount;
  }

  function command(letter) {
    return Buffer.from(`${letter}${String(amount).padStart(12, '0')}`, 'latin1');
  }
}
