// Gate: every import goes down the layers of layers.mjs. The compiler's own scanner finds the imports.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import ts from 'typescript';
import { CORE_PACKAGES, FOLDERS, PACKAGES } from './layers.mjs';

/** Sentences about what `source` of `packageName` at `path` (below `src`, with slashes) imports and may not. */
export function importFaults(packageName, path, source) {
  const faults = [];
  const { below, modules } = PACKAGES[packageName];
  for (const { fileName: specifier } of ts.preProcessFile(source).importedFiles) {
    const fault = (why) => faults.push(`packages/${packageName}/src/${path}: imports ${specifier}: ${why}`);
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(path), specifier);
      const folder = path.split('/')[0];
      const targetFolder = target.split('/')[0];
      if (target.startsWith('..')) fault('outside its package; import the package');
      else if (posix.basename(target) === 'index.js') fault('inside a package import the file, not the index');
      else if (path.includes('/') && FOLDERS[packageName]?.[folder]?.includes(targetFolder)) {
        fault(`${targetFolder} comes after ${folder}`);
      } else if (/^(handshake\/)?client[^/]*$/.test(path) && /^(handshake\/)?server[^/]*$/.test(target)) {
        fault('a client bundle holds no server code');
      }
      continue;
    }
    const ours = /^@portico\/([^/]+)/.exec(specifier)?.[1] ?? (/^portico(\/|$)/.test(specifier) ? 'portico' : null);
    if (ours !== null) {
      if (ours === packageName) fault('inside a package import the file, not the package');
      else if (!below.includes(ours)) fault(`${ours} is not below ${packageName}`);
    } else if (specifier === 'fast-check') {
      if (!posix.basename(path).includes('arbitraries')) fault('arbitraries live in entries of their own');
    } else if (
      !modules.some(
        (module) => specifier === module || specifier.startsWith(module.endsWith(':') ? module : `${module}/`),
      )
    ) {
      fault(CORE_PACKAGES.includes(packageName) ? 'a core package knows no host' : 'not among its modules');
    }
  }
  return faults;
}

/** All faults of the tree. */
export function checkImports(root) {
  return Object.keys(PACKAGES).flatMap((packageName) => {
    const folder = join(root, 'packages', packageName, 'src');
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .flatMap((entry) => {
        const file = join(entry.parentPath, entry.name);
        const path = relative(folder, file).replaceAll('\\', '/');
        return importFaults(packageName, path, readFileSync(file, 'utf8'));
      });
  });
}
