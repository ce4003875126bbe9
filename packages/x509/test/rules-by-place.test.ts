import type { PublicKey } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { derBitString, derNull, derOid, derSequence, OID, publicKeyToSpki } from '../src/index.js';
import {
  crlDistributionPointsExtension,
  noRevAvailExtension,
  type CertificateTemplate,
  type Credential,
} from '../src/issue.js';
import { authority, DAY, leaf, notAfter, notBefore, NOW, withoutRule } from './support.js';
import { verify } from './support/paths.js';
import { rows as brokenPaths } from './support/refused-paths.js';

const PLACES = ['leaf', 'lower', 'upper', 'root'] as const;
type Place = (typeof PLACES)[number];

/** How one certificate differs from what it must be. */
interface Change {
  readonly template?: Partial<CertificateTemplate>;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly pathLength?: number;
}

/** A path of leaf, two CAs and a root, one of which is changed. */
function judge(place: Place, change: Change): { readonly rule: string; readonly at: Place | null } {
  const options = (name: Place, issuer?: Credential) => ({
    notBefore,
    notAfter,
    ...(issuer === undefined ? {} : { issuer }),
    ...(name === place ? change : {}),
  });
  const root = authority('root', options('root'));
  const upper = authority('upper', options('upper', root));
  const lower = authority('lower', options('lower', upper));
  const { template = {}, ...validity } = place === 'leaf' ? change : {};
  const end = leaf(lower, { template, ...validity });
  const verdict = verify([end, lower.certificate, upper.certificate], [root]);
  if (verdict.trusted) return { rule: 'trusted', at: null };
  const chain = [end, lower.certificate, upper.certificate, root.certificate];
  const at = chain.findIndex(({ raw }) => raw.join() === verdict.certificate?.raw.join());
  return { rule: verdict.rule, at: PLACES[at] ?? null };
}

const critical = (oid: string): Change => ({
  template: { extraExtensions: [{ oid, critical: true, value: derNull() }] },
});
const keyInfo = (subjectPublicKeyInfo: Uint8Array): Change => ({ template: { overrides: { subjectPublicKeyInfo } } });
const rsa = (length: number, first: number): Change => {
  const key: PublicKey = {
    type: 'rsa',
    modulus: new Uint8Array(length).fill(0xff).fill(first, 0, 1),
    exponent: Uint8Array.of(3),
  };
  return keyInfo(publicKeyToSpki(key));
};
const serial = (...octets: number[]): Change => ({
  template: { overrides: { serialNumber: Uint8Array.from(octets) } },
});
const weak = derSequence(derOid('1.2.840.10045.4.1'));
const somewhere = { type: 'uri', uri: 'http://example.com/' } as const;

/** The rule, what breaks it, where it is asked, and what still refuses a CA where the rule is taken out. */
const table: readonly (readonly [rule: string, change: Change, places: readonly Place[], beyond?: string])[] = [
  ['critical-extension', critical('1.3.6.1.4.1.55738.1'), PLACES],
  ['critical-extension', critical(OID.policyConstraints), PLACES],
  ['not-before', { notBefore: NOW + 1000 }, PLACES],
  ['not-before', { notBefore: NOW + DAY }, PLACES],
  ['not-after', { notAfter: NOW - 1000 }, PLACES],
  ['not-after', { notAfter: NOW - DAY / 2 }, PLACES],
  ['key', keyInfo(derSequence(derSequence(derOid('1.2.3.4')), derBitString(new Uint8Array(57)))), PLACES, 'signer'],
  ['rsa-minimum', rsa(128, 0xff), PLACES, 'signature'],
  ['rsa-minimum', rsa(255, 0xff), PLACES, 'signature'],
  ['rsa-octets', rsa(257, 0x7f), PLACES, 'signature'],
  ['rsa-maximum', rsa(1025, 0xff), PLACES, 'signature'],
  ['extended-key-usage', { template: { extendedKeyUsage: ['1.2.3'] } }, PLACES],
  ['extended-key-usage', { template: { extendedKeyUsage: ['clientAuth'] } }, PLACES],
  ['serial-number-sign', serial(0x80), ['leaf', 'lower', 'upper']],
  ['serial-number-sign', serial(0xff, 0x01), ['leaf', 'lower', 'upper']],
  ['serial-number-length', serial(...new Array<number>(22).fill(1)), ['leaf', 'lower', 'upper']],
  [
    'signature-algorithm',
    { template: { overrides: { innerAlgorithm: weak, outerAlgorithm: weak } } },
    ['leaf', 'lower', 'upper'],
    'signer',
  ],
  [
    'authority-info-access',
    { template: { extraExtensions: [{ oid: OID.authorityInfoAccess, critical: false, value: derNull() }] } },
    ['leaf', 'lower', 'upper'],
  ],
  ['no-revocation-available', { template: { extraExtensions: [noRevAvailExtension()] } }, ['lower', 'upper']],
  [
    'no-revocation-available',
    { template: { extraExtensions: [noRevAvailExtension(), crlDistributionPointsExtension([somewhere])] } },
    ['leaf'],
  ],
  ['ca-flag', { template: { basicConstraints: { ca: false, pathLength: null } } }, ['lower', 'upper', 'root']],
  ['ca-key-usage', { template: { keyUsage: ['cRLSign'] } }, ['lower', 'upper', 'root']],
  ['path-length', { pathLength: 0 }, ['upper', 'root']],
  ['path-length', { pathLength: 1 }, ['root']],
  ['leaf-key-usage', { template: { keyUsage: ['keyEncipherment'] } }, ['leaf']],
  ['key-cert-sign', { template: { keyUsage: ['digitalSignature', 'keyCertSign'] } }, ['leaf']],
];

const rows = table.flatMap(([rule, change, places, beyond]) =>
  places.map((place) => ({
    rule,
    change,
    place,
    beyond: place === 'leaf' && beyond !== 'signer' ? undefined : beyond,
  })),
);

describe('each rule, in each place where it is asked', () => {
  it('the path of four is trusted as it is', () => {
    expect(judge('leaf', {})).toEqual({ rule: 'trusted', at: null });
  });

  it.each(rows)('$rule of the $place', ({ rule, change, place, beyond }) => {
    expect(judge(place, change)).toEqual({ rule, at: place });
    // It breaks nothing else: without that rule the path is trusted, unless its key or its signature is of no use.
    const { rule: without } = withoutRule(rule, () => judge(place, change));
    expect(['trusted', ...(beyond === undefined ? [] : [beyond])]).toContain(without);
  });

  it('are, with the other broken paths, at least 150 rows', () => {
    expect(rows.length + brokenPaths.length).toBeGreaterThanOrEqual(150);
  });
});
