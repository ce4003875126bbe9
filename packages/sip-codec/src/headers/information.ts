import { DIGIT, TEXT } from '../grammar/characters.js';
import { joinFolds, withoutBlankEnd } from '../grammar/text.js';
import type { Scanner } from '../grammar/scanner.js';
import { singleHeader, type HeaderDefinition } from './definition.js';
import { rule } from './parameter-rules.js';
import { uriListHeader, type UriValue } from './shapes.js';

/** Alert-Info, RFC 3261 section 20.4. */
export const ALERT_INFO: HeaderDefinition<readonly UriValue[]> = /* @__PURE__ */ uriListHeader('Alert-Info');

/** Call-Info, RFC 3261 section 20.9; `purpose` is a token. */
export const CALL_INFO: HeaderDefinition<readonly UriValue[]> = /* @__PURE__ */ uriListHeader('Call-Info', [
  /* @__PURE__ */ rule('purpose', 'token'),
]);

/** Error-Info, RFC 3261 section 20.18. */
export const ERROR_INFO: HeaderDefinition<readonly UriValue[]> = /* @__PURE__ */ uriListHeader('Error-Info');

/** Subject, RFC 3261 section 20.36: text, maybe none. */
export const SUBJECT: HeaderDefinition<string> = /* @__PURE__ */ singleHeader('Subject', readText, sameText);

/** Organization, RFC 3261 section 20.25: text, maybe none. */
export const ORGANIZATION: HeaderDefinition<string> = /* @__PURE__ */ singleHeader('Organization', readText, sameText);

/** `[TEXT-UTF8-TRIM]`: UTF-8 without control characters, each fold as one SP. */
function readText(scanner: Scanner): string {
  const from = scanner.offset;
  while (!scanner.atEnd) {
    const at = scanner.offset;
    if (scanner.skipRun(TEXT) === at && !scanner.skipSpace()) scanner.fail('TEXT-UTF8-TRIM', 'text');
  }
  return withoutBlankEnd(joinFolds(scanner.utf8(from, scanner.end, 'TEXT-UTF8-TRIM')));
}

function sameText(text: string): string {
  return text;
}

/** Timestamp, RFC 3261 section 20.38: decimal numbers of seconds, as on the wire, since an answer repeats them. */
export interface Timestamp {
  readonly time: string;
  /** Seconds between the request's arrival and the answer; null where there is none. */
  readonly delay: string | null;
}

export const TIMESTAMP: HeaderDefinition<Timestamp> = /* @__PURE__ */ singleHeader(
  'Timestamp',
  (scanner) => {
    if (DIGIT[scanner.peek()] !== 1) scanner.fail('Timestamp', 'a digit');
    const time = readDecimal(scanner);
    const spaced = scanner.skipSpace();
    // delay = *(DIGIT) [ "." *(DIGIT) ]: white space alone is one without digits.
    return { time, delay: spaced && !scanner.atEnd ? readDecimal(scanner) : null };
  },
  ({ time, delay }) => (delay === null ? time : `${time} ${delay}`),
);

/** `*(DIGIT) [ "." *(DIGIT) ]` */
function readDecimal(scanner: Scanner): string {
  const from = scanner.offset;
  scanner.skipRun(DIGIT);
  if (scanner.take(DOT)) scanner.skipRun(DIGIT);
  return scanner.cut(from, scanner.offset);
}

const DOT = 0x2e;
