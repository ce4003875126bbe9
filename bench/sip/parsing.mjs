// Framing plus parsing: the eight headers that routing needs, looked up only, and all read into values.
import {
  CALL_ID,
  CONTACT,
  CONTENT_LENGTH,
  createSipFramer,
  CSEQ,
  FROM,
  MAX_FORWARDS,
  parseSipMessage,
  TO,
  VIA,
} from '@portico/sip-codec';
import { fastestOf, measure, ratioOf } from '../lib/measure.mjs';
import { inReads, sipCorpus } from './corpus.mjs';
import { messageParsers } from './peers.mjs';

const EIGHT = [VIA, FROM, TO, CALL_ID, CSEQ, CONTACT, MAX_FORWARDS, CONTENT_LENGTH];
const EIGHT_NAMES = ['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Max-Forwards', 'Content-Length'];
const READ_SIZE = 1460;

export async function parsing(effort) {
  const messages = sipCorpus(700);
  const stream = Buffer.concat(messages);
  const reads = inReads(stream, READ_SIZE);
  const bytes = stream.length;

  const ours = (name, use) => ({
    name,
    run: () => {
      const framer = createSipFramer({ mode: 'stream' });
      let seen = 0;
      for (const read of reads) {
        for (const item of framer.push(read)) {
          use(parseSipMessage(item));
          seen++;
        }
      }
      if (seen !== messages.length) throw new Error(`parsed ${seen} of ${messages.length}`);
      return bytes;
    },
  });
  const peers = (await messageParsers()).map(({ name, parse }) => ({
    name,
    run: slices(messages, (slice) => {
      for (const message of slice) if (!parse(message)) throw new Error(`${name} refused a message`);
    }),
  }));
  const rates = await measure(
    [
      ours('portico, eight headers found', (message) => {
        for (const name of EIGHT_NAMES) message.headers.all(name);
      }),
      ours('portico, eight headers as values', (message) => {
        for (const definition of EIGHT) message.headers.read(definition);
      }),
      ...peers,
    ],
    effort,
  );
  for (const value of Object.values(rates))
    value.also = `${Math.round((value.rate / bytes) * messages.length)} messages/s`;
  const fastest = fastestOf(
    rates,
    peers.map(({ name }) => name),
  );
  return [
    {
      id: 'sip-parsing',
      title: `SIP framing and parsing (${messages.length} messages; peers get whole messages, ours ${READ_SIZE}-byte reads)`,
      unit: 'B/s',
      rates,
      ratios: [
        {
          what: 'eight headers found, against the fastest JavaScript parser',
          ratio: ratioOf(rates['portico, eight headers found'], fastest),
          must: 8,
          aim: 13,
        },
        {
          what: 'eight headers as values, against the same',
          ratio: ratioOf(rates['portico, eight headers as values'], fastest),
          must: 4.5,
          aim: 8,
        },
      ],
    },
  ];
}

/** Messages in one go: the slowest peer takes a second for all of them, longer than a round. */
const SLICE = 70;

/** A piece of work that takes the next few messages each time, round and round, and says how many bytes they have. */
function slices(messages, parse) {
  let at = 0;
  return () => {
    const slice = messages.slice(at, at + SLICE);
    at = at + SLICE < messages.length ? at + SLICE : 0;
    parse(slice);
    return slice.reduce((sum, { length }) => sum + length, 0);
  };
}
