import {
  CALL_ID,
  CSEQ,
  FROM,
  MAX_FORWARDS,
  SipError,
  TO,
  VIA,
  type CSeq,
  type HeaderDefinition,
  type NameAddress,
  type SipRequest,
  type Uri,
} from '@portico/sip-codec';

/** A request whose mandatory parts were all read. */
export interface CheckedRequest {
  readonly message: SipRequest;
  readonly uri: Uri;
  readonly to: NameAddress;
  readonly callId: string;
  readonly cseq: CSeq;
}

/**
 * Reads what every request must have, RFC 3261 section 8.1.1, each once and well formed. Max-Forwards may be missing:
 * elements of RFC 2543 send none, and section 16.3 lets them.
 * @throws SipError whose status is the answer
 */
export function checkRequest(message: SipRequest): CheckedRequest {
  if (message.version.toUpperCase() !== 'SIP/2.0') {
    throw new SipError('version-not-supported', { field: 'Request-Line', expected: 'SIP/2.0', got: message.version });
  }
  // A line between the header fields that is none could be one to somebody behind us.
  const [fault] = message.headers.faults;
  if (fault !== undefined) throw fault;
  const uri = message.uri;
  required(message, VIA);
  required(message, FROM);
  const to = required(message, TO);
  const callId = required(message, CALL_ID);
  const cseq = required(message, CSEQ);
  message.headers.read(MAX_FORWARDS);
  if (cseq.method !== message.method) {
    throw new SipError('cseq-method-mismatch', {
      field: 'CSeq',
      rule: 'RFC 3261 section 8.1.1.5',
      expected: message.method,
      got: cseq.method,
    });
  }
  return { message, uri, to, callId, cseq };
}

function required<T>(message: SipRequest, definition: HeaderDefinition<T>): T {
  const value = message.headers.read(definition);
  if (value !== undefined) return value;
  throw new SipError('header-missing', { field: definition.name, rule: 'RFC 3261 section 8.1.1' });
}

/** What to say after the status, RFC 3261 section 21.4.1: the Reason-Phrase of a 400 should name the problem. */
export function reasonFor(error: SipError): string | undefined {
  if (error.status !== 400) return undefined;
  switch (error.reason) {
    case 'header-missing':
      return `Missing ${error.field} Header Field`;
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
