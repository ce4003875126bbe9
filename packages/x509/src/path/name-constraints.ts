import { bytesToUtf8 } from '@portico/bytes';
import { isSelfIssued, type Certificate } from '../certificate.js';
import { DerReader } from '../der/reader.js';
import { TAG } from '../der/tag.js';
import type { NameConstraints } from '../extensions.js';
import { asciiLowerCase, normalizeHostName, readPresentedHostName } from '../identity/host-name.js';
import type { GeneralName } from '../name/general-name.js';
import { isWithin } from '../name/name.js';
import { OID } from '../oids.js';
import type { RuleName } from './rule.js';
import { failure, type PathFailure } from './verdict.js';

export const NAME_CONSTRAINTS: RuleName = {
  name: 'name-constraints',
  reason: 'name-constraint',
  section: 'RFC 5280 section 4.2.1.10',
};

const NAME_COMPARISONS: RuleName = {
  name: 'name-comparisons',
  reason: 'limit-exceeded',
  section: 'PathLimits.maxNameComparisons',
};

/** Comparisons that may still be made; shared by all paths of one verification. */
export interface ComparisonBudget {
  left: number;
}

/**
 * How a name lies to a subtree. `may-be-within` is a wildcard that stands for names on both sides; `unjudged` is a name
 * or a constraint that cannot be read or whose form has no rule.
 */
type Position = 'within' | 'outside' | 'may-be-within' | 'unjudged';

/**
 * The name constraints of one issuer for every certificate below it, RFC 5280 sections 4.2.1.10 and 6.1.3 (b), (c).
 * Checking each issuer's by itself is the same as the section's running intersection. Whatever cannot be judged refuses.
 */
export function checkNameConstraints(
  issuer: Certificate,
  below: readonly Certificate[],
  budget: ComparisonBudget,
): PathFailure | null {
  const { nameConstraints } = issuer;
  if (nameConstraints === null) return null;
  for (const [index, certificate] of below.entries()) {
    // Self-issued CA certificates are exempt, the end of the path is not.
    if (index > 0 && isSelfIssued(certificate)) continue;
    for (const name of constrainedNames(certificate)) {
      const found = checkName(name, certificate, issuer, nameConstraints, budget);
      if (found !== null) return found;
    }
  }
  return null;
}

function checkName(
  name: GeneralName,
  certificate: Certificate,
  issuer: Certificate,
  { permitted, excluded }: NameConstraints,
  budget: ComparisonBudget,
): PathFailure | null {
  budget.left -= permitted.length + excluded.length;
  if (budget.left < 0) return failure(NAME_COMPARISONS, issuer, 'fewer names or name constraints', 'more');

  for (const subtree of excluded) {
    if (subtree.type === name.type && position(name, subtree) !== 'outside') {
      return failure(NAME_CONSTRAINTS, certificate, `no name that ${issuer.subject.text} excludes`, describe(name));
    }
  }
  const sameForm = permitted.filter((subtree) => subtree.type === name.type);
  // An unreadable constraint refuses even beside one that fits.
  const positions = sameForm.map((subtree) => position(name, subtree));
  if (sameForm.length === 0 || (positions.includes('within') && !positions.includes('unjudged'))) return null;
  return failure(NAME_CONSTRAINTS, certificate, `a name that ${issuer.subject.text} permits`, describe(name));
}

/** RFC 5280 section 4.2.1.10: the alternative names, the subject, and e-mail addresses in the subject without others. */
function constrainedNames(certificate: Certificate): GeneralName[] {
  const { subject, subjectAltNames } = certificate;
  const names: GeneralName[] = [...subjectAltNames];
  if (subject.rdns.length > 0) names.push({ type: 'directory', name: subject });
  if (!subjectAltNames.some(({ type }) => type === 'email')) {
    for (const { oid, value } of subject.rdns.flat()) {
      if (oid === OID.emailAddress) names.push({ type: 'email', address: value ?? '' });
    }
  }
  // An internationalized mailbox is one more e-mail address to constraints, RFC 9598 section 6.
  for (const name of subjectAltNames) {
    if (name.type === 'other' && name.oid === OID.smtpUtf8Mailbox) {
      names.push({ type: 'email', address: smtpUtf8Mailbox(name.value) });
    }
  }
  return names;
}

/** SmtpUTF8Mailbox, RFC 9598 section 3: a UTF8String whose domain is LDH labels; what is none lies in no subtree. */
function smtpUtf8Mailbox(value: Uint8Array): string {
  const reader = new DerReader(value);
  try {
    return bytesToUtf8(reader.contents(reader.expect(TAG.utf8String)));
  } catch {
    return '';
  }
}

function position(name: GeneralName, subtree: GeneralName): Position {
  if (name.type === 'dns' && subtree.type === 'dns') return dnsPosition(name.name, subtree.name);
  if (name.type === 'ip' && subtree.type === 'ip') return ipPosition(name.address, subtree.address);
  if (name.type === 'directory' && subtree.type === 'directory') {
    return isWithin(name.name, subtree.name) ? 'within' : 'outside';
  }
  if (name.type === 'email' && subtree.type === 'email') return emailPosition(name.address, subtree.address);
  if (name.type === 'uri' && subtree.type === 'uri') return uriPosition(name.uri, subtree.uri);
  return 'unjudged';
}

/**
 * Labels may be added on the left. The empty constraint covers every name. A constraint with a dot first is not in the
 * RFC's grammar for DNS; real CAs write it for "at least one label more", and every verifier takes it so.
 */
function dnsPosition(name: string, constraint: string): Position {
  const presented = readPresentedHostName(name);
  if (presented === null) return 'unjudged';
  if (constraint === '') return 'within';
  const needsMore = constraint.startsWith('.');
  const base = normalizeHostName(needsMore ? constraint.slice(1) : constraint);
  if (base === null || constraint.endsWith('.')) return 'unjudged';
  // `*.a.b` stands for names one label below a.b.
  const labelsMore = presented.wildcard || presented.name !== base;
  if (isSameOrBelow(presented.name, base) && (!needsMore || labelsMore)) return 'within';
  const reachesBase = presented.wildcard && base.slice(base.indexOf('.') + 1) === presented.name && base.includes('.');
  // `*.example.com` can become `bar.example.com` itself, but nothing below that.
  return reachesBase && !needsMore ? 'may-be-within' : 'outside';
}

/** Address and mask of the same family, RFC 5280 section 4.2.1.10; the mask's ones must come first (RFC 4632). */
function ipPosition(address: Uint8Array, range: Uint8Array): Position {
  const half = range.length / 2;
  const mask = range.subarray(half);
  let ended = false;
  for (const octet of mask) {
    if (ended ? octet !== 0 : (~octet & 0xff & ((~octet & 0xff) + 1)) !== 0) return 'unjudged';
    ended ||= octet !== 0xff;
  }
  if (address.length !== half) return 'outside';
  const inside = address.every(
    (octet, i) => (octet & (mask[i] as number)) === ((range[i] as number) & (mask[i] as number)),
  );
  return inside ? 'within' : 'outside';
}

/** A mailbox, all mailboxes of a host, or with a dot first those of all hosts below a domain. */
function emailPosition(address: string, constraint: string): Position {
  const parts = address.split('@');
  const [local, domain] = parts;
  const host = domain === undefined ? null : normalizeHostName(domain);
  if (parts.length !== 2 || local === '' || host === null) return 'unjudged';
  const wanted = constraint.split('@');
  if (wanted.length === 1) return hostPosition(host, constraint);
  // Local parts compare exactly, hosts without case (RFC 5280 section 7.5).
  const wantedHost = normalizeHostName(wanted[1] as string);
  if (wanted.length > 2 || wantedHost === null) return 'unjudged';
  // A constraint to one mailbox cannot name an internationalized one; RFC 9598 section 6 drops its local part.
  if (/[^\x00-\x7f]/.test(local as string)) return host === wantedHost ? 'may-be-within' : 'outside';
  return local === wanted[0] && host === wantedHost ? 'within' : 'outside';
}

/** Applies to the host in the authority; a URI without one, or with an address, is refused (RFC 5280 section 4.2.1.10). */
function uriPosition(uri: string, constraint: string): Position {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#@:[\]]+)(?::[0-9]*)?(?:[/?#]|$)/i.exec(uri);
  const host = authority === null ? null : normalizeHostName(authority[1] as string);
  return host === null ? 'unjudged' : hostPosition(host, constraint);
}

/** A host exactly, or with a dot first any host below it. */
function hostPosition(host: string, constraint: string): Position {
  if (constraint.startsWith('.')) {
    const base = normalizeHostName(constraint.slice(1));
    if (base === null) return 'unjudged';
    return host !== base && isSameOrBelow(host, base) ? 'within' : 'outside';
  }
  const exact = normalizeHostName(constraint);
  if (exact === null) return 'unjudged';
  return host === exact ? 'within' : 'outside';
}

function isSameOrBelow(name: string, base: string): boolean {
  return name === base || name.endsWith(`.${base}`);
}

function describe(name: GeneralName): string {
  switch (name.type) {
    case 'dns':
      return `DNS ${asciiLowerCase(name.name)}`;
    case 'email':
      return `e-mail ${name.address}`;
    case 'uri':
      return `URI ${name.uri}`;
    case 'directory':
      return `directory name ${name.name.text}`;
    case 'ip':
    case 'other':
    case 'x400':
    case 'edi-party':
    case 'registered-id':
      return `${name.type} name`;
  }
}
