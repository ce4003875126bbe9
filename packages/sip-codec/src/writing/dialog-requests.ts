import { SipError } from '../error.js';
import { asciiLowerCase } from '../grammar/text.js';
import { FROM, ROUTE, TO } from '../headers/addresses.js';
import type { HeaderDefinition } from '../headers/definition.js';
import type { NameAddress } from '../headers/name-addr.js';
import { CSEQ, MAX_CSEQ } from '../headers/numbers.js';
import { addressHeader } from '../headers/shapes.js';
import { VIA } from '../headers/via.js';
import type { SipRequest } from '../message/message.js';
import { createRequest } from '../message/request.js';
import type { RandomBytes } from '../message/tag.js';
import type { HeaderInput } from '../message/write.js';
import { formatUri, uriParameter, type Uri } from '../uri/uri.js';
import {
  clientVia,
  DECIDED_FIELDS,
  forRequestUri,
  INITIAL_MAX_FORWARDS,
  refuseDecided,
  requestUriOf,
  type ClientViaInput,
} from './client.js';
import type { Dialog } from './dialog.js';
import { headerOf } from './typed-header.js';

/** What the dialog does not say. */
export interface DialogRequestInput {
  readonly method: string;
  /** How responses find us. */
  readonly via: ClientViaInput;
  /** Fresh random bytes, for the branch. */
  readonly random: RandomBytes;
  /** Where the peer reaches us from now on; an INVITE needs it, other target refresh requests should have it. */
  readonly contact?: NameAddress;
  /** The number of our first request in a dialog that the peer began (section 8.1.1.5); default 1. */
  readonly firstCSeq?: number;
  /** Further fields, in order; none of those that the dialog decides. */
  readonly headers?: readonly HeaderInput[];
  readonly body?: Uint8Array;
}

/** A request, and the dialog after it was sent. */
export interface DialogRequest {
  readonly request: SipRequest;
  readonly dialog: Dialog;
}

/** An address in a field that stands once: what a request has as Contact. */
const CONTACT_ADDRESS: HeaderDefinition<NameAddress> = /* @__PURE__ */ addressHeader('Contact');

/** Fields that the dialog decides. */
const DECIDED: readonly string[] = [...DECIDED_FIELDS, 'contact'];

/**
 * A request within a dialog, RFC 3261 section 12.2.1.1: From and To with the dialog's tags, its Call-ID, the next CSeq number,
 * and Request-URI and Route by the remote target and the route set, for loose and for strict routers. ACK and CANCEL are
 * made by `createDialogAck`, `createAck` and `createCancel`: they count nothing.
 * @throws SipError `invalid-argument`, `line-break-in-value`
 */
export function createDialogRequest(dialog: Dialog, input: DialogRequestInput): DialogRequest {
  const { method } = input;
  if (method === 'ACK' || method === 'CANCEL') throw wrong('method', 'a request that has a CSeq of its own', method);
  if (method === 'INVITE' && input.contact === undefined) throw wrong('contact', 'an address (8.1.1.8)', 'none');
  const number = dialog.localSequence === null ? (input.firstCSeq ?? 1) : dialog.localSequence + 1;
  if (number > MAX_CSEQ) throw wrong('CSeq', `at most ${MAX_CSEQ} (8.1.1.5)`, String(number));
  return { request: write(dialog, input, number, []), dialog: { ...dialog, localSequence: number } };
}

/** What an ACK has of its own: it has no Contact, and its number is that of the INVITE. */
export type DialogAckInput = Omit<DialogRequestInput, 'method' | 'contact' | 'firstCSeq'>;

/**
 * The ACK to a 2xx, RFC 3261 section 13.2.2.4: a request of the dialog, with the CSeq number and the credentials of the INVITE
 * and a branch of its own. It is sent again, as it is, for each copy of the 2xx. `body` is the answer where the 2xx had the
 * offer.
 * @throws SipError `invalid-argument` for a request that is no INVITE of ours in this dialog, or a dialog that is early;
 *   `line-break-in-value`
 */
export function createDialogAck(dialog: Dialog, invite: SipRequest, input: DialogAckInput): SipRequest {
  if (dialog.state !== 'confirmed') throw wrong('dialog', 'a confirmed dialog', dialog.state);
  const [cseq, from] = [invite.headers.read(CSEQ), invite.headers.read(FROM)];
  const tag = from?.parameters.find(({ name }) => asciiLowerCase(name) === 'tag')?.value ?? null;
  const isOurs = asciiLowerCase(tag ?? '') === asciiLowerCase(dialog.localTag ?? '');
  if (invite.method !== 'INVITE' || cseq === undefined || !isOurs || invite.headers.text('Call-ID') !== dialog.callId) {
    throw wrong('invite', 'our INVITE of this dialog', `${invite.method}, tag ${tag}`);
  }
  const credentials = ['Authorization', 'Proxy-Authorization'].flatMap((name) =>
    invite.headers.texts(name).map((value): HeaderInput => [name, value]),
  );
  return write(dialog, { ...input, method: 'ACK' }, cseq.number, credentials);
}

function write(
  dialog: Dialog,
  input: DialogRequestInput,
  number: number,
  credentials: readonly HeaderInput[],
): SipRequest {
  const { method, contact, headers = [] } = input;
  refuseDecided(headers, DECIDED);
  if (contact !== undefined && dialog.secure && !isSips(contact.uri)) {
    throw wrong('contact', 'a SIPS URI in a secure dialog (12.2.1.1)', formatUri(contact.uri));
  }
  const { requestUri, routes } = routeOf(dialog);
  return createRequest({
    method,
    uri: requestUriOf(requestUri),
    headers: [
      headerOf(VIA, [clientVia(input.via, input.random)]),
      ['Max-Forwards', String(INITIAL_MAX_FORWARDS)],
      ...(routes.length === 0 ? [] : [headerOf(ROUTE, routes)]),
      headerOf(FROM, withTag(dialog.local, dialog.localTag)),
      headerOf(TO, withTag(dialog.remote, dialog.remoteTag)),
      ['Call-ID', dialog.callId],
      headerOf(CSEQ, { number, method }),
      ...(contact === undefined ? [] : [headerOf(CONTACT_ADDRESS, contact)]),
      ...credentials,
      ...headers,
    ],
    ...(input.body === undefined ? {} : { body: input.body }),
  });
}

/**
 * Request-URI and Route, RFC 3261 section 12.2.1.1. A first route without `lr` is a strict router of RFC 2543: it gets its own
 * URI as Request-URI, and the remote target is the last of the routes.
 */
function routeOf({ remoteTarget, routeSet }: Dialog): { requestUri: Uri; routes: readonly NameAddress[] } {
  const target = forRequestUri(remoteTarget);
  const [first, ...others] = routeSet;
  if (first === undefined || uriParameter(first.uri, 'lr') !== undefined) {
    return { requestUri: target, routes: routeSet };
  }
  const last: NameAddress = { displayName: null, uri: target, parameters: [] };
  return { requestUri: forRequestUri(first.uri), routes: [...others, last] };
}

/** A null tag is left out (section 12.2.1.1). */
function withTag(address: NameAddress, tag: string | null): NameAddress {
  return { ...address, parameters: tag === null ? [] : [{ name: 'tag', value: tag, quoted: false }] };
}

function isSips(uri: Uri): boolean {
  return uri.type === 'sip' && uri.scheme === 'sips';
}

function wrong(field: string, expected: string, got: string): SipError {
  return new SipError('invalid-argument', { field, expected, got });
}
