import { describe, expect, it } from 'vitest';
import { strictProfile } from '../src/index.js';
import { profilesMarkdown, REASONS } from './support/profiles-markdown.js';

describe('docs/x509-profiles.md', () => {
  it('lists every rule, and says why the default profile takes what the strict one refuses', async () => {
    const strict = new Set(Object.values(strictProfile.rules).flatMap((rules) => rules.map(({ name }) => name)));
    expect(Object.keys(REASONS).sort()).toEqual([...strict].sort());
    await expect(await profilesMarkdown()).toMatchFileSnapshot('../../../docs/x509-profiles.md');
  });
});
