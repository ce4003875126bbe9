import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { renderJson, renderPage, type ConnectionFacts } from './page.js';

export type WebRequest = IncomingMessage | Http2ServerRequest;
export type WebResponse = ServerResponse | Http2ServerResponse;

/** A request listener for `node:http` and for the compatibility API of `node:http2`. */
export type WebHandler = (request: WebRequest, response: WebResponse) => void;

/** Where SIP over WebSocket is answered. */
export const WEBSOCKET_PATHS: readonly string[] = ['/', '/ws'];

const COMMON_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The demonstration site: `/` shows what was negotiated (`?format=json` or `Accept: application/json` for programs),
 * `/healthz` answers `ok`, and POST `/upload` counts the bytes of its body and answers the number.
 */
export function createWebHandler(factsOf: (request: WebRequest) => ConnectionFacts): WebHandler {
  return (request, response) => {
    // A request that is cut off ends as an error on these streams; there is nobody left to tell.
    request.on('error', () => {});
    response.on('error', () => {});
    const { path, query } = splitTarget(request.url ?? '/');
    if (path === '/upload') {
      if (request.method !== 'POST') return answer(request, response, methodNotAllowed('POST'));
      return countUpload(request, response);
    }
    request.resume();
    answer(request, response, page(request, path, query, factsOf));
  };
}

function page(
  request: WebRequest,
  path: string,
  query: string,
  factsOf: (request: WebRequest) => ConnectionFacts,
): Answer {
  const known = path === '/' || path === '/healthz' || path === '/ws';
  if (!known) return { status: 404, type: 'text/plain', body: 'not found\n' };
  if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed('GET, HEAD');
  switch (path) {
    case '/healthz':
      return { status: 200, type: 'text/plain', body: 'ok\n' };
    case '/ws':
      return {
        status: 426,
        type: 'text/plain',
        body: 'SIP over WebSocket: connect with the subprotocol sip\n',
        // HTTP/2 forbids the connection-specific fields that an HTTP/1.1 client needs here, RFC 9113 section 8.2.2.
        ...(request.httpVersionMajor === 1 ? { headers: { upgrade: 'websocket', connection: 'upgrade' } } : {}),
      };
    default: {
      const facts = factsOf(request);
      return wantsJson(query, request.headers.accept)
        ? { status: 200, type: 'application/json', body: renderJson(facts) }
        : { status: 200, type: 'text/html', body: renderPage(facts) };
    }
  }
}

/** Counts without keeping: an upload of any size costs no memory. */
function countUpload(request: WebRequest, response: WebResponse): void {
  let received = 0;
  request.on('data', (chunk: Uint8Array) => {
    received += chunk.length;
  });
  request.on('end', () => answer(request, response, { status: 200, type: 'text/plain', body: `${received}\n` }));
}

function methodNotAllowed(allow: string): Answer {
  return { status: 405, type: 'text/plain', body: `allowed: ${allow}\n`, headers: { allow } };
}

function answer(request: WebRequest, response: WebResponse, { status, type, body, headers }: Answer): void {
  const writable = response as ServerResponse;
  writable.writeHead(status, {
    ...COMMON_HEADERS,
    ...headers,
    'content-type': `${type}; charset=utf-8`,
    'content-length': String(Buffer.byteLength(body)),
  });
  writable.end(request.method === 'HEAD' ? undefined : body);
}

/** Splits a request target; an absolute form (RFC 9112 section 3.2.2) loses its scheme and authority. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const origin = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const mark = origin.indexOf('?');
  const path = mark < 0 ? origin : origin.slice(0, mark);
  return { path: path === '' ? '/' : path, query: mark < 0 ? '' : origin.slice(mark + 1) };
}

/** `?format=` decides when it is there; else a client that names JSON and does not take HTML gets JSON. */
export function wantsJson(query: string, accept: string | undefined): boolean {
  const format = new URLSearchParams(query).get('format');
  if (format !== null) return format === 'json';
  const offered = (accept ?? '').split(',').map((range) => (range.split(';')[0] ?? '').trim().toLowerCase());
  return offered.includes('application/json') && !offered.includes('text/html');
}
