// The same fields of the eight headers, read by each: what a parser that only cuts a message into lines has put off is done
// here. jssip and sip.js, whose parsing alone takes ten times as long as all of this, are left out.
import { createRequire } from 'node:module';
import {
  addressTag,
  CALL_ID,
  CONTACT,
  CONTENT_LENGTH,
  createSipFramer,
  CSEQ,
  FROM,
  getParameter,
  MAX_FORWARDS,
  parseSipMessage,
  TO,
  VIA,
  viaBranch,
} from '@portico/sip-codec';
import { fastestOf, measure, ratioOf } from '../lib/measure.mjs';
import { inReads, sipCorpus } from './corpus.mjs';

const require = createRequire(import.meta.url);
const READ_SIZE = 1460;

export async function sameFields(effort) {
  const messages = sipCorpus(700);
  const stream = Buffer.concat(messages);
  const reads = inReads(stream, READ_SIZE);
  const ours = () => {
    const framer = createSipFramer({ mode: 'stream' });
    let sum = 0;
    for (const read of reads) for (const item of framer.push(read)) sum += weighOurs(parseSipMessage(item).headers);
    return sum;
  };
  const contenders = [
    ['portico', ours],
    ['sip', readerWith(require('sip'), (sip, message) => sip.parse(message), messages)],
    ['drachtio-srf', readerWith(require('drachtio-srf/lib/sip-parser/parser'), parseDrachtio, messages)],
  ];
  // Whoever reads something else sees another sum.
  const expected = ours();
  const rates = await measure(
    contenders.map(([name, read]) => ({
      name,
      run: () => {
        const sum = read();
        if (sum !== expected) throw new Error(`${name} read other fields: ${sum} and not ${expected}`);
        return stream.length;
      },
    })),
    effort,
  );
  for (const value of Object.values(rates))
    value.also = `${Math.round((value.rate / stream.length) * messages.length)} messages/s`;
  const fastest = fastestOf(rates, ['sip', 'drachtio-srf']);
  return [
    {
      id: 'sip-same-fields',
      title: 'SIP messages parsed, and the same fields of eight headers read',
      unit: 'B/s',
      rates,
      ratios: [
        {
          what: 'the same fields of eight headers read, against the fastest of these',
          ratio: ratioOf(rates.portico, fastest),
        },
      ],
    },
  ];
}

/** Lengths of texts and values of numbers, added up. */
function weighOurs(headers) {
  let sum = 0;
  for (const via of headers.read(VIA)) {
    const received = getParameter(via.parameters, 'received') ?? '';
    sum += via.transport.length + via.host.text.length + (via.port ?? 0) + viaBranch(via).length + received.length;
  }
  const [from, to] = [headers.read(FROM), headers.read(TO)];
  sum += weighOurAddress(from) + (addressTag(from) ?? '').length;
  sum += weighOurAddress(to) + (addressTag(to) ?? '').length;
  for (const contact of headers.read(CONTACT)) sum += weighOurAddress(contact);
  const { number, method } = headers.read(CSEQ);
  const lengths = headers.read(CALL_ID).length + method.length;
  return sum + lengths + number + (headers.read(MAX_FORWARDS) ?? 0) + headers.read(CONTENT_LENGTH);
}

function weighOurAddress({ displayName, uri }) {
  return (displayName ?? '').length + (uri.user ?? '').length + uri.host.text.length + (uri.port ?? 0);
}

/** npm `sip` and drachtio-srf, whose parser comes from it, have values of the same form. */
function readerWith(library, parse, messages) {
  const weighAddress = ({ name, uri }) => {
    const { user, host, port } = library.parseUri(uri);
    return (name === undefined ? 0 : name.length - 2) + (user ?? '').length + host.length + (port || 0);
  };
  return () => {
    let sum = 0;
    for (const message of messages) {
      const { headers } = parse(library, message);
      for (const { protocol, host, port, params } of headers.via) {
        sum += protocol.length + host.length + (port ?? 0) + params.branch.length + (params.received ?? '').length;
      }
      const { from, to, cseq } = headers;
      sum += weighAddress(from) + (from.params.tag ?? '').length;
      sum += weighAddress(to) + (to.params.tag ?? '').length;
      for (const contact of headers.contact) sum += weighAddress(contact);
      sum += headers['call-id'].length + cseq.method.length + cseq.seq;
      sum += Number(headers['max-forwards'] ?? 0) + headers['content-length'];
    }
    return sum;
  };
}

const DEFERRED = ['via', 'from', 'to', 'contact', 'cseq', 'content-length'];

/** All headers as text, then those that are asked for: quicker than to let it parse every one. */
function parseDrachtio(library, message) {
  const parsed = library.parseSipMessage(message.toString('utf8'), true);
  for (const name of DEFERRED) parsed.headers[name] = library.getParser(name)({ s: parsed.headers[name], i: 0 });
  return parsed;
}
