import { expect, it } from 'vitest';
import { statesMarkdown } from './support/states-markdown.js';

it('docs/states.md says what the tables say', async () => {
  await expect(await statesMarkdown()).toMatchFileSnapshot('../../../docs/states.md');
});
