import { asciiLowerCase, bytesToText } from '../grammar/text.js';
import { headerKey } from '../message/header-name.js';
import { checkToken, type HeaderInput } from '../message/write.js';
import { formatUri, unescapeUri, type SipUri } from '../uri/uri.js';
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
  /** Names of headers that were passed over, and those whose value would be more than one line. */
  readonly ignored: readonly string[];
}

/**
 * Headers that a URI, which may come from anybody, is never obeyed in, RFC 3261 section 19.1.5: those that the section
 * calls dangerous, and what the writer or the transport makes itself.
 */
// prettier-ignore
const NEVER_HONOURED: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'from', 'call-id', 'cseq', 'via', 'record-route', 'route', 'path', 'service-route', 'contact', 'content-length',
  'max-forwards', 'authorization', 'proxy-authorization', 'www-authenticate', 'proxy-authenticate',
  'authentication-info', 'accept', 'accept-encoding', 'accept-language', 'allow', 'organization', 'supported',
  'user-agent', 'to',
]);

/**
 * What to make a request of, RFC 3261 section 19.1.5. Escapes are decoded exactly once, and a decoded CR, LF or NUL loses
 * the header: it can never begin a field of its own.
 * @throws SipError `uri-part-not-allowed` for a method that is no token
 */
export function requestFromUri(uri: SipUri): UriRequest {
  const named = uri.parameters.find(({ name }) => asciiLowerCase(name) === 'method');
  const method = bytesToText(unescapeUri(named?.value ?? 'INVITE'));
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
    else if (NEVER_HONOURED.has(headerKey(name)) || !isName(name) || !isOneLine(bytes)) ignored.push(name);
    else headers.push([name, bytesToText(bytes)]);
  }
  const parameters = uri.parameters.filter((parameter) => parameter !== named);
  return { method, uri: formatUri({ ...uri, parameters, headers: [] }), headers, body, ignored };
}

function isName(name: string): boolean {
  try {
    checkToken('header name', name);
    return true;
  } catch (error) {
    if (error instanceof SipError) return false;
    throw error;
  }
}

function isOneLine(value: Uint8Array): boolean {
  return !value.includes(0x0d) && !value.includes(0x0a) && !value.includes(0);
}
