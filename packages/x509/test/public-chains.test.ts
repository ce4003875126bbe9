import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import {
  certificatesFromPem,
  publicTrustProfile,
  strictProfile,
  trustAnchorsFromPem,
  verifyCertificatePath,
  type PathVerdict,
  type VerifyOptions,
} from '../src/index.js';
import { createRevocationChecker } from '../src/revocation.js';
import { DAY, provider } from './support.js';

/** What a public site showed on a day. */
interface PublicChain {
  readonly site: string;
  /** PEM. */
  readonly leaf: string;
  readonly intermediates: readonly string[];
  readonly roots: readonly string[];
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * The chains that are kept here, one site in each file, and a moment at which each was shown. Their roots come from certifi,
 * whose list is of that time, and from Node.
 */
const KEPT = [
  { site: 'www.google.com', time: Date.UTC(2023, 1, 28) },
  { site: 'tm.cn', time: Date.UTC(2019, 4, 17) },
  { site: 'www.cryptography.io', time: Date.UTC(2016, 0, 1) },
  { site: 'cryptography.io', time: Date.UTC(2018, 10, 1) },
  { site: 'scotthelme.co.uk', time: Date.UTC(2017, 9, 1) },
] as const;

function kept(): readonly PublicChain[] {
  const certifi = readFileSync(createRequire(import.meta.url).resolve('certifi/cacert.pem'), 'utf8');
  return KEPT.map(({ site, time }) => ({
    site,
    leaf: readFileSync(new URL(`fixtures/public-sites/${site}.pem`, import.meta.url), 'utf8'),
    intermediates: [],
    roots: [certifi, ...rootCertificates],
    time,
  }));
}

/**
 * More are read where they lie: in the sources of Go, which has them for its own tests, and in the folder that PUBLIC_CHAINS
 * names, one limbo test case in each file, as `limbo/_assets/online` of C2SP/x509-limbo has them.
 */
const GO_CHAINS = [
  {
    site: 'www.google.com',
    leaf: 'googleLeaf',
    intermediates: ['gtsIntermediate'],
    roots: ['gtsRoot'],
    time: 1_677_615_892_000,
  },
  {
    site: 'tm.cn',
    leaf: 'trustAsiaLeaf',
    intermediates: ['trustAsiaSHA384Intermediate'],
    roots: ['digicertRoot'],
    time: 1_558_051_200_000,
  },
] as const;

function goTests(): string | null {
  try {
    const root = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const file = join(root.trim(), 'src/crypto/x509/verify_test.go');
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  } catch {
    return null;
  }
}

function fromGo(source: string): readonly PublicChain[] {
  const constant = (name: string): string =>
    new RegExp(`^const ${name} = \`([^\`]*)\``, 'm').exec(source)?.[1] ?? `no constant ${name}`;
  return GO_CHAINS.map(({ site, leaf, intermediates, roots, time }) => ({
    site,
    leaf: constant(leaf),
    intermediates: intermediates.map(constant),
    roots: roots.map(constant),
    time,
  }));
}

interface LimboCase {
  readonly peer_certificate: string;
  readonly untrusted_intermediates: readonly string[];
  readonly trusted_certs: readonly string[];
  readonly validation_time: string;
  readonly expected_peer_name: { readonly value: string };
}

function fromFolder(folder: string): readonly PublicChain[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as LimboCase)
    .map((one) => ({
      site: one.expected_peer_name.value,
      leaf: one.peer_certificate,
      intermediates: one.untrusted_intermediates,
      roots: one.trusted_certs,
      time: Date.parse(one.validation_time),
    }));
}

function verify({ site, leaf, intermediates, roots, time }: PublicChain, options: Partial<VerifyOptions> = {}) {
  return verifyCertificatePath({
    provider,
    certificates: [leaf, ...intermediates].flatMap((pem) => certificatesFromPem(pem)).map(({ raw }) => raw),
    trustAnchors: roots.flatMap((pem) => trustAnchorsFromPem(pem)),
    time,
    purpose: 'server-authentication',
    identity: { type: 'dns', name: site },
    ...options,
  }) as PathVerdict;
}

function judge(chains: readonly PublicChain[]): void {
  it.each(chains)('$site, and is refused a day after its end and for another site', (chain) => {
    const verdict = verify(chain);
    expect(verdict.trusted ? 'trusted' : verdict.message).toBe('trusted');
    const notAfter = certificatesFromPem(chain.leaf)[0]?.notAfter ?? NaN;
    expect(verify(chain, { time: notAfter + DAY })).toMatchObject({ trusted: false, reason: 'expired' });
    expect(verify(chain, { identity: { type: 'dns', name: 'portico.invalid' } })).toMatchObject({
      reason: 'name-mismatch',
    });
  });
}

describe('chains of public sites are trusted at their date', () => {
  judge(kept());

  it.each([strictProfile, publicTrustProfile])('by the profile $name too', (profile) => {
    for (const chain of kept()) {
      const verdict = verify(chain, { profile });
      expect(verdict.trusted ? 'trusted' : verdict.message).toBe('trusted');
    }
  });

  it('but one that must be stapled (RFC 7633) only with an OCSP response, where revocation is asked for', () => {
    const chain = kept().find(({ site }) => site === 'scotthelme.co.uk');
    if (chain === undefined) throw new Error('the chain is gone');
    const revocation = createRevocationChecker({ mode: 'soft-fail', sources: [] });
    const verdict = verify(chain, { revocation });
    expect(verdict).toMatchObject({ trusted: false, reason: 'revocation-unknown', rule: 'must-staple' });
  });
});

const source = goTests();
describe.skipIf(source === null)(
  `chains of public sites in the sources of Go are trusted at their date${source === null ? ' (Go is missing)' : ''}`,
  () => judge(source === null ? [] : fromGo(source)),
);

const folder = process.env['PUBLIC_CHAINS'];
describe.skipIf(folder === undefined)(
  `chains of public sites in PUBLIC_CHAINS are trusted at their date${folder === undefined ? ' (not set)' : ''}`,
  () => judge(folder === undefined ? [] : fromFolder(folder)),
);
