// What a hostile peer or file can send, at growing sizes: time must grow as the input does, or end at a limit.
import { createNodeProvider } from '@portico/transport-node';
import * as x509 from '@portico/x509';
import * as issue from '@portico/x509/issue';
import { lineChart } from '../lib/line-chart.mjs';
import { median } from '../lib/measure.mjs';
import { NOW } from './chain.mjs';
import { hostileCases } from './hostile.mjs';

const STEPS = [1, 2, 4, 8, 12, 16];

export async function worst({ rounds, secondsPerRound }) {
  const { createPolicyChecker, decodePem, DerReader, parseCertificate, verifyCertificatePath } = x509;
  const provider = createNodeProvider();
  const readers = {
    der: (bytes) => attempt(() => readAll(new DerReader(bytes))),
    pem: (text) => attempt(() => decodePem(text)),
    certificate: (der) => attempt(() => parseCertificate(der)),
    path: ({ certificates, trustAnchors, limits }) =>
      void verifyCertificatePath({
        provider,
        certificates,
        trustAnchors,
        time: NOW,
        purpose: 'server-authentication',
        identity: { type: 'dns', name: 'nobody.example.org' },
        limits,
        policies: createPolicyChecker(),
      }),
  };
  const rates = {};
  const ratios = [];
  const series = [];
  for (const { name, reader, make, size } of hostileCases({ x509, issue, provider, now: NOW })) {
    const inputs = STEPS.map((step) => make(step));
    const read = readers[reader];
    microseconds(() => read(inputs[inputs.length - 1]), 1, secondsPerRound);
    const points = inputs.map((input) => ({
      x: size(input) / 1000,
      y: microseconds(() => read(input), rounds, secondsPerRound / 4),
    }));
    series.push({ name, points });
    const [first, last] = [points[0], points[points.length - 1]];
    rates[name] = { rate: 1e6 / last.y, also: `${last.x.toFixed(0)} KB in ${(last.y / 1000).toFixed(2)} ms` };
    ratios.push({
      what: `${name}: ${(last.x / first.x).toFixed(1)} times the bytes, time times`,
      ratio: last.y / first.y,
    });
  }
  const svg = lineChart('X.509, hostile input: read, or verified', 'KB', 'µs of CPU', series);
  return [
    {
      id: 'x509-worst',
      title: 'X.509: hostile input at sixteen times the first size',
      unit: ' times/s',
      rates,
      ratios,
      chart: { name: 'x509-worst', svg },
    },
  ];
}

function readAll(reader) {
  while (reader.remaining > 0) {
    const element = reader.element();
    if ((element.tag & 0x20) !== 0) readAll(reader.inside(element));
  }
}

/** Refusing is an answer; anything but our error is a fault. */
function attempt(read) {
  try {
    read();
  } catch (error) {
    if (!(error instanceof x509.X509Error)) throw error;
  }
}

function microseconds(work, rounds, seconds) {
  work();
  const samples = Array.from({ length: rounds }, () => {
    const start = process.cpuUsage();
    let runs = 0;
    let spent = 0;
    do {
      work();
      runs++;
      const { user, system } = process.cpuUsage(start);
      spent = user + system;
    } while (spent < seconds * 1e6);
    return spent / runs;
  });
  return median(samples);
}
