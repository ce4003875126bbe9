// Gate: each core package, bundled, runs where the host has nothing but ECMAScript; and a client's bundle holds no
// server code.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { CORE_PACKAGES, SERVER_CODE } from './layers.mjs';
import { shippedPackages } from './workspace.mjs';

const here = dirname(fileURLToPath(import.meta.url));

export async function checkBundles(root) {
  const shipped = shippedPackages(root).filter(({ folder }) => CORE_PACKAGES.includes(folder));
  const work = mkdtempSync(join(tmpdir(), 'portico-bundle-'));
  try {
    const checks = [];
    for (const { folder, directory, manifest } of shipped) {
      const entries = Object.entries(manifest.exports).filter(([subpath]) => !subpath.includes('arbitraries'));
      for (const [subpath, { default: target }] of entries) {
        if (!existsSync(join(directory, target))) continue;
        checks.push(await runBare(`${folder}${subpath.slice(1)}`, join(directory, target), work));
      }
      const smoke = join(here, 'smokes', `${folder}.mjs`);
      if (existsSync(smoke)) checks.push(await runBare(`${folder}: its work`, smoke, work, join(root, 'test')));
    }
    const client = join(root, 'packages', 'tls13-core', 'dist', 'client.js');
    if (existsSync(client)) checks.push(await checkClientBundle(root, client));
    const noble = join(root, 'packages', 'crypto', 'dist', 'noble.js');
    if (existsSync(noble)) checks.push(await checkSlimProvider(root, noble));
    return checks;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Bundles one entry and loads it in a process whose host globals are gone. */
async function runBare(name, entry, work, resolveFrom) {
  const outfile = join(work, `${readdirSync(work).length}.mjs`);
  try {
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      target: 'es2022',
      mainFields: ['module', 'main'],
      conditions: ['import'],
      logLevel: 'silent',
      ...(resolveFrom === undefined ? {} : { nodePaths: [join(resolveFrom, 'node_modules')] }),
    });
  } catch (error) {
    return { name: `${name} bundles`, ok: false, detail: error.message };
  }
  const child = spawnSync(process.execPath, [join(here, 'bare-host.mjs'), outfile], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return {
    name: `${name} runs without host globals`,
    ok: child.status === 0,
    detail: `${child.stdout}${child.stderr}${child.error?.message ?? ''}`,
  };
}

/** Paths, from the root, of what has bytes in a bundle. */
async function bundledPaths(root, options) {
  const { metafile } = await build({
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    conditions: ['import'],
    absWorkingDir: root,
    logLevel: 'silent',
    ...options,
  });
  // What was shaken out is in `inputs` of the build, but holds no bytes of the output.
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path.replaceAll('\\', '/'));
}

/** What a provider of X25519, ChaCha20-Poly1305, P-256 and RSA does not name, by parts of paths. */
const NOT_NAMED = /post-quantum|ml-kem|ml-dsa|hybrid|448|sha3|aes|ed25519/;

async function checkSlimProvider(root, entry) {
  const contents = `
    export { createProvider } from '${join(dirname(entry), 'index.js')}';
    export { chacha20Poly1305Sha256, ecdsaP256, rsa, sha256, x25519 } from '${entry}';`;
  const paths = await bundledPaths(root, { stdin: { contents, resolveDir: root } });
  const more = paths.filter((path) => NOT_NAMED.test(path));
  const found = more.length > 0 || !paths.some((path) => path.endsWith('curve25519/x25519.js'));
  return { name: 'a provider of four algorithms holds no others', ok: !found, detail: more.join('\n') };
}

async function checkClientBundle(root, entry) {
  const paths = await bundledPaths(root, { entryPoints: [entry], external: ['@noble/*'] });
  const server = paths
    .map((path) => relative(join(root, 'packages'), join(root, path)).replaceAll('\\', '/'))
    .filter((path) => SERVER_CODE.test(path));
  return { name: 'a client bundle holds no server code', ok: server.length === 0, detail: server.join('\n') };
}
