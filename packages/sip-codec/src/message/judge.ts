import { SipError } from '../error.js';
import { asciiLowerCase } from '../grammar/text.js';
import { AUTHORIZATION } from '../headers/credentials.js';
import type { HeaderDefinition } from '../headers/definition.js';
import { ACCEPT, acceptsMedia, CONTENT_DISPOSITION, CONTENT_TYPE } from '../headers/media.js';
import { getParameter } from '../headers/parameters.js';
import { PROXY_REQUIRE, REQUIRE } from '../headers/tokens.js';
import { VIA } from '../headers/via.js';
import { isAnswerable } from './best-effort.js';
import { findFaults, type FaultOptions } from './faults.js';
import type { SipHeaders } from './headers.js';
import type { SipMalformed, SipRequest, SipResponse } from './message.js';
import type { HeaderInput } from './write.js';

/** The methods that RFCs define: what a UAS knows without serving it gets 405, the rest 501 (RFC 3261 section 8.2.1). */
// prettier-ignore
export const KNOWN_METHODS: readonly string[] = [
  'ACK', 'BYE', 'CANCEL', 'INFO', 'INVITE', 'MESSAGE', 'NOTIFY', 'OPTIONS', 'PRACK', 'PUBLISH', 'REFER', 'REGISTER',
  'SUBSCRIBE', 'UPDATE',
];

/** What a UAS can do. */
export interface UasCapabilities {
  /** Methods that it serves: the value of Allow. */
  readonly methods: readonly string[];
  /** Option tags that it understands; default none. */
  readonly extensions?: readonly string[];
  /** Schemes of Request-URIs that it serves; default sip and sips. */
  readonly schemes?: readonly string[];
  /** Media types of bodies that it understands, such as `application/sdp`; default: any. */
  readonly mediaTypes?: readonly string[];
  /** Media types that its answers to INVITE would have; default: whatever the client accepts. */
  readonly answerTypes?: readonly string[];
  /** Authentication schemes that it understands; default `Digest`. Others are ignored, never an error by themselves. */
  readonly authSchemes?: readonly string[];
}

/** What to do with a request before the application sees it. */
export type RequestVerdict =
  | { readonly type: 'process' }
  /** Answer with this status, and with these fields besides what createResponse copies. */
  | {
      readonly type: 'answer';
      readonly status: number;
      readonly headers: readonly HeaderInput[];
      readonly error: SipError;
    }
  /** Answer nothing: to an ACK, and to what looks like a response. */
  | { readonly type: 'drop'; readonly error: SipError };

/** Faults in these fields lose the request; in any other field they are ignored (RFC 3261 section 8.2.2). */
// prettier-ignore
const DECISIVE_FIELDS: readonly string[] = [
  'Request-Line', 'Request-URI', 'SIP-Version', 'Via', 'From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Contact',
  'Require', 'Content-Length', 'Content-Type', 'Expires', 'Route', 'Record-Route',
];

/** The order of RFC 3261 section 8.2: version, syntax, then method, and so on. */
function precedence(error: SipError): number {
  if (error.reason === 'version-not-supported') return 0;
  if (error.level !== 'semantic') return 1;
  switch (error.reason) {
    case 'header-missing':
    case 'header-repeated':
      return 2;
    case 'method-unknown':
    case 'method-not-allowed':
      return 3;
    default:
      return 4;
  }
}

/**
 * A UAS's checks of a request outside of any dialog, RFC 3261 section 8.2.1 to 8.2.3, in their order. A fault in a
 * field that is not needed is ignored.
 */
export function judgeRequest(
  request: SipRequest | SipMalformed,
  capabilities: UasCapabilities,
  options: FaultOptions = {},
): RequestVerdict {
  const faults = [...findFaults(request, options), ...findUnsupported(request, capabilities)];
  const decisive = faults.filter(isDecisive).sort((left, right) => precedence(left) - precedence(right));
  const [error] = decisive;
  if (error === undefined) return { type: 'process' };
  if (!isAnswerable(request) || error.status === 'none') return { type: 'drop', error };
  return { type: 'answer', status: error.status, headers: fieldsFor(error, request, capabilities), error };
}

/** A UAC's checks of a response, RFC 3261 sections 8.1.3.3 and 18.1.2: what is broken is dropped, nothing is answered. */
export function judgeResponse(
  response: SipResponse,
): { readonly type: 'process' } | { readonly type: 'drop'; readonly error: SipError } {
  const [fault] = findFaults(response).filter(
    (error) => error.field === undefined || DECISIVE_FIELDS.includes(error.field),
  );
  if (fault !== undefined) return { type: 'drop', error: fault };
  const vias = response.headers.read(VIA) ?? [];
  if (vias.length === 1) return { type: 'process' };
  const details = { field: 'Via', rule: 'RFC 3261 section 8.1.3.3', expected: 'one Via', got: String(vias.length) };
  return { type: 'drop', error: new SipError('via-not-ours', details) };
}

/**
 * What is right in the request and beyond this element: methods, schemes, extensions, media types. Proxy-Require and an
 * unknown authentication scheme are listed too, for elements that care.
 */
export function findUnsupported(
  request: SipRequest | SipMalformed,
  capabilities: UasCapabilities,
): readonly SipError[] {
  const faults: SipError[] = [];
  const { headers } = request;
  if (request.type === 'request') {
    if (!capabilities.methods.includes(request.method)) {
      const reason = KNOWN_METHODS.includes(request.method) ? 'method-not-allowed' : 'method-unknown';
      faults.push(new SipError(reason, { field: 'Request-Line', rule: 'RFC 3261 section 8.2.1', got: request.method }));
    }
    const scheme = asciiLowerCase(/^[^:]*/.exec(request.requestUri)?.[0] ?? '');
    if (isReadable(request) && !(capabilities.schemes ?? ['sip', 'sips']).map(asciiLowerCase).includes(scheme)) {
      const details = { field: 'Request-URI', rule: 'RFC 3261 section 8.2.2.1', got: scheme };
      faults.push(new SipError('uri-scheme-unsupported', details));
    }
    // Section 8.2.2.3: Require does not stand in ACK and CANCEL, and is ignored there.
    if (request.method !== 'ACK' && request.method !== 'CANCEL') {
      for (const definition of [REQUIRE, PROXY_REQUIRE]) {
        const unknown = unsupportedTags(headers, definition, capabilities);
        if (unknown.length === 0) continue;
        const details = { field: definition.name, rule: 'RFC 3261 section 8.2.2.3', got: unknown.join(', ') };
        faults.push(new SipError('extension-unsupported', details));
      }
    }
    faults.push(...findUnsupportedContent(request, capabilities));
  }
  for (const { scheme } of headers.readIfValid(AUTHORIZATION) ?? []) {
    if ((capabilities.authSchemes ?? ['Digest']).some((known) => asciiLowerCase(known) === asciiLowerCase(scheme)))
      continue;
    faults.push(new SipError('auth-scheme-unsupported', { field: 'Authorization', got: scheme }));
  }
  return faults;
}

/** RFC 3261 section 8.2.3, and section 20.1 for what an answer may be. */
function findUnsupportedContent(request: SipRequest, capabilities: UasCapabilities): readonly SipError[] {
  const faults: SipError[] = [];
  const { headers } = request;
  const content = headers.readIfValid(CONTENT_TYPE);
  const disposition = headers.readIfValid(CONTENT_DISPOSITION);
  const optional =
    disposition !== undefined && asciiLowerCase(getParameter(disposition.parameters, 'handling') ?? '') === 'optional';
  if (request.body.length > 0 && content !== undefined && capabilities.mediaTypes !== undefined && !optional) {
    const type = `${content.type}/${content.subtype}`;
    if (!capabilities.mediaTypes.map(asciiLowerCase).includes(type)) {
      const details = { field: 'Content-Type', rule: 'RFC 3261 section 8.2.3', got: type };
      faults.push(new SipError('media-type-unsupported', details));
    }
  }
  const ranges = headers.readIfValid(ACCEPT);
  if (request.method === 'INVITE' && ranges !== undefined && capabilities.answerTypes !== undefined) {
    const acceptable = capabilities.answerTypes.some((answer) => {
      const [type = '', subtype = ''] = asciiLowerCase(answer).split('/');
      return ranges.some((range) => acceptsMedia(range, type, subtype));
    });
    if (!acceptable) faults.push(new SipError('not-acceptable', { field: 'Accept', rule: 'RFC 3261 section 21.4.7' }));
  }
  return faults;
}

/** Proxy-Require, hops and authentication schemes are for others to judge. */
function isDecisive(error: SipError): boolean {
  switch (error.reason) {
    case 'hops-exhausted':
    case 'auth-scheme-unsupported':
      return false;
    default:
      return error.field === undefined || DECISIVE_FIELDS.includes(error.field) || error.field === 'Accept';
  }
}

/** What section 8.2 wants in the answer. */
function fieldsFor(
  error: SipError,
  request: SipRequest | SipMalformed,
  capabilities: UasCapabilities,
): readonly HeaderInput[] {
  switch (error.reason) {
    case 'method-unknown':
    case 'method-not-allowed':
      return [['Allow', capabilities.methods.join(', ')]];
    case 'extension-unsupported':
      return [['Unsupported', unsupportedTags(request.headers, REQUIRE, capabilities).join(', ')]];
    case 'media-type-unsupported':
      return [['Accept', (capabilities.mediaTypes ?? []).join(', ')]];
    default:
      return [];
  }
}

function unsupportedTags(
  headers: SipHeaders,
  definition: HeaderDefinition<readonly string[]>,
  capabilities: UasCapabilities,
): readonly string[] {
  const known = new Set((capabilities.extensions ?? []).map(asciiLowerCase));
  return (headers.readIfValid(definition) ?? []).filter((tag) => !known.has(asciiLowerCase(tag)));
}

function isReadable(request: SipRequest): boolean {
  try {
    void request.uri;
    return true;
  } catch (error) {
    if (error instanceof SipError) return false;
    throw error;
  }
}
