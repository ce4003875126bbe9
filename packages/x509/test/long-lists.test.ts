import { describe, expect, it } from 'vitest';
import { DerReader, encodeName, type GeneralName } from '../src/index.js';
import {
  authorityInfoAccessExtension,
  certificatePoliciesExtension,
  crlDistributionPointsExtension,
  extendedKeyUsageExtension,
  issueCertificateRequest,
  issueDer,
  issueOcspResponse,
  issueRevocationList,
  keyUsageExtension,
  nameConstraintsExtension,
  policyMappingsExtension,
  subjectAltNameExtension,
  tlsFeatureExtension,
} from '../src/issue.js';
import { authority, DAY, leaf, leafKey, notAfter, notBefore, NOW, provider } from './support.js';

/** More than any engine takes as arguments of a call. */
const MANY = 150_000;

const many = <T>(value: T): T[] => new Array<T>(MANY).fill(value);
const name: GeneralName = { type: 'dns', name: 'a' };
const extension = { oid: '1.2.3', critical: false, value: new Uint8Array(0) };
const root = authority('root');
const end = leaf(root);

describe('lists may be of any length', () => {
  it.each<readonly [what: string, write: () => unknown]>([
    ['attributes of a name', () => encodeName(many(['CN', 'a'] as const))],
    ['alternative names', () => subjectAltNameExtension(many(name), { critical: false }).value],
    ['permitted subtrees', () => nameConstraintsExtension({ permitted: many(name), excluded: [] }).value],
    ['key usages', () => keyUsageExtension(many('cRLSign' as const)).value],
    ['extended key usages', () => extendedKeyUsageExtension(many('any')).value],
    ['policies', () => certificatePoliciesExtension(many('1.2.3')).value],
    ['policy mappings', () => policyMappingsExtension(many(['1.2.3', '1.2.4'] as const)).value],
    ['access descriptions', () => authorityInfoAccessExtension(many(['ocsp', name] as const)).value],
    ['distribution points', () => crlDistributionPointsExtension(many(name)).value],
    ['TLS features', () => tlsFeatureExtension(many(5)).value],
    [
      'extensions of a certificate',
      () =>
        issueDer({
          provider,
          issuer: { selfSignedWith: leafKey },
          subject: [],
          notBefore,
          notAfter,
          extraExtensions: many(extension),
        }),
    ],
    [
      'extensions of a request',
      () => issueCertificateRequest({ provider, privateKey: leafKey, subject: [], extraExtensions: many(extension) }),
    ],
    [
      'entries of a CRL',
      () =>
        issueRevocationList({
          provider,
          issuer: root,
          thisUpdate: NOW,
          nextUpdate: NOW + DAY,
          number: 1,
          revoked: many({ serialNumber: Uint8Array.of(1), at: NOW }),
        }),
    ],
    [
      'names of an issuing distribution point',
      () =>
        issueRevocationList({
          provider,
          issuer: root,
          thisUpdate: NOW,
          nextUpdate: NOW + DAY,
          number: 1,
          revoked: [],
          issuingDistributionPoint: { names: many(name) },
        }),
    ],
    [
      'extensions of an OCSP answer',
      () =>
        issueOcspResponse({
          provider,
          responder: root,
          producedAt: NOW,
          answers: [
            {
              certificate: end,
              issuer: root.certificate,
              status: 'good',
              thisUpdate: NOW,
              nextUpdate: null,
              extensions: many(extension),
            },
          ],
          certificates: many(end).slice(0, 100),
          hash: { oid: '1.2.3', digest: () => new Uint8Array(20) },
        }),
    ],
  ])('%s', (_, write) => {
    const encoding = write() as Uint8Array;
    const reader = new DerReader(encoding);
    reader.element();
    reader.end();
    expect(encoding.length).toBeGreaterThan(3);
  });
});
