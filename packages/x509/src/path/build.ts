import { bytesEqual } from '@portico/bytes';
import { keyAlgorithmFor, type CryptoProvider, type PublicKey, type SignatureAlgorithm } from '@portico/crypto';
import { isSelfIssued, parseCertificate, type Certificate } from '../certificate.js';
import { X509Error } from '../error.js';
import { identityMismatch, type ReferenceIdentity } from '../identity/reference.js';
import { namesEqual } from '../name/name.js';
import { checkIssuer, checkLeaf, checkSignatureAlgorithm, type PathPurpose } from './certificate-rules.js';
import type { PathLimits } from './limits.js';
import { checkNameConstraints, type ComparisonBudget } from './name-constraints.js';
import { checkStrictly, type PathProfile } from './strict-rules.js';
import type { TrustAnchor } from './trust-anchor.js';
import { failure, type PathFailure, type PathVerdict } from './verdict.js';

/** What the builder cannot do itself: verify one signature. Answered with true or false. */
export interface SignatureCheck {
  readonly certificate: Certificate;
  readonly algorithm: SignatureAlgorithm;
  readonly issuerKey: PublicKey;
}

export interface PathSearch extends PathPurpose {
  readonly provider: CryptoProvider;
  readonly certificates: readonly Uint8Array[];
  readonly trustAnchors: readonly TrustAnchor[];
  readonly identity: ReferenceIdentity | null;
  readonly profile: PathProfile;
  readonly limits: PathLimits;
}

/** A certificate that may issue others, and where it comes from. */
interface Candidate {
  readonly certificate: Certificate;
  readonly role: 'intermediate' | 'anchor';
}

/** Yields each signature to be verified; everything else it judges itself. */
type Search<T> = Generator<SignatureCheck, T, boolean>;

/**
 * Finds a path from the leaf to a trust anchor on which every rule holds, RFC 5280 section 6.1: depth first, with all
 * rules that cost little before the signatures, and these from the anchor down, so that what a peer sends is not
 * verified before somebody trusted has vouched for it. Certificates may come in any order, with cross-signed and
 * useless ones among them.
 */
export function* findPath(search: PathSearch): Search<PathVerdict> {
  const { certificates, trustAnchors, limits } = search;
  if (trustAnchors.length === 0) return refuse({ reason: 'no-trust-anchors', message: 'nobody is trusted' });
  const size = certificates.reduce((sum, { length }) => sum + length, 0);
  if (certificates.length > limits.maxCertificates || size > limits.maxBytes) {
    return refuse({
      reason: 'limit-exceeded',
      message: `${certificates.length} certificates of ${size} bytes, at most ${limits.maxCertificates} of ${limits.maxBytes} are read`,
    });
  }
  const [leafBytes, ...otherBytes] = certificates;
  if (leafBytes === undefined) return refuse({ reason: 'malformed', message: 'no certificate was presented' });
  const leaf = readCertificate(leafBytes, 'the leaf');
  if ('reason' in leaf) return refuse(leaf);
  const leafFailure =
    checkLeaf(leaf, search) ?? checkProfile(leaf, 'leaf', search.profile) ?? checkIdentity(leaf, search.identity);
  if (leafFailure !== null) return refuse(leafFailure);
  // The caller trusts this very certificate: there is nothing above it to ask.
  if (trustAnchors.some(({ certificate }) => bytesEqual(certificate.raw, leaf.raw))) {
    return { trusted: true, chain: [leaf] };
  }
  const state = new SearchState(search, leaf, otherBytes);
  const chain = yield* extend(state, [leaf]);
  return chain === null ? refuse(state.verdict()) : { trusted: true, chain };
}

/** Tries every possible issuer of the last certificate; the chain, or null when none leads to an anchor. */
function* extend(state: SearchState, path: readonly Certificate[]): Search<readonly Certificate[] | null> {
  const subject = path[path.length - 1] as Certificate;
  const weak = checkSignatureAlgorithm(subject);
  if (weak !== null) return state.fail(weak, path);
  const issuers = state.issuersOf(subject, path);
  if (issuers.length === 0) {
    return state.fail(failure('unknown-issuer', subject, `no certificate of issuer ${subject.issuer.text}`), path);
  }
  for (const { certificate, role } of issuers) {
    if (!state.spendCandidate(certificate)) return null;
    const broken =
      checkIssuer(certificate, role, path, state.search) ??
      checkProfile(certificate, role, state.search.profile) ??
      state.checkDepth(certificate, role, path) ??
      checkNameConstraints(certificate, path, state.comparisons);
    if (broken !== null) {
      state.fail(broken, [...path, certificate]);
      if (state.exhausted) return null;
      continue;
    }
    const longer = [...path, certificate];
    if (role === 'anchor') {
      if (yield* verifySignatures(state, longer)) return longer;
    } else {
      const chain = yield* extend(state, longer);
      if (chain !== null) return chain;
    }
    if (state.exhausted) return null;
  }
  return null;
}

/** All signatures of a whole path, from the anchor down. */
function* verifySignatures(state: SearchState, path: readonly Certificate[]): Search<boolean> {
  for (let i = path.length - 2; i >= 0; i--) {
    const certificate = path[i] as Certificate;
    const issuer = path[i + 1] as Certificate;
    const verified = yield* verifySignature(state, certificate, issuer);
    if (verified !== null) {
      state.fail(verified, path);
      return false;
    }
  }
  return true;
}

/** Each pair of certificate and issuer is verified once, however many paths it lies on. */
function* verifySignature(
  state: SearchState,
  certificate: Certificate,
  issuer: Certificate,
): Search<PathFailure | null> {
  const known = state.verified.get(certificate)?.get(issuer);
  if (known !== undefined) return known;
  const { algorithm } = certificate.signatureReading;
  const issuerKey = issuer.publicKey;
  let result: PathFailure | null;
  if (algorithm === null || issuerKey === null || keyAlgorithmFor(state.search.provider, issuerKey) === undefined) {
    result = failure('unsupported-key', issuer, `no verification with this key in ${state.search.provider.name}`);
  } else if (!state.spendSignature()) {
    return failure('limit-exceeded', certificate, 'too many signatures to verify');
  } else {
    const valid = yield { certificate, algorithm, issuerKey };
    result = valid ? null : badSignature(certificate, issuer);
  }
  const results = state.verified.get(certificate) ?? new Map<Certificate, PathFailure | null>();
  state.verified.set(certificate, results.set(issuer, result));
  return result;
}

/** Where key identifiers say that another key of the same name signed, the right issuer is not there. */
function badSignature(certificate: Certificate, issuer: Certificate): PathFailure {
  return keyIdentifierFit(certificate, issuer) < 0
    ? failure('unknown-issuer', certificate, `issuer ${issuer.subject.text} has another key than the one that signed`)
    : failure('bad-signature', certificate, `not signed by the key of ${issuer.subject.text}`);
}

/** What one search knows and has spent. */
class SearchState {
  readonly search: PathSearch;
  readonly comparisons: ComparisonBudget;
  readonly verified: Map<Certificate, Map<Certificate, PathFailure | null>> = new Map();
  /** A limit was met: what is left of the search is not made. */
  exhausted = false;
  readonly #candidates: readonly Candidate[];
  readonly #malformed: PathFailure | null;
  #candidatesLeft: number;
  #signaturesLeft: number;
  #best: { readonly failure: PathFailure; readonly length: number } | null = null;

  constructor(search: PathSearch, leaf: Certificate, others: readonly Uint8Array[]) {
    this.search = search;
    this.comparisons = { left: search.limits.maxNameComparisons };
    this.#candidatesLeft = search.limits.maxCandidates;
    this.#signaturesLeft = search.limits.maxSignatures;
    const anchors = search.trustAnchors.map(({ certificate }) => certificate);
    const seen = [leaf, ...anchors];
    const intermediates: Certificate[] = [];
    let malformed: PathFailure | null = null;
    for (const [index, bytes] of others.entries()) {
      // Peers send the root and copies along; one that is an anchor is used as that.
      if (seen.some(({ raw }) => bytesEqual(raw, bytes))) continue;
      const certificate = readCertificate(bytes, `certificate ${index + 1}`);
      // An unreadable certificate that no path needs does no harm.
      if ('reason' in certificate) malformed ??= certificate;
      else {
        intermediates.push(certificate);
        seen.push(certificate);
      }
    }
    this.#malformed = malformed;
    this.#candidates = [
      ...anchors.map((certificate): Candidate => ({ certificate, role: 'anchor' })),
      ...intermediates.map((certificate): Candidate => ({ certificate, role: 'intermediate' })),
    ];
  }

  /** Those named as the issuer, anchors first, then by key identifier; none that would close a loop. */
  issuersOf(subject: Certificate, path: readonly Certificate[]): readonly Candidate[] {
    const issuers = this.#candidates.filter(
      ({ certificate }) =>
        namesEqual(certificate.subject, subject.issuer) && !path.some((earlier) => isSameEntity(earlier, certificate)),
    );
    // Array.prototype.sort is stable, so the peer's order decides where nothing else does.
    return issuers.sort((left, right) => rank(subject, right) - rank(subject, left));
  }

  /** The limit on CAs between leaf and anchor. */
  checkDepth(certificate: Certificate, role: Candidate['role'], path: readonly Certificate[]): PathFailure | null {
    const { maxIntermediates } = this.search.limits;
    const authorities = role === 'anchor' ? path.slice(1) : [...path.slice(1), certificate];
    const count = authorities.filter((authority) => !isSelfIssued(authority)).length;
    return count <= maxIntermediates
      ? null
      : failure('path-too-long', certificate, `more than ${maxIntermediates} CAs between leaf and anchor`);
  }

  spendCandidate(certificate: Certificate): boolean {
    if (--this.#candidatesLeft >= 0) return true;
    this.fail(failure('limit-exceeded', certificate, 'too many possible issuers'), []);
    return false;
  }

  spendSignature(): boolean {
    return --this.#signaturesLeft >= 0;
  }

  /** Remembers why a path ends; the longest one's reason is told, the first of equals. */
  fail(found: PathFailure, path: readonly Certificate[]): null {
    if (found.reason === 'limit-exceeded') {
      this.exhausted = true;
      this.#best = { failure: found, length: Infinity };
    }
    // A missing issuer says least: any broken rule on another path explains more.
    const length = found.reason === 'unknown-issuer' ? 0 : path.length;
    if (this.#best === null || length > this.#best.length) this.#best = { failure: found, length };
    return null;
  }

  verdict(): PathFailure {
    const best = this.#best?.failure ?? { reason: 'unknown-issuer', message: 'no path' };
    return best.reason === 'unknown-issuer' && this.#malformed !== null ? this.#malformed : best;
  }
}

/** RFC 4158 section 2.4.2: the same name with the same key twice on a path is a loop. */
function isSameEntity(left: Certificate, right: Certificate): boolean {
  return bytesEqual(left.subjectPublicKeyInfo, right.subjectPublicKeyInfo) && namesEqual(left.subject, right.subject);
}

function rank(subject: Certificate, { certificate, role }: Candidate): number {
  return keyIdentifierFit(subject, certificate) * 2 + (role === 'anchor' ? 1 : 0);
}

/** 1 where authority and subject key identifier agree, -1 where they differ, 0 where one is not there. */
function keyIdentifierFit(subject: Certificate, issuer: Certificate): number {
  const wanted = subject.authorityKeyIdentifier?.keyIdentifier ?? null;
  const present = issuer.subjectKeyIdentifier;
  if (wanted === null || present === null) return 0;
  return bytesEqual(wanted, present) ? 1 : -1;
}

function checkProfile(
  certificate: Certificate,
  role: 'leaf' | 'intermediate' | 'anchor',
  profile: PathProfile,
): PathFailure | null {
  return profile === 'strict' ? checkStrictly(certificate, role) : null;
}

function checkIdentity(leaf: Certificate, identity: ReferenceIdentity | null): PathFailure | null {
  const mismatch = identity === null ? null : identityMismatch(leaf, identity);
  return mismatch === null ? null : failure('name-mismatch', leaf, mismatch);
}

function readCertificate(bytes: Uint8Array, what: string): Certificate | PathFailure {
  try {
    return parseCertificate(bytes);
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return { reason: 'malformed', message: `${what}: ${error.message}` };
  }
}

function refuse(found: PathFailure): PathVerdict {
  return { trusted: false, ...found };
}
