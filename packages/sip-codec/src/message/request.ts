import { SipRequest } from './message.js';
import { SIP_VERSION } from './start-line.js';
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
 * @throws SipError `invalid-argument`, also for a Content-Length of the caller's; `line-break-in-value`
 */
export function createRequest(input: RequestInput): SipRequest {
  const { method, uri, headers, body } = input;
  return writeRequest(method, uri, body ?? NO_BODY, (writer) => {
    for (const [name, value] of headers) writer.header(name, value);
  });
}

/**
 * A request whose fields, all but Content-Length, `writeFields` writes: it may copy those of other messages.
 * @throws SipError `invalid-argument`, `line-break-in-value`
 */
export function writeRequest(
  method: string,
  uri: string,
  body: Uint8Array,
  writeFields: (writer: MessageWriter) => void,
): SipRequest {
  checkToken('Method', method);
  checkRequestUri(uri);
  const line = `${method} ${uri} ${SIP_VERSION}`;
  const writer = new MessageWriter().text(line).text('\r\n');
  writeFields(writer);
  const { bytes, head } = writer.end(body, line.length);
  const uriStart = method.length + 1;
  const uriEnd = uriStart + uri.length;
  return new SipRequest(bytes, head, { type: 'request', method, uriStart, uriEnd, version: SIP_VERSION });
}
