/**
 * What bounds the work that a peer's certificates can cause. Exceeding one ends in the verdict `limit-exceeded`; only a
 * path with too many CAs is merely left for another, or refused as `path-too-long`.
 */
export interface PathLimits {
  /** Certificates in the peer's list, the leaf included. */
  readonly maxCertificates: number;
  /** Bytes of all of them. */
  readonly maxBytes: number;
  /** CA certificates between leaf and anchor; self-issued ones do not count (as in RFC 5280 section 4.2.1.9). */
  readonly maxIntermediates: number;
  /** Possible issuers looked at, over all paths. */
  readonly maxCandidates: number;
  /** Signatures verified, over all paths. */
  readonly maxSignatures: number;
  /** Comparisons of a name with a name constraint, over all paths. */
  readonly maxNameComparisons: number;
  /** Certificate policies and mappings read and nodes made of them, over all paths. */
  readonly maxPolicies: number;
}

/**
 * Public chains have two to four certificates and need as many signatures; the longest list of BetterTLS, whose servers
 * show every intermediate that there is, has 36. maxNameComparisons is what Go's crypto/x509 allows
 * (MaxConstraintComparisons); maxPolicies is twice what a list of maxBytes can hold, since the graph of RFC 9618 grows with
 * the certificates; the others leave a wide margin and hold a noble verification under a second.
 */
export const DEFAULT_PATH_LIMITS: PathLimits = {
  maxCertificates: 64,
  maxBytes: 0x4_0000,
  maxIntermediates: 8,
  maxCandidates: 256,
  maxSignatures: 48,
  maxNameComparisons: 250_000,
  maxPolicies: 100_000,
};
