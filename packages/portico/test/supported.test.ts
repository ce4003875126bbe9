import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/supported.md', root), 'utf8');
const rows = page.split('\n').filter((line) => /^\| (?!---|section|what)/.test(line));

/** The files that a cell names: `sip/x.ts` of this package, or after another package's name. */
function files(cell: string, folder: 'src' | 'test'): string[] {
  let owner = 'portico';
  return Array.from(
    cell.matchAll(/([a-z0-9]+-codec|[a-z0-9]+-core|x509|crypto|transport-node)\s|`([^`]+\.ts)`/g),
  ).flatMap((match) => {
    if (match[1] !== undefined) owner = match[1];
    return match[2] === undefined ? [] : [`packages/${owner}/${folder}/${match[2]}`];
  });
}

describe('docs/supported.md', () => {
  test.each(rows)('%s', (row) => {
    const cells = row.split('|').slice(1, -1);
    const [code = '', tests = ''] = cells.slice(-2);
    for (const path of [...files(code, 'src'), ...files(tests, 'test')]) {
      expect(existsSync(fileURLToPath(new URL(path, root))), path).toBe(true);
    }
  });

  test('has rows', () => {
    expect(rows.length).toBeGreaterThan(30);
  });
});
