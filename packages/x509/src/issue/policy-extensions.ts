import { TAG } from '../der/tag.js';
import { derImplicit, derList, derOid, derSequence, derSmallInteger } from '../der/writer.js';
import type { Extension } from '../extensions.js';
import { POLICY_OID } from '../policy-oids.js';

/**
 * RFC 5280 section 4.2.1.4, without qualifiers; `any` stands for anyPolicy.
 * @throws X509Error `invalid-oid`
 */
export function certificatePoliciesExtension(policies: readonly string[]): Extension {
  return {
    oid: POLICY_OID.certificatePolicies,
    critical: false,
    value: derList(
      TAG.sequence,
      policies.map((policy) => derSequence(policyOid(policy))),
    ),
  };
}

/**
 * RFC 5280 section 4.2.1.5: pairs of issuerDomainPolicy and subjectDomainPolicy.
 * @throws X509Error `invalid-oid`
 */
export function policyMappingsExtension(mappings: readonly (readonly [issuer: string, subject: string])[]): Extension {
  return {
    oid: POLICY_OID.policyMappings,
    critical: true,
    value: derList(
      TAG.sequence,
      mappings.map((pair) => derSequence(...pair.map(policyOid))),
    ),
  };
}

/** RFC 5280 section 4.2.1.11. Never throws. */
export function policyConstraintsExtension(constraints: {
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
}): Extension {
  const fields = [constraints.requireExplicitPolicy, constraints.inhibitPolicyMapping].flatMap((count, number) =>
    // Implicitly tagged: the INTEGER's contents without its tag and length.
    count === undefined ? [] : [derImplicit(number, derSmallInteger(count).subarray(2))],
  );
  return { oid: POLICY_OID.policyConstraints, critical: true, value: derSequence(...fields) };
}

/** RFC 5280 section 4.2.1.14. Never throws. */
export function inhibitAnyPolicyExtension(skipCertificates: number): Extension {
  return { oid: POLICY_OID.inhibitAnyPolicy, critical: true, value: derSmallInteger(skipCertificates) };
}

function policyOid(policy: string): Uint8Array {
  return derOid(policy === 'any' ? POLICY_OID.anyPolicy : policy);
}
