import type { HeaderInput, SipError } from '@portico/sip-codec';

/** What to say to a request; what an answer copies from its request is added to it. */
export interface Verdict {
  readonly status: number;
  /** By default the phrase of the status. */
  readonly reason?: string;
  readonly headers?: readonly HeaderInput[];
}

/** What to say after a 400, RFC 3261 section 21.4.1: the Reason-Phrase should name the problem. Undefined: the usual. */
export function reasonFor(error: SipError): string | undefined {
  if (error.status !== 400) return undefined;
  switch (error.reason) {
    case 'header-missing':
      // The only way in which a Contact can be wanting: `*` needs an Expires of zero beside it.
      return error.field === 'Contact' ? 'Contact * Without Expires 0' : `Missing ${error.field} Header Field`;
    case 'header-repeated':
      return `Repeated ${error.field} Header Field`;
    case 'cseq-method-mismatch':
      return 'CSeq Method Mismatch';
    case 'start-line-syntax':
      return 'Malformed Request-Line';
    case 'uri-syntax':
      return error.field === 'Request-URI' ? 'Malformed Request-URI' : `Malformed URI In ${error.field}`;
    case 'header-syntax':
    case 'value-out-of-range':
      return `Malformed ${error.field} Header Field`;
    default:
      return undefined;
  }
}
