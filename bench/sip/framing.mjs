// SIP framing: the same stream of messages, cut into reads of several sizes.
import { createSipFramer } from '@portico/sip-codec';
import { measure, ratioOf } from '../lib/measure.mjs';
import { inReads, sipCorpus } from './corpus.mjs';
import { createSipStreamParser } from './peers.mjs';

const READS = [
  { size: 1, must: 20, aim: 40, share: 0.02 },
  { size: 64, must: 12, aim: 25, share: 0.2 },
  { size: 1460, must: 23, aim: 46, share: 1 },
  { size: 60_000, share: 1 },
];

export async function framing(effort) {
  const results = [];
  for (const { size, must, aim, share } of READS) results.push(await framingAt(size, share, { must, aim }, effort));
  return results;
}

async function framingAt(readSize, share, budget, effort) {
  const messages = sipCorpus(Math.round(2250 * share));
  const reads = inReads(Buffer.concat(messages), readSize);
  const bytes = messages.reduce((sum, message) => sum + message.length, 0);
  const headerBytes = messages.reduce((sum, message) => sum + message.indexOf('\r\n\r\n') + 4, 0);
  const expected = messages.length;
  const rates = await measure(
    [
      {
        name: 'portico',
        run: () => {
          const framer = createSipFramer({ mode: 'stream' });
          let seen = 0;
          for (const read of reads) seen += framer.push(read).length;
          return demand(seen, expected, bytes);
        },
      },
      {
        name: 'sip',
        run: () => {
          let seen = 0;
          const push = createSipStreamParser(() => seen++);
          for (const read of reads) push(read);
          return demand(seen, expected, bytes);
        },
      },
    ],
    effort,
  );
  for (const value of Object.values(rates)) {
    const perSecond = value.rate / bytes;
    value.also = `${Math.round(perSecond * expected)} messages/s, ${Math.round((perSecond * headerBytes) / 1e6)} header MB/s`;
  }
  return {
    id: `sip-framing-${readSize}`,
    title: `SIP framing, reads of ${readSize} bytes (${expected} messages, ${bytes} bytes)`,
    unit: 'B/s',
    rates,
    ratios: [{ what: `framing at ${readSize} bytes against sip`, ratio: ratioOf(rates.portico, rates.sip), ...budget }],
  };
}

function demand(seen, expected, units) {
  if (seen !== expected) throw new Error(`framed ${seen} of ${expected} messages`);
  return units;
}
