// Gate: what our own code weighs, minified and gzipped, beside the budgets. Over budget is shown, and fails only with
// the environment variable STRICT_SIZES=1: budgets are goals until they are met.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const KILOBYTE = 1000;

/**
 * What is measured: all exports of built entries, or what `source` takes from them. `external` is what another row
 * counts; noble is left out unless it is `counted`. Budgets in KB.
 */
const ROWS = [
  {
    name: 'TLS client core and record layer',
    entries: ['tls13-core/dist/client.js'],
    source: `export { createMinimalTlsClient, TlsError } from './packages/tls13-core/dist/client.js';`,
    external: ['@portico/x509', '@portico/crypto'],
    must: 20,
    aim: 16,
  },
  {
    name: 'TLS client and server core',
    entries: ['tls13-core/dist/client.js', 'tls13-core/dist/server.js'],
    source: `
      export { createMinimalTlsClient, TlsError } from './packages/tls13-core/dist/client.js';
      export { createTlsServer } from './packages/tls13-core/dist/server.js';`,
    external: ['@portico/x509', '@portico/crypto'],
    must: 30,
    aim: 24,
  },
  {
    name: 'TLS client and server with every optional feature',
    entries: ['client', 'server', 'early-data', 'psk', 'alpn'].map((name) => `tls13-core/dist/${name}.js`),
    external: ['@portico/x509', '@portico/crypto'],
    must: 45,
    aim: 34,
  },
  {
    name: 'X.509 verifier: certificate paths and identities',
    entries: ['x509/dist/index.js'],
    source: `export { trustAnchorFromDer, verifyCertificatePath } from './packages/x509/dist/index.js';`,
    external: ['@portico/crypto'],
    must: 14,
    aim: 10,
  },
  { name: 'X.509, all but issuing', entries: ['x509/dist/index.js'], external: ['@portico/crypto'] },
  {
    name: 'SIP framing, parsing and every header of RFC 3261',
    entries: ['sip-codec/dist/index.js'],
    source: `
      export { createSipFramer, HEADER_DEFINITIONS, parseSipMessage, SipError } from './packages/sip-codec/dist/index.js';`,
    must: 20,
    aim: 16,
  },
  { name: 'SIP codec, its main entry: writing and judging too', entries: ['sip-codec/dist/index.js'] },
  {
    name: 'SIP codec and all extensions',
    entries: ['index', 'extensions', 'lenient', 'multipart', 'routing', 'uri-equality', 'writing'].map(
      (name) => `sip-codec/dist/${name}.js`,
    ),
    must: 45,
    aim: 36,
  },
  { name: 'SIP framer', entries: ['sip-codec/dist/framing/framer.js'], must: 4, aim: 3 },
  {
    name: 'minimal TLS client with noble: X25519, ChaCha20-Poly1305, P-256 and RSA verified, certificate paths',
    entries: ['tls13-core/dist/client.js', 'tls13-core/dist/certificate-verifier.js', 'crypto/dist/noble.js'],
    source: `
      import { createProvider } from './packages/crypto/dist/create-provider.js';
      import { chacha20Poly1305Sha256, ecdsaP256Verification, rsaVerification, sha256, x25519 } from './packages/crypto/dist/noble.js';
      export { createMinimalTlsClient } from './packages/tls13-core/dist/client.js';
      export { createCertificateVerifier } from './packages/tls13-core/dist/certificate-verifier.js';
      export const provider = (random) => createProvider({ name: 'minimal', random, hashes: [sha256],
        cipherSuites: [chacha20Poly1305Sha256], groups: [x25519], keyAlgorithms: [ecdsaP256Verification, rsaVerification] });`,
    noble: 'counted',
    must: 50,
    aim: 44,
  },
  {
    // As much as its parts in this table and noble's own 41 KB add up to.
    name: 'everything of TLS with noble: both sides, every optional feature, certificate paths, every algorithm',
    entries: ['tls13-core/dist/client.js', 'x509/dist/index.js', 'crypto/dist/noble.js'],
    source: `
      ${['client', 'server', 'early-data', 'psk', 'alpn', 'certificate-verifier']
        .map((name) => `export * from './packages/tls13-core/dist/${name}.js';`)
        .join('\n')}
      export { trustAnchorFromDer, verifyCertificatePath } from './packages/x509/dist/index.js';
      export { createNobleProvider } from './packages/crypto/dist/noble.js';`,
    noble: 'counted',
    must: 100,
    aim: 88,
  },
  {
    name: 'all packages with noble: TLS, X.509 and issuing, SIP, MSRP',
    entries: ['tls13-core', 'crypto', 'x509', 'sip-codec', 'msrp-codec'].map((name) => `${name}/dist/index.js`),
    source: `
      export * as tls from './packages/tls13-core/dist/index.js';
      export * as noble from './packages/crypto/dist/noble.js';
      export * as x509 from './packages/x509/dist/index.js';
      export * as issue from './packages/x509/dist/issue.js';
      export * as sip from './packages/sip-codec/dist/index.js';
      export * as msrp from './packages/msrp-codec/dist/index.js';`,
    noble: 'counted',
  },
  { name: 'MSRP codec', entries: ['msrp-codec/dist/index.js'] },
  { name: 'crypto seam and noble provider, without noble', entries: ['crypto/dist/noble.js'] },
  { name: 'bytes', entries: ['bytes/dist/index.js'] },
];

/** One row's size in bytes, minified and gzipped. */
async function measure(root, { entries, source, external = [], noble = 'left out' }) {
  const { outputFiles } = await build({
    stdin: {
      contents: source ?? entries.map((entry) => `export * from './packages/${entry}';`).join('\n'),
      resolveDir: root,
    },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    conditions: ['import'],
    external: [...(noble === 'counted' ? [] : ['@noble/*']), ...external, ...external.map((name) => `${name}/*`)],
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
