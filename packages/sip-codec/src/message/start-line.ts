import { bytesToLatin1 } from '@portico/bytes';
import { SipError } from '../error.js';
import type { Strictness } from '../framing/declared-length.js';
import { BLANK, DIGIT, HEXDIG, NOT_BLANK, REASON, runEnd, TOKEN } from '../grammar/characters.js';
import { asciiBytes } from '../grammar/text.js';
import { isWordAt, commonWordAt } from '../grammar/words.js';

/** `Request-Line = Method SP Request-URI SP SIP-Version CRLF`, RFC 3261 section 7.1. */
export interface RequestLine {
  readonly type: 'request';
  /** Case-sensitive. */
  readonly method: string;
  /** Where the Request-URI stands in the message; it is not read yet. */
  readonly uriStart: number;
  readonly uriEnd: number;
  /** As on the wire; `SIP/2.0` in any case is ours. */
  readonly version: string;
}

/** `Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF`, RFC 3261 section 7.2. */
export interface StatusLine {
  readonly type: 'response';
  readonly version: string;
  readonly status: number;
  /** Where the Reason-Phrase stands in the message. */
  readonly reasonStart: number;
  readonly reasonEnd: number;
}

/** The one version of SIP, as it is written. */
export const SIP_VERSION = 'SIP/2.0';

const VERSION_BYTES: Uint8Array = /* @__PURE__ */ asciiBytes(SIP_VERSION);

const SP = 0x20;
const HTAB = 0x09;
const PERCENT = 0x25;

/**
 * Reads the start line, which is `start`..`end` of the message.
 * @throws SipError `start-line-syntax`
 */
export function readStartLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  strictness: Strictness,
): RequestLine | StatusLine {
  if (isResponseLine(bytes, start, end)) return readStatusLine(bytes, start, end);
  return strictness === 'strict' ? readRequestLine(bytes, start, end) : readLooseRequestLine(bytes, start, end);
}

/** A response begins with the name of the protocol and a slash, which no method can. */
export function isResponseLine(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start >= 4 &&
    ((bytes[start] as number) | 0x20) === 0x73 &&
    ((bytes[start + 1] as number) | 0x20) === 0x69 &&
    ((bytes[start + 2] as number) | 0x20) === 0x70 &&
    bytes[start + 3] === 0x2f
  );
}

function readRequestLine(bytes: Uint8Array, start: number, end: number): RequestLine {
  const methodEnd = runEnd(bytes, start, end, TOKEN);
  if (methodEnd === start) refuse('Request-Line', 'Method', methodEnd, 'a token');
  if (bytes[methodEnd] !== SP || methodEnd >= end) refuse('Request-Line', 'Request-Line', methodEnd, 'SP');
  const uriStart = methodEnd + 1;
  const uriEnd = runEnd(bytes, uriStart, end, NOT_BLANK);
  if (uriEnd === uriStart) refuse('Request-Line', 'Request-URI', uriStart, 'a URI after one SP');
  if (uriEnd >= end || bytes[uriEnd] !== SP) refuse('Request-Line', 'Request-Line', uriEnd, 'SP');
  if (!isResponseLine(bytes, uriEnd + 1, end) && endsWithVersion(bytes, uriEnd + 1, end)) {
    // Four parts or more: what is too much stands where the URI does (RFC 4475 section 3.1.2.8).
    refuse('Request-URI', 'Request-URI', uriEnd, 'no white space in the URI');
  }
  const versionEnd = readVersion(bytes, uriEnd + 1, end, 'Request-Line');
  if (versionEnd !== end) refuse('Request-Line', 'Request-Line', versionEnd, 'the end of the line');
  return {
    type: 'request',
    method: commonWordAt(bytes, start, methodEnd) ?? bytesToLatin1(bytes, start, methodEnd),
    uriStart,
    uriEnd,
    version: versionAt(bytes, uriEnd + 1, end),
  };
}

/**
 * The first word is the method, the last one the version, all between them the URI; white space at the end, several
 * spaces and angle brackets round the URI are ignored (RFC 4475 sections 3.1.2.7 to 3.1.2.10).
 */
function readLooseRequestLine(bytes: Uint8Array, start: number, end: number): RequestLine {
  let lineEnd = end;
  while (lineEnd > start && isBlank(bytes[lineEnd - 1] as number)) lineEnd--;
  const methodEnd = runEnd(bytes, start, lineEnd, TOKEN);
  if (methodEnd === start) refuse('Request-Line', 'Method', methodEnd, 'a token');
  let versionStart = lineEnd;
  while (versionStart > methodEnd && !isBlank(bytes[versionStart - 1] as number)) versionStart--;
  let uriStart = runEnd(bytes, methodEnd, versionStart, BLANK);
  let uriEnd = versionStart;
  while (uriEnd > uriStart && isBlank(bytes[uriEnd - 1] as number)) uriEnd--;
  if (uriStart === methodEnd || uriStart >= uriEnd) refuse('Request-Line', 'Request-URI', uriStart, 'a URI');
  if (bytes[uriStart] === 0x3c && bytes[uriEnd - 1] === 0x3e) {
    uriStart++;
    uriEnd--;
  }
  if (readVersion(bytes, versionStart, lineEnd, 'Request-Line') !== lineEnd) {
    refuse('Request-Line', 'SIP-Version', versionStart, 'SIP/2.0');
  }
  return {
    type: 'request',
    method: commonWordAt(bytes, start, methodEnd) ?? bytesToLatin1(bytes, start, methodEnd),
    uriStart,
    uriEnd,
    version: versionAt(bytes, versionStart, lineEnd),
  };
}

function readStatusLine(bytes: Uint8Array, start: number, end: number): StatusLine {
  const versionEnd = readVersion(bytes, start, end, 'Status-Line');
  if (versionEnd >= end || bytes[versionEnd] !== SP) refuse('Status-Line', 'Status-Line', versionEnd, 'SP');
  const codeStart = versionEnd + 1;
  const codeEnd = runEnd(bytes, codeStart, end, DIGIT);
  // extension-code = 3DIGIT, and the first digit is a class, section 7.2.
  const first = bytes[codeStart] as number;
  if (codeEnd - codeStart !== 3 || first < 0x31 || first > 0x36) {
    refuse('Status-Code', 'Status-Code', codeStart, 'three digits from 100 to 699');
  }
  if (codeEnd >= end || bytes[codeEnd] !== SP) refuse('Status-Line', 'Status-Line', codeEnd, 'SP');
  for (let i = codeEnd + 1; i < end; i++) {
    const byte = bytes[i] as number;
    if (REASON[byte] === 1) continue;
    const isEscape = byte === PERCENT && HEXDIG[bytes[i + 1] as number] === 1 && HEXDIG[bytes[i + 2] as number] === 1;
    if (!isEscape) refuse('Status-Line', 'Reason-Phrase', i, 'text');
  }
  return {
    type: 'response',
    version: versionAt(bytes, start, versionEnd),
    status: first * 100 + (bytes[codeStart + 1] as number) * 10 + (bytes[codeStart + 2] as number) - 111 * 0x30,
    reasonStart: codeEnd + 1,
    reasonEnd: end,
  };
}

/** Whether the last word of the line, which is not its first, is a version. */
function endsWithVersion(bytes: Uint8Array, start: number, end: number): boolean {
  let from = end;
  while (from > start && !isBlank(bytes[from - 1] as number)) from--;
  return from > start && !isBlank(bytes[start] as number) && isResponseLine(bytes, from, end);
}

/** `SIP-Version = "SIP" "/" 1*DIGIT "." 1*DIGIT`, in any case: where it ends. */
function readVersion(bytes: Uint8Array, start: number, end: number, field: string): number {
  if (!isResponseLine(bytes, start, end)) refuse(field, 'SIP-Version', start, 'SIP/');
  const major = runEnd(bytes, start + 4, end, DIGIT);
  if (major === start + 4 || major >= end || bytes[major] !== 0x2e)
    refuse(field, 'SIP-Version', major, 'digits and a dot');
  const minor = runEnd(bytes, major + 1, end, DIGIT);
  if (minor === major + 1) refuse(field, 'SIP-Version', minor, 'a digit');
  return minor;
}

/** No new string for what nearly every message says. */
function versionAt(bytes: Uint8Array, start: number, end: number): string {
  return isWordAt(VERSION_BYTES, bytes, start, end) ? SIP_VERSION : bytesToLatin1(bytes, start, end);
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HTAB;
}

function refuse(field: string, rule: string, offset: number, expected: string): never {
  throw new SipError('start-line-syntax', { field, rule, offset, expected });
}
