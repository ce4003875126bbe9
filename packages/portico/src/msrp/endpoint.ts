import { concatBytes } from '@portico/bytes';
import {
  createMsrpFramer,
  createMsrpResponse,
  mayRespond,
  MsrpError,
  serializeMsrp,
  type MsrpFramerOptions,
  type MsrpItem,
  type MsrpRequestHead,
} from '@portico/msrp-codec';

/** What to send after some input, and whether the connection is over. */
export interface MsrpOutput {
  readonly bytes: Uint8Array;
  /** Why the connection has to be closed once `bytes` are sent; null to go on. */
  readonly close: string | null;
}

export interface MsrpEndpointOptions extends Pick<MsrpFramerOptions, 'limits'> {
  /** By default 30 s. */
  readonly messageTimeoutMs?: number;
}

export interface MsrpEndpoint {
  /** Takes bytes that arrived at `now`, in milliseconds. Never throws for input. */
  receive(chunk: Uint8Array, now: number): MsrpOutput;
  /** The peer will send no more. */
  end(): MsrpOutput;
  /** When the message in progress has to be complete, or null where there is none. */
  readonly deadline: number | null;
  /** To be called at the deadline. */
  timeout(now: number): MsrpOutput;
}

/** A connection may take this long to finish a message that it began. */
const DEFAULT_MESSAGE_TIMEOUT_MS = 30_000;

const LF = 0x0a;

const NOTHING: MsrpOutput = { bytes: new Uint8Array(0), close: null };

/**
 * An MSRP endpoint without sessions: every request is for one that does not exist and gets 481 (RFC 4975 section 7.3),
 * a malformed one 400, after which the place in the stream is lost and the connection ends. No answer goes to a REPORT
 * nor where `Failure-Report: no` forbids it (sections 7.1.2 and 7.1.4), none to a response.
 *
 * Bodies pass through uncounted: a chunk of any size costs no memory.
 */
export function createMsrpEndpoint(options: MsrpEndpointOptions = {}): MsrpEndpoint {
  const framer = createMsrpFramer({
    bodies: 'streamed',
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  let current: MsrpRequestHead | null = null;
  let deadline: number | null = null;

  function answerAll(items: readonly MsrpItem[]): MsrpOutput {
    const answers: Uint8Array[] = [];
    let close: string | null = null;
    for (const item of items) {
      switch (item.type) {
        case 'head':
          current = item.request;
          break;
        case 'end':
          if (current !== null) answers.push(...answer(current, 481));
          current = null;
          break;
        case 'failed':
          if (item.request !== null) answers.push(...answer(item.request, 400));
          close = item.error.message;
          break;
        case 'body':
        case 'message':
          break;
      }
    }
    return { bytes: concatBytes(...answers), close };
  }

  /** A message is in progress: its time runs from its first byte, however slowly the others follow. */
  function watch(before: readonly MsrpItem[], lastLine: readonly MsrpItem[], now: number): void {
    if (framer.failed || lastLine.some(completes)) deadline = null;
    else if (deadline === null || before.some(completes))
      deadline = now + (options.messageTimeoutMs ?? DEFAULT_MESSAGE_TIMEOUT_MS);
  }

  return {
    receive(chunk, now) {
      if (chunk.length === 0) return NOTHING;
      // A message ends with a line: nothing is in progress only if the last line of the chunk completes one.
      const lastLine = chunk.length === 1 ? 0 : chunk.lastIndexOf(LF, -2) + 1;
      const before = framer.push(chunk.subarray(0, lastLine));
      const last = framer.push(chunk.subarray(lastLine));
      watch(before, last, now);
      return answerAll([...before, ...last]);
    },
    end() {
      deadline = null;
      return answerAll(framer.end());
    },
    get deadline() {
      return deadline;
    },
    timeout(now) {
      if (deadline === null || now < deadline) return NOTHING;
      deadline = null;
      return { ...NOTHING, close: 'a message was not finished in time' };
    },
  };
}

function completes({ type }: MsrpItem): boolean {
  return type === 'end' || type === 'message';
}

function answer(request: MsrpRequestHead, status: number): Uint8Array[] {
  if (!mayRespond(request, status)) return [];
  try {
    return [serializeMsrp(createMsrpResponse(request, status))];
  } catch (error) {
    // A request whose paths cannot be written back has nobody to answer to.
    if (error instanceof MsrpError) return [];
    throw error;
  }
}
