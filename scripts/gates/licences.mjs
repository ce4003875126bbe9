// Gate: what is shipped may be shipped. Our packages carry the licence file; what they bring is permissively licensed
// and pinned to one exact version.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dependencyTree, shippedPackages } from './workspace.mjs';

const PERMISSIVE = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD']);

export function checkLicences(root) {
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
  return shippedPackages(root).flatMap(({ folder, directory, manifest }) => {
    const faults = [];
    const copy = join(directory, 'LICENSE');
    if (!existsSync(copy) || readFileSync(copy, 'utf8') !== licence)
      faults.push(`${folder}: LICENSE is not the root's`);
    if (manifest.license !== 'MIT') faults.push(`${folder}: license is ${manifest.license}`);
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      if (range !== 'workspace:*' && !/^\d+\.\d+\.\d+$/.test(range))
        faults.push(`${folder}: ${name} ${range} is not pinned`);
    }
    for (const { name, manifest: theirs } of dependencyTree(directory)) {
      if (!PERMISSIVE.has(theirs.license)) faults.push(`${folder}: brings ${name} under ${theirs.license}`);
    }
    return faults;
  });
}
