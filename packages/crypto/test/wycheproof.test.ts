import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNobleProvider } from '@portico/crypto/noble';
import { describe, expect, it } from 'vitest';
import { Report } from '../../../test/conformance/support/report.mjs';
import { runFile } from '../../../test/conformance/suites/wycheproof.mjs';
import { deterministicRandom } from './deterministic-random.js';

// The vectors are not part of the project: `npm run conformance -- wycheproof DIR` runs over any copy of them.
const folder = fileURLToPath(new URL('../../../../shared/vectors/wycheproof', import.meta.url));
const present = existsSync(folder);

describe.skipIf(!present)(`Wycheproof${present ? '' : ' (no ../shared/vectors/wycheproof here)'}`, () => {
  const files = present ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const provider = createNobleProvider({ random: deterministicRandom(1) });

  it.each(files)('%s', async (name) => {
    const report = new Report('wycheproof');
    await runFile(provider, join(folder, name), report);
    expect(report.failures).toEqual([]);
    expect(report.passed + report.skipped).toBeGreaterThan(0);
  });
});
