import type { Certificate } from '../certificate.js';
import { contextPrimitive } from '../der/tag.js';
import { X509Error } from '../error.js';
import { readExtension } from '../extensions.js';
import { POLICY_OID } from '../policy-oids.js';

/** More certificates than any path has: larger counts mean the same. */
const MAX_SKIP_CERTIFICATES = 0x7fff_ffff;

/** PolicyConstraints, RFC 5280 section 4.2.1.11; null where a field is not there. */
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | null;
  readonly inhibitPolicyMapping: number | null;
}

/**
 * The policies (dotted) of a CertificatePolicies, RFC 5280 section 4.2.1.4, or null without that extension. Qualifiers
 * are passed over.
 * @throws X509Error `invalid-extension` for a policy that is there twice, and the DER reasons
 */
export function readCertificatePolicies(certificate: Certificate): ReadonlySet<string> | null {
  return readExtension(certificate.extensions, POLICY_OID.certificatePolicies, (outer) => {
    const sequence = outer.sequence('CertificatePolicies');
    const policies = new Set<string>();
    do {
      const information = sequence.sequence('a PolicyInformation');
      const policy = information.oid('a CertPolicyId');
      if (information.remaining > 0) {
        const qualifiers = information.sequence('policyQualifiers');
        do qualifiers.any();
        while (qualifiers.remaining > 0);
      }
      information.end();
      if (policies.has(policy)) throw new X509Error('invalid-extension', { expected: 'each policy once', got: policy });
      policies.add(policy);
    } while (sequence.remaining > 0);
    return policies;
  });
}

/**
 * PolicyMappings, RFC 5280 section 4.2.1.5: for each issuerDomainPolicy the subjectDomainPolicies that are as good.
 * @throws X509Error `invalid-extension` where anyPolicy is mapped (section 6.1.4 (a)), and the DER reasons
 */
export function readPolicyMappings(certificate: Certificate): ReadonlyMap<string, readonly string[]> | null {
  return readExtension(certificate.extensions, POLICY_OID.policyMappings, (outer) => {
    const sequence = outer.sequence('PolicyMappings');
    const mappings = new Map<string, string[]>();
    do {
      const mapping = sequence.sequence('a mapping');
      const issuer = mapping.oid('an issuerDomainPolicy');
      const subject = mapping.oid('a subjectDomainPolicy');
      mapping.end();
      if (issuer === POLICY_OID.anyPolicy || subject === POLICY_OID.anyPolicy) {
        throw new X509Error('invalid-extension', { expected: 'no mapping of anyPolicy' });
      }
      const subjects = mappings.get(issuer);
      if (subjects === undefined) mappings.set(issuer, [subject]);
      else subjects.push(subject);
    } while (sequence.remaining > 0);
    return mappings;
  });
}

/**
 * PolicyConstraints, RFC 5280 section 4.2.1.11: at least one of its fields.
 * @throws X509Error `invalid-extension` and the DER reasons
 */
export function readPolicyConstraints(certificate: Certificate): PolicyConstraints | null {
  return readExtension(certificate.extensions, POLICY_OID.policyConstraints, (outer) => {
    const sequence = outer.sequence('PolicyConstraints');
    const [requireExplicitPolicy, inhibitPolicyMapping] = [0, 1].map((number) => {
      const element = sequence.optional(contextPrimitive(number));
      return element === null ? null : sequence.integerContents(element, MAX_SKIP_CERTIFICATES);
    }) as [number | null, number | null];
    sequence.end();
    if (requireExplicitPolicy === null && inhibitPolicyMapping === null) {
      throw new X509Error('invalid-extension', { expected: 'requireExplicitPolicy or inhibitPolicyMapping' });
    }
    return { requireExplicitPolicy, inhibitPolicyMapping };
  });
}

/** InhibitAnyPolicy, RFC 5280 section 4.2.1.14. @throws X509Error the DER reasons */
export function readInhibitAnyPolicy(certificate: Certificate): number | null {
  return readExtension(certificate.extensions, POLICY_OID.inhibitAnyPolicy, (outer) =>
    outer.smallInteger('a SkipCerts', MAX_SKIP_CERTIFICATES),
  );
}
