import { SipError } from '../error.js';
import { asciiLowerCase, textToBytes } from '../grammar/text.js';
import type { Credentials } from '../headers/credentials.js';
import { findParameter, getParameter, type Parameter } from '../headers/parameters.js';

/** The hash algorithms of RFC 8760 section 2.1; each may have `-sess`. */
export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256';

/** Gives the hash of the bytes: cryptography is the caller's. */
export type DigestHash = (algorithm: DigestAlgorithm, bytes: Uint8Array) => Uint8Array;

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

const ALGORITHMS: readonly DigestAlgorithm[] = ['MD5', 'SHA-256', 'SHA-512-256'];

/**
 * Reads one challenge of WWW-Authenticate or Proxy-Authenticate. Null for what a client MUST ignore (RFC 8760 section 2.4):
 * another scheme, an algorithm or a qop that is not known, no realm or nonce.
 */
export function readDigestChallenge({ scheme, parameters }: Credentials): DigestChallenge | null {
  const named = asciiLowerCase(getParameter(parameters, 'algorithm') ?? 'MD5');
  const session = named.endsWith('-sess');
  const algorithm = ALGORITHMS.find((known) => asciiLowerCase(known) === (session ? named.slice(0, -5) : named));
  const realm = getParameter(parameters, 'realm');
  const nonce = getParameter(parameters, 'nonce');
  const qop = readQop(findParameter(parameters, 'qop'));
  const isDigest = asciiLowerCase(scheme) === 'digest';
  if (!isDigest || algorithm === undefined || typeof realm !== 'string' || typeof nonce !== 'string') return null;
  if (qop === undefined) return null;
  return {
    realm,
    nonce,
    opaque: getParameter(parameters, 'opaque') ?? null,
    algorithm,
    session,
    qop,
    stale: asciiLowerCase(getParameter(parameters, 'stale') ?? '') === 'true',
  };
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
  supported: readonly DigestAlgorithm[] = ALGORITHMS,
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
 * computes the same, and compares in constant time.
 */
export function digestResponse(input: DigestInput): string {
  const { challenge, hash } = input;
  const { algorithm, realm, nonce, qop } = challenge;
  const h = (bytes: Uint8Array): string =>
    Array.from(hash(algorithm, bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const hText = (text: string): string => h(textToBytes(text));

  const secret = hText(`${input.username}:${realm}:${input.password}`);
  const ha1 = challenge.session ? hText(`${secret}:${nonce}:${input.cnonce}`) : secret;
  const integrity = qop === 'auth-int' ? `:${h(input.body ?? new Uint8Array(0))}` : '';
  const ha2 = hText(`${input.method}:${input.uri}${integrity}`);
  if (qop === null) return hText(`${ha1}:${nonce}:${ha2}`);
  return hText(`${ha1}:${nonce}:${nonceCountText(input.nonceCount)}:${input.cnonce}:${qop}:${ha2}`);
}

/**
 * The credentials that answer a challenge: the value of Authorization, or of Proxy-Authorization.
 * @throws SipError `invalid-argument` for a nonce count out of bounds
 */
export function answerChallenge(input: DigestInput): Credentials {
  const { challenge } = input;
  const quoted = (name: string, value: string): Parameter => ({ name, value, quoted: true });
  const plain = (name: string, value: string): Parameter => ({ name, value, quoted: false });
  const needsCnonce = challenge.qop !== null || challenge.session;
  return {
    scheme: 'Digest',
    parameters: [
      quoted('username', input.username),
      quoted('realm', challenge.realm),
      quoted('nonce', challenge.nonce),
      quoted('uri', input.uri),
      quoted('response', digestResponse(input)),
      plain('algorithm', `${challenge.algorithm}${challenge.session ? '-sess' : ''}`),
      ...(needsCnonce ? [quoted('cnonce', input.cnonce)] : []),
      ...(challenge.qop === null ? [] : [plain('qop', challenge.qop), plain('nc', nonceCountText(input.nonceCount))]),
      ...(challenge.opaque === null ? [] : [quoted('opaque', challenge.opaque)]),
    ],
  };
}

/** `nc-value = 8LHEX` */
function nonceCountText(count: number): string {
  if (Number.isInteger(count) && count >= 1 && count <= 0xffff_ffff) return count.toString(16).padStart(8, '0');
  throw new SipError('invalid-argument', { field: 'nonceCount', expected: '1 to 2^32 - 1', got: String(count) });
}
