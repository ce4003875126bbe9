// Gate: pure JavaScript all the way down. No shipped package, nor anything it brings with it, holds WebAssembly or a
// native addon.
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { dependencyTree, shippedPackages } from './workspace.mjs';

const CODE = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json']);

/** Sentences about files in a folder that are, or mention, WebAssembly or an addon. */
export function wasmFaults(folder, label) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(folder, file).split(/[\\/]/).includes('node_modules'))
    .flatMap((file) => {
      const extension = extname(file);
      if (extension === '.wasm' || extension === '.node') return [`${label}: ${relative(folder, file)}`];
      if (!CODE.has(extension) || !readFileSync(file, 'utf8').includes('WebAssembly')) return [];
      return [`${label}: ${relative(folder, file)} mentions WebAssembly`];
    });
}

export function checkNoWasm(root) {
  const folders = new Map();
  for (const { directory, manifest } of shippedPackages(root)) {
    folders.set(join(directory, 'dist'), manifest.name);
    for (const dependency of dependencyTree(directory)) {
      if (!dependency.directory.startsWith(join(root, 'packages'))) folders.set(dependency.directory, dependency.name);
    }
  }
  return [...folders].flatMap(([folder, label]) => wasmFaults(folder, label));
}
