import { SipError } from '../error.js';
import { MAX_FORWARDS } from '../headers/numbers.js';
import { ROUTE } from '../headers/addresses.js';
import { editHeaders, type HeaderEdit } from '../message/edit.js';
import type { SipRequest } from '../message/message.js';
import { uriParameter, type Uri } from '../uri/uri.js';

/** RFC 3261 section 8.1.1.6: what a proxy sets where there is none. */
export const DEFAULT_MAX_FORWARDS = 70;

export interface ForwardOptions {
  /** Our Via value, with a branch of its own (`createBranch`, `createProxyBranch`). */
  readonly via: string;
  /** Our Record-Route value, in angle brackets, with `lr`; none: we do not stay on the path. */
  readonly recordRoute?: string;
  /** Whether a Route value is ours and goes (section 16.4). */
  readonly isOurRoute?: (uri: Uri) => boolean;
}

/**
 * The request as a proxy sends it on, RFC 3261 section 16.6 steps 3, 4 and 8: Max-Forwards one less, Record-Route and Via
 * in front, our own Route value gone. All other bytes are as they were, the Request-URI too.
 * @throws SipError `hops-exhausted` with Max-Forwards 0 (section 16.3), `header-syntax` for a Max-Forwards or Route that is
 *   broken, `line-break-in-value` for values of the caller's that could be more than one field
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
  edits.push({ type: 'prepend', name: 'Via', value: options.via });
  return editHeaders(request, edits);
}

/** Section 16.4: the first Route value goes if it is ours; the others of its row stay. */
function routeEdits(request: SipRequest, isOurRoute: (uri: Uri) => boolean): readonly HeaderEdit[] {
  const routes = request.headers.read(ROUTE) ?? [];
  const [first, ...others] = routes;
  if (first === undefined || !isOurRoute(first.uri)) return [];
  if (others.length === 0) return [{ type: 'remove', name: 'Route' }];
  return [{ type: 'set', name: 'Route', value: ROUTE.format(others) }];
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
