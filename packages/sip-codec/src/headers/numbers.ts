import type { Scanner } from '../grammar/scanner.js';
import { TOKEN } from '../grammar/characters.js';
import { commonWordAt } from '../grammar/words.js';
import { singleHeader, type HeaderDefinition } from './definition.js';

/** 2^32 - 1, RFC 3261 section 20.19. */
export const MAX_DELTA_SECONDS = 4_294_967_295;

/** 2^31 - 1, RFC 3261 section 8.1.1.5: a CSeq number must be less than 2^31. */
export const MAX_CSEQ = 2_147_483_647;

/** RFC 3261 section 20.22. */
export const MAX_MAX_FORWARDS = 255;

/** What ten digits can say (MAX_CONTENT_LENGTH_DIGITS). */
const MAX_CONTENT_LENGTH = 9_999_999_999;

/** CSeq, RFC 3261 section 20.16. */
export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** `CSeq = "CSeq" HCOLON 1*DIGIT LWS Method` */
export const CSEQ: HeaderDefinition<CSeq> = /* @__PURE__ */ singleHeader(
  'CSeq',
  (scanner) => {
    const number = scanner.integer(MAX_CSEQ, 'CSeq');
    if (!scanner.skipSpace()) scanner.fail('CSeq', 'LWS');
    return { number, method: readMethod(scanner) };
  },
  ({ number, method }) => `${number} ${method}`,
);

function readMethod(scanner: Scanner): string {
  const from = scanner.offset;
  const end = scanner.skipRun(TOKEN);
  const known = commonWordAt(scanner.bytes, from, end);
  if (known !== undefined) return known;
  scanner.offset = from;
  return scanner.token('Method');
}

/** Max-Forwards, RFC 3261 section 20.22. */
export const MAX_FORWARDS: HeaderDefinition<number> = /* @__PURE__ */ singleHeader(
  'Max-Forwards',
  (scanner) => scanner.integer(MAX_MAX_FORWARDS, 'Max-Forwards'),
  String,
);

/** Content-Length, RFC 3261 section 20.14. What frames a message is the framer's own reading of it. */
export const CONTENT_LENGTH: HeaderDefinition<number> = /* @__PURE__ */ singleHeader(
  'Content-Length',
  (scanner) => scanner.integer(MAX_CONTENT_LENGTH, 'Content-Length'),
  String,
);

/** Expires, RFC 3261 section 20.19. */
export const EXPIRES: HeaderDefinition<number> = /* @__PURE__ */ singleHeader('Expires', readDeltaSeconds, String);

/** Min-Expires, RFC 3261 section 20.23. */
export const MIN_EXPIRES: HeaderDefinition<number> = /* @__PURE__ */ singleHeader(
  'Min-Expires',
  readDeltaSeconds,
  String,
);

/** `delta-seconds = 1*DIGIT`, up to 2^32 - 1. */
export function readDeltaSeconds(scanner: Scanner): number {
  return scanner.integer(MAX_DELTA_SECONDS, 'delta-seconds');
}

/** MIME-Version, RFC 3261 section 20.24. */
export const MIME_VERSION: HeaderDefinition<string> = /* @__PURE__ */ singleHeader(
  'MIME-Version',
  (scanner) => {
    const from = scanner.offset;
    const text = scanner.run(TOKEN);
    if (!/^[0-9]+\.[0-9]+$/.test(text)) {
      scanner.offset = from;
      scanner.fail('MIME-Version', '1*DIGIT "." 1*DIGIT');
    }
    return text;
  },
  (text) => text,
);
