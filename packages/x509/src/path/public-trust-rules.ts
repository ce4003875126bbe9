import type { Certificate } from '../certificate.js';
import { readOrError, X509Error } from '../error.js';
import { findExtension } from '../extensions.js';
import { OID } from '../oids.js';
import { POLICY_OID } from '../policy-oids.js';
import { readAccessMethods } from './authority-info-access.js';
import { accessLocationProblem } from './baseline-locations.js';
import { BR_PROFILES_SINCE, baseline } from './baseline-rules.js';
import { readCertificatePolicies } from './policy-extensions.js';
import { isReservedAddress } from './reserved-addresses.js';
import type { Mismatch, PathProfile, Rule } from './rule.js';
import { criticality, strictProfile } from './strict-rules.js';

/** In milliseconds; BR section 6.3.2 measures a day so. */
const DAY = 86_400_000;

/**
 * How many days a leaf may be valid, by its notBefore, latest first: BR section 6.3.2, and as earlier versions had it 825
 * days, 39 months and 60 months, each as long as months can be. The BR bind what was issued from 2012-07-01 (section 1.1).
 */
const VALIDITY_DAYS: readonly (readonly [since: number, days: number])[] = [
  [Date.UTC(2029, 2, 15), 47],
  [Date.UTC(2027, 2, 15), 100],
  [Date.UTC(2026, 2, 15), 200],
  [Date.UTC(2020, 8, 1), 398],
  [Date.UTC(2018, 2, 1), 825],
  [Date.UTC(2016, 6, 1), 1188],
  [Date.UTC(2012, 6, 1), 1827],
];

/** Short-lived leaves, which need no revocation information (BR section 1.6.1), in milliseconds, latest first. */
const SHORT_LIVED: readonly (readonly [since: number, validity: number])[] = [
  [Date.UTC(2026, 2, 15), 7 * DAY],
  [Date.UTC(2024, 2, 15), 10 * DAY],
];

/** CAs that were issued earlier often have no extended key usage. */
const CA_USAGE_SINCE: number = Date.UTC(2019, 0, 1);

const REVERSE_ZONES_OUT_SINCE: number = Date.UTC(2026, 2, 15);

/** BR section 7.1.6.1: domain, organization, individual and extended validation. */
const RESERVED_POLICIES: readonly string[] = ['2.23.140.1.2.1', '2.23.140.1.2.2', '2.23.140.1.2.3', '2.23.140.1.1'];

/** Names without a dot, and top-level domains that are not in the DNS: RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`. */
const INTERNAL_NAME = /^[^.]+$|\.(?:example|home\.arpa|internal|invalid|local|localhost|test)$/i;

const REVERSE_ZONE = /(?:^|\.)(?:in-addr|ip6)\.arpa$/i;

/** Country, organization, common name. */
const CA_ATTRIBUTES: readonly string[] = ['2.5.4.6', '2.5.4.10', '2.5.4.3'];

const locations = baseline('access-locations', '7.1.2.7.7', accessLocationProblem);

const keyUsageCritical = criticality('key-usage-critical', 'BR section 7.1.2.7.6', OID.keyUsage, 'critical');

const leafRules: readonly Rule[] = [
  baseline('validity-period', '6.3.2', (certificate) => {
    const days = VALIDITY_DAYS.find(([since]) => certificate.notBefore >= since)?.[1] ?? Infinity;
    const validity = validityOf(certificate) / DAY;
    return validity <= days ? null : [`a validity of at most ${days} days`, `${Math.ceil(validity)} days`];
  }),
  baseline('subject-alt-name-server', '7.1.2.7.12', ({ subjectAltNames }) => {
    const other = subjectAltNames.find(({ type }) => type !== 'dns' && type !== 'ip');
    return other === undefined ? null : ['host names and addresses', other.type];
  }),
  baseline('internal-name', '4.2.2', ({ subjectAltNames }) => {
    const bad = subjectAltNames.find((name) => name.type === 'dns' && INTERNAL_NAME.test(name.name));
    return bad?.type === 'dns' ? ['names in the public DNS', bad.name] : null;
  }),
  baseline('reserved-address', '4.2.2', ({ subjectAltNames }) => {
    const bad = subjectAltNames.find((name) => name.type === 'ip' && isReservedAddress(name.address));
    return bad?.type === 'ip' ? ['addresses that are not reserved', bad.address.join(' ')] : null;
  }),
  baseline('reverse-zone', '4.2.2', ({ subjectAltNames, notBefore }) => {
    const bad = subjectAltNames.find((name) => name.type === 'dns' && REVERSE_ZONE.test(name.name));
    return notBefore >= REVERSE_ZONES_OUT_SINCE && bad?.type === 'dns' ? ['no reverse zone', bad.name] : null;
  }),
  baseline('leaf-policies', '7.1.2.7.9', (certificate) => {
    if (certificate.notBefore < BR_PROFILES_SINCE) return null;
    const policies = readOrError(() => readCertificatePolicies(certificate));
    if (policies === null || policies instanceof X509Error) return ['certificate policies', 'none that can be read'];
    const reserved = RESERVED_POLICIES.filter((policy) => policies.has(policy));
    return reserved.length === 1 && !policies.has(POLICY_OID.anyPolicy)
      ? null
      : ['one reserved policy and not anyPolicy', [...policies].join(', ')];
  }),
  baseline('access-information', '7.1.2.7.6', presentSinceProfiles(OID.authorityInfoAccess)),
  locations,
  keyUsageCritical,
  baseline('revocation-information', '7.1.2.11.2', (certificate) => {
    const { notBefore } = certificate;
    const shortLived = SHORT_LIVED.find(([since]) => notBefore >= since)?.[1] ?? 0;
    return notBefore < BR_PROFILES_SINCE ||
      validityOf(certificate) <= shortLived ||
      has(certificate, OID.cRLDistributionPoints) ||
      readAccessMethods(certificate).includes(OID.ocsp)
      ? null
      : ['a CRL distribution point or an OCSP responder', 'neither'];
  }),
];

const intermediateRules: readonly Rule[] = [
  baseline('ca-subject', '7.1.2.10.2', ({ subject }) => {
    const present = subject.rdns.flat().map(({ oid }) => oid);
    const missing = CA_ATTRIBUTES.find((oid) => !present.includes(oid));
    return missing === undefined ? null : ['country, organization and common name of a CA', `none of type ${missing}`];
  }),
  baseline('ca-crl-sign', '7.1.2.10.7', ({ keyUsage }) =>
    keyUsage?.includes('cRLSign') !== false ? null : ['cRLSign in a CA', keyUsage.join(', ')],
  ),
  // A cross-certificate need not have it, and what a root's key signs is a CA: the last CA is none.
  baseline('ca-extended-key-usage', '7.1.2.10.6', ({ extendedKeyUsage, notBefore }, { below }) => {
    if (notBefore < CA_USAGE_SINCE || below.length > 1) return null;
    return extendedKeyUsage?.includes(OID.serverAuth) === true && !extendedKeyUsage.includes(OID.anyExtendedKeyUsage)
      ? null
      : ['serverAuth, and not any usage, in a CA above a leaf', extendedKeyUsage?.join(', ') ?? 'none'];
  }),
  baseline('ca-policies', '7.1.2.6.1', presentSinceProfiles(POLICY_OID.certificatePolicies)),
  baseline('ca-distribution-points', '7.1.2.6.1', presentSinceProfiles(OID.cRLDistributionPoints)),
  locations,
  keyUsageCritical,
];

/**
 * `strictProfile`, and also what only certificates of CAs in the root programs of browsers keep to: how long they are
 * valid, their policies, where revocation information lies, no names or addresses of private networks, no SIP URIs.
 */
export const publicTrustProfile: PathProfile = {
  name: 'public-trust',
  rules: {
    leaf: [...strictProfile.rules.leaf, ...leafRules],
    intermediate: [...strictProfile.rules.intermediate, ...intermediateRules],
    anchor: strictProfile.rules.anchor,
  },
};

/** In milliseconds; the second that both ends belong to counts. */
function validityOf({ notBefore, notAfter }: Certificate): number {
  return notAfter - notBefore + 1000;
}

function has({ extensions }: Certificate, oid: string): boolean {
  return findExtension(extensions, oid) !== undefined;
}

function presentSinceProfiles(oid: string): (certificate: Certificate) => Mismatch | null {
  return (certificate) =>
    certificate.notBefore < BR_PROFILES_SINCE || has(certificate, oid) ? null : [`extension ${oid}`, 'none'];
}
