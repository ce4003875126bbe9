import { bytesEqual } from '@portico/bytes';
import { encodeSignatureAlgorithm } from '../algorithm.js';
import type { Certificate } from '../certificate.js';
import type { KeyUsage } from '../extensions.js';
import type { ReferenceIdentity } from '../identity/reference.js';
import type { GeneralName } from '../name/general-name.js';
import { OID } from '../oids.js';
import { distributionPointProblem } from './baseline-locations.js';
import { rule, type Rule } from './rule.js';

/** From here on the profiles of BR 2.0 hold (ballot SC-062); earlier certificates kept to other ones. */
export const BR_PROFILES_SINCE: number = Date.UTC(2023, 8, 15);

/** The only salts that BR section 7.1.3.2.1 allows, in octets. */
const SALT_LENGTHS = { sha256: 32, sha384: 48, sha512: 64 } as const;

const CURVE_HASHES = { 'P-256': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512' } as const;

const ORGANIZATIONAL_UNIT = '2.5.4.11';

/** Code signing, e-mail, time stamping, OCSP signing, and precertificates (RFC 6962 section 3.1). */
const FORBIDDEN_USAGES: readonly string[] = [
  '1.3.6.1.5.5.7.3.3',
  '1.3.6.1.5.5.7.3.4',
  '1.3.6.1.5.5.7.3.8',
  '1.3.6.1.5.5.7.3.9',
  '1.3.6.1.4.1.11129.2.4.4',
];

/** The key usages that go with the kind of a key; the key's kind itself is another rule. */
const LEAF_KEY_USAGES: Readonly<Record<string, readonly KeyUsage[]>> = {
  rsa: ['digitalSignature', 'keyEncipherment', 'dataEncipherment'],
  ec: ['digitalSignature', 'keyAgreement'],
};

const CA_KEY_USAGES: readonly KeyUsage[] = ['digitalSignature', 'keyCertSign', 'cRLSign'];

/** A rule of the Baseline Requirements about what certificates say. */
export function baseline(name: string, section: string, broken: Rule['broken']): Rule {
  return rule(name, 'malformed', `BR section ${section}`, broken);
}

const keys: readonly Rule[] = [
  baseline('key-type', '7.1.3.1', ({ publicKey }) =>
    publicKey?.type === 'rsa' || publicKey?.type === 'ec' ? null : ['a key for RSA or ECDSA', `${publicKey?.type}`],
  ),
  baseline('rsa-exponent', '6.1.6', ({ publicKey: key }) => {
    if (key === null || !('exponent' in key)) return null;
    const { exponent } = key;
    const last = exponent[exponent.length - 1] as number;
    const valid = last % 2 === 1 && (last > 1 || exponent.length > 1);
    return valid ? null : ['an odd exponent of at least 3', exponent.join(' ')];
  }),
];

const presented: readonly Rule[] = [
  baseline('signature-parameters', '7.1.3.2', ({ signatureReading: { algorithm }, signatureAlgorithm }) => {
    if (algorithm === null) return null;
    const exact = algorithm.type === 'rsa-pss' ? { ...algorithm, saltLength: SALT_LENGTHS[algorithm.hash] } : algorithm;
    return bytesEqual(encodeSignatureAlgorithm(exact), signatureAlgorithm.raw)
      ? null
      : ['parameters of a signature to the octet', 'others'];
  }),
  baseline('authority-key-identifier-alone', '7.1.2.11.1', ({ authorityKeyIdentifier }) =>
    (authorityKeyIdentifier?.issuer ?? null) === null ? null : ['a key identifier alone', 'issuer and serial number'],
  ),
  baseline('extended-key-usage-others', '7.1.2.7.10', ({ extendedKeyUsage }) => {
    const other = extendedKeyUsage?.find((usage) => FORBIDDEN_USAGES.includes(usage));
    return other === undefined ? null : ['usages for TLS', other];
  }),
  baseline('distribution-points', '7.1.2.11.2', distributionPointProblem),
  baseline('one-attribute', '7.1.4.1', ({ subject: { rdns } }) =>
    rdns.every(({ length }) => length === 1) ? null : ['one attribute in each RDN of the subject', 'more'],
  ),
];

/** About a CA as the issuer of what is below it. */
const issuing: readonly Rule[] = [
  baseline('ecdsa-hash', '7.1.3.2.2', ({ publicKey }, { below }) => {
    const algorithm = (below[below.length - 1] as Certificate).signatureReading.algorithm;
    if (publicKey?.type !== 'ec' || algorithm?.type !== 'ecdsa') return null;
    const hash = CURVE_HASHES[publicKey.curve];
    return algorithm.hash === hash ? null : [`signatures over ${hash} with ${publicKey.curve}`, algorithm.hash];
  }),
  baseline('issuer-octets', '7.1.4.1', ({ subject }, { below }) =>
    bytesEqual(subject.raw, (below[below.length - 1] as Certificate).issuer.raw)
      ? null
      : ['the name of the issuer to the octet', 'an equal one in other octets'],
  ),
];

/** What the BR say of a leaf and private CAs keep to as well. */
export const BASELINE_LEAF_RULES: readonly Rule[] = [
  ...keys,
  ...presented,
  baseline('subject-alt-name-types', '7.1.2.7.12', ({ subjectAltNames }, { purpose: { identity } }) => {
    const other = subjectAltNames.find((name) => !namesServer(name, identity));
    return other === undefined ? null : ['host names, addresses and sip URIs', other.type];
  }),
  baseline('reserved-label', '7.1.2.7.12', ({ subjectAltNames }) => {
    // Two hyphens in the third and fourth place are for A-labels alone.
    const bad = subjectAltNames.find((name) => name.type === 'dns' && /(?:^|\.)(?!xn)[^.]{2}--/i.test(name.name));
    return bad?.type === 'dns' ? ['labels that are not reserved', bad.name] : null;
  }),
  baseline('leaf-key-usages', '7.1.2.7.11', ({ publicKey, keyUsage }) => {
    const allowed = LEAF_KEY_USAGES[publicKey?.type ?? ''];
    const other = keyUsage?.find((usage) => allowed?.includes(usage) === false);
    return other === undefined ? null : [(allowed ?? []).join(', '), other];
  }),
  baseline('organizational-unit', '7.1.2.7.2', ({ subject, notBefore }) =>
    notBefore < BR_PROFILES_SINCE || !subject.rdns.flat().some(({ oid }) => oid === ORGANIZATIONAL_UNIT)
      ? null
      : ['a subject without organizational unit', 'one'],
  ),
];

/** What the BR say of a CA that somebody presents. */
export const BASELINE_INTERMEDIATE_RULES: readonly Rule[] = [
  ...keys,
  ...presented,
  ...issuing,
  baseline('ca-key-usages', '7.1.2.10.7', ({ keyUsage }) => {
    const other = keyUsage?.find((usage) => !CA_KEY_USAGES.includes(usage));
    return other === undefined ? null : [CA_KEY_USAGES.join(', '), other];
  }),
  baseline('ca-key-usage-present', '7.1.2.6.1', ({ keyUsage }) =>
    keyUsage !== null ? null : ['key usages in a CA', 'none'],
  ),
];

/** What the BR say of a root, and those in use keep to: some have other key usages. */
export const BASELINE_ANCHOR_RULES: readonly Rule[] = [...keys, ...issuing];

/**
 * The BR know host names and addresses. A certificate for a SIP domain may say it in a `sip:` URI (RFC 5922 section 4.1),
 * whatever else the same port serves, and whoever asks for a URI or a service cannot do without the name that says it.
 */
function namesServer(name: GeneralName, identity: ReferenceIdentity | null): boolean {
  switch (name.type) {
    case 'dns':
    case 'ip':
      return true;
    case 'uri':
      return /^sip:/i.test(name.uri) || identity?.type === 'uri';
    case 'other':
      return name.oid === OID.dnsSrv && identity?.type === 'srv';
    case 'email':
    case 'x400':
    case 'directory':
    case 'edi-party':
    case 'registered-id':
      return false;
  }
}
