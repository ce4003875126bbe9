import type { Certificate } from '../certificate.js';
import { DerReader } from '../der/reader.js';
import { readOrError, X509Error } from '../error.js';
import { OID } from '../oids.js';
import { REVOCATION_OID } from './oids.js';
import type { RevocationChecker, RevocationContext } from '../path/revocation.js';
import type { RuleName } from '../path/rule.js';
import type { SignatureCheck } from '../path/signature-check.js';
import { failure, type PathFailure } from '../path/verdict.js';
import type { RevocationSource, RevocationStatus } from './source.js';

export interface RevocationPolicy {
  /**
   * `hard-fail` refuses a certificate of which nothing is known, `soft-fail` refuses only what is known to be revoked,
   * so that whoever can keep the answer away can keep a revoked certificate in use.
   */
  readonly mode: 'hard-fail' | 'soft-fail';
  /** Whether only the leaf is looked up or every certificate below the anchor; by default the whole chain. */
  readonly scope?: 'leaf' | 'chain';
  readonly sources: readonly RevocationSource[];
}

/** status_request, RFC 7633 section 6: "must staple". */
const STATUS_REQUEST = 5;

const REVOKED: RuleName = { name: 'not-revoked', reason: 'revoked', section: 'RFC 5280 section 6.1.3 (a)(3)' };
const KNOWN: RuleName = {
  name: 'revocation-known',
  reason: 'revocation-unknown',
  section: 'RFC 5280 section 6.1.3 (a)(3)',
};
const MUST_STAPLE: RuleName = { name: 'must-staple', reason: 'revocation-unknown', section: 'RFC 7633 section 4.2.3' };
const TLS_FEATURE: RuleName = { name: 'tls-feature', reason: 'malformed', section: 'RFC 7633 section 4.1' };

/**
 * Judges a path's revocation by what the sources were given: for `revocation` in `verifyCertificatePath`. What one source
 * knows to be revoked is revoked, whatever the others say. Certificates with noRevAvail (RFC 9608) or
 * id-pkix-ocsp-nocheck are not looked up. A leaf that must be stapled (RFC 7633) is refused without a good OCSP
 * response, in either mode.
 */
export function createRevocationChecker({ mode, scope, sources }: RevocationPolicy): RevocationChecker {
  return {
    rules: mode === 'hard-fail' ? [REVOKED, KNOWN, MUST_STAPLE] : [REVOKED, MUST_STAPLE],
    *check(chain, context) {
      const count = scope === 'leaf' ? 1 : chain.length - 1;
      for (let i = 0; i < count; i++) {
        const [certificate, issuer] = [chain[i] as Certificate, chain[i + 1] as Certificate];
        const broken = yield* judge(certificate, issuer, context, { mode, sources, mustStaple: i === 0 });
        if (broken !== null) return broken;
      }
      return null;
    },
  };
}

function* judge(
  certificate: Certificate,
  issuer: Certificate,
  context: RevocationContext,
  policy: RevocationPolicy & { readonly mustStaple: boolean },
): Generator<SignatureCheck, PathFailure | null, boolean> {
  if (certificate.extensions.some(({ oid }) => oid === OID.noRevAvail || oid === REVOCATION_OID.ocspNoCheck))
    return null;
  const good = new Set<RevocationSource['kind']>();
  const problems: string[] = [];
  for (const source of policy.sources) {
    const found: RevocationStatus = yield* source.status(certificate, issuer, context);
    if (found.status === 'revoked') {
      const since = new Date(found.at).toISOString();
      return failure(REVOKED, certificate, 'not revoked', `revoked since ${since}, ${found.reason}`);
    }
    if (found.status === 'good') good.add(source.kind);
    else problems.push(found.why);
  }
  const why = problems.join('; ') || 'nothing that says it';
  if (policy.mustStaple && !good.has('ocsp')) {
    const features = readOrError(() => tlsFeatures(certificate));
    if (features instanceof X509Error) {
      return failure(TLS_FEATURE, certificate, 'readable TLS features', features.message);
    }
    if (features.includes(STATUS_REQUEST)) {
      return failure(MUST_STAPLE, certificate, 'a stapled OCSP response that is good', why);
    }
  }
  return policy.mode === 'soft-fail' || good.size > 0
    ? null
    : failure(KNOWN, certificate, 'a known revocation status', why);
}

/** RFC 7633 section 4.1: a sequence of TLS extension numbers. @throws X509Error the DER reasons */
function tlsFeatures({ extensions }: Certificate): readonly number[] {
  const extension = extensions.find(({ oid }) => oid === REVOCATION_OID.tlsFeature);
  if (extension === undefined) return [];
  const outer = new DerReader(extension.value);
  const sequence = outer.sequence('Features');
  const features: number[] = [];
  while (sequence.remaining > 0) features.push(sequence.smallInteger('a TLS feature', 0xffff));
  outer.end();
  return features;
}
