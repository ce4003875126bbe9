import type { PublicKey } from '@portico/crypto';
import { isSelfIssued, type Certificate } from '../certificate.js';
import type { KeyUsage } from '../extensions.js';
import { OID } from '../oids.js';
import { failure, type PathFailure } from './verdict.js';

/** What a path is verified for. */
export interface PathPurpose {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Extended key usages of which one must be there wherever the extension is. */
  readonly keyPurposes: readonly string[];
  /** Key usages that a leaf must all have if it has the extension. */
  readonly keyUsages: readonly KeyUsage[];
}

/** RSA moduli, in bits: the lower end is NIST SP 800-131A's, the upper one what verification is bounded to. */
export const MIN_RSA_BITS = 2048;
export const MAX_RSA_BITS = 8192;

/** RFC 5280 section 4.1.2.2 allows 20 octets; a sign octet before a full 20 is a common slip and harmless. */
const MAX_SERIAL_NUMBER_LENGTH = 21;

/**
 * Extensions that are wholly judged here. The others of RFC 5280 (policies, key identifiers, which must never be
 * critical) are refused when critical like unknown ones, section 4.2.
 */
const PROCESSED_EXTENSIONS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  OID.keyUsage,
  OID.subjectAltName,
  OID.basicConstraints,
  OID.nameConstraints,
  OID.extKeyUsage,
]);

/** The rules for the end of a path, RFC 5280 sections 4 and 6.1.3. */
export function checkLeaf(certificate: Certificate, purpose: PathPurpose): PathFailure | null {
  return (
    checkForm(certificate) ??
    checkCriticalExtensions(certificate) ??
    checkValidity(certificate, purpose.time) ??
    checkKey(certificate) ??
    checkLeafKeyUsage(certificate, purpose) ??
    checkExtendedKeyUsage(certificate, purpose) ??
    checkLeafNameConstraints(certificate)
  );
}

/**
 * The rules for a CA, RFC 5280 sections 6.1.3 and 6.1.4 (k) to (o). `below` holds the path so far, leaf first. A trust
 * anchor of version 1 has no extensions to say that it is a CA; that it is one, its being trusted says.
 */
export function checkIssuer(
  certificate: Certificate,
  role: 'intermediate' | 'anchor',
  below: readonly Certificate[],
  purpose: PathPurpose,
): PathFailure | null {
  return (
    (role === 'intermediate' ? checkForm(certificate) : null) ??
    checkCriticalExtensions(certificate) ??
    checkValidity(certificate, purpose.time) ??
    checkKey(certificate) ??
    (role === 'anchor' && certificate.version === 1 ? null : checkAuthority(certificate)) ??
    checkPathLength(certificate, below) ??
    checkExtendedKeyUsage(certificate, purpose)
  );
}

/**
 * The algorithm that a certificate is signed with; not asked of trust anchors, whose signature proves nothing. Out are
 * MD5, SHA-1 and SHA-224, and whatever is not known to be strong.
 */
export function checkSignatureAlgorithm(certificate: Certificate): PathFailure | null {
  const { signatureReading, signatureAlgorithm } = certificate;
  return signatureReading.algorithm !== null
    ? null
    : failure(
        'weak-algorithm',
        certificate,
        `signed with ${signatureReading.problem} algorithm ${signatureAlgorithm.oid}`,
      );
}

/** RFC 5280 section 4.1.2: a serial number that is not negative and not over-long, an issuer with a name. */
function checkForm(certificate: Certificate): PathFailure | null {
  const { serialNumber, issuer } = certificate;
  if ((serialNumber[0] as number) >= 0x80) return failure('malformed', certificate, 'negative serial number');
  if (serialNumber.length > MAX_SERIAL_NUMBER_LENGTH) {
    return failure('malformed', certificate, `serial number of ${serialNumber.length} bytes`);
  }
  return issuer.rdns.length === 0 ? failure('malformed', certificate, 'no issuer name') : null;
}

/** RFC 5280 section 4.2: a critical extension that is not processed refuses the certificate. */
function checkCriticalExtensions(certificate: Certificate): PathFailure | null {
  const unknown = certificate.extensions.find(({ oid, critical }) => critical && !PROCESSED_EXTENSIONS.has(oid));
  return unknown === undefined
    ? null
    : failure('unknown-critical-extension', certificate, `critical extension ${unknown.oid}`);
}

/** RFC 5280 section 4.1.2.5: both ends belong to the period, and seconds are its unit. */
function checkValidity(certificate: Certificate, time: number): PathFailure | null {
  const { notBefore, notAfter } = certificate;
  // Written so that NaN is within no period.
  if (!(time >= notBefore)) {
    return failure('not-yet-valid', certificate, `valid from ${timeText(notBefore)}, now ${timeText(time)}`);
  }
  if (!(time < notAfter + 1000)) {
    return failure('expired', certificate, `valid until ${timeText(notAfter)}, now ${timeText(time)}`);
  }
  return null;
}

/** A key that this package reads and that is strong enough. */
function checkKey(certificate: Certificate): PathFailure | null {
  const { publicKey, publicKeyProblem } = certificate;
  if (publicKey === null) return failure('unsupported-key', certificate, publicKeyProblem ?? 'unknown key');
  if (publicKey.type !== 'rsa' && publicKey.type !== 'rsa-pss') return null;
  const bits = modulusBits(publicKey);
  if (bits < MIN_RSA_BITS) return failure('weak-algorithm', certificate, `RSA key of ${bits} bits`);
  return bits > MAX_RSA_BITS ? failure('unsupported-key', certificate, `RSA key of ${bits} bits`) : null;
}

/** RFC 5280 section 4.2.1.3: the key may be used for nothing else where the extension is there. */
function checkLeafKeyUsage(certificate: Certificate, { keyUsages }: PathPurpose): PathFailure | null {
  const { keyUsage } = certificate;
  const missing = keyUsage === null ? undefined : keyUsages.find((usage) => !keyUsage.includes(usage));
  return missing === undefined
    ? null
    : failure('key-usage', certificate, `expected ${missing}, got ${keyUsage?.join(', ')}`);
}

/** RFC 5280 section 4.2.1.10: name constraints must be used in CA certificates only. */
function checkLeafNameConstraints(certificate: Certificate): PathFailure | null {
  return certificate.nameConstraints === null || certificate.basicConstraints?.ca === true
    ? null
    : failure('malformed', certificate, 'name constraints in a certificate that is no CA');
}

/** RFC 5280 section 6.1.4 (k) and (n): cA asserted; keyCertSign where there is a key usage. */
function checkAuthority(certificate: Certificate): PathFailure | null {
  const { basicConstraints, keyUsage } = certificate;
  if (basicConstraints?.ca !== true) return failure('not-a-ca', certificate, 'issuer is not a CA');
  return keyUsage === null || keyUsage.includes('keyCertSign')
    ? null
    : failure('key-usage', certificate, `expected keyCertSign, got ${keyUsage.join(', ')}`);
}

/** RFC 5280 section 4.2.1.9: counts the CA certificates below that are not self-issued; the leaf is never one. */
function checkPathLength(certificate: Certificate, below: readonly Certificate[]): PathFailure | null {
  const allowed = certificate.basicConstraints?.pathLength ?? null;
  const count = below.slice(1).filter((authority) => !isSelfIssued(authority)).length;
  return allowed === null || count <= allowed
    ? null
    : failure('path-too-long', certificate, `expected at most ${allowed} CAs below, got ${count}`);
}

/**
 * RFC 5280 section 4.2.1.12 for the leaf; in a CA the extension bounds what may be issued below, as every verifier on
 * the web has it.
 */
function checkExtendedKeyUsage(certificate: Certificate, { keyPurposes }: PathPurpose): PathFailure | null {
  const { extendedKeyUsage } = certificate;
  const allowed =
    extendedKeyUsage === null ||
    extendedKeyUsage.some((purpose) => purpose === OID.anyExtendedKeyUsage || keyPurposes.includes(purpose));
  return allowed
    ? null
    : failure(
        'extended-key-usage',
        certificate,
        `expected ${keyPurposes.join(' or ')}, got ${extendedKeyUsage.join(', ')}`,
      );
}

function modulusBits({ modulus }: PublicKey & { readonly type: 'rsa' | 'rsa-pss' }): number {
  return modulus.length * 8 - (Math.clz32(modulus[0] as number) - 24);
}

function timeText(milliseconds: number): string {
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : String(milliseconds);
}
