import { SipError } from '../error.js';
import { RECORD_ROUTE, ROUTE } from '../headers/addresses.js';
import { parseHeaderValue, type HeaderDefinition } from '../headers/definition.js';
import { MAX_FORWARDS } from '../headers/numbers.js';
import { editHeaders, type HeaderEdit } from '../message/edit.js';
import { VIA, viaBranch, type Via } from '../headers/via.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { uriParameter, type Uri } from '../uri/uri.js';
import { topVia } from './top-via.js';

/** RFC 3261 section 8.1.1.6: what a proxy sets where there is none. */
export const DEFAULT_MAX_FORWARDS = 70;

export interface ForwardOptions {
  /** Our Via value, one, with a branch of its own (`createBranch`, `createProxyBranch`). */
  readonly via: string;
  /**
   * Our Record-Route value, a SIP or SIPS URI in angle brackets, with `lr`; or several, where the two sides are reached in
   * different ways (RFC 5658). None: we do not stay on the path.
   */
  readonly recordRoute?: string;
  /** Another Request-URI: the target that was chosen (section 16.6 step 2). */
  readonly requestUri?: string;
  /** Whether a Route value is ours and goes (section 16.4). */
  readonly isOurRoute?: (uri: Uri) => boolean;
}

/**
 * The request as a proxy sends it on, RFC 3261 section 16.6 steps 2 to 4, 8 and 9: Max-Forwards one less, Record-Route and
 * Via in front, our own Route value gone, one right Content-Length, so that what came in a datagram can go over a stream. All
 * other bytes are as they were, the Request-URI too unless there is another; what lenient rules forgave in the framing is
 * mended, as `editHeaders` says.
 * @throws SipError `hops-exhausted` with Max-Forwards 0 (section 16.3), `header-syntax` for a Max-Forwards or Route that is
 *   broken, `line-break-in-value` for values of the caller's that could be more than one field, `invalid-argument` for a Via
 *   or Record-Route that is not what `ForwardOptions` says
 */
export function forwardRequest(request: SipRequest, options: ForwardOptions): SipRequest {
  const hops = request.headers.read(MAX_FORWARDS);
  if (hops === 0) throw new SipError('hops-exhausted', { field: 'Max-Forwards', rule: 'RFC 3261 section 16.3' });
  const edits: HeaderEdit[] = [
    { type: 'set', name: 'Max-Forwards', value: String(hops === undefined ? DEFAULT_MAX_FORWARDS : hops - 1) },
  ];
  if (options.isOurRoute !== undefined) edits.push(...routeEdits(request, options.isOurRoute));
  if (options.recordRoute !== undefined) {
    edits.push({ type: 'prepend', name: 'Record-Route', value: options.recordRoute });
  }
  edits.push({ type: 'prepend', name: 'Via', value: options.via }, { type: 'content-length' });
  if (options.requestUri !== undefined) edits.push({ type: 'request-uri', uri: options.requestUri });
  const sent = editHeaders(request, edits);
  checkOurs(options);
  return sent;
}

/** Section 16.6 steps 4 and 8: what we put on top is all that brings the answer, and the next request, back to us. */
function checkOurs({ via, recordRoute }: ForwardOptions): void {
  checkValues(VIA, via, 'one value with a branch', (values) => {
    return values.length === 1 && values.every((value) => viaBranch(value) !== undefined);
  });
  if (recordRoute === undefined) return;
  checkValues(RECORD_ROUTE, recordRoute, 'SIP or SIPS URIs with lr, in angle brackets', (values) => {
    return values.every(({ uri }) => uri.type === 'sip' && uriParameter(uri, 'lr') !== undefined);
  });
}

function checkValues<T>(
  definition: HeaderDefinition<readonly T[]>,
  text: string,
  expected: string,
  isRight: (values: readonly T[]) => boolean,
): void {
  try {
    if (isRight(parseHeaderValue(definition, text))) return;
  } catch (error) {
    if (!(error instanceof SipError)) throw error;
  }
  throw new SipError('invalid-argument', { field: definition.name, expected, got: text });
}

/** Section 16.4: the first Route value goes if it is ours; the others stay as they are. */
function routeEdits(request: SipRequest, isOurRoute: (uri: Uri) => boolean): readonly HeaderEdit[] {
  const [first] = request.headers.read(ROUTE) ?? [];
  if (first === undefined || !isOurRoute(first.uri)) return [];
  return [{ type: 'remove-first-value', name: 'Route' }];
}

/**
 * The response as a proxy sends it on, RFC 3261 section 16.7 step 3: the topmost Via value, which was ours, gone, and one
 * right Content-Length; `responseTarget` of the result says where to. Null where nobody is to get it: the topmost Via is
 * broken or not ours (section 16.11), or there is no other, because the request was our own.
 */
export function forwardResponse(response: SipResponse, isOurVia: (via: Via) => boolean): SipResponse | null {
  const via = topVia(response);
  if (via === null || !isOurVia(via)) return null;
  const sent = editHeaders(response, [{ type: 'remove-first-value', name: 'Via' }, { type: 'content-length' }]);
  return sent.headers.has('Via') ? sent : null;
}

/**
 * Where a request goes next, RFC 3261 section 16.6 steps 6 and 7: the first Route URI, or the Request-URI. `strict`: the
 * next one is a strict router of RFC 2543, which wants its own URI as Request-URI (no `lr`).
 * @throws SipError where the URI or Route is broken
 */
export function nextHop(request: SipRequest): { readonly uri: Uri; readonly routing: 'loose' | 'strict' } {
  const [route] = request.headers.read(ROUTE) ?? [];
  if (route === undefined) return { uri: request.uri, routing: 'loose' };
  return { uri: route.uri, routing: uriParameter(route.uri, 'lr') === undefined ? 'strict' : 'loose' };
}
