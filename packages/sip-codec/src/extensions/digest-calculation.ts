import { bytesToHex } from '@portico/bytes';
import { SipError } from '../error.js';
import { textToBytes } from '../grammar/text.js';

/** The hash algorithms of RFC 8760 section 2.1; each may have `-sess`. */
export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256';

/** Gives the hash of the bytes: cryptography is the caller's. */
export type DigestHash = (algorithm: DigestAlgorithm, bytes: Uint8Array) => Uint8Array;

export const DIGEST_ALGORITHMS: readonly DigestAlgorithm[] = ['MD5', 'SHA-256', 'SHA-512-256'];

/** What both ends have to know of a user: the password, or H(A1) without the `-sess` part, which a server may store instead. */
export type DigestSecret = { readonly password: string } | { readonly ha1: string };

/** The parameters of credentials that enter the request-digest. */
export interface DigestTerms {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  /** The digest-uri-value, character by character as it is sent. */
  readonly uri: string;
  readonly algorithm: DigestAlgorithm;
  /** Whether the algorithm has `-sess`. */
  readonly session: boolean;
  readonly qop: 'auth' | 'auth-int' | null;
  readonly cnonce: string | null;
  readonly nonceCount: number | null;
}

/** How many hexadecimal digits a digest has, RFC 3261 section 25.1 and RFC 8760 section 2.2. */
export function digestLength(algorithm: DigestAlgorithm): 32 | 64 {
  return algorithm === 'MD5' ? 32 : 64;
}

/**
 * H(A1) for a server to store instead of a password, RFC 7616 section 3.4.2: hexadecimal digits in lower case. It is as good
 * as the password in this realm, and there is one for each algorithm.
 */
export function digestHa1(
  input: Pick<DigestTerms, 'username' | 'realm' | 'algorithm'> & {
    readonly password: string;
    readonly hash: DigestHash;
  },
): string {
  return hexHash(input.hash, input.algorithm, textToBytes(`${input.username}:${input.realm}:${input.password}`));
}

/**
 * The digest of a request, or with an empty method that of a response (`rspauth`): RFC 7616 sections 3.4.1 to 3.4.3 and
 * 3.5, RFC 8760 section 2.6.
 */
export function calculateDigest(
  terms: DigestTerms,
  secret: DigestSecret,
  message: { readonly method: string; readonly body?: Uint8Array | undefined },
  hash: DigestHash,
): string {
  const { algorithm, nonce, cnonce, qop } = terms;
  const hText = (text: string): string => hexHash(hash, algorithm, textToBytes(text));
  const stored = 'ha1' in secret ? secret.ha1.toLowerCase() : digestHa1({ ...terms, password: secret.password, hash });
  const ha1 = terms.session ? hText(`${stored}:${nonce}:${cnonce ?? ''}`) : stored;
  const integrity = qop === 'auth-int' ? `:${hexHash(hash, algorithm, message.body ?? new Uint8Array(0))}` : '';
  const ha2 = hText(`${message.method}:${terms.uri}${integrity}`);
  if (qop === null) return hText(`${ha1}:${nonce}:${ha2}`);
  return hText(`${ha1}:${nonce}:${nonceCountText(terms.nonceCount ?? 0)}:${cnonce ?? ''}:${qop}:${ha2}`);
}

/**
 * `nc-value = 8LHEX`
 * @throws SipError `invalid-argument` for a count out of bounds
 */
export function nonceCountText(count: number): string {
  if (Number.isInteger(count) && count >= 1 && count <= 0xffff_ffff) return count.toString(16).padStart(8, '0');
  throw new SipError('invalid-argument', { field: 'nonceCount', expected: '1 to 2^32 - 1', got: String(count) });
}

/** Hexadecimal digits in lower case, RFC 8760 section 2.2. */
function hexHash(hash: DigestHash, algorithm: DigestAlgorithm, bytes: Uint8Array): string {
  return bytesToHex(hash(algorithm, bytes));
}
