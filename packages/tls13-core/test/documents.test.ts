import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ATTACK_GROUPS } from './attacks/all.js';
import { KNOWN_ATTACKS } from './attacks/known.js';
import { attacksMarkdown } from './support/attacks-markdown.js';
import { statesMarkdown } from './support/states-markdown.js';

describe('documents printed from data', () => {
  it('docs/states.md says what the tables say', async () => {
    await expect(await statesMarkdown()).toMatchFileSnapshot('../../../docs/states.md');
  });

  it('docs/attacks.md lists the attacks that are played', async () => {
    await expect(await attacksMarkdown()).toMatchFileSnapshot('../../../docs/attacks.md');
  });

  it('each known attack is played by rows and tests that are there', () => {
    const rows = new Set(
      ATTACK_GROUPS.flatMap(({ attacks, declined = [], refusedEarlyData = [] }) =>
        [...attacks, ...declined, ...refusedEarlyData].map(({ attack }) => attack),
      ),
    );
    for (const { known, rows: own = [], tests = [] } of KNOWN_ATTACKS) {
      expect([known, own.length + tests.length > 0]).toEqual([known, true]);
      for (const row of own) expect(rows).toContain(row);
      for (const [file, name] of tests) {
        const text = readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8');
        expect([known, name, text.includes(name)]).toEqual([known, name, true]);
      }
    }
  });

  it('the checks that docs/attacks.md names are where it says', () => {
    const places = ATTACK_GROUPS.flatMap(({ attacks, declined = [], refusedEarlyData = [] }) =>
      [...attacks, ...declined, ...refusedEarlyData].flatMap(({ excludedIn }) => excludedIn.split(', ')),
    );
    for (const place of new Set(places)) {
      const [file, name] = place.split(' ') as [string, string | undefined];
      const path = fileURLToPath(new URL(`../src/${file}`, import.meta.url));
      expect([place, existsSync(path)]).toEqual([place, true]);
      if (name !== undefined)
        expect([place, readFileSync(path, 'utf8').includes(name.split('.').at(-1) as string)]).toEqual([place, true]);
    }
  });
});
