import type { Certificate } from '../certificate.js';
import { DerReader } from '../der/reader.js';
import { readOrError, X509Error } from '../error.js';
import { readExtension } from '../extensions.js';
import { OID } from '../oids.js';
import { REVOCATION_OID } from './oids.js';
import type { RevocationChecker, RevocationContext } from '../path/revocation.js';
import type { RuleName } from '../path/rule.js';
import type { SignatureCheck } from '../path/signature-check.js';
import { failure, passedCheck, type PassedCheck, type PathFailure } from '../path/verdict.js';
import type { RevocationSource, RevocationStatus } from './source.js';

/** What is asked of revocation (RFC 5280 section 6.3, RFC 6960), and where the answers are; it may serve for many paths. */
export interface RevocationPolicy {
  /**
   * `hard-fail` refuses a certificate of which nothing is known, `soft-fail` refuses only what is known to be revoked,
   * so that whoever can keep the answer away can keep a revoked certificate in use.
   */
  readonly mode: 'hard-fail' | 'soft-fail';
  /** Whether only the leaf is looked up or every certificate below the anchor; by default the whole chain. */
  readonly scope?: 'leaf' | 'chain';
  /** Asked in this order, all of them: `createCrlSource`, `createOcspSource`. */
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
const ISSUER_FEATURES: RuleName = { name: 'issuer-features', reason: 'malformed', section: 'RFC 7633 section 4.2.2' };

/**
 * Judges a path's revocation by what the sources were given: for `revocation` in `verifyCertificatePath`. What one source
 * knows to be revoked is revoked, whatever the others say. Certificates with noRevAvail (RFC 9608) are not looked up, and
 * neither is a leaf that is an OCSP responder's with id-pkix-ocsp-nocheck (RFC 6960 section 4.2.2.2.1). A leaf that must
 * be stapled (RFC 7633) is refused without a good OCSP response, in either mode, and so is a certificate that lacks a TLS
 * feature of its issuer.
 * @throws X509Error `invalid-argument` for another mode or scope: a misspelt one would be the milder of the two
 */
export function createRevocationChecker({ mode, scope = 'chain', sources }: RevocationPolicy): RevocationChecker {
  if (!['hard-fail', 'soft-fail'].includes(mode) || !['leaf', 'chain'].includes(scope)) {
    throw new X509Error('invalid-argument', {
      expected: 'hard-fail or soft-fail, leaf or chain',
      got: `${mode}, ${scope}`,
    });
  }
  return {
    processedExtensions: [REVOCATION_OID.tlsFeature],
    *check(chain, context) {
      const passed: PassedCheck[] = [];
      const features = checkFeatures(chain);
      if ('reason' in features) return features;
      for (const [index, certificate] of chain.slice(0, scope === 'leaf' ? 1 : -1).entries()) {
        const mustStaple = index === 0 && features.includes(STATUS_REQUEST);
        const role = index === 0 ? 'leaf' : 'intermediate';
        const issuer = chain[index + 1] as Certificate;
        const held = yield* judge(certificate, issuer, context, { mode, sources, mustStaple, role });
        if ('reason' in held) return held;
        passed.push(...held.map((rule) => passedCheck(rule, index)));
      }
      return passed;
    },
  };
}

/** What held of one certificate. */
function* judge(
  certificate: Certificate,
  issuer: Certificate,
  context: RevocationContext,
  policy: RevocationPolicy & { readonly mustStaple: boolean; readonly role: 'leaf' | 'intermediate' },
): Generator<SignatureCheck, readonly RuleName[] | PathFailure, boolean> {
  if (!policy.mustStaple && isNeverLookedUp(certificate, policy.role)) return [];
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
    return failure(MUST_STAPLE, certificate, 'a stapled OCSP response that is good', why);
  }
  if (good.size === 0)
    return policy.mode === 'soft-fail' ? [] : failure(KNOWN, certificate, 'a known revocation status', why);
  return [REVOKED, KNOWN, ...(policy.mustStaple ? [MUST_STAPLE] : [])];
}

/** A promise about responders means nothing in other certificates: whoever holds these may be revoked. */
function isNeverLookedUp({ extensions, extendedKeyUsage }: Certificate, role: 'leaf' | 'intermediate'): boolean {
  const isResponder = role === 'leaf' && extendedKeyUsage?.includes(REVOCATION_OID.ocspSigning) === true;
  return extensions.some(({ oid }) => oid === OID.noRevAvail || (isResponder && oid === REVOCATION_OID.ocspNoCheck));
}

/** The leaf's TLS features. Each certificate must have those of the one above it, the anchor's too. */
function checkFeatures(chain: readonly Certificate[]): readonly number[] | PathFailure {
  let required: readonly number[] = [];
  for (const certificate of [...chain].reverse()) {
    const features = readOrError(() => tlsFeatures(certificate));
    if (features instanceof X509Error) {
      return failure(TLS_FEATURE, certificate, 'readable TLS features', features.message);
    }
    const missing = required.find((feature) => !features.includes(feature));
    if (missing !== undefined) {
      return failure(
        ISSUER_FEATURES,
        certificate,
        `TLS feature ${missing} of its issuer`,
        features.join(', ') || 'none',
      );
    }
    required = features;
  }
  return required;
}

/** RFC 7633 section 4.1: a sequence of TLS extension numbers. @throws X509Error the DER reasons */
function tlsFeatures({ extensions }: Certificate): readonly number[] {
  const read = (outer: DerReader): readonly number[] => {
    const sequence = outer.sequence('Features');
    const features: number[] = [];
    while (sequence.remaining > 0) features.push(sequence.smallInteger('a TLS feature', 0xffff));
    return features;
  };
  return readExtension(extensions, REVOCATION_OID.tlsFeature, read) ?? [];
}
