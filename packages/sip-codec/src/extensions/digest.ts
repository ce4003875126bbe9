import { asciiLowerCase } from '../grammar/text.js';
import type { Credentials } from '../headers/credentials.js';
import { findParameter, getParameter, quotedParameter, tokenParameter, type Parameter } from '../headers/parameters.js';
import {
  calculateDigest,
  DIGEST_ALGORITHMS,
  nonceCountText,
  type DigestAlgorithm,
  type DigestHash,
  type DigestTerms,
} from './digest-calculation.js';

/** A Digest challenge that can be answered, RFC 3261 section 22.4 and RFC 8760. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  readonly algorithm: DigestAlgorithm;
  /** Whether the algorithm has `-sess`. */
  readonly session: boolean;
  /** `auth-int` where it is all that is offered; null for a server of RFC 2069. */
  readonly qop: 'auth' | 'auth-int' | null;
  /** The credentials were right and the nonce too old: ask nobody, answer again. */
  readonly stale: boolean;
}

/**
 * Reads one challenge of WWW-Authenticate or Proxy-Authenticate. Null for what a client MUST ignore (RFC 8760 section 2.4):
 * another scheme, an algorithm or a qop that is not known, no realm or nonce.
 */
export function readDigestChallenge({ scheme, parameters }: Credentials): DigestChallenge | null {
  const algorithm = readAlgorithm(getParameter(parameters, 'algorithm') ?? 'MD5');
  const realm = getParameter(parameters, 'realm');
  const nonce = getParameter(parameters, 'nonce');
  const qop = readQop(findParameter(parameters, 'qop'));
  const isDigest = asciiLowerCase(scheme) === 'digest';
  if (!isDigest || algorithm === null || typeof realm !== 'string' || typeof nonce !== 'string') return null;
  if (qop === undefined) return null;
  return {
    realm,
    nonce,
    opaque: getParameter(parameters, 'opaque') ?? null,
    ...algorithm,
    qop,
    stale: asciiLowerCase(getParameter(parameters, 'stale') ?? '') === 'true',
  };
}

/** An algorithm by its name, in any case (RFC 8760 section 2.7); null for one that is not known. */
export function readAlgorithm(name: string): Pick<DigestTerms, 'algorithm' | 'session'> | null {
  const named = asciiLowerCase(name);
  const session = named.endsWith('-sess');
  const plain = session ? named.slice(0, -5) : named;
  const algorithm = DIGEST_ALGORITHMS.find((known) => asciiLowerCase(known) === plain);
  return algorithm === undefined ? null : { algorithm, session };
}

/** Undefined where nothing is offered that is known. */
function readQop(parameter: Parameter | undefined): DigestChallenge['qop'] | undefined {
  if (parameter === undefined) return null;
  const offered = asciiLowerCase(parameter.value ?? '')
    .split(',')
    .map((one) => one.trim());
  if (offered.includes('auth')) return 'auth';
  return offered.includes('auth-int') ? 'auth-int' : undefined;
}

/**
 * Of several challenges, the one to answer for each realm: the topmost whose algorithm is among `supported` (RFC 8760
 * section 2.4). Realms are in the order of their first challenge that can be answered.
 */
export function selectChallenges(
  challenges: readonly Credentials[],
  supported: readonly DigestAlgorithm[] = DIGEST_ALGORITHMS,
): readonly DigestChallenge[] {
  const chosen = new Map<string, DigestChallenge>();
  for (const credentials of challenges) {
    const challenge = readDigestChallenge(credentials);
    if (challenge === null || !supported.includes(challenge.algorithm) || chosen.has(challenge.realm)) continue;
    chosen.set(challenge.realm, challenge);
  }
  return [...chosen.values()];
}

/** What the answer to a challenge is made of. */
export interface DigestInput {
  readonly challenge: DigestChallenge;
  readonly username: string;
  readonly password: string;
  readonly method: string;
  /** The Request-URI. */
  readonly uri: string;
  /** For `auth-int`; default none. */
  readonly body?: Uint8Array;
  /** Fresh for each nonce, a text without quotes. */
  readonly cnonce: string;
  /** How often this nonce was used, this time included: 1 to 2^32 - 1. */
  readonly nonceCount: number;
  readonly hash: DigestHash;
}

/**
 * The request-digest, RFC 7616 section 3.4.1 with the algorithms of RFC 8760: hexadecimal digits in lower case. A server
 * checks it with `verifyDigest`.
 * @throws SipError `invalid-argument` for a nonce count out of bounds
 */
export function digestResponse(input: DigestInput): string {
  return calculateDigest(digestTerms(input), input, input, input.hash);
}

/** What is in the credentials that answer a challenge. */
export function digestTerms(input: DigestInput): DigestTerms {
  const { realm, nonce, algorithm, session, qop } = input.challenge;
  const { username, uri, cnonce, nonceCount } = input;
  return { username, realm, nonce, uri, algorithm, session, qop, cnonce, nonceCount };
}

/**
 * The credentials that answer a challenge: the value of Authorization, or of Proxy-Authorization.
 * @throws SipError `invalid-argument` for a nonce count out of bounds
 */
export function answerChallenge(input: DigestInput): Credentials {
  const { challenge } = input;
  const needsCnonce = challenge.qop !== null || challenge.session;
  return {
    scheme: 'Digest',
    parameters: [
      quotedParameter('username', input.username),
      quotedParameter('realm', challenge.realm),
      quotedParameter('nonce', challenge.nonce),
      quotedParameter('uri', input.uri),
      quotedParameter('response', digestResponse(input)),
      tokenParameter('algorithm', `${challenge.algorithm}${challenge.session ? '-sess' : ''}`),
      ...(needsCnonce ? [quotedParameter('cnonce', input.cnonce)] : []),
      ...(challenge.qop === null
        ? []
        : [tokenParameter('qop', challenge.qop), tokenParameter('nc', nonceCountText(input.nonceCount))]),
      ...(challenge.opaque === null ? [] : [quotedParameter('opaque', challenge.opaque)]),
    ],
  };
}
