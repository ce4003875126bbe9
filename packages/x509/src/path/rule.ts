import type { CryptoProvider } from '@portico/crypto';
import type { Certificate } from '../certificate.js';
import type { KeyUsage } from '../extensions.js';
import type { ReferenceIdentity } from '../identity/reference.js';
import type { PathLimits } from './limits.js';
import type { PathFailure, PathFailureReason } from './verdict.js';

/** Where on a path a certificate stands. */
export type PathRole = 'leaf' | 'intermediate' | 'anchor';

/** What a path is verified for. */
export interface PathPurpose {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Extended key usages of which one must be there wherever the extension is, the same from leaf to anchor. */
  readonly keyPurposes: readonly string[];
  /** Key usages that a leaf must all have if it has the extension. */
  readonly keyUsages: readonly KeyUsage[];
  /** Null where any name will do. */
  readonly identity: ReferenceIdentity | null;
  /** Whether a domain is a public suffix (`com`, `co.uk`), below which a wildcard stands for everybody. */
  readonly isPublicSuffix: (domain: string) => boolean;
  readonly limits: PathLimits;
}

/** What is left of each limit, over all paths of one verification. Whoever does something takes it off. */
export type PathBudget = { -readonly [Limit in keyof PathLimits]: PathLimits[Limit] };

/**
 * Judges the certificate policies of a path. A value that is passed in, so that a verifier without policies does not
 * carry its code.
 */
export interface PolicyChecker {
  readonly rule: RuleName;
  /** Identifiers (dotted) of the extensions that it processes, which may then be critical. */
  readonly processedExtensions: readonly string[];
  /**
   * The user-constrained-policy-set (dotted), or the failure.
   * @param chain leaf first, anchor last, every signature on it valid
   * @param budget takes `maxPolicies` off as it uses them
   */
  readonly check: (chain: readonly Certificate[], budget: PathBudget) => readonly string[] | PathFailure;
}

/** What a rule may look at beside the certificate. */
export interface RuleContext {
  readonly purpose: PathPurpose;
  readonly provider: CryptoProvider;
  /** Identifiers (dotted) of extensions that are processed beyond the rules, and may be critical. */
  readonly processedExtensions: readonly string[];
  readonly role: PathRole;
  /** The path so far, leaf first; empty for the leaf. */
  readonly below: readonly Certificate[];
  readonly budget: PathBudget;
}

/** What was expected and what is there, for people. */
export type Mismatch = readonly [expected: string, got: string];

/** What a rule is called and where it comes from. */
export interface RuleName {
  /** Kebab case, unique. */
  readonly name: string;
  /** The code that a broken rule gives. */
  readonly reason: PathFailureReason;
  /** `RFC 5280 section 4.2.1.9`; `BR` are the CA/Browser Forum's Baseline Requirements. */
  readonly section: string;
}

/** One thing that must hold for one certificate of a path. */
export interface Rule extends RuleName {
  /** Null where it holds. */
  readonly broken: (certificate: Certificate, context: RuleContext) => Mismatch | null;
}

/** The rules for each place on a path, in the order in which they are asked. */
export type RuleSet = Readonly<Record<PathRole, readonly Rule[]>>;

/** Rules beyond those that hold for everybody. */
export interface PathProfile {
  readonly name: string;
  readonly rules: RuleSet;
}

/** What is safe, and what public and private sites need; the default. */
export const compatibleProfile: PathProfile = {
  name: 'compatible',
  rules: { leaf: [], intermediate: [], anchor: [] },
};

/** A rule as one line. */
export function rule(name: string, reason: PathFailureReason, section: string, broken: Rule['broken']): Rule {
  return { name, reason, section, broken };
}
