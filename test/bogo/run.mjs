// npm run bogo -- --runner FILE --config FILE [runner's own flags]
// Bundles the shim, joins the given configuration with ours, and starts BoringSSL's test runner, which you have built.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);
const take = (name) => {
  const at = words.indexOf(name);
  return at < 0 ? undefined : words.splice(at, 2)[1];
};
const runner = take('--runner');
const base = take('--config');
const folder = take('--runner-folder');
if (runner === undefined) {
  console.error('usage: npm run bogo -- --runner FILE --runner-folder DIR [--config FILE] [runner flags]');
  process.exit(2);
}
mkdirSync(join(here, 'dist'), { recursive: true });
await build({
  entryPoints: [join(here, 'src/main.mjs')],
  outfile: join(here, 'dist/shim.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  minify: true,
  logLevel: 'error',
});
const ours = JSON.parse(readFileSync(join(here, 'config.json'), 'utf8'));
const theirs = base === undefined ? {} : JSON.parse(readFileSync(base, 'utf8'));
const configuration = join(here, 'dist/config.json');
writeFileSync(
  configuration,
  JSON.stringify({
    // Tickets before the client's Finished: a habit of BoringSSL's.
    HalfRTTTickets: ours.HalfRTTTickets,
    DisabledTests: { ...theirs.DisabledTests, ...ours.DisabledTests },
    ErrorMap: { ...theirs.ErrorMap, ...ours.ErrorMap },
  }),
);
const result = spawnSync(
  resolve(runner),
  ['-shim-path', join(here, 'shim.js'), '-shim-config', configuration, '-allow-unimplemented', '-pipe', ...words],
  { cwd: folder, stdio: 'inherit' },
);
process.exit(result.status ?? 1);
