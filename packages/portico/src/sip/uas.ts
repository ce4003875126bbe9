import {
  CONTENT_DISPOSITION,
  CONTENT_ENCODING,
  CONTENT_TYPE,
  createBestEffortResponse,
  createResponse,
  createTag,
  getParameter,
  parseSipMessage,
  REQUIRE,
  SipError,
  type HeaderInput,
  type SipFrame,
  type SipFramingFailure,
  type SipMessage,
  type SipRequest,
  type SourceAddress,
} from '@portico/sip-codec';
import { checkRequest, reasonFor, type CheckedRequest } from './check-request.js';
import {
  ACCEPTED_ENCODINGS,
  ACCEPTED_MEDIA_TYPES,
  methodSupport,
  SUPPORTED_EXTENSIONS,
  SUPPORTED_METHODS,
  SUPPORTED_SCHEMES,
} from './methods.js';
import { answerRegister } from './register.js';
import type { Registrar } from './registrar.js';
import { badExtension, type Verdict } from './verdict.js';

/** What an answer depends on besides the request and the time. */
export interface AnswerContext {
  readonly registrar: Registrar;
  readonly random: (length: number) => Uint8Array;
  /** Null where the transport does not know. */
  readonly source: SourceAddress | null;
}

const ALLOW: HeaderInput = ['Allow', SUPPORTED_METHODS.join(', ')];
const ACCEPT: HeaderInput = ['Accept', ACCEPTED_MEDIA_TYPES.join(', ')];
const ACCEPT_ENCODING: HeaderInput = ['Accept-Encoding', ACCEPTED_ENCODINGS.join(', ')];
const SUPPORTED: HeaderInput = ['Supported', SUPPORTED_EXTENSIONS.join(', ')];

/** The answer to one framed message, or null where none may be sent: to a response, an ACK, or without a way back. */
export function answerFrame(frame: SipFrame, context: AnswerContext, now: number): Uint8Array | null {
  const message = parseSipMessage(frame);
  switch (message.type) {
    case 'response':
      return null;
    case 'malformed':
      return answerBroken(message, message.error, context);
    case 'request':
      return message.method === 'ACK' ? null : answerRequest(message, context, now);
  }
}

/** The answer to what could not be framed, or null where none is due. */
export function answerFramingFailure(failure: SipFramingFailure, context: AnswerContext): Uint8Array | null {
  return failure.recovery.answer === null ? null : answerBroken(failure, failure.error, context);
}

function answerBroken(
  broken: SipMessage | SipFramingFailure,
  error: SipError,
  context: AnswerContext,
): Uint8Array | null {
  const reason = reasonFor(error);
  const response = createBestEffortResponse(broken, {
    status: error.status === 'none' ? 400 : error.status,
    toTag: createTag(context.random),
    ...(reason === undefined ? {} : { reason }),
    ...sourceOf(context),
  });
  return response === null ? null : response.bytes;
}

function answerRequest(message: SipRequest, context: AnswerContext, now: number): Uint8Array | null {
  let verdict: Verdict;
  try {
    verdict = judge(checkRequest(message), context, now);
  } catch (error) {
    // The codec says with each fault which status it deserves; anything else would be a fault of ours.
    if (!(error instanceof SipError)) throw error;
    return answerBroken(message, error, context);
  }
  const { status, reason, headers } = verdict;
  return createResponse(message, status, {
    toTag: createTag(context.random),
    ...(reason === undefined ? {} : { reason }),
    ...(headers === undefined ? {} : { headers }),
    ...sourceOf(context),
  }).bytes;
}

function sourceOf({ source }: AnswerContext): { readonly source?: SourceAddress } {
  return source === null ? {} : { source };
}

/** UAS behaviour in the order of RFC 3261 section 8.2: method, header fields, content, then what the method asks for. */
function judge(request: CheckedRequest, context: AnswerContext, now: number): Verdict {
  const { message, uri } = request;
  switch (methodSupport(message.method)) {
    case 'unknown':
      return { status: 501, headers: [ALLOW] };
    case 'known':
      return { status: 405, headers: [ALLOW] };
    case 'supported':
      break;
  }
  // Section 9.2: no request waits for an answer here, so there is none to cancel. Section 8.2.2.3: Require does not count.
  if (message.method === 'CANCEL') return { status: 481 };

  const scheme = uri.type === 'tel' ? 'tel' : uri.scheme;
  if (!SUPPORTED_SCHEMES.includes(scheme)) return { status: 416 };
  const unsupported = (message.headers.read(REQUIRE) ?? []).filter((tag) => !isSupportedExtension(tag));
  if (unsupported.length > 0) return badExtension(unsupported);
  const refusal = judgeContent(message);
  if (refusal !== null) return refusal;

  return message.method === 'REGISTER'
    ? answerRegister(request, context.registrar, now)
    : { status: 200, headers: [ALLOW, ACCEPT, ACCEPT_ENCODING, SUPPORTED] };
}

/** Option tags are tokens, and tokens are compared without case (section 7.3.1). */
function isSupportedExtension(tag: string): boolean {
  return SUPPORTED_EXTENSIONS.includes(tag.toLowerCase());
}

/** Section 8.2.3: a body that is not understood and not optional gets 415. */
function judgeContent({ headers, body }: SipRequest): Verdict | null {
  if (body.length === 0) return null;
  const handling = getParameter(headers.read(CONTENT_DISPOSITION)?.parameters ?? [], 'handling');
  if (handling?.toLowerCase() === 'optional') return null;
  const codings = headers.read(CONTENT_ENCODING) ?? [];
  if (codings.some((coding) => !ACCEPTED_ENCODINGS.includes(coding.toLowerCase()))) {
    return { status: 415, headers: [ACCEPT_ENCODING] };
  }
  const type = headers.read(CONTENT_TYPE);
  const name = type === undefined ? null : `${type.type}/${type.subtype}`;
  return name !== null && ACCEPTED_MEDIA_TYPES.includes(name) ? null : { status: 415, headers: [ACCEPT] };
}
