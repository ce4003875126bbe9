import { expect, it } from 'vitest';
import { attacksMarkdown } from './support/attacks-markdown.js';
import { statesMarkdown } from './support/states-markdown.js';

it('docs/states.md says what the tables say', async () => {
  await expect(await statesMarkdown()).toMatchFileSnapshot('../../../docs/states.md');
});

it('docs/attacks.md lists the attacks that are played', async () => {
  await expect(await attacksMarkdown()).toMatchFileSnapshot('../../../docs/attacks.md');
});
