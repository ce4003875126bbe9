import {
  CONTENT_ENCODING,
  createBestEffortResponse,
  createResponse,
  createTag,
  judgeRequest,
  parseSipMessage,
  SipError,
  type HeaderInput,
  type SipFrame,
  type SipFramingFailure,
  type SipMessage,
  type SipRequest,
  type SourceAddress,
} from '@portico/sip-codec';
import { ACCEPTED_ENCODINGS, CAPABILITIES } from './capabilities.js';
import { answerRegister } from './register.js';
import type { Registrar } from './registrar.js';
import { reasonFor, type Verdict } from './verdict.js';

/** What an answer depends on besides the request and the time. */
export interface AnswerContext {
  readonly registrar: Registrar;
  readonly random: (length: number) => Uint8Array;
  /** Null where the transport does not know. */
  readonly source: SourceAddress | null;
}

const ACCEPT_ENCODING: HeaderInput = ['Accept-Encoding', ACCEPTED_ENCODINGS.join(', ')];

/** The answer to OPTIONS, RFC 3261 section 11.2. */
const OPTIONS_VERDICT: Verdict = {
  status: 200,
  headers: [
    ['Allow', CAPABILITIES.methods.join(', ')],
    ['Accept', CAPABILITIES.mediaTypes.join(', ')],
    ACCEPT_ENCODING,
    ['Supported', CAPABILITIES.extensions.join(', ')],
  ],
};

/** The answer to one framed message, or null where none may be sent: to a response, an ACK, or without a way back. */
export function answerFrame(frame: SipFrame, context: AnswerContext, now: number): Uint8Array | null {
  const message = parseSipMessage(frame);
  switch (message.type) {
    case 'response':
      return null;
    case 'malformed':
      return answerBroken(message, message.error, context);
    case 'request':
      return answerRequest(message, context, now);
  }
}

/** The answer to what could not be framed, or null where none is due. */
export function answerFramingFailure(failure: SipFramingFailure, context: AnswerContext): Uint8Array | null {
  return failure.recovery.answer === null ? null : answerBroken(failure, failure.error, context);
}

/** UAS behaviour in the order of RFC 3261 section 8.2: the codec's checks, content, then what the method asks for. */
function answerRequest(message: SipRequest, context: AnswerContext, now: number): Uint8Array | null {
  // Without a Via there is no way back for an answer (RFC 3261 section 18.2.2), whatever else is wrong.
  if (message.method === 'ACK' || !message.headers.has('Via')) return null;
  const judged = judgeRequest(message, CAPABILITIES);
  switch (judged.type) {
    case 'drop':
      return null;
    case 'answer':
      return judged.status === 400
        ? answerBroken(message, judged.error, context)
        : answerWith(message, { status: judged.status, headers: judged.headers }, context);
    case 'process':
      break;
  }
  try {
    return answerWith(message, process(message, context.registrar, now), context);
  } catch (error) {
    // A field that only this method looks at is malformed; anything else would be a fault of ours.
    if (!(error instanceof SipError)) throw error;
    return answerBroken(message, error, context);
  }
}

function process(message: SipRequest, registrar: Registrar, now: number): Verdict {
  // Section 9.2: no request waits for an answer here, so there is none to cancel.
  if (message.method === 'CANCEL') return { status: 481 };
  // Section 8.2.3: a body in a coding that is not understood.
  const codings = message.body.length === 0 ? [] : (message.headers.read(CONTENT_ENCODING) ?? []);
  if (codings.some((coding) => !ACCEPTED_ENCODINGS.includes(coding.toLowerCase()))) {
    return { status: 415, headers: [ACCEPT_ENCODING] };
  }
  return message.method === 'REGISTER' ? answerRegister(message, registrar, now) : OPTIONS_VERDICT;
}

function answerWith(message: SipRequest, { status, ...rest }: Verdict, context: AnswerContext): Uint8Array {
  return createResponse(message, status, { ...rest, ...answerParts(context) }).bytes;
}

function answerBroken(
  broken: SipMessage | SipFramingFailure,
  error: SipError,
  context: AnswerContext,
): Uint8Array | null {
  const reason = reasonFor(error);
  const response = createBestEffortResponse(broken, {
    status: error.status === 'none' ? 400 : error.status,
    ...(reason === undefined ? {} : { reason }),
    ...answerParts(context),
  });
  return response === null ? null : response.bytes;
}

function answerParts({ random, source }: AnswerContext): { readonly toTag: string; readonly source?: SourceAddress } {
  return { toTag: createTag(random), ...(source === null ? {} : { source }) };
}
