import type { Scanner } from '../grammar/scanner.js';
import { readHost } from '../uri/host.js';
import { readComment } from './comment.js';
import { listHeader, singleHeader, type HeaderDefinition } from './definition.js';
import { readDeltaSeconds } from './numbers.js';
import { isDeltaSeconds, readRuledParameters, rule, type ParameterRule } from './parameter-rules.js';
import { formatParameters, quoteString, type Parameter } from './parameters.js';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `rfc1123-date = wkday "," SP date1 SP time SP "GMT"`: fixed columns, so the length is fixed too. */
const DATE_LENGTH = 29;

/** Date, RFC 3261 section 20.17: milliseconds since 1970. No other zone than GMT is allowed. */
export const DATE: HeaderDefinition<number> = /* @__PURE__ */ singleHeader('Date', readDate, formatDate);

function readDate(scanner: Scanner): number {
  const from = scanner.offset;
  const text = scanner.utf8(from, Math.min(from + DATE_LENGTH, scanner.end), 'SIP-date');
  const match = /^(\w{3}), (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(text);
  if (match === null) return scanner.fail('SIP-date', 'wkday "," SP date1 SP time SP "GMT"');
  const [, weekday = '', day, month = '', year, hours, minutes, seconds] = match;
  const monthIndex = MONTHS.indexOf(month);
  const time = Date.UTC(Number(year), monthIndex, Number(day), Number(hours), Number(minutes), Number(seconds));
  // A month, a date or a time that does not exist comes back as another one.
  const exists = formatDate(time).slice(5) === text.slice(5);
  if (!WEEKDAYS.includes(weekday) || !exists) scanner.fail('SIP-date', 'an existing date');
  scanner.offset = from + DATE_LENGTH;
  return time;
}

/** ECMAScript writes the same form, with two digits for the day and four for the year. */
function formatDate(time: number): string {
  return new Date(time).toUTCString();
}

/** Retry-After, RFC 3261 section 20.33. */
export interface RetryAfter {
  readonly seconds: number;
  /** Without its parentheses; null where there is none. */
  readonly comment: string | null;
  readonly parameters: readonly Parameter[];
}

const LEFT_PAREN = 0x28;

/** `retry-param = ("duration" EQUAL delta-seconds) / generic-param` */
const RETRY_RULES: readonly ParameterRule[] = [/* @__PURE__ */ rule('duration', 'token', 'optional', isDeltaSeconds)];

export const RETRY_AFTER: HeaderDefinition<RetryAfter> = /* @__PURE__ */ singleHeader(
  'Retry-After',
  (scanner) => {
    const seconds = readDeltaSeconds(scanner);
    scanner.skipSpace();
    const comment = scanner.peek() === LEFT_PAREN ? readComment(scanner) : null;
    return { seconds, comment, parameters: readRuledParameters(scanner, RETRY_RULES) };
  },
  ({ seconds, comment, parameters }) =>
    `${seconds}${comment === null ? '' : ` (${comment})`}${formatParameters(parameters)}`,
);

/** Warning, RFC 3261 section 20.43. */
export interface Warning {
  readonly code: number;
  /** A host with or without a port, or a pseudonym. */
  readonly agent: string;
  readonly text: string;
}

export const WARNING: HeaderDefinition<readonly Warning[]> = /* @__PURE__ */ listHeader(
  'Warning',
  readWarning,
  ({ code, agent, text }) => `${String(code).padStart(3, '0')} ${agent} ${quoteString(text)}`,
);

const SP = 0x20;
const LF = 0x0a;
const COLON = 0x3a;
const LEFT_BRACKET = 0x5b;

/** `warning-value = warn-code SP warn-agent SP warn-text`, `warn-code = 3DIGIT` */
function readWarning(scanner: Scanner): Warning {
  const from = scanner.offset;
  const code = scanner.integer(999, 'warn-code');
  if (scanner.offset - from !== 3) scanner.fail('warn-code', 'three digits');
  takeSpace(scanner);
  const agent = readAgent(scanner);
  takeSpace(scanner);
  // quoted-string has SWS of its own in front.
  scanner.skipSpace();
  return { code, agent, text: scanner.quotedString() };
}

/** `SP`, or a fold, which is read as one (section 7.3.1). */
function takeSpace(scanner: Scanner): void {
  if (scanner.take(SP)) return;
  const from = scanner.offset;
  if (scanner.skipSpace() && scanner.bytes.subarray(from, scanner.offset).includes(LF)) return;
  scanner.offset = from;
  scanner.expect(SP, 'warning-value');
}

/** `warn-agent = hostport / pseudonym`, `pseudonym = token` */
function readAgent(scanner: Scanner): string {
  const from = scanner.offset;
  if (scanner.peek() === LEFT_BRACKET) readHost(scanner);
  else scanner.token('warn-agent');
  if (scanner.peek() === COLON) {
    // Only a host has a port.
    scanner.offset = from;
    readHost(scanner);
    scanner.expect(COLON, 'hostport');
    scanner.integer(65_535, 'port');
  }
  return scanner.cut(from, scanner.offset);
}
