import { OID } from './oids.js';

/** Certificate policies, RFC 5280 section 4.2.1, apart so that a verifier without them does not carry these. */
export const POLICY_OID = {
  certificatePolicies: '2.5.29.32',
  anyPolicy: '2.5.29.32.0',
  policyMappings: '2.5.29.33',
  policyConstraints: '2.5.29.36',
  inhibitAnyPolicy: '2.5.29.54',
} as const;

/** Object identifiers under the names that their RFCs give them. */
export const ALL_OIDS: Readonly<typeof OID & typeof POLICY_OID> = /* @__PURE__ */ Object.assign({}, OID, POLICY_OID);
