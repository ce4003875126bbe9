import { singleHeader, type HeaderDefinition } from '../headers/definition.js';
import { MAX_CSEQ, MAX_DELTA_SECONDS } from '../headers/numbers.js';
import { numberHeader } from '../headers/shapes.js';

/** RAck, RFC 3262 section 7.2. */
export interface RAck {
  /** RSeq of the response that is acknowledged. */
  readonly response: number;
  /** CSeq of that response. */
  readonly cseq: number;
  readonly method: string;
}

/** The largest RSeq, RFC 3262 section 7.1: 2^32 - 1. */
export const MAX_RSEQ: number = MAX_DELTA_SECONDS;

/** RAck, RFC 3262 section 7.2: `response-num LWS CSeq-num LWS Method`. */
export const RACK: HeaderDefinition<RAck> = /* @__PURE__ */ singleHeader(
  'RAck',
  (scanner) => {
    const response = scanner.integer(MAX_RSEQ, 'response-num');
    if (!scanner.skipSpace()) scanner.fail('RAck', 'LWS');
    const cseq = scanner.integer(MAX_CSEQ, 'CSeq-num');
    if (!scanner.skipSpace()) scanner.fail('RAck', 'LWS');
    return { response, cseq, method: scanner.token('Method') };
  },
  ({ response, cseq, method }) => `${response} ${cseq} ${method}`,
);

/** RSeq, RFC 3262 section 7.1. */
export const RSEQ: HeaderDefinition<number> = /* @__PURE__ */ numberHeader('RSeq', MAX_RSEQ);
