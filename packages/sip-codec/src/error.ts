import { describeFailure } from '@portico/bytes';

/** Who can fix it: the bytes are malformed, a rule above the grammar is broken, we lack what was asked for, or the caller erred. */
export type SipErrorKind = 'decode' | 'peer-misbehaved' | 'peer-incompatible' | 'api-misuse';

/** Where a strict reader stops. `caller`: nothing was read, a function was called wrongly. */
export type SipErrorLevel = 'framing' | 'start-line' | 'uri' | 'header' | 'semantic' | 'caller';

/** Why a message was refused; stable, one per check. */
export type SipErrorReason =
  | 'bare-cr'
  | 'bare-lf'
  | 'mixed-line-ends'
  | 'fold-before-start-line'
  | 'fold-after-start-line'
  | 'field-without-name'
  | 'content-length-missing'
  | 'content-length-malformed'
  | 'content-length-repeated'
  | 'content-length-mismatch'
  | 'head-truncated'
  | 'body-truncated'
  | 'start-line-too-long'
  | 'header-line-too-long'
  | 'header-block-too-large'
  | 'too-many-headers'
  | 'body-too-large'
  | 'start-line-syntax'
  | 'version-not-supported'
  | 'uri-syntax'
  | 'uri-part-not-allowed'
  | 'field-syntax'
  | 'header-syntax'
  | 'value-out-of-range'
  | 'header-missing'
  | 'header-repeated'
  | 'cseq-method-mismatch'
  | 'method-unknown'
  | 'method-not-allowed'
  | 'uri-scheme-unsupported'
  | 'extension-unsupported'
  | 'media-type-unsupported'
  | 'not-acceptable'
  | 'address-of-record-scheme'
  | 'branch-without-identifier'
  | 'via-not-ours'
  | 'hops-exhausted'
  | 'body-syntax'
  | 'auth-scheme-unsupported'
  | 'line-break-in-value'
  | 'invalid-argument';

interface ReasonFacts {
  readonly level: SipErrorLevel;
  readonly kind: SipErrorKind;
  /** The status of the answer to a request with this fault; 'none' where nothing may be answered. */
  readonly status: number | 'none';
  /** The section whose rule is broken, where no rule of the grammar is named. */
  readonly rule?: string;
}

const BROKEN: ReasonFacts = { level: 'framing', kind: 'decode', status: 400 };
const TOO_LARGE: ReasonFacts = { level: 'framing', kind: 'peer-incompatible', status: 513 };
/** Lines, RFC 3261 section 7; folds, section 7.3.1; lengths, sections 18.3 and 20.14. */
const BAD_LINE: ReasonFacts = { ...BROKEN, rule: 'RFC 3261 section 7' };
const BAD_FOLD: ReasonFacts = { ...BROKEN, rule: 'RFC 3261 section 7.3.1' };
const TOO_LONG: ReasonFacts = { ...TOO_LARGE, rule: 'RFC 3261 section 21.5.7' };
const BAD_URI: ReasonFacts = { level: 'uri', kind: 'decode', status: 400 };
const BAD_HEADER: ReasonFacts = { level: 'header', kind: 'decode', status: 400 };
const BAD_SENSE: ReasonFacts = { level: 'semantic', kind: 'peer-misbehaved', status: 400 };
const CALLER: ReasonFacts = { level: 'caller', kind: 'api-misuse', status: 'none' };

/** What is right and beyond us. */
const beyond = (status: number): ReasonFacts => ({ level: 'semantic', kind: 'peer-incompatible', status });

/** Total by its type: each reason has its level, its kind and the status that RFC 3261 section 21 suggests. */
const FACTS: { readonly [Reason in SipErrorReason]: ReasonFacts } = {
  'bare-cr': BAD_LINE,
  'bare-lf': BAD_LINE,
  'mixed-line-ends': BAD_LINE,
  'fold-before-start-line': BAD_FOLD,
  'fold-after-start-line': BAD_FOLD,
  'field-without-name': BROKEN,
  'content-length-missing': { ...BROKEN, rule: 'RFC 3261 section 20.14' },
  'content-length-malformed': BROKEN,
  'content-length-repeated': BROKEN,
  'content-length-mismatch': { ...BROKEN, rule: 'RFC 7118 section 5' },
  'head-truncated': BAD_LINE,
  'body-truncated': { ...BROKEN, rule: 'RFC 3261 section 18.3' },
  'start-line-too-long': TOO_LONG,
  'header-line-too-long': TOO_LONG,
  'header-block-too-large': TOO_LONG,
  'too-many-headers': TOO_LONG,
  'body-too-large': { ...TOO_LARGE, status: 413, rule: 'RFC 3261 section 21.4.11' },
  'start-line-syntax': { ...BROKEN, level: 'start-line' },
  'version-not-supported': { ...TOO_LARGE, level: 'start-line', status: 505 },
  'uri-syntax': BAD_URI,
  'uri-part-not-allowed': BAD_URI,
  'field-syntax': BAD_HEADER,
  'header-syntax': BAD_HEADER,
  'value-out-of-range': BAD_HEADER,
  'header-missing': BAD_SENSE,
  'header-repeated': BAD_SENSE,
  'cseq-method-mismatch': BAD_SENSE,
  'address-of-record-scheme': BAD_SENSE,
  'branch-without-identifier': BAD_SENSE,
  'body-syntax': { level: 'semantic', kind: 'decode', status: 400 },
  'method-unknown': /* @__PURE__ */ beyond(501),
  'method-not-allowed': /* @__PURE__ */ beyond(405),
  'uri-scheme-unsupported': /* @__PURE__ */ beyond(416),
  'extension-unsupported': /* @__PURE__ */ beyond(420),
  'media-type-unsupported': /* @__PURE__ */ beyond(415),
  'not-acceptable': /* @__PURE__ */ beyond(406),
  'hops-exhausted': { ...BAD_SENSE, status: 483 },
  'auth-scheme-unsupported': /* @__PURE__ */ beyond(401),
  'via-not-ours': { ...BAD_SENSE, status: 'none' },
  'line-break-in-value': CALLER,
  'invalid-argument': CALLER,
};

/** The one total mapping from a reason to its level, its kind and the status that RFC 3261 section 21 suggests. */
export function factsOf(reason: SipErrorReason): ReasonFacts {
  return FACTS[reason];
}

export interface SipErrorDetails {
  /** Offset in the message, in bytes, at which the problem was seen. */
  readonly offset?: number | undefined;
  /** The ABNF rule of RFC 3261 section 25 that was being read, or the section whose rule is broken. */
  readonly rule?: string | undefined;
  /** Canonical name of the header field, or `Request-Line`, `Request-URI`, `SIP-Version`, `Status-Line`, `Status-Code`. */
  readonly field?: string | undefined;
  readonly expected?: string | undefined;
  readonly got?: string | undefined;
}

/** The one error type of this package. `reason` is stable; `message` is for people. */
export class SipError extends Error {
  override readonly name = 'SipError';
  readonly reason: SipErrorReason;
  readonly level: SipErrorLevel;
  readonly kind: SipErrorKind;
  /** The status to answer a request with, or 'none'. */
  readonly status: number | 'none';
  readonly offset: number | undefined;
  readonly rule: string | undefined;
  readonly field: string | undefined;
  readonly expected: string | undefined;
  readonly got: string | undefined;

  constructor(reason: SipErrorReason, details: SipErrorDetails = {}) {
    const facts = factsOf(reason);
    const rule = details.rule ?? facts.rule;
    super(describe(reason, { ...details, rule }));
    this.reason = reason;
    this.level = facts.level;
    this.kind = facts.kind;
    this.status = facts.status;
    this.offset = details.offset;
    this.rule = rule;
    this.field = details.field;
    this.expected = details.expected;
    this.got = details.got;
  }
}

function describe(reason: SipErrorReason, { rule, field, ...failure }: SipErrorDetails): string {
  const who = field === undefined ? '' : ` in ${field}`;
  const what = rule === undefined ? '' : ` (${rule})`;
  return describeFailure(reason + who + what, failure);
}
