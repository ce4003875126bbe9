import { MsrpError } from './error.js';

/** An MSRP URI, RFC 4975 section 6. Parts are as written; comparison follows section 6.1. */
export interface MsrpUri {
  readonly scheme: 'msrp' | 'msrps';
  readonly userinfo: string | null;
  /** A name or an address; IPv6 in its brackets. */
  readonly host: string;
  readonly port: number | null;
  readonly sessionId: string | null;
  readonly transport: string;
  /** Everything behind the transport, `;` included, or the empty string. */
  readonly parameters: string;
}

const LARGEST_PORT = 65_535;

// unreserved, percent-encoded and sub-delims of RFC 3986, as RFC 4975 section 9 refers to them.
const USERINFO = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*";
const HOST = "\\[[0-9A-Fa-f:.]+\\]|(?:[A-Za-z0-9\\-._~!$&'()*+,=]|%[0-9A-Fa-f]{2})+";
const SESSION_ID = '[A-Za-z0-9\\-._~+=/]+';
const TOKEN = "[!#-'*+\\-.0-9A-Z^-~]+";
const URI: RegExp = /* @__PURE__ */ new RegExp(
  `^(msrps?)://(?:(${USERINFO})@)?(${HOST})(?::([0-9]{1,5}))?(?:/(${SESSION_ID}))?;([A-Za-z0-9]+)((?:;${TOKEN}(?:=${TOKEN})?)*)$`,
  'i',
);

/**
 * Reads one URI of a path.
 * @throws MsrpError `invalid-uri`
 */
export function parseMsrpUri(text: string): MsrpUri {
  const match = URI.exec(text);
  if (match === null) throw new MsrpError('invalid-uri', { expected: 'msrp://host:port/session;tcp' });
  const [, scheme = '', userinfo, host = '', portText, sessionId, transport = '', parameters = ''] = match;
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && port > LARGEST_PORT)
    throw new MsrpError('invalid-uri', { expected: 'a port', got: String(port) });
  return {
    scheme: scheme.toLowerCase() === 'msrps' ? 'msrps' : 'msrp',
    userinfo: userinfo ?? null,
    host,
    port,
    sessionId: sessionId ?? null,
    transport,
    parameters,
  };
}

/**
 * Whether two URIs name the same session, RFC 4975 section 6.1: userinfo and parameters do not count, the session
 * identifier counts case and all, and a port that is written never equals one that is not.
 */
export function sameMsrpUri(left: MsrpUri, right: MsrpUri): boolean {
  return (
    left.scheme === right.scheme &&
    comparableHost(left.host) === comparableHost(right.host) &&
    left.port === right.port &&
    left.sessionId === right.sessionId &&
    left.transport.toLowerCase() === right.transport.toLowerCase()
  );
}

/** Percent-encoded unreserved characters are decoded (RFC 3986 section 6.2.2.2), then case is dropped. */
function comparableHost(host: string): string {
  return host
    .replace(/%([0-9A-Fa-f]{2})/g, (encoded, hex: string) => {
      const character = String.fromCharCode(Number.parseInt(hex, 16));
      return /[A-Za-z0-9\-._~]/.test(character) ? character : encoded;
    })
    .toLowerCase();
}
