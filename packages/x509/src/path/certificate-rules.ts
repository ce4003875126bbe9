import { isSelfIssued, type Certificate } from '../certificate.js';
import { readOrError, X509Error } from '../error.js';
import { findExtension } from '../extensions.js';
import { identityMismatch } from '../identity/reference.js';
import { OID } from '../oids.js';
import { readAccessMethods } from './authority-info-access.js';
import { rule, type Mismatch, type Rule, type RuleSet } from './rule.js';
import type { PathFailureReason } from './verdict.js';

/** RSA moduli, in bits: the lower end is NIST SP 800-131A's, the upper one what verification is bounded to. */
export const MIN_RSA_BITS = 2048;
export const MAX_RSA_BITS = 8192;

/** RFC 5280 section 4.1.2.2 allows 20 octets; a sign octet before a full 20 is a common slip and harmless. */
const MAX_SERIAL_NUMBER_LENGTH = 21;

/**
 * Extensions that are wholly judged here. The others of RFC 5280 (policies, unless they are processed; key
 * identifiers, which must never be critical) are refused when critical like unknown ones, section 4.2.
 */
const PROCESSED_EXTENSIONS: readonly string[] = [
  OID.keyUsage,
  OID.subjectAltName,
  OID.basicConstraints,
  OID.nameConstraints,
  OID.extKeyUsage,
];

const REVOCATION_POINTERS: readonly string[] = [OID.cRLDistributionPoints, OID.freshestCRL, OID.ocsp];

/** RFC 5280 section 4.1.2: a serial number that is not negative and not over-long, an issuer with a name. */
const form: readonly Rule[] = [
  rule('serial-number-sign', 'malformed', 'RFC 5280 section 4.1.2.2', ({ serialNumber }) =>
    (serialNumber[0] as number) < 0x80 ? null : ['a positive serial number', 'a negative one'],
  ),
  rule('serial-number-length', 'malformed', 'RFC 5280 section 4.1.2.2', ({ serialNumber: { length } }) =>
    length <= MAX_SERIAL_NUMBER_LENGTH
      ? null
      : [`at most ${MAX_SERIAL_NUMBER_LENGTH} octets of serial number`, `${length}`],
  ),
  rule('issuer-name', 'malformed', 'RFC 5280 section 4.1.2.4', ({ issuer }) =>
    issuer.rdns.length > 0 ? null : ['an issuer name', 'an empty one'],
  ),
];

const everywhere: readonly Rule[] = [
  // A critical extension that is not processed refuses the certificate.
  rule(
    'critical-extension',
    'unknown-critical-extension',
    'RFC 5280 section 4.2',
    ({ extensions }, { processedExtensions }) => {
      const unknown = extensions.find(
        ({ oid, critical }) => critical && !PROCESSED_EXTENSIONS.includes(oid) && !processedExtensions.includes(oid),
      );
      return unknown === undefined ? null : ['critical extensions that are known', unknown.oid];
    },
  ),
  // Both ends belong to the period, and seconds are its unit. Written so that NaN is within no period.
  rule('not-before', 'not-yet-valid', 'RFC 5280 section 4.1.2.5', ({ notBefore }, { purpose: { time } }) =>
    time >= notBefore ? null : [`${timeText(notBefore)} or later`, timeText(time)],
  ),
  rule('not-after', 'expired', 'RFC 5280 section 4.1.2.5', ({ notAfter }, { purpose: { time } }) =>
    time < notAfter + 1000 ? null : [`${timeText(notAfter)} or earlier`, timeText(time)],
  ),
  rule('key', 'unsupported-key', 'RFC 5280 section 4.1.2.7', ({ publicKey, publicKeyProblem }) =>
    publicKey !== null ? null : ['a known key', publicKeyProblem ?? 'another'],
  ),
  rsaRule('rsa-minimum', 'weak-algorithm', 'BR section 6.1.5', (bits) =>
    bits >= MIN_RSA_BITS ? null : [`RSA of ${MIN_RSA_BITS} bits`, `${bits}`],
  ),
  rsaRule('rsa-octets', 'malformed', 'BR section 6.1.5', (bits) =>
    bits % 8 === 0 ? null : ['an RSA modulus of whole octets', `${bits} bits`],
  ),
  rsaRule('rsa-maximum', 'unsupported-key', 'RFC 8017 section 8', (bits) =>
    bits <= MAX_RSA_BITS ? null : [`RSA of at most ${MAX_RSA_BITS} bits`, `${bits}`],
  ),
];

/**
 * For the leaf; in a CA the extension bounds what may be issued below, as every verifier on the web has it. One purpose
 * must hold from the leaf to the anchor: a CA for one and a leaf for another add up to nothing.
 */
const extendedKeyUsage = rule(
  'extended-key-usage',
  'extended-key-usage',
  'RFC 5280 section 4.2.1.12',
  (certificate, { below, purpose: { keyPurposes } }) => {
    const left = keyPurposes.filter((purpose) => below.every((issued) => allowsPurpose(issued, purpose)));
    return left.some((purpose) => allowsPurpose(certificate, purpose))
      ? null
      : [left.join(' or ') || 'none', (certificate.extendedKeyUsage ?? []).join(', ')];
  },
);

/**
 * The algorithm that a certificate is signed with; not asked of trust anchors, whose signature proves nothing. Out are
 * MD5, SHA-1 and SHA-224, and whatever is not known to be strong.
 */
const signatureAlgorithm = rule(
  'signature-algorithm',
  'weak-algorithm',
  'RFC 9325 section 4.5',
  ({ signatureReading: { problem }, signatureAlgorithm: { oid } }) =>
    problem === null ? null : ['a strong signature algorithm', `${problem} ${oid}`],
);

const presented: readonly Rule[] = [
  signatureAlgorithm,
  // Not asked of anchors: a root in somebody's store is taken as it is.
  rule('authority-info-access', 'malformed', 'RFC 5280 section 4.2.2.1', (certificate) => {
    const methods = readOrError(() => readAccessMethods(certificate));
    return methods instanceof X509Error ? ['authority information access', methods.message] : null;
  }),
  // Where nothing is ever revoked, nothing may point to revocation information.
  rule('no-revocation-available', 'malformed', 'RFC 9608 section 3', (certificate) => {
    const extension = findExtension(certificate.extensions, OID.noRevAvail);
    if (extension === undefined) return null;
    // The octets of NULL, X.690 section 8.8.
    if (extension.value.join() !== '5,0') return ['NULL', 'another'];
    if (certificate.basicConstraints?.ca === true) return ['a leaf where nothing is revoked', 'a CA'];
    const present = certificate.extensions.map(({ oid }) => oid);
    const pointer = [...present, ...readAccessMethods(certificate)].find((oid) => REVOCATION_POINTERS.includes(oid));
    return pointer === undefined ? null : ['nothing about revocation beside noRevAvail', pointer];
  }),
];

const leafRules: readonly Rule[] = [
  ...form,
  ...everywhere,
  // The key may be used for nothing else where the extension is there.
  rule('leaf-key-usage', 'key-usage', 'RFC 5280 section 4.2.1.3', ({ keyUsage }, { purpose: { keyUsages } }) => {
    const missing = keyUsage === null ? undefined : keyUsages.find((usage) => !keyUsage.includes(usage));
    return missing === undefined ? null : [missing, (keyUsage ?? []).join(', ')];
  }),
  extendedKeyUsage,
  rule('key-cert-sign', 'malformed', 'RFC 5280 section 4.2.1.9', ({ keyUsage, basicConstraints }) =>
    keyUsage?.includes('keyCertSign') === true && basicConstraints?.ca !== true
      ? ['keyCertSign in a CA', 'in another']
      : null,
  ),
  rule('leaf-name-constraints', 'malformed', 'RFC 5280 section 4.2.1.10', ({ nameConstraints, basicConstraints }) =>
    nameConstraints === null || basicConstraints?.ca === true ? null : ['name constraints in a CA', 'in another'],
  ),
  rule('identity', 'name-mismatch', 'RFC 9525 section 6', (certificate, { purpose: { identity, isPublicSuffix } }) =>
    identity === null ? null : identityMismatch(certificate, identity, isPublicSuffix),
  ),
  ...presented,
];

/** RFC 5280 sections 6.1.3 and 6.1.4 (k) to (o). */
const authorityRules: readonly Rule[] = [
  ...everywhere,
  rule('ca-flag', 'not-a-ca', 'RFC 5280 section 6.1.4 (k)', ({ basicConstraints, version }, { role }) =>
    // An anchor of version 1 has no extensions to say it; that it is a CA, its being trusted says.
    basicConstraints?.ca === true || (role === 'anchor' && version === 1) ? null : ['a CA', 'none'],
  ),
  rule('ca-key-usage', 'key-usage', 'RFC 5280 section 6.1.4 (n)', ({ keyUsage }) =>
    keyUsage === null || keyUsage.includes('keyCertSign') ? null : ['keyCertSign', keyUsage.join(', ')],
  ),
  // Counts the CA certificates below that are not self-issued; the leaf is never one.
  rule('path-length', 'path-too-long', 'RFC 5280 section 4.2.1.9', ({ basicConstraints }, { below }) =>
    atMost(basicConstraints?.pathLength ?? Infinity, below.slice(1)),
  ),
  extendedKeyUsage,
];

/** Not asked of anchors: the last CA below one was asked. */
const depth = rule('depth', 'path-too-long', 'PathLimits.maxIntermediates', (certificate, { below, purpose }) =>
  atMost(purpose.limits.maxIntermediates, [...below.slice(1), certificate]),
);

/** The rules that hold whatever the profile, RFC 5280 sections 4 and 6.1. */
export const BASIC_RULES: RuleSet = {
  leaf: leafRules,
  intermediate: [...form, ...authorityRules, depth, ...presented],
  anchor: authorityRules,
};

function allowsPurpose({ extendedKeyUsage: usages }: Certificate, purpose: string): boolean {
  return usages === null || usages.includes(OID.anyExtendedKeyUsage) || usages.includes(purpose);
}

function atMost(allowed: number, authorities: readonly Certificate[]): Mismatch | null {
  // Names are only compared where it depends on them.
  if (authorities.length <= allowed) return null;
  const count = authorities.filter((authority) => !isSelfIssued(authority)).length;
  return count <= allowed ? null : [`at most ${allowed} CAs between leaf and anchor`, `${count}`];
}

/** About the bits of an RSA modulus; keys of other kinds keep it. */
function rsaRule(
  name: string,
  reason: PathFailureReason,
  section: string,
  judge: (bits: number) => Mismatch | null,
): Rule {
  return rule(name, reason, section, ({ publicKey: key }) =>
    key === null || !('modulus' in key)
      ? null
      : judge(key.modulus.length * 8 - Math.clz32((key.modulus[0] as number) << 24)),
  );
}

function timeText(milliseconds: number): string {
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : String(milliseconds);
}
