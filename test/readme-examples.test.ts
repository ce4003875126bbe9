import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const readmes = [
  'README.md',
  'docs/guide.md',
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
].filter((path) => existsSync(join(root, path)));

interface Example {
  readonly line: number;
  readonly code: string;
}

/** Fences marked `ts`. Each must run on its own; `// →` behind a console.log says what it prints. */
function examples(markdown: string): Example[] {
  return Array.from(markdown.matchAll(/^```ts\n([^]*?)^```$/gm), (match) => ({
    line: markdown.slice(0, match.index).split('\n').length,
    code: match[1] ?? '',
  }));
}

function expectedOutput(code: string): string[] {
  return Array.from(code.matchAll(/\/\/ → (.*)$/gm), (match) => (match[1] ?? '').trimEnd());
}

// Below the root, so that package names resolve to the sources as in every other test.
mkdirSync(join(root, 'test-results'), { recursive: true });
const folder = mkdtempSync(join(root, 'test-results', 'readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(readmes)('%s', (path) => {
  const found = examples(readFileSync(join(root, path), 'utf8'));

  it.each(found)('example at line $line runs and prints what it says', async ({ line, code }) => {
    const file = join(folder, `${path.replaceAll(/[^a-z0-9]/gi, '-')}-${line}.ts`);
    writeFileSync(file, code);
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const expected = expectedOutput(code);
    try {
      await import(/* @vite-ignore */ pathToFileURL(file).href);
      const printed = log.mock.calls.map((values) => values.map(String).join(' '));
      if (expected.length > 0) expect(printed).toEqual(expected);
    } finally {
      log.mockRestore();
    }
  });

  it.skipIf(!path.startsWith('packages/'))('has an example', () => {
    expect(found.length).toBeGreaterThan(0);
  });
});
