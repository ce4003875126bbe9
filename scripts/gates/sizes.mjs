// Gate: what our own code weighs, minified and gzipped, beside the budgets. Over budget is shown, and fails only with
// the environment variable STRICT_SIZES=1: budgets are goals until they are met.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const KILOBYTE = 1000;

/** What is measured: exports of built entries; `external` is what another row counts. Budgets in KB. */
const ROWS = [
  {
    name: 'TLS client core and record layer',
    entries: ['tls13-core/dist/client.js'],
    external: ['@portico/x509', '@portico/crypto'],
    must: 20,
    aim: 16,
  },
  {
    name: 'TLS client and server',
    entries: ['tls13-core/dist/client.js', 'tls13-core/dist/server.js'],
    external: ['@portico/x509', '@portico/crypto'],
    must: 30,
    aim: 24,
  },
  { name: 'X.509, all but issuing', entries: ['x509/dist/index.js'], external: ['@portico/crypto'], must: 14, aim: 10 },
  { name: 'SIP codec', entries: ['sip-codec/dist/index.js'], external: [], must: 20, aim: 16 },
  { name: 'SIP framer', entries: ['sip-codec/dist/framing/framer.js'], external: [], must: 4, aim: 3 },
  { name: 'MSRP codec', entries: ['msrp-codec/dist/index.js'], external: [] },
  { name: 'crypto seam and noble provider, without noble', entries: ['crypto/dist/noble.js'], external: [] },
  { name: 'bytes', entries: ['bytes/dist/index.js'], external: [] },
];

/** One row's size in bytes, minified and gzipped, without noble. */
async function measure(root, { entries, external }) {
  const { outputFiles } = await build({
    stdin: {
      contents: entries.map((entry) => `export * from './packages/${entry}';`).join('\n'),
      resolveDir: root,
    },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    conditions: ['import'],
    external: ['@noble/*', ...external, ...external.map((name) => `${name}/*`)],
    logLevel: 'silent',
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

export async function checkSizes(root) {
  const checks = [];
  for (const row of ROWS) {
    if (!row.entries.every((entry) => existsSync(join(root, 'packages', entry)))) continue;
    const size = (await measure(root, row)) / KILOBYTE;
    const over = row.must !== undefined && size > row.must;
    const budget = row.must === undefined ? '' : ` of ${row.must} KB (aim ${row.aim})${over ? ' OVER BUDGET' : ''}`;
    checks.push({
      name: row.name,
      ok: !(over && process.env.STRICT_SIZES === '1'),
      note: `${size.toFixed(1)} KB${budget}`,
      detail: 'over budget',
    });
  }
  return checks;
}
