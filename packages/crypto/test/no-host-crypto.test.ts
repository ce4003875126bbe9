import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'portico-crypto-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

// The program is one file made from the sources, so that nothing of it is loaded before the prelude has run.
buildSync({
  entryPoints: [path('run-everything.ts')],
  outfile: join(folder, 'run-everything.mjs'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  alias: {
    '@portico/bytes': path('../../bytes/src/index.ts'),
    '@portico/crypto/noble': path('../src/noble.ts'),
    '@portico/crypto': path('../src/index.ts'),
  },
});

function runAfter(prelude: string): string {
  writeFileSync(join(folder, 'start.mjs'), `${prelude}\nawait import('./run-everything.mjs');\n`);
  return execFileSync(process.execPath, [join(folder, 'start.mjs')], { encoding: 'utf8' });
}

describe('without anything from the host', () => {
  const expected = runAfter('');

  it('everything works, with the same results, where crypto, WebAssembly and text codecs do not exist', () => {
    expect(expected).toContain('done');
    const removed = ['crypto', 'WebAssembly', 'TextEncoder', 'TextDecoder', 'Buffer', 'SharedArrayBuffer'];
    expect(runAfter(removed.map((name) => `delete globalThis.${name};`).join('\n'))).toBe(expected);
  });

  it('nothing is drawn from a host that does have randomness', () => {
    const trap = `
      Object.defineProperty(globalThis, 'crypto', { value: {
        getRandomValues() { throw new Error('the host was asked for randomness'); },
      } });`;
    expect(runAfter(trap)).toBe(expected);
  });

  it('a host that stops giving randomness after loading changes nothing either', () => {
    const fading = `
      let asked = 0;
      Object.defineProperty(globalThis, 'crypto', { value: {
        getRandomValues(bytes) { asked++; return bytes; },
      } });
      globalThis.process.on('exit', () => { if (asked > 0) console.log('asked', asked); });`;
    expect(runAfter(fading)).toBe(expected);
  });
});
