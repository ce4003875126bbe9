// The worst that a message can be, at growing sizes: time must grow as the bytes do. And 100,000 messages in a row, under
// which the heap must not grow.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createSipFramer, findFaults, parseSipMessage } from '@portico/sip-codec';
import { growth } from '../lib/growth.mjs';
import { lineChart } from '../lib/line-chart.mjs';
import { sipCorpus } from './corpus.mjs';

const READ_SIZE = 1460;
const GENEROUS = { startLine: 1e7, headerLine: 1e7, headerBlock: 1e7, headerCount: 1e6, body: 1e7 };
const PIPELINED = 100_000;

const head = (fields) =>
  Buffer.from(
    `OPTIONS sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/TLS a.example;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n` +
      `To: <sip:b@example.com>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n${fields}Content-Length: 0\r\n\r\n`,
  );

/** So many parameters, no two of one name. */
const named = (count, write) => Array.from({ length: count }, (_, index) => write(index)).join('');

/** Each at sixteen steps at most: the last one is 10,000 fields, or 64 KB. */
const CASES = {
  '10,000 header fields': (step) => head('Subject: a\r\n'.repeat((10_000 * step) / 16)),
  'one field of 64 KB': (step) => head(`Subject: ${'x'.repeat(4096 * step)}\r\n`),
  'all folded': (step) => head(`Subject: a${'\r\n b'.repeat(1024 * step)}\r\n`),
  'all commas, refused': (step) => head(`Supported: ${','.repeat(4096 * step)}\r\n`),
  'one list of tokens': (step) => head(`Supported: a${',b'.repeat(2048 * step)}\r\n`),
  'one list of parameters': (step) => head(`Contact: <sip:a@b>${named(512 * step, (name) => `;p${name}`)}\r\n`),
  'one list of URI parameters': (step) => head(`Contact: <sip:a@b${named(512 * step, (name) => `;p${name}`)}>\r\n`),
  'one list of escaped URI parameters': (step) =>
    head(`Contact: <sip:a@b${named(512 * step, (name) => `;%70${name}`)}>\r\n`),
  'one list of tel parameters': (step) => head(`Contact: <tel:+1${named(512 * step, (name) => `;p${name}`)}>\r\n`),
  'one list of auth-params': (step) =>
    head(`Authorization: Digest a=b${named(512 * step, (name) => `,p${name}=b`)}\r\n`),
};

export async function worst(effort) {
  const cases = Object.entries(CASES).map(([name, make]) => ({ name, make, size: ({ length }) => length, run: judge }));
  const { rates, ratios, series } = growth(cases, effort);
  const svg = lineChart('SIP, worst cases: framed, parsed, every header judged', 'KB', 'µs of CPU', series);
  return [
    {
      id: 'sip-worst',
      title: `SIP worst cases, framed at ${READ_SIZE}-byte reads, every header judged`,
      unit: ' messages/s',
      rates,
      ratios,
      chart: { name: 'sip-worst', svg },
    },
    pipelined(),
  ];
}

function judge(bytes) {
  const framer = createSipFramer({ mode: 'stream', limits: GENEROUS });
  for (let at = 0; at < bytes.length; at += READ_SIZE) {
    for (const item of framer.push(bytes.subarray(at, at + READ_SIZE))) {
      if (item.type !== 'message') throw new Error(item.type);
      findFaults(parseSipMessage(item));
    }
  }
}

/** Heap and external memory after each tenth of the messages, in KiB over what was there before. */
function pipelined() {
  const stream = Buffer.concat(sipCorpus(1000));
  const framer = createSipFramer({ mode: 'stream' });
  const round = () => {
    let seen = 0;
    for (let at = 0; at < stream.length; at += READ_SIZE) {
      for (const item of framer.push(stream.subarray(at, at + READ_SIZE))) {
        if (parseSipMessage(item).headers.has('Via')) seen++;
      }
    }
    return seen;
  };
  for (let i = 0; i < 20; i++) round();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const memory = () => {
    for (let i = 0; i < 3; i++) collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = memory();
  const growth = [];
  let seen = 0;
  while (seen < PIPELINED) {
    seen += round();
    if (seen % (PIPELINED / 10) === 0) growth.push((memory() - before) / 1024);
  }
  const last = growth[growth.length - 1];
  return {
    id: 'sip-pipelined',
    title: `${seen} SIP messages in a row on one framer`,
    unit: ' KiB',
    rates: { 'heap and external memory grown by': { rate: Math.max(last, 0) } },
    ratios: [],
    notes: [
      `after each tenth: ${growth.map((kib) => kib.toFixed(0)).join(', ')} KiB; the framer holds ${framer.heldBytes} bytes`,
    ],
  };
}
