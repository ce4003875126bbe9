// Gate: the lock file that a plain `npm install` at the root reads says what package.json says. Without it npm would
// resolve anew everything that pnpm installed, for minutes; with it npm finds its own versions of the same tools.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readJson } from './workspace.mjs';

const RENEW = 'renew it with npm install --package-lock-only --omit-lockfile-registry-resolved';

export function checkNpmLock(root) {
  const path = join(root, 'package-lock.json');
  if (!existsSync(path)) return [`package-lock.json is missing: ${RENEW}`];
  const { packages } = readJson(path);
  const wanted = readJson(join(root, 'package.json')).devDependencies;
  const faults = [];
  if (!isDeepStrictEqual(packages[''].devDependencies, wanted)) {
    faults.push(`package-lock.json is for other devDependencies than package.json: ${RENEW}`);
  }
  for (const [name, version] of Object.entries(wanted)) {
    const locked = packages[`node_modules/${name}`]?.version;
    if (locked !== version) faults.push(`package-lock.json has ${name} ${locked}, package.json ${version}: ${RENEW}`);
  }
  for (const [name, { resolved }] of Object.entries(packages)) {
    if (resolved !== undefined) faults.push(`package-lock.json names the registry of ${name}: ${RENEW}`);
  }
  return faults;
}
