import type { Certificate } from '../certificate.js';
import type { Mismatch, RuleName } from './rule.js';

/** Why a certificate is not trusted. */
export type PathFailureReason =
  | 'no-trust-anchors'
  | 'unknown-issuer'
  | 'malformed'
  | 'expired'
  | 'not-yet-valid'
  | 'bad-signature'
  | 'not-a-ca'
  | 'path-too-long'
  | 'key-usage'
  | 'extended-key-usage'
  | 'name-mismatch'
  | 'name-constraint'
  | 'unknown-critical-extension'
  | 'weak-algorithm'
  | 'unsupported-key'
  | 'policy'
  | 'revoked'
  | 'revocation-unknown'
  | 'limit-exceeded';

/** One rule that did not hold. Its texts are one line each: control characters of names are percent-encoded. */
export interface PathFailure {
  /** For machines. */
  readonly reason: PathFailureReason;
  /** The rule, in kebab case. */
  readonly rule: string;
  /** Where the rule stands: `RFC 5280 section 4.2.1.9`. */
  readonly section: string;
  /** The certificate that broke it; null where it is about the input as a whole. */
  readonly certificate: Certificate | null;
  readonly expected: string;
  readonly got: string;
  /** All of it in one line, for people. */
  readonly message: string;
}

/** A path that was tried, from the leaf up, and the first rule that it broke. */
export interface CandidatePath {
  readonly chain: readonly Certificate[];
  readonly failure: PathFailure;
}

/** A rule that held for one certificate of the chain. */
export interface PassedCheck {
  /** Which of the chain, from 0. */
  readonly certificate: number;
  readonly rule: string;
  readonly section: string;
}

/** What `verifyCertificatePath` found: a chain on which everything held, or why there is none. A plain object. */
export type PathVerdict =
  | {
      readonly trusted: true;
      /** From the leaf to the trust anchor's certificate. */
      readonly chain: readonly Certificate[];
      /** Every rule that was asked and held. */
      readonly checks: readonly PassedCheck[];
      /**
       * The user-constrained-policy-set, RFC 9618 section 5.5: policies (dotted) that hold for the whole chain;
       * anyPolicy, 2.5.29.32.0, stands for all. Empty where policies are not processed.
       */
      readonly policies: readonly string[];
    }
  | ({
      readonly trusted: false;
      /** Every path that was tried, in that order; the verdict's own failure is the one that explains most. */
      readonly paths: readonly CandidatePath[];
    } & PathFailure);

/** That a rule held for that one of the chain. */
export function passedCheck({ name, section }: RuleName, certificate: number): PassedCheck {
  return { certificate, rule: name, section };
}

/** A failure from the rule and what was found. */
export function failure(
  { name, reason, section }: RuleName,
  certificate: Certificate | null,
  ...texts: Mismatch
): PathFailure {
  const subject = certificate === null ? '' : `${subjectOf(certificate)}: `;
  const [expected, got] = texts.map(oneLine) as [string, string];
  return {
    reason,
    rule: name,
    section,
    certificate,
    expected,
    got,
    message: `${subject}expected ${expected}, got ${got}`,
  };
}

/** A certificate's subject, for people. */
export function subjectOf({ subject: { text } }: Certificate): string {
  return oneLine(text) || 'certificate without a subject';
}

/** Certificates hold any text: what could end a line, steer a terminal or turn its direction is percent-encoded. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, encodeURIComponent);
}
