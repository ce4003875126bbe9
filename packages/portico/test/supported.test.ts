import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/supported.md', root), 'utf8');
const rows = page.split('\n').filter((line) => /^\| (?!---|section|what)/.test(line));

/** A file that a row names, and the places where it may be. */
interface NamedFile {
  readonly name: string;
  readonly places: readonly string[];
}

/**
 * The files of a row: `sip/x.ts` of this package, or of the package whose name stands before it; a test also of the
 * package of the row's code; or a path from the root.
 */
function files(code: string, tests: string): NamedFile[] {
  let owner = 'portico';
  const read = (cell: string, folder: 'src' | 'test'): NamedFile[] =>
    Array.from(cell.matchAll(/([a-z0-9]+-codec|[a-z0-9]+-core|x509|crypto|transport-node)\s|`([^`]+\.ts)`/g)).flatMap(
      ([, named, name]) => {
        if (named !== undefined) owner = named;
        if (name === undefined) return [];
        if (name.startsWith('test/')) return [{ name, places: [name] }];
        const owners = folder === 'test' ? ['portico', owner] : [owner];
        return [{ name, places: owners.map((folderOf) => `packages/${folderOf}/${folder}/${name}`) }];
      },
    );
  return [...read(code, 'src'), ...read(tests, 'test')];
}

describe('docs/supported.md', () => {
  test.each(rows)('%s', (row) => {
    const cells = row.split('|').slice(1, -1);
    const [code = '', tests = ''] = cells.slice(-2);
    for (const { name, places } of files(code, tests)) {
      expect(
        places.map((path) => existsSync(fileURLToPath(new URL(path, root)))),
        name,
      ).toContain(true);
    }
  });

  test('has rows', () => {
    expect(rows.length).toBeGreaterThan(30);
  });
});
