import { constantTimeEqual } from '@portico/bytes';
import { SipError } from '../error.js';
import { textToBytes } from '../grammar/text.js';
import type { Credentials } from '../headers/credentials.js';
import { quotedParameter, tokenParameter } from '../headers/parameters.js';
import { comparableUri, sameUri } from '../uri/equality.js';
import { parseUri, type Uri } from '../uri/uri.js';
import {
  calculateDigest,
  digestLength,
  type DigestAlgorithm,
  type DigestHash,
  type DigestSecret,
} from './digest-calculation.js';
import type { DigestCredentials } from './digest-credentials.js';

/** What a server asks for, RFC 3261 section 22.4 and RFC 8760 section 2.3. Keep it, to check the credentials that answer it. */
export interface DigestDemand {
  readonly realm: string;
  /** Unpredictable, and known to the server again: a random text that it keeps, or a time with a MAC. */
  readonly nonce: string;
  /** The ones that are accepted, the most preferred first; each once. MD5 is there for old clients only. */
  readonly algorithms: readonly (DigestAlgorithm | `${DigestAlgorithm}-sess`)[];
  /** Default `auth`. */
  readonly qop?: readonly ('auth' | 'auth-int')[];
  readonly opaque?: string;
}

/**
 * The challenges of a 401 or 407: for each algorithm one value of WWW-Authenticate or Proxy-Authenticate, each for a row of
 * its own, in this order (RFC 8760 section 2.3). With a qop always (section 2.6).
 * @throws SipError `invalid-argument` for no algorithm or one twice, no qop, or an empty nonce
 */
export function createDigestChallenges(
  demand: DigestDemand,
  options: {
    /** `credentials-right`: they were right but for the nonce, so that the client need ask nobody for a password. */
    readonly stale?: 'credentials-right';
  } = {},
): readonly Credentials[] {
  const { realm, nonce, algorithms, opaque, qop = ['auth'] } = demand;
  requireThat(algorithms.length > 0, 'algorithms', 'one or more', 'none');
  requireThat(new Set(algorithms).size === algorithms.length, 'algorithms', 'each once', algorithms.join());
  requireThat(qop.length > 0, 'qop', 'one or more', 'none');
  requireThat(nonce !== '', 'nonce', 'a text', 'an empty one');
  return algorithms.map((algorithm) => ({
    scheme: 'Digest',
    parameters: [
      quotedParameter('realm', realm),
      quotedParameter('nonce', nonce),
      ...(opaque === undefined ? [] : [quotedParameter('opaque', opaque)]),
      ...(options.stale === undefined ? [] : [tokenParameter('stale', 'true')]),
      tokenParameter('algorithm', algorithm),
      quotedParameter('qop', qop.join(',')),
    ],
  }));
}

/** What `verifyDigest` needs. */
export interface DigestVerification {
  readonly credentials: DigestCredentials;
  /** What the server asked for. */
  readonly demand: DigestDemand;
  /**
   * Of the user that `credentials` names. For a user that does not exist use some secret all the same, so that the time that
   * it takes does not tell.
   */
  readonly secret: DigestSecret;
  readonly method: string;
  readonly requestUri: Uri;
  /** For `auth-int`; default none. */
  readonly body?: Uint8Array;
  readonly hash: DigestHash;
  /**
   * The highest nonce count that was valid with this nonce. The caller keeps it for each nonce, 0 at first, and takes the
   * verdict's for the next time. Without it, counts are not looked at.
   */
  readonly lastNonceCount?: number;
  /**
   * Whether a URI that is not the Request-URI is accepted: a proxy on the way may have changed it, and some clients write the
   * address that they connect to. Default: none is.
   */
  readonly acceptsUri?: (uri: Uri) => boolean;
  /** Whether credentials without qop, as of clients of RFC 2069, will do. They have no cnonce and no count. Default `refused`. */
  readonly withoutQop?: 'accepted' | 'refused';
}

/** What became of credentials, and what to do. Only `valid` means that the user is who it says. */
export type DigestVerdict =
  /** Process the request. `nonceCount`: for `lastNonceCount` of the next; null without qop. */
  | { readonly type: 'valid'; readonly nonceCount: number | null }
  /** Right, with a nonce that is not the demand's, or with a count that came before: challenge with a new nonce and `stale`. */
  | { readonly type: 'stale'; readonly reason: 'nonce' | 'nonce-count'; readonly nonceCount: number | null }
  /** They answer no challenge of ours (`none-yet`: no challenge at all): challenge again, and count no failure. */
  | {
      readonly type: 'other-challenge';
      readonly reason: 'none-yet' | 'realm' | 'algorithm' | 'qop' | 'opaque';
    }
  /** The digest is right and of another URI than the request's: 400 (RFC 7616 section 3.4.6), and worth a line in a log. */
  | { readonly type: 'other-uri' }
  /** Not this secret, or not this method, URI or body: challenge again or answer 403, and count a failure. */
  | { readonly type: 'wrong-response' };

/**
 * The check of a server, RFC 3261 section 22.4, RFC 7616 section 3.4 and RFC 8760 section 2.6: the credentials answer this
 * demand, their response is what the secret gives for this request, compared in constant time, and their URI is the
 * Request-URI (section 19.1.4). Nothing is said of a nonce or a URI before the response is right.
 * @throws SipError `invalid-argument` for an `ha1` that is not as many hexadecimal digits as the algorithm has
 */
export function verifyDigest(input: DigestVerification): DigestVerdict {
  const { credentials, demand, secret, hash, lastNonceCount = 0 } = input;
  const { nonceCount } = credentials;
  const reason = otherChallenge(credentials, demand, input.withoutQop ?? 'refused');
  if (reason !== null) return { type: 'other-challenge', reason };

  const length = digestLength(credentials.algorithm);
  if ('ha1' in secret) {
    const isDigest = secret.ha1.length === length && /^[0-9a-f]+$/i.test(secret.ha1);
    requireThat(isDigest, 'ha1', `${length} hexadecimal digits`, 'another text');
  }
  const expected = calculateDigest(credentials, secret, input, hash);
  if (!constantTimeEqual(textToBytes(expected), textToBytes(credentials.response))) return { type: 'wrong-response' };
  if (!uriAgrees(input)) return { type: 'other-uri' };
  if (credentials.nonce !== demand.nonce) return { type: 'stale', reason: 'nonce', nonceCount };
  if (nonceCount !== null && nonceCount <= lastNonceCount) return { type: 'stale', reason: 'nonce-count', nonceCount };
  return { type: 'valid', nonceCount };
}

/** What of the credentials is not as the demand has it. */
function otherChallenge(
  credentials: DigestCredentials,
  { realm, algorithms, qop = ['auth'], opaque }: DigestDemand,
  withoutQop: 'accepted' | 'refused',
): 'none-yet' | 'realm' | 'algorithm' | 'qop' | 'opaque' | null {
  if (credentials.realm !== realm) return 'realm';
  if (credentials.response === '') return 'none-yet';
  if (!algorithms.includes(`${credentials.algorithm}${credentials.session ? '-sess' : ''}`)) return 'algorithm';
  if (credentials.qop === null ? withoutQop === 'refused' : !qop.includes(credentials.qop)) return 'qop';
  // RFC 7616 section 3.4: the value MUST be the one supplied. Some clients send an empty one where there was none.
  return (credentials.opaque ?? '') === (opaque ?? '') ? null : 'opaque';
}

function uriAgrees({ credentials, requestUri, acceptsUri }: DigestVerification): boolean {
  const uri = parseUri(credentials.uri);
  return sameUri(comparableUri(uri), comparableUri(requestUri)) || acceptsUri?.(uri) === true;
}

function requireThat(right: boolean, field: string, expected: string, got: string): void {
  if (!right) throw new SipError('invalid-argument', { field, expected, got });
}
