import { asciiLowerCase, bytesToText } from '../grammar/text.js';
import { headerKey } from '../message/header-name.js';
import { checkToken, type HeaderInput } from '../message/write.js';
import { formatUri, unescapeUri, uriParameter, type SipUri } from '../uri/uri.js';
import { DECIDED_FIELDS, forRequestUri } from './client.js';
import { SipError } from '../error.js';

/** What a SIP URI says of the request to make from it. */
export interface UriRequest {
  /** `method`, or INVITE. */
  readonly method: string;
  /** The Request-URI: without `method` and headers, which have no place there. */
  readonly uri: string;
  /** The headers that may be honoured, unescaped once. */
  readonly headers: readonly HeaderInput[];
  /** `body` of the headers component; null where there is none. */
  readonly body: Uint8Array | null;
  /** Names of headers that were passed over, and those whose value no field could hold. */
  readonly ignored: readonly string[];
}

/**
 * Headers that a URI, which may come from anybody, is obeyed in: RFC 3261 section 19.1.5 wants those honoured that are safe.
 * They say what the request is about, what its body is, and which dialog it goes on with (RFC 3891, RFC 3911), or are meant
 * for URIs (RFC 7433, RFC 3841); none of them says who sends it, which way it goes or what it may do.
 */
// prettier-ignore
export const HONOURED_HEADERS: readonly string[] = [
  'Subject', 'Priority', 'In-Reply-To', 'Call-Info', 'Replaces', 'Join', 'Require', 'Event', 'User-to-User',
  'Accept-Contact', 'Reject-Contact', 'Request-Disposition',
  'Content-Type', 'Content-Disposition', 'Content-Encoding', 'Content-Language',
];

/** Whatever the caller honours: what the section calls dangerous, and what the writer makes itself. */
const NEVER_HONOURED: readonly string[] = [...DECIDED_FIELDS, 'record-route'];

/**
 * What to make a request of, RFC 3261 section 19.1.5. Escapes are decoded exactly once, and a decoded control character, CR and
 * LF above all, loses the header: it can never begin a field of its own.
 * @param honoured names of the headers that are obeyed
 * @throws SipError `uri-part-not-allowed` for a method that is no token
 */
export function requestFromUri(uri: SipUri, honoured: readonly string[] = HONOURED_HEADERS): UriRequest {
  const keys = new Set(honoured.map(headerKey));
  for (const key of NEVER_HONOURED) keys.delete(key);
  const method = bytesToText(unescapeUri(uriParameter(uri, 'method') ?? 'INVITE'));
  try {
    checkToken('method', method);
  } catch (error) {
    if (!(error instanceof SipError)) throw error;
    throw new SipError('uri-part-not-allowed', {
      field: 'Request-URI',
      rule: 'method-param',
      got: method.slice(0, 40),
    });
  }
  const headers: HeaderInput[] = [];
  const ignored: string[] = [];
  let body: Uint8Array | null = null;
  for (const { name: escapedName, value: escapedValue } of uri.headers) {
    const name = bytesToText(unescapeUri(escapedName));
    const bytes = unescapeUri(escapedValue);
    if (asciiLowerCase(name) === 'body') body ??= bytes;
    else if (!keys.has(headerKey(name)) || !isFieldText(bytes)) ignored.push(name);
    else headers.push([name, bytesToText(bytes)]);
  }
  return { method, uri: formatUri(forRequestUri(uri)), headers, body, ignored };
}

/** No control character but HTAB: CR, LF and NUL would begin another line, and no writer takes the others. */
function isFieldText(value: Uint8Array): boolean {
  return value.every((byte) => byte === 0x09 || (byte >= 0x20 && byte !== 0x7f));
}
