import { createPolicyChecker, verifyCertificatePath } from '@portico/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { freshSeed, generateChain, HOST, NOW, prepareKeys, provider, type GeneratedChain } from './chains.js';
import { DIFFERENCES, differencesMarkdown } from './differences.js';
import { goX509, nodeX509, openssl, type Oracle } from './oracles.js';

/** How many chains the nightly run judges; without it the same forty, quickly. */
const asked = Number(process.env['X509_DIFFERENTIAL'] ?? 0);
const count = asked > 0 ? asked : 40;

let chains: readonly GeneratedChain[];
let ours: readonly string[];

beforeAll(async () => {
  await prepareKeys();
  const first = asked > 0 ? freshSeed() : 0;
  chains = Array.from({ length: count }, (_, i) => generateChain((first + i) >>> 0));
  ours = await Promise.all(chains.map(judge));
});

async function judge({ anchors, intermediates, leaf }: GeneratedChain): Promise<string> {
  const verdict = await verifyCertificatePath({
    provider,
    certificates: [leaf, ...intermediates].map(({ raw }) => raw),
    trustAnchors: anchors.map((certificate) => ({ certificate })),
    time: NOW,
    purpose: 'server-authentication',
    identity: { type: 'dns', name: HOST },
    policies: createPolicyChecker(),
  });
  return verdict.trusted ? 'trusted' : verdict.rule;
}

/** Disagreements that nobody has explained, with the seed that makes the chain again. */
function unexplained(oracle: Oracle): string[] {
  const theirs = oracle.judge(chains);
  return chains.flatMap(({ seed, changes }, i) => {
    const [our, their] = [ours[i] as string, theirs[i] as string];
    const agree = (our === 'trusted') === (their === 'trusted');
    const known = DIFFERENCES.some((one) => one.oracle === oracle.name && one.ours === our && one.theirs.test(their));
    return agree || known ? [] : [`seed ${seed} (${changes.join('; ')}): ours ${our}, ${oracle.name} ${their}`];
  });
}

describe('generated chains, judged by others too', () => {
  it('are of both kinds, and the same for the same number', () => {
    const trusted = ours.filter((verdict) => verdict === 'trusted').length;
    expect(trusted).toBeGreaterThan(count / 5);
    expect(count - trusted).toBeGreaterThan(count / 5);
    const [first] = chains as readonly [GeneratedChain];
    expect(generateChain(first.seed).changes).toEqual(first.changes);
  });

  const byOpenssl = openssl();
  it.skipIf(byOpenssl === null)('by OpenSSL: every disagreement is explained', () => {
    expect(unexplained(byOpenssl as Oracle)).toEqual([]);
  });

  // Compiling takes longer than all the rest: only in the nightly run.
  const byGo = asked > 0 ? goX509() : null;
  it.skipIf(byGo === null)('by Go: every disagreement is explained', () => {
    expect(unexplained(byGo as Oracle)).toEqual([]);
  });

  it('by Node: issuers, signatures and the host hold wherever ours trust', () => {
    const theirs = nodeX509.judge(chains);
    expect(chains.filter((_, i) => ours[i] === 'trusted' && theirs[i] !== 'trusted').map(({ seed }) => seed)).toEqual(
      [],
    );
  });

  it('docs/x509-differences.md says what is explained', async () => {
    await expect(await differencesMarkdown()).toMatchFileSnapshot('../../docs/x509-differences.md');
  });
});
