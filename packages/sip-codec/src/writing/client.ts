import { SipError } from '../error.js';
import { FROM, ROUTE, TO } from '../headers/addresses.js';
import type { NameAddress } from '../headers/name-addr.js';
import { CSEQ } from '../headers/numbers.js';
import { CALL_ID } from '../headers/tokens.js';
import { VIA, type Via } from '../headers/via.js';
import { Scanner } from '../grammar/scanner.js';
import { textToBytes } from '../grammar/text.js';
import { headerKey } from '../message/header-name.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { createRequest, writeRequest } from '../message/request.js';
import { createBranch, createCallId, createTag, type RandomBytes } from '../message/tag.js';
import type { HeaderInput, MessageWriter } from '../message/write.js';
import { readHost } from '../uri/host.js';
import { formatUri, parseUri, uriParameterKey, type Uri } from '../uri/uri.js';
import { headerOf, isSame } from './typed-header.js';

/** RFC 3261 section 8.1.1.6. */
export const INITIAL_MAX_FORWARDS = 70;

/** How responses find a client: `TLS`, a host or address (IPv6 in brackets), maybe a port. */
export interface ClientViaInput {
  readonly transport: string;
  readonly host: string;
  readonly port?: number;
}

export interface ClientRequestInput {
  readonly method: string;
  /** Headers and a method in it have no place in a Request-URI and are left out; `requestFromUri` reads them. */
  readonly uri: Uri | string;
  /** Without a tag: one is made. */
  readonly from: NameAddress;
  readonly to: NameAddress;
  readonly via: ClientViaInput;
  /** Fresh random bytes: for the branch, and for the tag and the Call-ID where these are not given. */
  readonly random: RandomBytes;
  readonly callId?: string;
  /** Default 1. */
  readonly cseq?: number;
  /** The route set, in order (section 8.1.2). */
  readonly routes?: readonly NameAddress[];
  /** Further fields, in order, after the mandatory ones; none of those that this input decides. */
  readonly headers?: readonly HeaderInput[];
  readonly body?: Uint8Array;
}

/** Fields that every request here has once, made of what is given besides, by their keys. */
// prettier-ignore
export const DECIDED_FIELDS: readonly string[] = [
  'via', 'max-forwards', 'from', 'to', 'call-id', 'cseq', 'route', 'content-length',
];

/** @throws SipError `invalid-argument` where one of the fields is decided already */
export function refuseDecided(headers: readonly HeaderInput[] | undefined, decided: readonly string[]): void {
  const second = headers?.find(([name]) => decided.includes(headerKey(name)));
  if (second === undefined) return;
  throw new SipError('invalid-argument', { field: 'headers', expected: 'fields that are not decided', got: second[0] });
}

/** Section 19.1.1, table 1: what is not allowed in a Request-URI goes. */
export function forRequestUri(uri: Uri): Uri {
  if (uri.type !== 'sip') return uri;
  const parameters = uri.parameters.filter(({ name }) => uriParameterKey(name) !== 'method');
  return { ...uri, parameters, headers: [] };
}

/**
 * The text of a Request-URI that is read back as the same URI: no part of it becomes another.
 * @throws SipError `invalid-argument`
 */
export function requestUriOf(uri: Uri): string {
  const wanted = forRequestUri(uri);
  const text = formatUri(wanted);
  try {
    if (isSame(wanted, parseUri(text))) return text;
  } catch (error) {
    if (!(error instanceof SipError)) throw error;
  }
  throw new SipError('invalid-argument', { field: 'Request-URI', expected: 'a URI', got: text.slice(0, 120) });
}

/**
 * A request of a user agent client outside of a dialog, RFC 3261 section 8.1.1: Via with a branch of its own and `rport`
 * (RFC 3581), Max-Forwards, From with a tag, To, Call-ID, CSeq, Route.
 * @throws SipError `invalid-argument`, `line-break-in-value`, `uri-syntax`
 */
export function createClientRequest(input: ClientRequestInput): SipRequest {
  const uri = typeof input.uri === 'string' ? parseUri(input.uri) : input.uri;
  refuseDecided(input.headers, DECIDED_FIELDS);
  const via = clientVia(input.via, input.random);
  const tag = { name: 'tag', value: createTag(input.random), quoted: false };
  const hasTag = input.from.parameters.some(({ name }) => name.toLowerCase() === 'tag');
  const from = hasTag ? input.from : { ...input.from, parameters: [...input.from.parameters, tag] };
  return createRequest({
    method: input.method,
    uri: requestUriOf(uri),
    headers: [
      headerOf(VIA, [via]),
      ['Max-Forwards', String(INITIAL_MAX_FORWARDS)],
      headerOf(FROM, from),
      headerOf(TO, input.to),
      headerOf(CALL_ID, input.callId ?? createCallId(input.random)),
      headerOf(CSEQ, { number: input.cseq ?? 1, method: input.method }),
      ...(input.routes === undefined || input.routes.length === 0 ? [] : [headerOf(ROUTE, input.routes)]),
      ...(input.headers ?? []),
    ],
    ...(input.body === undefined ? {} : { body: input.body }),
  });
}

/**
 * The Via of a client, with a branch of its own and `rport` (RFC 3581).
 * @throws SipError `invalid-argument`
 */
export function clientVia({ transport, host, port }: ClientViaInput, random: RandomBytes): Via {
  return {
    protocol: 'SIP',
    version: '2.0',
    transport,
    host: hostOf(host),
    port: port ?? null,
    parameters: [
      { name: 'branch', value: createBranch(random), quoted: false },
      { name: 'rport', value: null, quoted: false },
    ],
  };
}

function hostOf(text: string): Via['host'] {
  const bytes = textToBytes(text);
  const scanner = new Scanner(bytes, 0, bytes.length, 'via.host');
  const host = readHost(scanner, 'invalid-argument');
  if (!scanner.atEnd) scanner.fail('host', 'a host name or an address', 'invalid-argument');
  return host;
}

/**
 * The ACK to a response that is no 2xx, RFC 3261 section 17.1.1.3: Request-URI, Call-ID, From, CSeq number, Route and the one
 * Via of the INVITE, and the To of the response. The ACK to a 2xx is a request of the dialog: `createDialogAck`.
 * @throws SipError `invalid-argument` for a request that is no INVITE, or a 1xx or 2xx
 */
export function createAck(invite: SipRequest, response: SipResponse): SipRequest {
  if (invite.method !== 'INVITE' || response.status < 300) {
    throw new SipError('invalid-argument', {
      field: 'response',
      rule: 'RFC 3261 section 17.1.1.3',
      expected: 'an answer of 300 to 699 to an INVITE',
      got: `${invite.method}, ${response.status}`,
    });
  }
  return sameTransaction(invite, 'ACK', response.headers.has('To') ? response : invite);
}

/**
 * The CANCEL of an INVITE, RFC 3261 section 9.1: the same Request-URI, Call-ID, To, From, CSeq number and Route, and the one
 * topmost Via.
 * @throws SipError `invalid-argument` for a request that is no INVITE
 */
export function createCancel(invite: SipRequest): SipRequest {
  if (invite.method !== 'INVITE') {
    const details = { field: 'request', rule: 'RFC 3261 section 9.1', expected: 'INVITE', got: invite.method };
    throw new SipError('invalid-argument', details);
  }
  return sameTransaction(invite, 'CANCEL', invite);
}

/** Values are copied byte by byte: what a peer wrote may hold what no writer takes from a caller, and has to stay the same. */
function sameTransaction(
  invite: SipRequest,
  method: 'ACK' | 'CANCEL',
  addressee: SipRequest | SipResponse,
): SipRequest {
  const [via] = invite.headers.read(VIA) ?? [];
  const cseq = invite.headers.read(CSEQ);
  if (via === undefined || cseq === undefined) {
    throw new SipError('invalid-argument', { field: 'request', expected: 'Via and CSeq', got: 'none' });
  }
  return writeRequest(method, invite.requestUri, NO_BODY, (writer) => {
    writer.header(...headerOf(VIA, [via])).header('Max-Forwards', String(INITIAL_MAX_FORWARDS));
    for (const field of invite.headers.all('Route')) writer.copy('Route', field);
    copyFirst(writer, 'From', invite);
    copyFirst(writer, 'To', addressee);
    copyFirst(writer, 'Call-ID', invite);
    writer.header('CSeq', CSEQ.format({ number: cseq.number, method }));
  });
}

const NO_BODY = new Uint8Array(0);

function copyFirst(writer: MessageWriter, name: string, { headers }: SipRequest | SipResponse): void {
  const [field] = headers.all(name);
  if (field !== undefined) writer.copy(name, field);
}
