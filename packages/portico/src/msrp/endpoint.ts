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

export interface MsrpEndpoint {
  receive(chunk: Uint8Array): MsrpOutput;
  /** The peer will send no more. */
  end(): MsrpOutput;
}

/**
 * An MSRP endpoint without sessions: every request is for one that does not exist and gets 481 (RFC 4975 section 7.3),
 * a malformed one 400, after which the place in the stream is lost and the connection ends. No answer goes to a REPORT
 * nor where `Failure-Report: no` forbids it (sections 7.1.2 and 7.1.4), none to a response.
 *
 * Bodies pass through uncounted: a chunk of any size costs no memory.
 */
export function createMsrpEndpoint(options: Pick<MsrpFramerOptions, 'limits'> = {}): MsrpEndpoint {
  const framer = createMsrpFramer({ ...options, bodies: 'streamed' });
  let current: MsrpRequestHead | null = null;

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

  return {
    receive: (chunk) => answerAll(framer.push(chunk)),
    end: () => answerAll(framer.end()),
  };
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
