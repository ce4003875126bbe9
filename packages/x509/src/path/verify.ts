import { keyAlgorithmFor, type CryptoProvider, type MaybePromise } from '@portico/crypto';
import type { KeyUsage } from '../extensions.js';
import type { ReferenceIdentity } from '../identity/reference.js';
import { OID } from '../oids.js';
import { findPath, type SignatureCheck } from './build.js';
import { DEFAULT_PATH_LIMITS, type PathLimits } from './limits.js';
import type { PathProfile } from './strict-rules.js';
import type { TrustAnchor } from './trust-anchor.js';
import type { PathVerdict } from './verdict.js';

export interface VerifyOptions {
  readonly provider: CryptoProvider;
  /** DER: the leaf first, then whatever the peer sent, in any order. */
  readonly certificates: readonly Uint8Array[];
  /** None means that nobody is trusted. */
  readonly trustAnchors: readonly TrustAnchor[];
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly purpose: 'server-authentication' | 'client-authentication';
  /** Null where any name will do, as for most client certificates. */
  readonly identity: ReferenceIdentity | null;
  /**
   * Extended key usages (dotted) that are accepted instead of the purpose's own. By default a reference of type
   * `sip-domain` also accepts id-kp-sipDomain (RFC 5924).
   */
  readonly keyPurposes?: readonly string[];
  /** What the leaf's key must be allowed to do; by default `digitalSignature`, RFC 9846 section 4.5.1.2. */
  readonly keyUsages?: readonly KeyUsage[];
  /** By default `compatible`. */
  readonly profile?: PathProfile;
  readonly limits?: Partial<PathLimits>;
}

/**
 * Whether a certificate leads to a trust anchor and belongs to whom the caller means: RFC 5280 section 6 with RFC 9525
 * and RFC 5922 for the names. The answer is there at once when the provider verifies synchronously, else it is a
 * promise, which is rejected only when the provider's own is. Never throws for anything a peer sent. Revocation and
 * certificate policies are not looked at.
 */
export function verifyCertificatePath(options: VerifyOptions): PathVerdict | Promise<PathVerdict> {
  const { provider, certificates, trustAnchors, time, identity } = options;
  const steps = findPath({
    provider,
    certificates,
    trustAnchors,
    time,
    identity,
    keyPurposes: options.keyPurposes ?? usualKeyPurposes(options),
    keyUsages: options.keyUsages ?? ['digitalSignature'],
    profile: options.profile ?? 'compatible',
    limits: { ...DEFAULT_PATH_LIMITS, ...options.limits },
  });
  let step = steps.next();
  while (step.done !== true) {
    const answer = verifySignature(provider, step.value);
    if (typeof answer !== 'boolean') return finishLater(provider, steps, answer);
    step = steps.next(answer);
  }
  return step.value;
}

/** The same from the first answer that is not there yet. */
async function finishLater(
  provider: CryptoProvider,
  steps: Generator<SignatureCheck, PathVerdict, boolean>,
  firstAnswer: PromiseLike<boolean>,
): Promise<PathVerdict> {
  let step = steps.next(await firstAnswer);
  while (step.done !== true) step = steps.next(await verifySignature(provider, step.value));
  return step.value;
}

function verifySignature(provider: CryptoProvider, check: SignatureCheck): MaybePromise<boolean> {
  const { certificate, algorithm, issuerKey } = check;
  const keyAlgorithm = keyAlgorithmFor(provider, issuerKey);
  if (keyAlgorithm === undefined) return false;
  return keyAlgorithm.verify(issuerKey, algorithm, certificate.tbsCertificate, certificate.signature);
}

/**
 * RFC 5280 section 4.2.1.12. For a SIP domain RFC 5924 section 5 asks for id-kp-sipDomain, but public CAs issue
 * certificates for SIP servers with the TLS purposes alone, so these count too.
 */
function usualKeyPurposes({ purpose, identity }: VerifyOptions): readonly string[] {
  const own = purpose === 'server-authentication' ? OID.serverAuth : OID.clientAuth;
  return identity?.type === 'sip-domain' ? [own, OID.sipDomain] : [own];
}
