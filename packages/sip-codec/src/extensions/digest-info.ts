import { constantTimeEqual } from '@portico/bytes';
import { asciiLowerCase, textToBytes } from '../grammar/text.js';
import { getParameter, quotedParameter, tokenParameter, type Parameter } from '../headers/parameters.js';
import {
  calculateDigest,
  nonceCountText,
  type DigestHash,
  type DigestSecret,
  type DigestTerms,
} from './digest-calculation.js';
import type { DigestCredentials } from './digest-credentials.js';
import { digestTerms, type DigestInput } from './digest.js';

/**
 * The value of Authentication-Info with which a server proves that it knows the secret too, and names the nonce for the next
 * request: RFC 7616 section 3.5. For credentials that were valid.
 */
export function createAuthenticationInfo(input: {
  readonly credentials: DigestCredentials;
  readonly secret: DigestSecret;
  /** Of the response, for `auth-int`; default none. */
  readonly body?: Uint8Array;
  readonly nextNonce?: string;
  readonly hash: DigestHash;
}): readonly Parameter[] {
  const { credentials, secret, body, nextNonce, hash } = input;
  const { qop, cnonce, nonceCount } = credentials;
  return [
    ...(nextNonce === undefined ? [] : [quotedParameter('nextnonce', nextNonce)]),
    ...(qop === null ? [] : [tokenParameter('qop', qop)]),
    quotedParameter('rspauth', calculateDigest(credentials, secret, { method: '', body }, hash)),
    ...(cnonce === null ? [] : [quotedParameter('cnonce', cnonce)]),
    ...(nonceCount === null ? [] : [tokenParameter('nc', nonceCountText(nonceCount))]),
  ];
}

/** What a client learns of Authentication-Info. `nextNonce`: for the next request, with a nonce count of 1. */
export type AuthenticationInfoVerdict =
  /** The server knows the secret, and with `auth-int` the response's body is its own. */
  | { readonly type: 'valid'; readonly nextNonce: string | null }
  /** It says nothing about the server. */
  | { readonly type: 'no-proof'; readonly nextNonce: string | null }
  /** Of another request, or made without the secret. */
  | { readonly type: 'wrong'; readonly reason: 'qop' | 'cnonce' | 'nc' | 'rspauth' };

/**
 * The check of a client, RFC 7616 section 3.5: `rspauth` is what the secret gives for the response to the request whose
 * credentials `sent` made, compared in constant time; cnonce and nc are that request's.
 */
export function verifyAuthenticationInfo(
  info: readonly Parameter[],
  sent: DigestInput,
  /** Of the response, for `auth-int`; default none. */
  body?: Uint8Array,
): AuthenticationInfoVerdict {
  const nextNonce = getParameter(info, 'nextnonce') ?? null;
  const rspauth = getParameter(info, 'rspauth');
  if (typeof rspauth !== 'string') return { type: 'no-proof', nextNonce };
  const terms: DigestTerms = digestTerms(sent);
  if (terms.qop !== null) {
    const qop = getParameter(info, 'qop');
    // The qop only SHOULD be there; cnonce and nc MUST.
    if (typeof qop === 'string' && asciiLowerCase(qop) !== terms.qop) return { type: 'wrong', reason: 'qop' };
    if (getParameter(info, 'cnonce') !== terms.cnonce) return { type: 'wrong', reason: 'cnonce' };
    if (getParameter(info, 'nc') !== nonceCountText(sent.nonceCount)) return { type: 'wrong', reason: 'nc' };
  }
  const expected = calculateDigest(terms, sent, { method: '', body }, sent.hash);
  const proven = constantTimeEqual(textToBytes(expected), textToBytes(rspauth));
  return proven ? { type: 'valid', nextNonce } : { type: 'wrong', reason: 'rspauth' };
}
