import type { DerReader } from '../der/reader.js';
import { TAG } from '../der/tag.js';

/** CRLReason by its number, RFC 5280 section 5.3.1; 7 is not used. */
export const REVOCATION_REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'unused',
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

/** A CRLReason by its name, RFC 5280 section 5.3.1. */
export type RevocationReason = (typeof REVOCATION_REASONS)[number];

/** A CRLReason; one that is not known is `unspecified`. @throws X509Error the DER reasons */
export function readRevocationReason(reader: DerReader): RevocationReason {
  const number = reader.integerContents(reader.expect(TAG.enumerated, 'a CRLReason'), 0xff, 'a CRLReason');
  return REVOCATION_REASONS[number] ?? 'unspecified';
}
