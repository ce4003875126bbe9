/** Who can fix it: the bytes are malformed, a rule above the grammar is broken, we lack what was asked for, or the caller erred. */
export type SipErrorKind = 'decode' | 'peer-misbehaved' | 'peer-incompatible' | 'api-misuse';

/** Where a strict reader stops. `caller`: nothing was read, a function was called wrongly. */
export type SipErrorLevel = 'framing' | 'start-line' | 'uri' | 'header' | 'semantic' | 'caller';

/** Why a message was refused; stable, one per check. */
export type SipErrorReason =
  | 'bare-cr'
  | 'bare-lf'
  | 'mixed-line-ends'
  | 'fold-after-start-line'
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
}

/** The one total mapping from a reason to its level, its kind and the status that RFC 3261 section 21 suggests. */
export function factsOf(reason: SipErrorReason): ReasonFacts {
  switch (reason) {
    case 'bare-cr':
    case 'bare-lf':
    case 'mixed-line-ends':
    case 'fold-after-start-line':
    case 'content-length-missing':
    case 'content-length-malformed':
    case 'content-length-repeated':
    case 'content-length-mismatch':
    case 'head-truncated':
    case 'body-truncated':
      return { level: 'framing', kind: 'decode', status: 400 };
    case 'start-line-too-long':
    case 'header-line-too-long':
    case 'header-block-too-large':
    case 'too-many-headers':
      return { level: 'framing', kind: 'peer-incompatible', status: 513 };
    case 'body-too-large':
      return { level: 'framing', kind: 'peer-incompatible', status: 413 };
    case 'start-line-syntax':
      return { level: 'start-line', kind: 'decode', status: 400 };
    case 'version-not-supported':
      return { level: 'start-line', kind: 'peer-incompatible', status: 505 };
    case 'uri-syntax':
    case 'uri-part-not-allowed':
      return { level: 'uri', kind: 'decode', status: 400 };
    case 'field-syntax':
    case 'header-syntax':
    case 'value-out-of-range':
      return { level: 'header', kind: 'decode', status: 400 };
    case 'header-missing':
    case 'header-repeated':
    case 'cseq-method-mismatch':
    case 'address-of-record-scheme':
    case 'branch-without-identifier':
      return { level: 'semantic', kind: 'peer-misbehaved', status: 400 };
    case 'body-syntax':
      return { level: 'semantic', kind: 'decode', status: 400 };
    case 'method-unknown':
      return { level: 'semantic', kind: 'peer-incompatible', status: 501 };
    case 'method-not-allowed':
      return { level: 'semantic', kind: 'peer-incompatible', status: 405 };
    case 'uri-scheme-unsupported':
      return { level: 'semantic', kind: 'peer-incompatible', status: 416 };
    case 'extension-unsupported':
      return { level: 'semantic', kind: 'peer-incompatible', status: 420 };
    case 'media-type-unsupported':
      return { level: 'semantic', kind: 'peer-incompatible', status: 415 };
    case 'not-acceptable':
      return { level: 'semantic', kind: 'peer-incompatible', status: 406 };
    case 'hops-exhausted':
      return { level: 'semantic', kind: 'peer-misbehaved', status: 483 };
    case 'auth-scheme-unsupported':
      return { level: 'semantic', kind: 'peer-incompatible', status: 401 };
    case 'via-not-ours':
      return { level: 'semantic', kind: 'peer-misbehaved', status: 'none' };
    case 'line-break-in-value':
    case 'invalid-argument':
      return { level: 'caller', kind: 'api-misuse', status: 'none' };
  }
}

export interface SipErrorDetails {
  /** Offset in the message, in bytes, at which the problem was seen. */
  readonly offset?: number;
  /** The ABNF rule of RFC 3261 section 25 that was being read, or the section whose rule is broken. */
  readonly rule?: string;
  /** Canonical name of the header field, or `Request-Line`, `Request-URI`, `SIP-Version`, `Status-Line`, `Status-Code`. */
  readonly field?: string;
  readonly expected?: string;
  readonly got?: string;
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
    super(describe(reason, details));
    const facts = factsOf(reason);
    this.reason = reason;
    this.level = facts.level;
    this.kind = facts.kind;
    this.status = facts.status;
    this.offset = details.offset;
    this.rule = details.rule;
    this.field = details.field;
    this.expected = details.expected;
    this.got = details.got;
  }
}

function describe(reason: SipErrorReason, { offset, rule, field, expected, got }: SipErrorDetails): string {
  const who = field === undefined ? '' : ` in ${field}`;
  const what = rule === undefined ? '' : ` (${rule})`;
  const where = offset === undefined ? '' : ` at offset ${offset}`;
  const wanted = expected === undefined ? '' : `: expected ${expected}`;
  const found = got === undefined ? '' : `${expected === undefined ? ':' : ','} got ${got}`;
  return `${reason}${who}${what}${where}${wanted}${found}`;
}
