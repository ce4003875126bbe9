import { bytesEqual } from '@portico/bytes';
import { isSelfIssued, type Certificate } from '../certificate.js';
import { DerReader } from '../der/reader.js';
import { X509Error } from '../error.js';
import type { Extension } from '../extensions.js';
import { readPresentedHostName } from '../identity/host-name.js';
import { readGeneralName } from '../name/general-name.js';
import { ipAddressToText } from '../name/ip-address.js';
import { OID } from '../oids.js';
import { failure, type PathFailure } from './verdict.js';

/**
 * `compatible` takes what is safe, `strict` also refuses what RFC 5280 tells issuers not to do and what the CA/Browser
 * Forum's Baseline Requirements (BR) add for public TLS certificates.
 */
export type PathProfile = 'compatible' | 'strict';

type Rule = (certificate: Certificate) => string | null;

const COMMON_NAME = '2.5.4.3';
const AUTHORITY_INFO_ACCESS = '1.3.6.1.5.5.7.1.1';

const everywhere: readonly Rule[] = [
  // RFC 5280 section 4.2.1.3.
  ({ keyUsage, basicConstraints }) =>
    keyUsage?.includes('keyCertSign') === true && basicConstraints?.ca !== true ? 'keyCertSign without cA' : null,
  // BR section 6.1.5.
  ({ publicKey }) =>
    publicKey !== null && 'modulus' in publicKey && (publicKey.modulus[0] as number) < 0x80
      ? 'RSA modulus whose bits are no multiple of 8'
      : null,
  checkAuthorityInfoAccess,
];

/** RFC 5280 section 4.1.2.2. A root's number names nothing to anybody, and some in use have number zero. */
const serialNumberRules: readonly Rule[] = [
  ({ serialNumber }) => (serialNumber.every((octet) => octet === 0) ? 'serial number zero' : null),
  ({ serialNumber }) => (serialNumber.length > 20 ? 'serial number of more than 20 octets' : null),
];

const leafRules: readonly Rule[] = [
  ({ version }) => (version === 3 ? null : `version ${version}`),
  hasAuthorityKeyIdentifier,
  // BR section 7.1.2.7.
  ({ basicConstraints }) => (basicConstraints?.ca === true ? 'a CA as leaf' : null),
  ({ extendedKeyUsage }) => (extendedKeyUsage === null ? 'no extended key usage' : null),
  ({ extendedKeyUsage }) =>
    extendedKeyUsage?.includes(OID.anyExtendedKeyUsage) === true ? 'anyExtendedKeyUsage' : null,
  (certificate) => (isCritical(certificate, OID.extKeyUsage) === true ? 'critical extended key usage' : null),
  // RFC 5280 section 4.2.1.6: critical where the subject is empty, and only there.
  (certificate) => {
    const critical = isCritical(certificate, OID.subjectAltName);
    if (critical === null) return 'no subject alternative names';
    const wanted = certificate.subject.rdns.length === 0;
    return critical === wanted ? null : `subject alternative names ${critical ? '' : 'not '}critical`;
  },
  checkHostNames,
  checkCommonName,
];

const authorityRules: readonly Rule[] = [
  // RFC 5280 section 4.2.1.2.
  ({ subjectKeyIdentifier }) => (subjectKeyIdentifier === null ? 'no subject key identifier' : null),
  // RFC 5280 sections 4.2.1.9, 4.2.1.10, 4.2.1.11.
  (certificate) => (isCritical(certificate, OID.basicConstraints) === false ? 'basic constraints not critical' : null),
  (certificate) => (isCritical(certificate, OID.nameConstraints) === false ? 'name constraints not critical' : null),
  (certificate) =>
    isCritical(certificate, OID.policyConstraints) === false ? 'policy constraints not critical' : null,
  // RFC 5280 section 4.2.1.10: a DNS constraint is a domain, without a dot in front.
  ({ nameConstraints }) =>
    [...(nameConstraints?.permitted ?? []), ...(nameConstraints?.excluded ?? [])].some(
      (base) => base.type === 'dns' && base.name.startsWith('.'),
    )
      ? 'DNS name constraint with a dot first'
      : null,
];

const anchorRules: readonly Rule[] = [
  // BR section 7.1.2.1.2.
  ({ extendedKeyUsage }) => (extendedKeyUsage === null ? null : 'extended key usage in a root'),
  (certificate) =>
    isSelfIssued(certificate) ? checkRootKeyIdentifier(certificate) : hasAuthorityKeyIdentifier(certificate),
];

/** The rules of the profile `strict` that the ones for everybody do not have; the first that does not hold. */
export function checkStrictly(certificate: Certificate, role: 'leaf' | 'intermediate' | 'anchor'): PathFailure | null {
  const rules = {
    leaf: [...everywhere, ...serialNumberRules, ...leafRules],
    intermediate: [...everywhere, ...serialNumberRules, ...authorityRules, hasAuthorityKeyIdentifier],
    anchor: [...everywhere, ...authorityRules, ...anchorRules],
  }[role];
  for (const rule of rules) {
    const found = rule(certificate);
    if (found !== null) return failure('malformed', certificate, found);
  }
  return null;
}

/** RFC 5280 section 4.2.1.1. */
function hasAuthorityKeyIdentifier({ authorityKeyIdentifier }: Certificate): string | null {
  return (authorityKeyIdentifier?.keyIdentifier ?? null) === null ? 'no authority key identifier' : null;
}

/** BR section 7.1.2.1.3: a root may have the extension with its own key identifier and nothing else. */
function checkRootKeyIdentifier({ authorityKeyIdentifier, subjectKeyIdentifier }: Certificate): string | null {
  if (authorityKeyIdentifier === null) return null;
  const { keyIdentifier, issuer, serialNumber } = authorityKeyIdentifier;
  const own =
    keyIdentifier !== null && subjectKeyIdentifier !== null && bytesEqual(keyIdentifier, subjectKeyIdentifier);
  return own && issuer === null && serialNumber === null ? null : 'authority key identifier of another in a root';
}

/** Preferred name syntax of RFC 1034 section 3.5, which RFC 5280 section 4.2.1.6 asks for: no underscore. */
function checkHostNames({ subjectAltNames }: Certificate): string | null {
  const bad = subjectAltNames.find(
    (name) => name.type === 'dns' && (name.name.includes('_') || readPresentedHostName(name.name) === null),
  );
  return bad?.type === 'dns' ? `DNS name "${bad.name}"` : null;
}

/** BR section 7.1.4.3: a common name is one of the alternative names, to the character. */
function checkCommonName({ subject, subjectAltNames }: Certificate): string | null {
  const texts = subjectAltNames.map((name) =>
    name.type === 'dns' ? name.name : name.type === 'ip' ? ipAddressToText(name.address) : null,
  );
  const stray = subject.rdns.flat().find(({ oid, value }) => oid === COMMON_NAME && !texts.includes(value));
  return stray === undefined ? null : `common name "${stray.value}" that is no alternative name`;
}

/** AuthorityInfoAccessSyntax, RFC 5280 section 4.2.2.1. */
function checkAuthorityInfoAccess({ extensions }: Certificate): string | null {
  const extension = extensions.find(({ oid }) => oid === AUTHORITY_INFO_ACCESS);
  if (extension === undefined) return null;
  try {
    readAuthorityInfoAccess(extension);
    return null;
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return `authority information access: ${error.message}`;
  }
}

function readAuthorityInfoAccess({ value }: Extension): void {
  const outer = new DerReader(value);
  const descriptions = outer.sequence('AuthorityInfoAccessSyntax');
  do {
    const description = descriptions.sequence('an AccessDescription');
    description.oid('an accessMethod');
    readGeneralName(description, 'name');
    description.end();
  } while (descriptions.remaining > 0);
  outer.end();
}

/** Null where the extension is not there. */
function isCritical({ extensions }: Certificate, oid: string): boolean | null {
  return extensions.find((extension) => extension.oid === oid)?.critical ?? null;
}
