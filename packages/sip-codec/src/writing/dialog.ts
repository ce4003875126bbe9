import { SipError } from '../error.js';
import { asciiLowerCase } from '../grammar/text.js';
import { addressTag, CONTACT, FROM, RECORD_ROUTE, TO } from '../headers/addresses.js';
import type { HeaderDefinition } from '../headers/definition.js';
import type { NameAddress } from '../headers/name-addr.js';
import { CSEQ, type CSeq } from '../headers/numbers.js';
import { CALL_ID } from '../headers/tokens.js';
import { VIA } from '../headers/via.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import type { SipUri } from '../uri/uri.js';

/** The state of a dialog that one of its ends keeps, RFC 3261 section 12. It is data: each function gives a new one. */
export interface Dialog {
  readonly state: 'early' | 'confirmed';
  /** The dialog ID, in the form that `dialogKey` takes. Null for the tag of an RFC 2543 peer, which has none. */
  readonly callId: string;
  readonly localTag: string | null;
  readonly remoteTag: string | null;
  /** The local and the remote URI with their display names, without parameters: From and To of our requests. */
  readonly local: NameAddress;
  readonly remote: NameAddress;
  /** From the peer's Contact: where requests go in the end. */
  readonly remoteTarget: SipUri;
  /** From Record-Route, in the order in which our requests travel. */
  readonly routeSet: readonly NameAddress[];
  /** CSeq number of the last request of each end; null: it has sent none. */
  readonly localSequence: number | null;
  readonly remoteSequence: number | null;
  /** Whether it was made over TLS by a request to a SIPS URI: our Contact is a SIPS URI then (section 12.2.1.1). */
  readonly secure: boolean;
}

/** What the peer told of itself in the message that makes a dialog. */
type Learnt = Pick<Dialog, 'remoteTarget' | 'routeSet'>;

/**
 * The dialog that a response to our request makes, RFC 3261 section 12.1.2: early by a provisional response with a To tag,
 * confirmed by a 2xx. Null where it makes none. Whether the method makes dialogs (INVITE, SUBSCRIBE, REFER) is the
 * caller's knowledge. Each To tag is a dialog of its own: a forked INVITE has several.
 * @throws SipError of level `header` or `semantic` where the peer's fields are missing or broken; `invalid-argument` for a
 *   response that is not to this request
 */
export function createClientDialog(request: SipRequest, response: SipResponse): Dialog | null {
  const sequence = checkAnswers(request, response);
  const remote = required(response, TO);
  const state = stateAfter(response, remote);
  if (state === null) return null;
  return {
    state,
    ...identify(required(request, FROM), remote, required(request, CALL_ID)),
    ...learnFromResponse(response),
    localSequence: sequence.number,
    remoteSequence: null,
    secure: isSecure(request),
  };
}

/**
 * The dialog that our response to a request makes, RFC 3261 section 12.1.1: early by a provisional response with a To tag,
 * confirmed by a 2xx. Null where it makes none.
 * @throws SipError of level `header` or `semantic` where the peer's fields are missing or broken; `invalid-argument` for a
 *   response that is not to this request, or a 2xx without a To tag
 */
export function createServerDialog(request: SipRequest, response: SipResponse): Dialog | null {
  const sequence = checkAnswers(request, response);
  const local = required(response, TO);
  const state = stateAfter(response, local);
  if (state === null) return null;
  if (addressTag(local) === undefined) throw wrong('response', 'a To tag', 'none');
  return {
    state,
    ...identify(local, required(request, FROM), required(request, CALL_ID)),
    remoteTarget: remoteTarget(request),
    routeSet: recordRoutes(request),
    localSequence: null,
    remoteSequence: sequence.number,
    secure: isSecure(request),
  };
}

/**
 * The dialog after a response to a request of ours within it. A 2xx to an INVITE confirms it and computes the route set anew
 * where it was early (RFC 3261 section 13.2.2.4); a 2xx to a target refresh request brings the peer's new target (section
 * 12.2.1.2). After a 408 or 481 the caller should end the dialog.
 * @throws SipError of level `header` or `semantic` for a Contact or Record-Route that is broken; `invalid-argument` for a
 *   response that is not of this dialog or not to this request
 */
export function dialogAfterResponse(dialog: Dialog, request: SipRequest, response: SipResponse): Dialog {
  const { method } = checkAnswers(request, response);
  checkIsOf(dialog, response, { from: dialog.localTag, to: dialog.remoteTag });
  if (response.status < 200 || response.status >= 300 || !isTargetRefresh(method)) return dialog;
  const target = response.headers.has('Contact') ? remoteTarget(response) : dialog.remoteTarget;
  if (dialog.state === 'confirmed' || method !== 'INVITE') return { ...dialog, remoteTarget: target };
  return { ...dialog, state: 'confirmed', remoteTarget: target, routeSet: learnRoutes(response) };
}

/** What to do with a request that came within a dialog. */
export type DialogVerdict =
  | { readonly type: 'process'; readonly dialog: Dialog }
  /** Out of order: its CSeq number is lower than that of one before it. */
  | { readonly type: 'answer'; readonly status: 500 };

/**
 * Judges a request that came within the dialog by its CSeq, RFC 3261 section 12.2.2, and gives the dialog after it. A target
 * refresh request brings the peer's new target: `dialog` is to be kept once the request was answered with a 2xx.
 * @throws SipError of level `header` or `semantic` for a CSeq or Contact that is missing or broken; `invalid-argument` for a
 *   request that is not of this dialog
 */
export function judgeDialogRequest(dialog: Dialog, request: SipRequest): DialogVerdict {
  checkIsOf(dialog, request, { from: dialog.remoteTag, to: dialog.localTag });
  const { number } = required(request, CSEQ);
  // An ACK or CANCEL has the number of its INVITE, which others may have followed.
  if (request.method === 'ACK' || request.method === 'CANCEL') return { type: 'process', dialog };
  if (dialog.remoteSequence !== null && number < dialog.remoteSequence) return { type: 'answer', status: 500 };
  const target =
    isTargetRefresh(request.method) && request.headers.has('Contact') ? remoteTarget(request) : dialog.remoteTarget;
  return { type: 'process', dialog: { ...dialog, remoteTarget: target, remoteSequence: number } };
}

/** Section 12.2; UPDATE by RFC 3311 section 5.1, SUBSCRIBE and NOTIFY by RFC 6665 section 3. */
function isTargetRefresh(method: string): boolean {
  return ['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY'].includes(method);
}

/** Null for 100, for other provisional responses without a To tag, and for failures (section 12.1). */
function stateAfter({ status }: SipResponse, to: NameAddress): Dialog['state'] | null {
  if (status >= 300 || status === 100) return null;
  if (status >= 200) return 'confirmed';
  return addressTag(to) === undefined ? null : 'early';
}

function identify(
  local: NameAddress,
  remote: NameAddress,
  callId: string,
): Pick<Dialog, 'callId' | 'localTag' | 'remoteTag' | 'local' | 'remote'> {
  return {
    callId,
    localTag: addressTag(local) ?? null,
    remoteTag: addressTag(remote) ?? null,
    local: writable({ ...local, parameters: [] }),
    remote: writable({ ...remote, parameters: [] }),
  };
}

function learnFromResponse(response: SipResponse): Learnt {
  return { remoteTarget: remoteTarget(response), routeSet: learnRoutes(response) };
}

/** Section 12.1.2: the list of Record-Route in reverse order. */
function learnRoutes(response: SipResponse): readonly NameAddress[] {
  return recordRoutes(response).reverse();
}

function recordRoutes(message: SipRequest | SipResponse): NameAddress[] {
  return (message.headers.read(RECORD_ROUTE) ?? []).map(writable);
}

/**
 * Without what a quoted string may hold as a quoted-pair and no writer of ours writes, a NUL: neither a display name nor a
 * parameter of a route counts for anything, and a peer must not be able to make our BYE impossible.
 */
function writable({ displayName, uri, parameters }: NameAddress): NameAddress {
  return {
    displayName: displayName?.includes('\0') === true ? null : displayName,
    uri,
    parameters: parameters.filter(({ value }) => value?.includes('\0') !== true),
  };
}

/** The one Contact of a message that makes or refreshes a dialog (section 8.1.1.8), which is a SIP or SIPS URI (12.1.1). */
function remoteTarget(message: SipRequest | SipResponse): SipUri {
  const contacts = required(message, CONTACT);
  const [contact, second] = contacts === '*' ? [] : contacts;
  const details = { field: 'Contact', rule: 'RFC 3261 section 12.1.1' };
  if (second !== undefined) throw new SipError('header-repeated', { ...details, expected: 'one contact' });
  if (contact === undefined || contact.uri.type !== 'sip') {
    throw new SipError('uri-scheme-unsupported', { ...details, expected: 'a SIP or SIPS URI' });
  }
  return contact.uri;
}

/** The secure flag, sections 12.1.1 and 12.1.2. */
function isSecure(request: SipRequest): boolean {
  const [via] = required(request, VIA);
  const { uri } = request;
  return uri.type === 'sip' && uri.scheme === 'sips' && /^(?:tls|tls-sctp|wss)$/i.test(via?.transport ?? '');
}

/** Whether a response is to a request: by CSeq, Call-ID and From tag, which it copies (section 8.2.6.2). */
function checkAnswers(request: SipRequest, response: SipResponse): CSeq {
  const [asked, answered] = [required(request, CSEQ), required(response, CSEQ)];
  if (asked.number !== answered.number || asked.method !== answered.method) {
    throw wrong('response', `CSeq ${asked.number} ${asked.method}`, `${answered.number} ${answered.method}`);
  }
  const callId = required(request, CALL_ID);
  const from = addressTag(required(request, FROM)) ?? null;
  checkIsOf({ callId }, response, { from, to: null });
  return asked;
}

/** Whether a message has these tags, and the Call-ID of the dialog. Null: no tag, or of To any. */
function checkIsOf(
  { callId }: Pick<Dialog, 'callId'>,
  message: SipRequest | SipResponse,
  tags: { readonly from: string | null; readonly to: string | null },
): void {
  const got = required(message, CALL_ID);
  if (got !== callId) throw wrong('Call-ID', callId, got);
  const from = addressTag(required(message, FROM)) ?? null;
  if (keyOf(from) !== keyOf(tags.from)) throw wrong('From', `tag ${tags.from}`, `tag ${from}`);
  const to = addressTag(required(message, TO)) ?? null;
  if (tags.to !== null && keyOf(to) !== keyOf(tags.to)) throw wrong('To', `tag ${tags.to}`, `tag ${to}`);
}

/** Tags are tokens, and compared without case (section 7.3.1). */
function keyOf(tag: string | null): string | null {
  return tag === null ? null : asciiLowerCase(tag);
}

function required<T>(message: SipRequest | SipResponse, definition: HeaderDefinition<T>): T {
  const value = message.headers.read(definition);
  if (value === undefined)
    throw new SipError('header-missing', { field: definition.name, rule: 'RFC 3261 section 12' });
  return value;
}

function wrong(field: string, expected: string, got: string): SipError {
  return new SipError('invalid-argument', { field, expected, got });
}
