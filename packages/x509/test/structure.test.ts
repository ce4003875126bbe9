import { describe, expect, it } from 'vitest';
import { concatBytes } from '@portico/bytes';
import { derNull, OID, parseCertificate, X509Error, type Certificate } from '../src/index.js';
import { readAccessMethods } from '../src/path/authority-info-access.js';
import {
  readCertificatePolicies,
  readInhibitAnyPolicy,
  readPolicyConstraints,
  readPolicyMappings,
} from '../src/path/policy-extensions.js';
import { distributionPointNames } from '../src/revocation/distribution-point.js';
import { parseOcspResponse, parseRevocationList } from '../src/revocation.js';
import { derEdits } from './support/der-edits.js';
import {
  CERTIFICATE,
  CERTIFICATE_LIST,
  DISTRIBUTION_POINTS,
  EXTENSION_VALUES,
  OCSP_RESPONSES,
} from './support/specimens.js';

/** A certificate of which only one extension is looked at. */
const holding = (oid: string, value: Uint8Array): Certificate =>
  ({ extensions: [{ oid, critical: false, value }] }) as unknown as Certificate;

const structures: readonly (readonly [name: string, encoding: Uint8Array, read: (encoding: Uint8Array) => unknown])[] =
  [
    ['certificate', CERTIFICATE, parseCertificate],
    ['revocation-list', CERTIFICATE_LIST, parseRevocationList],
    ['ocsp-response-by-key', OCSP_RESPONSES.byKey, parseOcspResponse],
    ['ocsp-response-by-name', OCSP_RESPONSES.byName, parseOcspResponse],
    [
      'distribution-points',
      DISTRIBUTION_POINTS,
      (value) => distributionPointNames(holding(OID.cRLDistributionPoints, value)),
    ],
    [
      'authority-info-access',
      EXTENSION_VALUES.authorityInfoAccess,
      (value) => readAccessMethods(holding(OID.authorityInfoAccess, value)),
    ],
    [
      'certificate-policies',
      EXTENSION_VALUES.certificatePolicies,
      (value) => readCertificatePolicies(holding(OID.certificatePolicies, value)),
    ],
    [
      'policy-mappings',
      EXTENSION_VALUES.policyMappings,
      (value) => readPolicyMappings(holding(OID.policyMappings, value)),
    ],
    [
      'policy-constraints',
      EXTENSION_VALUES.policyConstraints,
      (value) => readPolicyConstraints(holding(OID.policyConstraints, value)),
    ],
    [
      'inhibit-any-policy',
      EXTENSION_VALUES.inhibitAnyPolicy,
      (value) => readInhibitAnyPolicy(holding(OID.inhibitAnyPolicy, value)),
    ],
  ];

/** What comes of one encoding, without what only says where. */
function outcome(read: () => unknown): string {
  try {
    read();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return `${error.reason}: expected ${error.expected ?? ''}`;
  }
}

describe('a structure with every field', () => {
  it.each(structures)('%s is read', (_, encoding, read) => {
    expect(outcome(() => read(encoding))).toBe('accepted');
  });

  it.each(structures)('%s has nothing after it', (_, encoding, read) => {
    expect(outcome(() => read(concatBytes(encoding, derNull())))).toBe('trailing-bytes: expected the end');
    expect(outcome(() => read(concatBytes(encoding, Uint8Array.of(5))))).toBe('trailing-bytes: expected the end');
  });

  // Every change of one element: which are accepted, path by path, and how often each refusal is given.
  it.each(structures)('%s is refused with one element changed, or it says so', async (name, encoding, read) => {
    const accepted: string[] = [];
    const refusals = new Map<string, number>();
    for (const { path, change, encoding: changed } of derEdits(encoding)) {
      const found = outcome(() => read(changed));
      if (found === 'accepted') accepted.push(`${path} ${change}`);
      else refusals.set(found, (refusals.get(found) ?? 0) + 1);
    }
    const lines = [
      'accepted:',
      ...accepted.map((line) => `  ${line}`),
      'refused:',
      ...[...refusals].map(([line, count]) => `  ${count} x ${line}`).sort(),
    ];
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/structure-${name}.txt`);
  });
});
