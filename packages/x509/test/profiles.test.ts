import { describe, expect, it } from 'vitest';
import { publicTrustProfile, strictProfile, type RuleSet } from '../src/index.js';
import { COSTS, profilesMarkdown, REASONS } from './support/profiles-markdown.js';

function namesIn(rules: RuleSet): Set<string> {
  return new Set(Object.values(rules).flatMap((list) => list.map(({ name }) => name)));
}

describe('docs/x509-profiles.md', () => {
  it('lists every rule, and says why the milder profile takes what the next one refuses', async () => {
    const strict = namesIn(strictProfile.rules);
    expect(Object.keys(REASONS).sort()).toEqual([...strict].sort());
    const added = [...namesIn(publicTrustProfile.rules)].filter((name) => !strict.has(name));
    expect(Object.keys(COSTS).sort()).toEqual(added.sort());
    await expect(await profilesMarkdown()).toMatchFileSnapshot('../../../docs/x509-profiles.md');
  });
});
