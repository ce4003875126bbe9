import { parseSipMessage, SipRequest } from './message.js';
import { SipError } from '../error.js';
import { checkRequestUri, checkToken, MessageWriter, type HeaderInput } from './write.js';

export interface RequestInput {
  readonly method: string;
  readonly uri: string;
  /** All fields but Content-Length, in order. */
  readonly headers: readonly HeaderInput[];
  readonly body?: Uint8Array;
}

const NO_BODY = new Uint8Array(0);

/**
 * A request, RFC 3261 section 8.1.1. The fields are the caller's; Content-Length is written here.
 * @throws SipError `invalid-argument`, `line-break-in-value`
 */
export function createRequest(input: RequestInput): SipRequest {
  checkToken('Method', input.method);
  checkRequestUri(input.uri);
  const writer = new MessageWriter().text(`${input.method} ${input.uri} SIP/2.0\r\n`);
  for (const [name, value] of input.headers) writer.header(name, value);
  const message = parseSipMessage(writer.end(input.body ?? NO_BODY));
  if (message.type === 'request') return message;
  throw new SipError('invalid-argument', { field: 'Request-Line', expected: 'a request', got: input.uri });
}
