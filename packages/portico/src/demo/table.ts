import type { CallResult } from './calls.js';

const COLUMNS: readonly (readonly [title: string, cell: (result: CallResult) => string])[] = [
  ['', ({ good }) => (good ? 'ok' : 'FAILED')],
  ['call', ({ call }) => call.title],
  ['ALPN offered', ({ call }) => (call.offer.length === 0 ? '-' : call.offer.join(', '))],
  ['negotiated', ({ alpn }) => alpn ?? '-'],
  ['suite and group', ({ tls }) => tls ?? '-'],
  ['answer', ({ answer }) => answer],
  ['ms', ({ milliseconds }) => milliseconds.toFixed(0)],
];

/** The results as a table of text, one line each. */
export function renderTable(results: readonly CallResult[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...results.map((result) => COLUMNS.map(([, cell]) => cell(result)))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${[lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].join('\n')}\n`;
}
