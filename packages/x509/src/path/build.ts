import { bytesEqual } from '@portico/bytes';
import { keyAlgorithmFor } from '@portico/crypto';
import { parseCertificate, type Certificate } from '../certificate.js';
import { readOrError, X509Error } from '../error.js';
import { namesEqual } from '../name/name.js';
import { BASIC_RULES } from './certificate-rules.js';
import { checkNameConstraints, NAME_CONSTRAINTS } from './name-constraints.js';
import type { RevocationChecker } from './revocation.js';
import type { PathBudget, PathProfile, PathRole, PolicyChecker, Rule, RuleContext, RuleName } from './rule.js';
import type { SignatureCheck, SignatureMemory } from './signature-check.js';
import type { TrustAnchor } from './trust-anchor.js';
import {
  failure,
  passedCheck,
  type CandidatePath,
  type PassedCheck,
  type PathFailure,
  type PathVerdict,
} from './verdict.js';

/** All that one search is given; the purpose is in the context. */
export interface PathSearch extends Pick<RuleContext, 'provider' | 'purpose'> {
  readonly certificates: readonly Uint8Array[];
  /** The first of them, if the caller has parsed it. */
  readonly leaf?: Certificate | undefined;
  readonly trustAnchors: readonly TrustAnchor[];
  readonly profile: PathProfile;
  readonly policies: PolicyChecker | null;
  readonly revocation: RevocationChecker | null;
  readonly memory: SignatureMemory | null;
}

/** A certificate that may issue others, and where it comes from. */
interface Candidate {
  readonly certificate: Certificate;
  readonly role: Exclude<PathRole, 'leaf'>;
}

/** The verdict on a path on which everything holds. */
type TrustedPath = Extract<PathVerdict, { readonly trusted: true }>;

/** Yields each signature to be verified; everything else it judges itself. */
type Search<T> = Generator<SignatureCheck, T, boolean>;

const ANCHORS: RuleName = { name: 'anchors', reason: 'no-trust-anchors', section: 'RFC 5280 section 6.1.1 (d)' };
const INPUT: RuleName = { name: 'input', reason: 'limit-exceeded', section: 'PathLimits.maxCertificates, maxBytes' };
const CANDIDATES: RuleName = { name: 'candidates', reason: 'limit-exceeded', section: 'PathLimits.maxCandidates' };
const SIGNATURES: RuleName = { name: 'signatures', reason: 'limit-exceeded', section: 'PathLimits.maxSignatures' };
const ENCODING: RuleName = { name: 'encoding', reason: 'malformed', section: 'RFC 5280 section 4.1' };
const ISSUER: RuleName = { name: 'issuer', reason: 'unknown-issuer', section: 'RFC 5280 section 6.1.3 (a)(4)' };
const SIGNATURE: RuleName = { name: 'signature', reason: 'bad-signature', section: 'RFC 5280 section 6.1.3 (a)(1)' };
const SIGNER: RuleName = { name: 'signer', reason: 'unsupported-key', section: 'RFC 5280 section 6.1.3 (a)(1)' };

/**
 * Finds a path from the leaf to a trust anchor on which every rule holds, RFC 5280 section 6.1: depth first, with all
 * rules that cost little before the signatures, and these from the anchor down, so that what a peer sends is not
 * verified before somebody trusted has vouched for it. Certificates may come in any order, with cross-signed and
 * useless ones among them.
 */
export function* findPath(search: PathSearch): Search<PathVerdict> {
  const { certificates, trustAnchors, purpose } = search;
  const { maxCertificates, maxBytes } = purpose.limits;
  if (trustAnchors.length === 0) return refuse(failure(ANCHORS, null, 'a trust anchor', 'none'));
  const size = certificates.reduce((sum, { length }) => sum + length, 0);
  if (certificates.length > maxCertificates || size > maxBytes) {
    const limit = `at most ${maxCertificates} certificates of ${maxBytes} bytes`;
    return refuse(failure(INPUT, null, limit, `${certificates.length} of ${size}`));
  }
  const [leafBytes, ...otherBytes] = certificates;
  if (leafBytes === undefined) return refuse(failure(ENCODING, null, 'a certificate', 'none'));
  const leaf =
    search.leaf && bytesEqual(search.leaf.raw, leafBytes) ? search.leaf : readCertificate(leafBytes, 'the leaf');
  if ('reason' in leaf) return refuse(leaf);
  const state = new SearchState(search, leaf, otherBytes);
  const broken = state.checkRules(leaf, 'leaf', []);
  if (broken !== null) {
    state.fail(broken, [leaf]);
    return state.verdict();
  }
  // The caller trusts this very certificate: there is nothing above it to ask, and it stands for its own issuer.
  const own = trustAnchors.some(({ certificate }) => bytesEqual(certificate.raw, leaf.raw));
  return (yield* own ? judgeBeyond(state, [leaf, leaf]) : extend(state, [leaf])) ?? state.verdict();
}

/** Tries every possible issuer of the last certificate; null when none leads to an anchor. */
function* extend(state: SearchState, path: readonly Certificate[]): Search<TrustedPath | null> {
  const subject = path[path.length - 1] as Certificate;
  const issuers = state.issuersOf(subject, path);
  if (issuers.length === 0) {
    return state.fail(failure(ISSUER, subject, `a certificate of issuer ${subject.issuer.text}`, 'none'), path);
  }
  for (const { certificate, role } of issuers) {
    if (--state.budget.maxCandidates < 0) {
      return state.fail(failure(CANDIDATES, certificate, 'fewer issuers', 'more'), []);
    }
    const longer = [...path, certificate];
    const broken = state.checkRules(certificate, role, path) ?? checkNameConstraints(certificate, path, state.budget);
    if (broken !== null) {
      state.fail(broken, longer);
    } else {
      const accepted = role === 'anchor' ? yield* judgePath(state, longer) : yield* extend(state, longer);
      if (accepted !== null) return accepted;
    }
    if (state.exhausted) return null;
  }
  return null;
}

/** What needs the whole path: all signatures from the anchor down, then what the caller asks beyond. */
function* judgePath(state: SearchState, chain: readonly Certificate[]): Search<TrustedPath | null> {
  const checks: SignatureCheck[] = [];
  for (let i = chain.length - 2; i >= 0; i--) {
    const answer = yield* verifySignature(state, chain[i] as Certificate, chain[i + 1] as Certificate);
    if ('reason' in answer) return state.fail(answer, chain);
    checks.push(answer);
  }
  const accepted = yield* judgeBeyond(state, chain);
  if (accepted !== null) state.search.memory?.remember(checks);
  return accepted;
}

/** Policies and revocation: they can cost much, so nobody is asked for them before all signatures are valid. */
function* judgeBeyond(state: SearchState, issuers: readonly Certificate[]): Search<TrustedPath | null> {
  const { policies: policyChecker, provider, purpose, revocation } = state.search;
  const chain = [...new Set(issuers)];
  const policies = policyChecker?.check(issuers, state.budget) ?? [];
  if ('reason' in policies) return state.fail(policies, chain);
  const judged =
    policyChecker === null ? [] : issuers.slice(1).map((_, index) => passedCheck(policyChecker.rule, index));
  const steps = revocation?.check(issuers, { provider, time: purpose.time });
  let step = steps?.next();
  while (step?.done === false) {
    // Signatures under revocation information count like those under certificates.
    if (--state.budget.maxSignatures < 0) {
      return state.fail(failure(SIGNATURES, null, 'fewer signatures', 'more'), chain);
    }
    step = steps?.next(yield step.value);
  }
  const looked = step?.done === true ? step.value : [];
  if ('reason' in looked) return state.fail(looked, chain);
  return {
    trusted: true,
    chain,
    policies,
    checks: passedChecks(state.search, chain, [...judged, ...looked]),
  };
}

/** Each pair of certificate and issuer is verified once, however many paths it lies on. */
function* verifySignature(
  state: SearchState,
  certificate: Certificate,
  issuer: Certificate,
): Search<SignatureCheck | PathFailure> {
  const known = state.verified.get(certificate)?.get(issuer);
  if (known !== undefined) return known;
  const { provider, memory } = state.search;
  const { algorithm } = certificate.signatureReading;
  const key = issuer.publicKey;
  let result: SignatureCheck | PathFailure;
  if (algorithm === null || key === null || keyAlgorithmFor(provider, key) === undefined) {
    result = failure(SIGNER, issuer, 'a key that the provider knows', key?.type ?? 'another');
  } else {
    const { tbsCertificate: message, signature } = certificate;
    const check: SignatureCheck = { algorithm, key, keyInfo: issuer.subjectPublicKeyInfo, message, signature };
    if (memory?.has(check) === true) result = check;
    else if (--state.budget.maxSignatures < 0) return failure(SIGNATURES, certificate, 'fewer signatures', 'more');
    else result = (yield check) ? check : badSignature(certificate, issuer);
  }
  const results = state.verified.get(certificate) ?? new Map<Certificate, SignatureCheck | PathFailure>();
  state.verified.set(certificate, results.set(issuer, result));
  return result;
}

/** Where key identifiers say that another key of the same name signed, the right issuer is not there. */
function badSignature(certificate: Certificate, issuer: Certificate): PathFailure {
  const { text } = issuer.subject;
  return keyIdentifierFit(certificate, issuer) < 0
    ? failure(ISSUER, certificate, `an issuer ${text} with the key that signed`, 'one with another key')
    : failure(SIGNATURE, certificate, `a signature by the key of ${text}`, 'another');
}

/** What one search knows and has spent. */
class SearchState {
  readonly search: PathSearch;
  readonly budget: PathBudget;
  readonly verified: Map<Certificate, Map<Certificate, SignatureCheck | PathFailure>> = new Map();
  /** A limit was met: what is left of the search is not made. */
  exhausted = false;
  readonly #candidates: readonly Candidate[];
  readonly #processedExtensions: readonly string[];
  readonly #malformed: PathFailure | null;
  readonly #paths: CandidatePath[] = [];
  #best: { readonly failure: PathFailure; readonly length: number } | null = null;

  constructor(search: PathSearch, leaf: Certificate, others: readonly Uint8Array[]) {
    this.search = search;
    this.budget = { ...search.purpose.limits };
    this.#processedExtensions = [search.policies, search.revocation].flatMap((one) => one?.processedExtensions ?? []);
    const candidates: Candidate[] = search.trustAnchors.map(({ certificate }) => ({ certificate, role: 'anchor' }));
    let malformed: PathFailure | null = null;
    for (const [index, bytes] of others.entries()) {
      // Peers send the root and copies along; one that is an anchor is used as that.
      const isKnown = candidates.some(({ certificate: { raw } }) => bytesEqual(raw, bytes));
      if (isKnown || bytesEqual(leaf.raw, bytes)) continue;
      const certificate = readCertificate(bytes, `certificate ${index + 1}`);
      // An unreadable certificate that no path needs does no harm.
      if ('reason' in certificate) malformed ??= certificate;
      else candidates.push({ certificate, role: 'intermediate' });
    }
    this.#malformed = malformed;
    this.#candidates = candidates;
  }

  /** Those named as the issuer, by key identifier and anchors first; none that would close a loop. */
  issuersOf(subject: Certificate, path: readonly Certificate[]): readonly Candidate[] {
    const issuers = this.#candidates.filter(
      ({ certificate }) =>
        // Itself first, which needs no comparison of names.
        !path.includes(certificate) &&
        namesEqual(certificate.subject, subject.issuer) &&
        !path.some((earlier) => isSameEntity(earlier, certificate)),
    );
    // Array.prototype.sort is stable: among equals anchors come first, and then the peer's order decides.
    return issuers.sort(
      (left, right) => keyIdentifierFit(subject, right.certificate) - keyIdentifierFit(subject, left.certificate),
    );
  }

  /** The first of the rules for that place which does not hold. */
  checkRules(certificate: Certificate, role: PathRole, below: readonly Certificate[]): PathFailure | null {
    const { provider, purpose } = this.search;
    const context = {
      provider,
      purpose,
      processedExtensions: this.#processedExtensions,
      role,
      below,
      budget: this.budget,
    };
    for (const rules of rulesFor(this.search, role)) {
      for (const rule of rules) {
        const broken = rule.broken(certificate, context);
        if (broken !== null) return failure(rule, certificate, ...broken);
      }
    }
    return null;
  }

  /** Remembers why a path ends; the longest one's reason is told, the first of equals. */
  fail(found: PathFailure, chain: readonly Certificate[]): null {
    this.#paths.push({ chain, failure: found });
    if (found.reason === 'limit-exceeded') {
      this.exhausted = true;
      this.#best = { failure: found, length: Infinity };
    }
    // A missing issuer says least: any broken rule on another path explains more.
    const length = found.reason === 'unknown-issuer' ? 0 : chain.length;
    if (this.#best === null || length > this.#best.length) this.#best = { failure: found, length };
    return null;
  }

  /** Every path failed. */
  verdict(): PathVerdict {
    const best = (this.#best as { readonly failure: PathFailure }).failure;
    const shown = best.reason === 'unknown-issuer' && this.#malformed !== null ? this.#malformed : best;
    return { trusted: false, ...shown, paths: this.#paths };
  }
}

/** RFC 4158 section 2.4.2: the same name with the same key twice on a path is a loop. */
function isSameEntity(left: Certificate, right: Certificate): boolean {
  return bytesEqual(left.subjectPublicKeyInfo, right.subjectPublicKeyInfo) && namesEqual(left.subject, right.subject);
}

/** 1 where authority and subject key identifier agree, -1 where they differ, 0 where one is not there. */
function keyIdentifierFit(subject: Certificate, issuer: Certificate): number {
  const wanted = subject.authorityKeyIdentifier?.keyIdentifier ?? null;
  const present = issuer.subjectKeyIdentifier;
  if (wanted === null || present === null) return 0;
  return bytesEqual(wanted, present) ? 1 : -1;
}

/** What holds for everybody, then the profile's own; not made into one list, which costs more than asking the rules. */
function rulesFor({ profile }: PathSearch, role: PathRole): readonly (readonly Rule[])[] {
  return [BASIC_RULES[role], profile.rules[role]];
}

/** Every rule that was asked of a chain that holds, certificate by certificate. */
function passedChecks(
  search: PathSearch,
  chain: readonly Certificate[],
  judged: readonly PassedCheck[],
): readonly PassedCheck[] {
  const last = chain.length - 1;
  const checks: PassedCheck[] = [];
  for (const certificate of chain.keys()) {
    const role = certificate === 0 ? 'leaf' : certificate === last ? 'anchor' : 'intermediate';
    for (const rules of rulesFor(search, role)) {
      for (const held of rules) checks.push(passedCheck(held, certificate));
    }
    if (certificate < last)
      checks.push(passedCheck(NAME_CONSTRAINTS, certificate), passedCheck(SIGNATURE, certificate));
    for (const check of judged) if (check.certificate === certificate) checks.push(check);
  }
  return checks;
}

function readCertificate(bytes: Uint8Array, what: string): Certificate | PathFailure {
  const read = readOrError(() => parseCertificate(bytes));
  return read instanceof X509Error ? failure(ENCODING, null, `${what} in DER`, read.message) : read;
}

function refuse(found: PathFailure): PathVerdict {
  return { trusted: false, ...found, paths: [] };
}
