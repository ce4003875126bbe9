// What the gates need to know about the workspace's packages.
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Packages that have an entry to ship: `{ folder, directory, manifest }`. One without sources is not there yet. */
export function shippedPackages(root) {
  return readdirSync(join(root, 'packages'))
    .map((folder) => ({ folder, directory: join(root, 'packages', folder) }))
    .filter(({ directory }) => existsSync(join(directory, 'src', 'index.ts')))
    .map((found) => ({ ...found, manifest: readJson(join(found.directory, 'package.json')) }));
}

/** The packages of npm that a package brings with it, at any depth: `{ name, directory, manifest }`. */
export function dependencyTree(directory) {
  const found = new Map();
  const visit = (from) => {
    for (const name of Object.keys(readJson(join(from, 'package.json')).dependencies ?? {})) {
      const at = locate(name, from);
      if (found.has(at)) continue;
      found.set(at, { name, directory: at, manifest: readJson(join(at, 'package.json')) });
      visit(at);
    }
  };
  visit(realpathSync(directory));
  return [...found.values()];
}

/** Node's own way of finding a package: the nearest node_modules upwards. */
function locate(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (folder === dirname(folder)) throw new Error(`${name}, needed by ${from}, is not installed`);
  }
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
