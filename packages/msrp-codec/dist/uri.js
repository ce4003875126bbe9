import { MsrpError } from './error.js';
const LARGEST_PORT = 65_535;
// unreserved, percent-encoded and sub-delims of RFC 3986, as RFC 4975 section 9 refers to them.
const USERINFO = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*";
const HOST = "\\[[0-9A-Fa-f:.]+\\]|(?:[A-Za-z0-9\\-._~!$&'()*+,=]|%[0-9A-Fa-f]{2})+";
const SESSION_ID = '[A-Za-z0-9\\-._~+=/]+';
const TOKEN = "[!#-'*+\\-.0-9A-Z^-~]+";
const URI = /* @__PURE__ */ new RegExp(`^(msrps?)://(?:(${USERINFO})@)?(${HOST})(?::([0-9]{1,5}))?(?:/(${SESSION_ID}))?;([A-Za-z0-9]+)((?:;${TOKEN}(?:=${TOKEN})?)*)$`, 'i');
/**
 * Reads one URI of a path.
 * @throws MsrpError `invalid-uri`
 */
export function parseMsrpUri(text) {
    const match = URI.exec(text);
    if (match === null)
        throw new MsrpError('invalid-uri', { expected: 'msrp://host:port/session;tcp' });
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
export function sameMsrpUri(left, right) {
    return (left.scheme === right.scheme &&
        comparableHost(left.host) === comparableHost(right.host) &&
        left.port === right.port &&
        left.sessionId === right.sessionId &&
        left.transport.toLowerCase() === right.transport.toLowerCase());
}
/** Percent-encoded unreserved characters are decoded (RFC 3986 section 6.2.2.2), then case is dropped. */
function comparableHost(host) {
    return host
        .replace(/%([0-9A-Fa-f]{2})/g, (encoded, hex) => {
        const character = String.fromCharCode(Number.parseInt(hex, 16));
        return /[A-Za-z0-9\-._~]/.test(character) ? character : encoded;
    })
        .toLowerCase();
}
//# sourceMappingURL=uri.js.map