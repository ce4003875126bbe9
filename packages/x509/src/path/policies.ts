import { isSelfIssued, type Certificate } from '../certificate.js';
import { readOrError, X509Error } from '../error.js';
import { POLICY_OID } from '../policy-oids.js';
import {
  readCertificatePolicies,
  readInhibitAnyPolicy,
  readPolicyConstraints,
  readPolicyMappings,
} from './policy-extensions.js';
import type { PathBudget, PolicyChecker, RuleName } from './rule.js';
import { failure, type PathFailure } from './verdict.js';

/** What the caller asks of certificate policies, RFC 5280 section 6.1.1 (c), (e), (f), (g). */
export interface PolicyInputs {
  /** The user-initial-policy-set (dotted); by default anyPolicy: which one it is does not matter. */
  readonly acceptable?: readonly string[];
  /** Whether the chain must be valid for one of them; by default false. */
  readonly requireExplicitPolicy?: boolean;
  /** By default false. */
  readonly inhibitPolicyMapping?: boolean;
  /** By default false. */
  readonly inhibitAnyPolicy?: boolean;
}

const POLICY: RuleName = { name: 'policy', reason: 'policy', section: 'RFC 9618 section 5' };

const POLICY_EXTENSIONS: RuleName = {
  name: 'policy-extensions',
  reason: 'malformed',
  section: 'RFC 5280 section 4.2.1.4',
};

const POLICIES: RuleName = { name: 'policies', reason: 'limit-exceeded', section: 'PathLimits.maxPolicies' };

/** A node of the valid_policy_graph, RFC 9618 section 5.2. */
interface PolicyNode {
  readonly policy: string;
  readonly parents: readonly PolicyNode[];
  expected: readonly string[];
  /** Whether a leaf of the finished graph hangs below it; nodes without one are the ones that the RFC deletes. */
  needed: boolean;
}

/** Nodes of one depth by their valid_policy; empty is what the RFC calls a graph that is NULL. */
type Depth = Map<string, PolicyNode>;

const PROCESSED = [
  POLICY_OID.certificatePolicies,
  POLICY_OID.policyMappings,
  POLICY_OID.policyConstraints,
  POLICY_OID.inhibitAnyPolicy,
];

/**
 * Processes certificate policies, RFC 9618 section 5: for `policies` in `verifyCertificatePath`. Without it critical policy extensions are
 * refused as unknown ones, so nothing that a CA insists on is passed over.
 */
export function createPolicyChecker(inputs: PolicyInputs = {}): PolicyChecker {
  return {
    rule: POLICY,
    processedExtensions: PROCESSED,
    check: (chain, budget) => processPolicies(chain, inputs, budget),
  };
}

/**
 * Certificate policies of a whole path, by RFC 5280 section 6.1 with the graph of RFC 9618, whose size is bounded by
 * that of the certificates. The anchor's own PolicyConstraints and InhibitAnyPolicy hold, as in RFC 5937 section 3.2.
 * @param chain leaf first, anchor last
 * @returns the user-constrained-policy-set, or the failure
 */
function processPolicies(
  chain: readonly Certificate[],
  inputs: PolicyInputs,
  budget: PathBudget,
): readonly string[] | PathFailure {
  let judged = chain[chain.length - 1] as Certificate;
  const found = readOrError(() =>
    walkPolicies(chain, inputs, budget, (certificate) => {
      judged = certificate;
    }),
  );
  return found instanceof X509Error
    ? failure(POLICY_EXTENSIONS, judged, 'readable policy extensions', found.message)
    : found;
}

/** @param turnTo told of each certificate below the anchor before its extensions are read @throws X509Error from these */
function walkPolicies(
  chain: readonly Certificate[],
  inputs: PolicyInputs,
  budget: PathBudget,
  turnTo: (certificate: Certificate) => void,
): readonly string[] | PathFailure {
  const path = chain.slice(0, -1).reverse();
  const unlimited = path.length + 1;
  const counts = {
    explicit: inputs.requireExplicitPolicy === true ? 0 : unlimited,
    mapping: inputs.inhibitPolicyMapping === true ? 0 : unlimited,
    any: inputs.inhibitAnyPolicy === true ? 0 : unlimited,
  };
  tighten(counts, chain[path.length] as Certificate);
  const depths: Depth[] = [new Map([[POLICY_OID.anyPolicy, node(POLICY_OID.anyPolicy, [])]])];
  for (const [index, certificate] of path.entries()) {
    turnTo(certificate);
    const isLast = index === path.length - 1;
    const mayUseAny = counts.any > 0 || (!isLast && isSelfIssued(certificate));
    const policies = readCertificatePolicies(certificate);
    const depth = nextDepth(depths[index] as Depth, policies, mayUseAny ? 'any' : 'named');
    depths.push(depth);
    const mappings = isLast ? null : readPolicyMappings(certificate);
    budget.maxPolicies -= (policies?.size ?? 0) + depth.size + countMappings(mappings);
    if (budget.maxPolicies < 0) return failure(POLICIES, certificate, 'fewer policies', 'more');
    if (counts.explicit === 0 && depth.size === 0) return failure(POLICY, certificate, 'a valid policy', 'none');
    if (!isLast) {
      applyMappings(depth, mappings, counts.mapping);
      if (!isSelfIssued(certificate)) decrement(counts);
      tighten(counts, certificate);
    } else {
      // Wrap-up, RFC 5280 section 6.1.5 (a) and (b).
      decrement(counts);
      if (readPolicyConstraints(certificate)?.requireExplicitPolicy === 0) counts.explicit = 0;
    }
  }
  const acceptable = inputs.acceptable ?? [POLICY_OID.anyPolicy];
  const policies = constrainedPolicies(depths, acceptable);
  return counts.explicit > 0 || policies.length > 0
    ? policies
    : failure(POLICY, chain[0] as Certificate, `one of the policies ${acceptable.join(', ')}`, 'none');
}

interface Counts {
  explicit: number;
  mapping: number;
  any: number;
}

/** RFC 5280 section 6.1.4 (h). */
function decrement(counts: Counts): void {
  for (const count of ['explicit', 'mapping', 'any'] as const) counts[count] = Math.max(0, counts[count] - 1);
}

/** RFC 5280 section 6.1.4 (i) and (j). */
function tighten(counts: Counts, certificate: Certificate): void {
  const constraints = readPolicyConstraints(certificate);
  counts.explicit = Math.min(counts.explicit, constraints?.requireExplicitPolicy ?? Infinity);
  counts.mapping = Math.min(counts.mapping, constraints?.inhibitPolicyMapping ?? Infinity);
  counts.any = Math.min(counts.any, readInhibitAnyPolicy(certificate) ?? Infinity);
}

function node(policy: string, parents: readonly PolicyNode[], expected: readonly string[] = [policy]): PolicyNode {
  return { policy, parents, expected, needed: false };
}

/** RFC 9618 section 5.3 (d) and (e). */
function nextDepth(above: Depth, policies: ReadonlySet<string> | null, allowed: 'any' | 'named'): Depth {
  const depth: Depth = new Map();
  if (policies === null) return depth;
  const parentsOf = new Map<string, PolicyNode[]>();
  for (const parent of above.values()) {
    for (const expected of new Set(parent.expected)) {
      const parents = parentsOf.get(expected);
      if (parents === undefined) parentsOf.set(expected, [parent]);
      else parents.push(parent);
    }
  }
  const anyAbove = above.get(POLICY_OID.anyPolicy);
  for (const policy of policies) {
    if (policy === POLICY_OID.anyPolicy) continue;
    const parents = parentsOf.get(policy) ?? (anyAbove === undefined ? [] : [anyAbove]);
    if (parents.length > 0) depth.set(policy, node(policy, parents));
  }
  if (policies.has(POLICY_OID.anyPolicy) && allowed === 'any') {
    // Those that are there by name have the same parents.
    for (const [policy, parents] of parentsOf) depth.set(policy, node(policy, parents));
  }
  return depth;
}

/** The pairs as they are written: one policy may be mapped to many. */
function countMappings(mappings: ReadonlyMap<string, readonly string[]> | null): number {
  return [...(mappings?.values() ?? [])].reduce((sum, { length }) => sum + length, 0);
}

/** RFC 9618 section 5.4 (b). */
function applyMappings(
  depth: Depth,
  mappings: ReadonlyMap<string, readonly string[]> | null,
  policyMapping: number,
): void {
  for (const [policy, subjects] of mappings ?? []) {
    const mapped = depth.get(policy);
    const any = depth.get(POLICY_OID.anyPolicy);
    if (policyMapping === 0) depth.delete(policy);
    else if (mapped !== undefined) mapped.expected = subjects;
    else if (any !== undefined) depth.set(policy, node(policy, any.parents, subjects));
  }
}

/** RFC 9618 section 5.5 (g). */
function constrainedPolicies(depths: readonly Depth[], acceptable: readonly string[]): readonly string[] {
  const last = depths[depths.length - 1] as Depth;
  const authority = new Set<string>();
  for (const leaf of last.values()) leaf.needed = true;
  for (const depth of [...depths].reverse()) {
    for (const { policy, parents, needed } of depth.values()) {
      if (!needed) continue;
      for (const parent of parents) parent.needed = true;
      if (policy !== POLICY_OID.anyPolicy && parents[0]?.policy === POLICY_OID.anyPolicy) authority.add(policy);
    }
  }
  if (last.has(POLICY_OID.anyPolicy)) authority.add(POLICY_OID.anyPolicy);
  if (acceptable.includes(POLICY_OID.anyPolicy)) return [...authority];
  return authority.has(POLICY_OID.anyPolicy) ? acceptable : acceptable.filter((policy) => authority.has(policy));
}
