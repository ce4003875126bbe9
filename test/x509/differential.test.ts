import { createPolicyChecker, verifyCertificatePath, type PathVerdict } from '@portico/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { freshSeed, generateChain, prepareKeys, provider, type GeneratedChain } from './chains.js';
import { HOST, NOW } from './changes.js';
import { DIFFERENCES, differencesMarkdown } from './differences.js';
import { goX509, nodeX509, openssl, type Oracle } from './oracles.js';

/** How many chains the nightly run judges; without it the same forty, quickly. */
const asked = Number(process.env['X509_DIFFERENTIAL'] ?? 0);
const count = asked > 0 ? asked : 40;

/** Thousands of processes take their time. */
const patience = asked > 0 ? 2 ** 30 : 60_000;

let chains: readonly GeneratedChain[];
let verdicts: readonly PathVerdict[];
/** The rule that was broken, or `trusted`. */
let ours: readonly string[];

beforeAll(async () => {
  await prepareKeys();
  const first = asked > 0 ? Number(process.env['X509_DIFFERENTIAL_SEED'] ?? freshSeed()) : 0;
  chains = Array.from({ length: count }, (_, i) => generateChain((first + i) >>> 0));
  verdicts = await Promise.all(chains.map(judge));
  ours = verdicts.map((verdict) => (verdict.trusted ? 'trusted' : verdict.rule));
}, patience);

async function judge({ anchors, intermediates, leaf }: GeneratedChain): Promise<PathVerdict> {
  return await verifyCertificatePath({
    provider,
    certificates: [leaf, ...intermediates].map(({ raw }) => raw),
    trustAnchors: anchors.map((certificate) => ({ certificate })),
    time: NOW,
    purpose: 'server-authentication',
    identity: { type: 'dns', name: HOST },
    policies: createPolicyChecker(),
  });
}

/** What the other says; where ours trust and it does not, of our path alone: it may only have taken another one. */
function opinions(oracle: Oracle): readonly string[] {
  const first = oracle.judge(chains);
  const doubted = chains.flatMap((chain, i) => {
    const verdict = verdicts[i] as PathVerdict;
    if (!verdict.trusted || first[i] === 'trusted') return [];
    const authorities = verdict.chain.slice(1);
    return [{ i, path: { ...chain, anchors: authorities.slice(-1), intermediates: authorities.slice(0, -1) } }];
  });
  const second = oracle.judge(doubted.map(({ path }) => path));
  const opinionOf = new Map(doubted.map(({ i }, at) => [i, second[at] as string]));
  return first.map((opinion, i) => opinionOf.get(i) ?? opinion);
}

/** Every rule that ours found broken, on whatever path: the verdict tells one, another path may be the other's. */
function rulesBroken(verdict: PathVerdict): readonly string[] {
  return verdict.trusted ? ['trusted'] : [verdict.rule, ...verdict.paths.map(({ failure }) => failure.rule)];
}

/** Disagreements that nobody has explained, with the seed that makes the chain again. */
function unexplained(oracle: Oracle): string[] {
  const theirs = opinions(oracle);
  return chains.flatMap((chain, i) => {
    const { seed, changes } = chain;
    const [our, their] = [ours[i] as string, theirs[i] as string];
    const rules = rulesBroken(verdicts[i] as PathVerdict);
    const agree = (our === 'trusted') === (their === 'trusted');
    const known = DIFFERENCES.some(
      (one) => one.oracle === oracle.name && rules.includes(one.ours) && one.theirs.test(their) && one.where(chain),
    );
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
  it.skipIf(byOpenssl === null)('by OpenSSL: every disagreement is explained', { timeout: patience }, () => {
    expect(unexplained(byOpenssl as Oracle)).toEqual([]);
  });

  // Compiling takes longer than all the rest: only in the nightly run.
  const byGo = asked > 0 ? goX509() : null;
  it.skipIf(byGo === null)('by Go: every disagreement is explained', { timeout: patience }, () => {
    expect(unexplained(byGo as Oracle)).toEqual([]);
  });

  it('by Node: issuers, signatures and the host hold wherever ours trust', { timeout: patience }, () => {
    const doubted = chains.flatMap(({ seed }, i) => {
      const verdict = verdicts[i] as PathVerdict;
      const theirs = verdict.trusted ? nodeX509(verdict.chain) : 'trusted';
      return theirs === 'trusted' ? [] : [`seed ${seed}: ${theirs}`];
    });
    expect(doubted).toEqual([]);
  });

  it('docs/x509-differences.md says what is explained', async () => {
    await expect(await differencesMarkdown()).toMatchFileSnapshot('../../docs/x509-differences.md');
  });
});
