// What a hostile peer or file can send, at growing sizes: time must grow as the input does, or end at a limit.
import { createNodeProvider } from '@portico/transport-node';
import * as x509 from '@portico/x509';
import * as issue from '@portico/x509/issue';
import { growth } from '../lib/growth.mjs';
import { lineChart } from '../lib/line-chart.mjs';
import { NOW } from './chain.mjs';
import { hostileCases } from './hostile.mjs';

export async function worst(effort) {
  const { rates, ratios, series } = growth(
    hostileCases({ x509, issue, provider: createNodeProvider(), now: NOW }),
    effort,
  );
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
