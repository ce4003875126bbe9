import { asciiLowerCase } from '../grammar/text.js';
import { addressTag, FROM, TO } from '../headers/addresses.js';
import { CSEQ } from '../headers/numbers.js';
import { CALL_ID } from '../headers/tokens.js';
import { BRANCH_COOKIE, formatVia, viaBranch, type Via } from '../headers/via.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { sentBy, topVia } from './top-via.js';

/** What tells a transaction from all others: equal texts, same transaction. */
export interface TransactionKey {
  readonly text: string;
  /** By the branch, or for clients of RFC 2543 by the rest of the request. */
  readonly matching: 'branch' | 'rfc2543';
}

/**
 * The server transaction of a request, RFC 3261 section 17.2.3: a retransmission has the same key, and so has the ACK to
 * an answer that is not a 2xx. The ACK to a 2xx has another branch and with it another key (section 17.1.1.3, RFC 6026):
 * it belongs to the dialog. Null where the fields that are needed are missing or broken.
 */
export function serverTransactionKey(request: SipRequest): TransactionKey | null {
  const via = topVia(request);
  if (via === null) return null;
  const branch = viaBranch(via);
  // A CANCEL is a transaction of its own; an ACK is part of that of the INVITE.
  const method = request.method === 'ACK' ? 'INVITE' : request.method;
  if (branch !== undefined && hasCookie(branch)) return branchKey(via, branch, method);
  return request.method === 'ACK' ? legacyAckKey(request, via, tagOf(request, 'To')) : legacyKey(request, via);
}

/**
 * The key of the transaction that a CANCEL is for, RFC 3261 section 9.2: that of the INVITE, the only method that is
 * cancelled. Null where the fields that are needed are missing or broken.
 */
export function cancelledTransactionKey(cancel: SipRequest): TransactionKey | null {
  const via = topVia(cancel);
  if (via === null) return null;
  const branch = viaBranch(via);
  if (branch !== undefined && hasCookie(branch)) return branchKey(via, branch, 'INVITE');
  return legacyKey(cancel, via, 'INVITE');
}

/**
 * The key that the ACK to a non-2xx answer with this To tag will have: by the branch it is that of the INVITE, and for
 * clients of RFC 2543 one of its own (RFC 3261 section 17.2.3).
 */
export function acknowledgementKey(invite: SipRequest, toTag: string): TransactionKey | null {
  const via = topVia(invite);
  if (via === null) return null;
  const branch = viaBranch(via);
  if (branch !== undefined && hasCookie(branch)) return branchKey(via, branch, 'INVITE');
  return legacyAckKey(invite, via, toTag);
}

/**
 * The client transaction of a request that we sent or of a response to it, RFC 3261 section 17.1.3: the branch of the
 * topmost Via and the method of CSeq. Null for an ACK, which has none, where the
 * fields are missing or broken, and for a branch that is the cookie alone.
 */
export function clientTransactionKey(message: SipRequest | SipResponse): TransactionKey | null {
  const via = topVia(message);
  const branch = via === null ? undefined : viaBranch(via);
  const method = message.headers.readIfValid(CSEQ)?.method;
  if (branch === undefined || method === undefined || method === 'ACK') return null;
  if (asciiLowerCase(branch) === asciiLowerCase(BRANCH_COOKIE)) return null;
  return { text: `${method} ${asciiLowerCase(branch)}`, matching: 'branch' };
}

/**
 * Section 8.1.1.7: tokens are compared without case, and so is the cookie. The cookie alone identifies nothing (RFC 4475
 * section 3.2.1): it is as good as none.
 */
function hasCookie(branch: string): boolean {
  const cookie = asciiLowerCase(BRANCH_COOKIE);
  const text = asciiLowerCase(branch);
  return text.startsWith(cookie) && text !== cookie;
}

function branchKey(via: Via, branch: string, method: string): TransactionKey {
  return { text: `${method} ${asciiLowerCase(branch)} ${sentBy(via)}`, matching: 'branch' };
}

/** Request-URI, To tag, From tag, Call-ID, CSeq and top Via. No value holds a line break, so that none can be two. */
function legacyKey(request: SipRequest, via: Via, method: string = request.method): TransactionKey | null {
  const parts = legacyParts(request, via);
  const toTag = tagOf(request, 'To');
  if (parts === null || toTag === null) return null;
  return { text: [method, ...parts, toTag].join('\n'), matching: 'rfc2543' };
}

/** As legacyKey, for an ACK: its To tag is that of the answer, and of CSeq the number counts. */
function legacyAckKey(request: SipRequest, via: Via, toTag: string | null): TransactionKey | null {
  const parts = legacyParts(request, via);
  if (parts === null || toTag === null) return null;
  return { text: ['ACK', ...parts, asciiLowerCase(toTag)].join('\n'), matching: 'rfc2543' };
}

function legacyParts(request: SipRequest, via: Via): readonly string[] | null {
  const { headers } = request;
  const callId = headers.readIfValid(CALL_ID);
  const cseq = headers.readIfValid(CSEQ);
  const fromTag = tagOf(request, 'From');
  if (callId === undefined || cseq === undefined || fromTag === null) return null;
  return [request.requestUri, fromTag, callId, String(cseq.number), formatVia(via)];
}

/** The tag in lower case; empty where there is none, as RFC 2543 allows; null where the field is missing or broken. */
function tagOf(request: SipRequest, name: 'From' | 'To'): string | null {
  const address = request.headers.readIfValid(name === 'From' ? FROM : TO);
  return address === undefined ? null : asciiLowerCase(addressTag(address) ?? '');
}

/**
 * Whether a server may send this answer, RFC 4320 section 4. To a request other than INVITE: never a 408, and of the
 * provisional ones only 100; that one at any time on a reliable transport, and elsewhere not before Timer E would be reset
 * to T2 (`late`).
 */
export function answerRule(method: string, status: number): 'allowed' | 'late' | 'never' {
  if (method === 'ACK') return 'never';
  if (method === 'INVITE') return 'allowed';
  if (status === 100) return 'late';
  return status < 200 || status === 408 ? 'never' : 'allowed';
}
