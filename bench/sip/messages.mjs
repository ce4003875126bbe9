// Messages of three sizes, framed and parsed; responses built; a Via spliced into a request that is forwarded.
import { createRequire } from 'node:module';
import { createResponse, createSipFramer, editHeaders, parseSipMessage, VIA } from '@portico/sip-codec';
import { measure, ratioOf } from '../lib/measure.mjs';
import { messagesOfSize, sipCorpus } from './corpus.mjs';

const sip = createRequire(import.meta.url)('sip');
const SIZES = [300, 1000, 5000];
const COUNT = 200;

export async function messages(effort) {
  const results = [];
  for (const size of SIZES) results.push(await messagesOf(size, effort));
  return [...results, await responses(effort), await forwarding(effort)];
}

async function messagesOf(size, effort) {
  const all = messagesOfSize(size, COUNT);
  const bytes = all.reduce((sum, message) => sum + message.length, 0);
  const headerBytes = all.reduce((sum, message) => sum + message.indexOf('\r\n\r\n') + 4, 0);
  const rates = await measure(
    [
      {
        name: 'portico, framed and parsed, Via read',
        run: () => {
          const framer = createSipFramer({ mode: 'stream' });
          let vias = 0;
          for (const chunk of all)
            for (const item of framer.push(chunk)) vias += parseSipMessage(item).headers.read(VIA).length;
          return demand(vias, COUNT);
        },
      },
      {
        name: 'sip, parsed (every header)',
        run: () => demand(all.filter((message) => sip.parse(message).headers.via.length === 1).length, COUNT),
      },
    ],
    effort,
  );
  for (const value of Object.values(rates)) {
    const perSecond = value.rate / COUNT;
    value.also = `${((perSecond * bytes) / 1e6).toFixed(0)} MB/s, ${((perSecond * headerBytes) / 1e6).toFixed(0)} header MB/s`;
  }
  const [ours, theirs] = Object.values(rates);
  return {
    id: `sip-messages-${size}`,
    title: `SIP messages of ${Math.round(bytes / COUNT)} bytes, of which ${Math.round(headerBytes / COUNT)} head`,
    unit: ' messages/s',
    rates,
    ratios: [{ what: `messages of ${size} bytes against sip`, ratio: ratioOf(ours, theirs) }],
  };
}

/** A 200 to each request: theirs is an object made and written as text, ours bytes that were parsed again. */
async function responses(effort) {
  const requests = sipCorpus(350).filter((message) => !message.toString('latin1', 0, 4).startsWith('SIP/'));
  const ours = requests.map((message) => parseSipMessage(message));
  const theirs = requests.map((message) => sip.parse(message));
  const rates = await measure(
    [
      {
        name: 'portico createResponse',
        run: () => {
          let bytes = 0;
          for (const request of ours) bytes += createResponse(request, 200, { toTag: 'a1b2c3' }).bytes.length;
          return demand(Math.min(bytes, requests.length), requests.length);
        },
      },
      {
        name: 'sip makeResponse and stringify',
        run: () => {
          let length = 0;
          for (const request of theirs)
            length += Buffer.from(sip.stringify(sip.makeResponse(request, 200, 'OK'))).length;
          return demand(Math.min(length, requests.length), requests.length);
        },
      },
    ],
    effort,
  );
  const [mine, other] = Object.values(rates);
  return {
    id: 'sip-responses',
    title: 'SIP responses built from parsed requests',
    unit: ' responses/s',
    rates,
    ratios: [{ what: 'responses against sip', ratio: ratioOf(mine, other) }],
  };
}

/** What a proxy does to each request, beside the least that it could cost: moving the same bytes. */
async function forwarding(effort) {
  const requests = sipCorpus(350).filter((message) => !message.toString('latin1', 0, 4).startsWith('SIP/'));
  const parsed = requests.map((message) => parseSipMessage(message));
  const edit = [
    { type: 'prepend', name: 'Via', value: 'SIP/2.0/TLS proxy.example.com;branch=z9hG4bK0123456789abcdef' },
  ];
  const results = parsed.map((message) => editHeaders(message, edit).bytes);
  const target = new Uint8Array(Math.max(...results.map(({ length }) => length)));
  const rates = await measure(
    [
      {
        name: 'a Via spliced in',
        run: () => {
          let bytes = 0;
          for (const message of parsed) bytes += editHeaders(message, edit).bytes.length;
          return demand(Math.min(bytes, parsed.length), parsed.length);
        },
      },
      {
        name: 'Uint8Array.set of the same bytes',
        run: () => {
          for (const bytes of results) target.set(bytes);
          return results.length;
        },
      },
      {
        name: 'a fresh array and set',
        run: () => {
          let length = 0;
          for (const bytes of results) length += new Uint8Array(bytes).length;
          return demand(Math.min(length, results.length), results.length);
        },
      },
    ],
    effort,
  );
  const [ours, set, fresh] = Object.values(rates);
  return {
    id: 'sip-forwarding',
    title: 'SIP requests forwarded with one more Via',
    unit: ' requests/s',
    rates,
    ratios: [
      { what: 'time to splice a Via, over Uint8Array.set of the same bytes', ratio: ratioOf(set, ours) },
      { what: 'time to splice a Via, over a fresh copy of the same bytes', ratio: ratioOf(fresh, ours) },
    ],
  };
}

function demand(seen, expected) {
  if (seen !== expected) throw new Error(`${seen} of ${expected}`);
  return expected;
}
