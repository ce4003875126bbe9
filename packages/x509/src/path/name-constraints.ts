import { isSelfIssued, type Certificate } from '../certificate.js';
import { TAG } from '../der/tag.js';
import {
  asciiLowerCase,
  normalizeHostName,
  readPresentedHostName,
  type PresentedHostName,
} from '../identity/host-name.js';
import type { GeneralName } from '../name/general-name.js';
import { isWithin } from '../name/name.js';
import { otherNameText } from '../name/other-name.js';
import { OID } from '../oids.js';
import type { PathBudget, RuleName } from './rule.js';
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

/**
 * How a name lies to a subtree. `may-be-within` is a wildcard that stands for names on both sides; `unjudged` is a name
 * or a constraint that cannot be read or whose form has no rule.
 */
type Position = 'within' | 'outside' | 'may-be-within' | 'unjudged';

/** A name with what comparisons need of it, read once: it is compared with every subtree. */
interface ConstrainedName {
  readonly general: GeneralName;
  /** Of a DNS name. */
  readonly presented: PresentedHostName | null;
  /** Of an e-mail address or a URI; null where it has none or cannot be read. */
  readonly host: string | null;
  /** Of an e-mail address. */
  readonly local: string;
}

/** A subtree, read once: it is compared with every name. */
interface Subtree {
  readonly type: GeneralName['type'];
  readonly position: (name: ConstrainedName) => Position;
}

/**
 * The name constraints of one issuer for every certificate below it, RFC 5280 sections 4.2.1.10 and 6.1.3 (b), (c).
 * Checking each issuer's by itself is the same as the section's running intersection. Whatever cannot be judged refuses.
 */
export function checkNameConstraints(
  issuer: Certificate,
  below: readonly Certificate[],
  budget: PathBudget,
): PathFailure | null {
  const { nameConstraints } = issuer;
  if (nameConstraints === null) return null;
  const [permitted, excluded] = [nameConstraints.permitted, nameConstraints.excluded].map((subtrees) =>
    subtrees.map((subtree): Subtree => ({ type: subtree.type, position: positionIn(subtree) })),
  ) as [Subtree[], Subtree[]];
  for (const [index, certificate] of below.entries()) {
    // Self-issued CA certificates are exempt, the end of the path is not.
    if (index > 0 && isSelfIssued(certificate)) continue;
    for (const name of constrainedNames(certificate)) {
      budget.maxNameComparisons -= permitted.length + excluded.length;
      if (budget.maxNameComparisons < 0) return failure(NAME_COMPARISONS, issuer, 'fewer names or constraints', 'more');
      const wanted = checkName(readConstrainedName(name), permitted, excluded);
      if (wanted !== null) {
        return failure(NAME_CONSTRAINTS, certificate, `${wanted} ${issuer.subject.text}`, describe(name));
      }
    }
  }
  return null;
}

function checkName(
  name: ConstrainedName,
  permitted: readonly Subtree[],
  excluded: readonly Subtree[],
): 'a name not excluded by' | 'a name permitted by' | null {
  const { type } = name.general;
  for (const subtree of excluded) {
    if (subtree.type === type && subtree.position(name) !== 'outside') return 'a name not excluded by';
  }
  let found: 'none' | 'outside' | 'within' = 'none';
  for (const subtree of permitted) {
    if (subtree.type !== type) continue;
    const position = subtree.position(name);
    // An unreadable constraint refuses even beside one that fits.
    if (position === 'unjudged') return 'a name permitted by';
    found = found === 'within' || position === 'within' ? 'within' : 'outside';
  }
  return found === 'outside' ? 'a name permitted by' : null;
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
  // An internationalized mailbox, a UTF8String whose domain is LDH labels, is one more e-mail address to constraints (RFC
  // 9598 sections 3 and 6); what is none lies in no subtree.
  for (const name of subjectAltNames) {
    if (name.type === 'other' && name.oid === OID.smtpUtf8Mailbox) {
      names.push({ type: 'email', address: otherNameText(name.value, TAG.utf8String) });
    }
  }
  return names;
}

function readConstrainedName(general: GeneralName): ConstrainedName {
  const nothing = { general, presented: null, host: null, local: '' };
  switch (general.type) {
    case 'dns':
      return { ...nothing, presented: readPresentedHostName(general.name) };
    case 'email': {
      const [local = '', domain, ...more] = general.address.split('@');
      const readable = local !== '' && domain !== undefined && more.length === 0;
      return { ...nothing, local, host: readable ? normalizeHostName(domain) : null };
    }
    case 'uri': {
      // The constraint is on the host of the authority; a URI without one is refused (RFC 5280 section 4.2.1.10).
      const authority = URI_AUTHORITY.exec(general.uri);
      return { ...nothing, host: authority === null ? null : normalizeHostName(authority[1] as string) };
    }
    default:
      return nothing;
  }
}

/** Of the characters of RFC 3986 alone: others, as a backslash, are read in different ways by different programs. */
const URI_AUTHORITY =
  /^(?=[!#-;=?-Z[\]_a-z~]+$)[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#@:[\]]+)(?::[0-9]*)?(?:[/?#]|$)/i;

function positionIn(subtree: GeneralName): Subtree['position'] {
  switch (subtree.type) {
    case 'dns':
      return positionInDomain(subtree.name);
    case 'ip':
      return positionInRange(subtree.address);
    case 'directory':
      return ({ general }) =>
        general.type === 'directory' && isWithin(general.name, subtree.name) ? 'within' : 'outside';
    case 'email':
      return positionOfMailbox(subtree.address);
    case 'uri':
      return positionOfHost(subtree.uri);
    default:
      return () => 'unjudged';
  }
}

/**
 * Labels may be added on the left. The empty constraint covers every name. A constraint with a dot first is not in the
 * RFC's grammar for DNS; real CAs write it for "at least one label more", and every verifier takes it so.
 */
function positionInDomain(constraint: string): Subtree['position'] {
  const needsMore = constraint.startsWith('.');
  const base = constraint.endsWith('.') ? null : normalizeHostName(needsMore ? constraint.slice(1) : constraint);
  const above = base?.includes('.') === true ? base.slice(base.indexOf('.') + 1) : null;
  return ({ presented }) => {
    if (presented === null) return 'unjudged';
    if (constraint === '') return 'within';
    if (base === null) return 'unjudged';
    const { name, wildcard } = presented;
    // `*.a.b` stands for names one label below a.b.
    if (isSameOrBelow(name, base) && (!needsMore || wildcard || name !== base)) return 'within';
    // `*.example.com` can become `bar.example.com` itself, but nothing below that.
    return wildcard && name === above && !needsMore ? 'may-be-within' : 'outside';
  };
}

/** Address and mask of the same family, RFC 5280 section 4.2.1.10; the mask's ones must come first (RFC 4632). */
function positionInRange(range: Uint8Array): Subtree['position'] {
  const half = range.length / 2;
  const mask = range.subarray(half);
  let ended = false;
  for (const octet of mask) {
    if (ended ? octet !== 0 : (~octet & 0xff & ((~octet & 0xff) + 1)) !== 0) return () => 'unjudged';
    ended ||= octet !== 0xff;
  }
  return ({ general }) => {
    if (general.type !== 'ip' || general.address.length !== half) return 'outside';
    const inside = general.address.every(
      (octet, i) => (octet & (mask[i] as number)) === ((range[i] as number) & (mask[i] as number)),
    );
    return inside ? 'within' : 'outside';
  };
}

/** A mailbox, all mailboxes of a host, or with a dot first those of all hosts below a domain. */
function positionOfMailbox(constraint: string): Subtree['position'] {
  const [wantedLocal, wantedDomain, ...more] = constraint.split('@');
  if (wantedDomain === undefined) return positionOfHost(constraint);
  const wantedHost = more.length > 0 ? null : normalizeHostName(wantedDomain);
  return ({ local, host }) => {
    if (host === null || wantedHost === null) return 'unjudged';
    if (host !== wantedHost) return 'outside';
    // A constraint to one mailbox cannot name an internationalized one; RFC 9598 section 6 drops its local part.
    if (/[^\x00-\x7f]/.test(local)) return 'may-be-within';
    // Local parts compare exactly, hosts without case (RFC 5280 section 7.5).
    return local === wantedLocal ? 'within' : 'outside';
  };
}

/** A host exactly, or with a dot first any host below it. */
function positionOfHost(constraint: string): Subtree['position'] {
  const below = constraint.startsWith('.');
  const base = normalizeHostName(below ? constraint.slice(1) : constraint);
  return ({ host }) => {
    if (host === null || base === null) return 'unjudged';
    const within = below ? host !== base && isSameOrBelow(host, base) : host === base;
    return within ? 'within' : 'outside';
  };
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
    default:
      return `${name.type} name`;
  }
}
