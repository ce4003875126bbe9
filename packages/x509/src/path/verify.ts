import { keyAlgorithmFor, type CryptoProvider, type MaybePromise } from '@portico/crypto';
import type { Certificate } from '../certificate.js';
import { X509Error } from '../error.js';
import type { KeyUsage } from '../extensions.js';
import { isTopLevelDomain, type ReferenceIdentity } from '../identity/reference.js';
import { OID } from '../oids.js';
import { findPath } from './build.js';
import { DEFAULT_PATH_LIMITS, type PathLimits } from './limits.js';
import type { RevocationChecker } from './revocation.js';
import { compatibleProfile, type PathProfile, type PolicyChecker } from './rule.js';
import type { SignatureCheck, SignatureMemory } from './signature-check.js';
import type { TrustAnchor } from './trust-anchor.js';
import type { PathVerdict } from './verdict.js';

/**
 * What `verifyCertificatePath` judges: certificates, whom the caller trusts, when, what for and whose they must be. What
 * is not there takes the default that is told beside it.
 */
export interface VerifyOptions {
  /** Verifies the signatures. */
  readonly provider: CryptoProvider;
  /** DER: the leaf first, then whatever the peer sent, in any order. */
  readonly certificates: readonly Uint8Array[];
  /** The first of them, where the caller has parsed it already; one of other bytes is not looked at. */
  readonly leaf?: Certificate | undefined;
  /** None means that nobody is trusted. */
  readonly trustAnchors: readonly TrustAnchor[];
  /** Milliseconds since 1970. */
  readonly time: number;
  /** What the leaf does in the handshake, and so which extended key usage it needs where `keyPurposes` says nothing. */
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
  /**
   * Whether a domain (lower case, without a dot at its end) is a public suffix: a wildcard right below it matches
   * nothing. By default only top-level domains are.
   */
  readonly isPublicSuffix?: (domain: string) => boolean;
  /** By default `compatibleProfile`; `strictProfile` is the other one. */
  readonly profile?: PathProfile;
  /** `createPolicyChecker`; by default certificate policies are not processed, and refused where they are critical. */
  readonly policies?: PolicyChecker;
  /** By default revocation is not looked at. */
  readonly revocation?: RevocationChecker | undefined;
  /** Signatures that need not be verified again: `createSignatureMemory`. */
  readonly memory?: SignatureMemory;
  /** What the certificates may cost; where one is left out, that of `DEFAULT_PATH_LIMITS`. */
  readonly limits?: Partial<PathLimits>;
}

/**
 * Whether a certificate leads to a trust anchor and belongs to whom the caller means: RFC 5280 section 6 with RFC 9525
 * and RFC 5922 for the names. The answer is there at once when the provider verifies
 * synchronously, else it is a promise, which is rejected only when the provider's own is. Never throws for anything a
 * peer sent.
 * @throws X509Error `invalid-argument` for a purpose or a type of identity that there is not, and for what is of another
 * type than it must be
 */
export function verifyCertificatePath(options: VerifyOptions): PathVerdict | Promise<PathVerdict> {
  const limits = demandTypes(options);
  const { provider, certificates, trustAnchors, leaf } = options;
  const steps = findPath({
    provider,
    certificates,
    trustAnchors,
    leaf,
    purpose: {
      time: options.time,
      identity: options.identity,
      keyPurposes: options.keyPurposes ?? usualKeyPurposes(options),
      keyUsages: options.keyUsages ?? ['digitalSignature'],
      isPublicSuffix: options.isPublicSuffix ?? isTopLevelDomain,
      limits,
    },
    profile: options.profile ?? compatibleProfile,
    policies: options.policies ?? null,
    revocation: options.revocation ?? null,
    memory: options.memory ?? null,
  });
  let step = steps.next();
  while (step.done !== true) {
    const answer = verifySignature(provider, step.value);
    if (typeof answer !== 'boolean') return finishLater(provider, steps, answer);
    step = steps.next(answer);
  }
  return step.value;
}

/**
 * Callers without a compiler: what is of a wrong type is told here, and not by a TypeError from within. A limit that is no
 * number would be none. Returns the limits, the usual ones among them.
 * @throws X509Error `invalid-argument`
 */
function demandTypes(options: VerifyOptions): PathLimits {
  const { provider, certificates, trustAnchors, leaf, time, limits } = Object(options) as VerifyOptions;
  const all: PathLimits = { ...DEFAULT_PATH_LIMITS, ...limits };
  const valid =
    Object.values(all).every((limit) => limit >= 0) &&
    [provider?.keyAlgorithms, certificates, trustAnchors].every(Array.isArray) &&
    trustAnchors.every((anchor) => isBytes(anchor?.certificate?.raw)) &&
    // What is beyond the limit is refused unseen.
    certificates.slice(0, all.maxCertificates).every(isBytes) &&
    (!leaf || isBytes(leaf.raw)) &&
    typeof time === 'number';
  if (!valid) throw new X509Error('invalid-argument', { expected: 'VerifyOptions' });
  return all;
}

function isBytes(bytes: unknown): boolean {
  return bytes instanceof Uint8Array;
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
  const { algorithm, key, message, signature } = check;
  return keyAlgorithmFor(provider, key)?.verify(key, algorithm, message, signature) ?? false;
}

/**
 * RFC 5280 section 4.2.1.12. For a SIP domain RFC 5924 section 5 asks for id-kp-sipDomain, but public CAs issue
 * certificates for SIP servers with the TLS purposes alone, so these count too unless the profile is strict.
 */
function usualKeyPurposes({ purpose, identity }: VerifyOptions): readonly string[] {
  const more = identity?.type === 'sip-domain' ? [OID.sipDomain] : [];
  switch (purpose) {
    case 'server-authentication':
    case 'client-authentication':
      return [purpose === 'server-authentication' ? OID.serverAuth : OID.clientAuth, ...more];
    default:
      throw new X509Error('invalid-argument', { expected: 'a purpose', got: String(purpose) });
  }
}
