import { SipError, type SipErrorDetails, type SipErrorReason } from '../error.js';
import { asciiLowerCase } from '../grammar/text.js';
import type { Credentials } from '../headers/credentials.js';
import { findParameter, type Parameter } from '../headers/parameters.js';
import { isUri } from '../uri/uri.js';
import { digestLength, type DigestTerms } from './digest-calculation.js';
import { readAlgorithm } from './digest.js';

/** The field that credentials came in, for errors to name. */
export type CredentialsField = 'Authorization' | 'Proxy-Authorization';

/** Digest credentials as a server gets them: `digest-response` of RFC 3261 section 25.1, RFC 7616 section 3.4. */
export interface DigestCredentials extends DigestTerms {
  /**
   * The request-digest in hexadecimal digits, as many as the algorithm has. Empty: the client has no challenge yet, and only
   * says who it is (RFC 8760 section 2.7).
   */
  readonly response: string;
  readonly opaque: string | null;
}

/**
 * Reads one value of Authorization or Proxy-Authorization, by the grammar of RFC 3261 section 25.1 as RFC 7616 section 3.4
 * and RFC 8760 change it: quotes round the values that have to have them and round no others; qop, cnonce and nc together or
 * not at all, but for cnonce with `-sess`. Other parameters are ignored. `username*` is refused, as a quoted-string of SIP
 * holds every character, and so is `userhash=true`, which no challenge of ours asks for.
 * @throws SipError `header-syntax`, `uri-syntax` or `value-out-of-range` (400) for what is malformed,
 *   `auth-scheme-unsupported` (401) for another scheme and for an algorithm or qop that is not known: challenge again
 */
export function readDigestCredentials(
  { scheme, parameters }: Credentials,
  field: CredentialsField = 'Authorization',
): DigestCredentials {
  const refuse = (reason: SipErrorReason, details: SipErrorDetails): never => {
    throw new SipError(reason, { field, ...details });
  };
  if (asciiLowerCase(scheme) !== 'digest') {
    refuse('auth-scheme-unsupported', { rule: 'auth-scheme', expected: 'Digest', got: scheme });
  }
  const optional = (name: string, rule: string, form: 'quoted' | 'token'): string | null => {
    const parameter = findParameter(parameters, name);
    if (parameter === undefined) return null;
    if (parameter.quoted !== (form === 'quoted')) {
      const expected = form === 'quoted' ? `${name} in quotes` : `${name} without quotes`;
      refuse('header-syntax', { rule, expected, got: shown(parameter) });
    }
    return parameter.value ?? '';
  };
  const needed = (name: string, rule: string): string =>
    optional(name, rule, 'quoted') ?? refuse('header-syntax', { rule, expected: name, got: 'none' });

  if (findParameter(parameters, 'username*') !== undefined) {
    refuse('header-syntax', { rule: 'RFC 7616 section 3.4', expected: 'username', got: 'username*' });
  }
  if (asciiLowerCase(optional('userhash', 'RFC 7616 section 3.4.4', 'token') ?? 'false') !== 'false') {
    const rule = 'RFC 7616 section 3.4.4';
    refuse('auth-scheme-unsupported', { rule, expected: 'a username that is not hashed', got: 'userhash' });
  }
  const username = needed('username', 'username');
  const realm = needed('realm', 'realm');
  const nonce = needed('nonce', 'nonce');
  const uri = needed('uri', 'digest-uri');
  const response = needed('response', 'dresponse');
  const algorithmName = optional('algorithm', 'algorithm', 'token') ?? 'MD5';
  const qopName = optional('qop', 'message-qop', 'token');
  const cnonce = optional('cnonce', 'cnonce', 'quoted');
  const nc = optional('nc', 'nonce-count', 'token');
  const opaque = optional('opaque', 'opaque', 'quoted');

  if (!isUri(uri)) refuse('uri-syntax', { rule: 'digest-uri-value', expected: 'a Request-URI', got: uri });
  const algorithm =
    readAlgorithm(algorithmName) ??
    refuse('auth-scheme-unsupported', { rule: 'algorithm', expected: 'an algorithm of RFC 8760', got: algorithmName });
  const length = digestLength(algorithm.algorithm);
  if (response !== '' && (response.length !== length || !LOWER_HEX.test(response))) {
    refuse('header-syntax', { rule: 'request-digest', expected: `${length}LHEX`, got: response });
  }
  const qop = qopName === null ? null : asciiLowerCase(qopName);
  if (qop !== null && qop !== 'auth' && qop !== 'auth-int') {
    refuse('auth-scheme-unsupported', { rule: 'qop-value', expected: 'auth or auth-int', got: qop });
  }
  if (nc !== null && (nc.length !== 8 || !LOWER_HEX.test(nc))) {
    refuse('header-syntax', { rule: 'nc-value', expected: '8LHEX', got: nc });
  }
  // The first request with a nonce counts too (RFC 7616 section 3.4).
  if (nc === '00000000') refuse('value-out-of-range', { rule: 'nc-value', expected: '1 or more', got: nc });
  // RFC 2617 section 3.2.2, kept by RFC 7616 section 3.4: with qop both MUST be there, and without it neither.
  const wanted = qop !== null;
  if ((nc !== null) !== wanted) refuse('header-syntax', { rule: 'nonce-count', ...together('nc', wanted) });
  if ((cnonce !== null) !== (wanted || algorithm.session)) {
    refuse('header-syntax', { rule: 'cnonce', ...together('cnonce', cnonce === null) });
  }
  const nonceCount = nc === null ? null : Number.parseInt(nc, 16);
  return {
    ...{ username, realm, nonce, uri, response, ...algorithm, cnonce, opaque, nonceCount },
    qop: qop as DigestCredentials['qop'],
  };
}

const LOWER_HEX = /^[0-9a-f]+$/;

function together(name: string, wanted: boolean): SipErrorDetails {
  return wanted ? { expected: name, got: 'none' } : { expected: `no ${name} without qop`, got: name };
}

function shown({ name, value, quoted }: Parameter): string {
  return quoted ? `${name}="${value}"` : `${name}=${value}`;
}
