import { SipError } from '../error.js';
import { textToBytes } from '../grammar/text.js';
import { writeAscii } from '../grammar/wire-text.js';
import { CONTENT_LENGTH } from '../headers/numbers.js';
import type { Head, SipHeaderField } from './head.js';
import { headerKey } from './header-name.js';
import { messageMemory } from './memory.js';
import { SipMalformed, SipRequest, SipResponse, type SipMessage } from './message.js';
import { parseAgain, withStrictHead } from './strict-head.js';
import { checkRequestUri, headerLine } from './write.js';

/** One change of the header fields. Names match without case, compact forms included. */
export type HeaderEdit =
  /** The first field of this name gets the value in its place, the others go; without any, a field is added at the end. */
  | { readonly type: 'set'; readonly name: string; readonly value: string }
  /** All fields of this name go. */
  | { readonly type: 'remove'; readonly name: string }
  /** The first field of this name goes, with all the values of its row. */
  | { readonly type: 'remove-first'; readonly name: string }
  /** The first value of a comma list goes, and its row where it was alone in it: a proxy's own Via or Route. */
  | { readonly type: 'remove-first-value'; readonly name: string }
  /** A field in front of all others of this name, or at the top: a proxy's Via, Record-Route. */
  | { readonly type: 'prepend'; readonly name: string; readonly value: string }
  /** A field after all others. */
  | { readonly type: 'append'; readonly name: string; readonly value: string }
  /** One Content-Length, with the length of the body: a stream needs it where a datagram had none (section 16.6 step 9). */
  | { readonly type: 'content-length' }
  /** Another Request-URI (section 16.6 step 2). */
  | { readonly type: 'request-uri'; readonly uri: string };

const SP = 0x20;
const HTAB = 0x09;
const DQUOTE = 0x22;
const COMMA = 0x2c;
const LEFT_ANGLE = 0x3c;
const RIGHT_ANGLE = 0x3e;
const BACKSLASH = 0x5c;

/** What becomes of the bytes from `start` to `end`. */
interface Splice {
  readonly start: number;
  readonly end: number;
  /** Text is ASCII. */
  readonly text: string | Uint8Array;
}

/**
 * The message with its header fields changed and every other byte as it was; the given message stays as it is. The edits are
 * made in order, each on the result of those before it. Content-Length belongs to the body: no edit gives it a value. What
 * lenient rules forgave in the framing is not sent on: an edited message has CRLF as line end, single spaces in its request
 * line, and one Content-Length where there were several.
 * @throws SipError `line-break-in-value`; `invalid-argument`, also for a message whose head is cut, or has a fold in front of
 * its first field: a line that is put in could join another
 */
export function editHeaders<T extends SipMessage>(message: T, edits: readonly HeaderEdit[]): T {
  if (edits.length === 0) return message;
  let edited = withStrictHead(message);
  if (!isWhole(edited)) {
    throw new SipError('invalid-argument', { field: 'message', expected: 'a whole head, without a fold at its top' });
  }
  if (edited.headers.count('Content-Length') > 1) edited = applyEdit(edited, { type: 'content-length' });
  for (const edit of edits) edited = applyEdit(edited, edit);
  return edited as T;
}

function applyEdit(message: SipMessage, edit: HeaderEdit): SipMessage {
  const splices = splicesFor(message, edit);
  if (splices.length === 0) return message;
  const { bytes, head } = message;
  let size = bytes.length;
  for (const { start, end, text } of splices) size += text.length - (end - start);
  const edited = messageMemory(size);
  let from = 0;
  let to = 0;
  for (const { start, end, text } of splices) {
    edited.set(bytes.subarray(from, start), to);
    to += start - from;
    if (typeof text === 'string') writeAscii(text, edited, to);
    else edited.set(text, to);
    to += text.length;
    from = end;
  }
  edited.set(bytes.subarray(from), to);
  return edit.type !== 'request-uri'
    ? withHead(message, edited, splicedHead(head, splices, size - bytes.length))
    : parseAgain(message, edited);
}

/** The same start line with other header fields: its bytes stand in front of them in `bytes` too. */
function withHead(message: SipMessage, bytes: Uint8Array, head: Head): SipMessage {
  switch (message.type) {
    case 'request':
      return new SipRequest(bytes, head, message.line);
    case 'response':
      return new SipResponse(bytes, head, message.line);
    case 'malformed':
      return new SipMalformed(bytes, head, message.error);
  }
}

/** Whether each line of a message ends, and none but the first of its fields could become the continuation of another. */
function isWhole({ bytes, head, fieldsStart, fieldsEnd }: SipMessage): boolean {
  const first = bytes[fieldsStart];
  return head.bodyStart > fieldsEnd && first !== SP && first !== HTAB;
}

/** Where the lines are after the splices; by `growth` the bytes have become more. */
function splicedHead(head: Head, splices: readonly Splice[], growth: number): Head {
  const marks: number[] = [];
  let shift = 0;
  let next = 0;
  for (let i = head.marksStart; i < head.marksEnd; i++) {
    const mark = head.marks[i] as number;
    let isGone = false;
    for (; next < splices.length; next++) {
      const { start, end, text } = splices[next] as Splice;
      if (start > mark) break;
      if (text.length > 0) marks.push(start + shift);
      shift += text.length - (end - start);
      isGone = end > mark;
    }
    if (!isGone) marks.push(mark + shift);
  }
  return { ...head, marks, marksStart: 0, marksEnd: marks.length, bodyStart: head.bodyStart + growth };
}

/** In the order of their offsets, and without overlap. */
function splicesFor(message: SipMessage, edit: HeaderEdit): readonly Splice[] {
  switch (edit.type) {
    case 'request-uri':
      return [requestUriSplice(message, edit.uri)];
    case 'content-length': {
      const { length } = message.body;
      const fields = message.headers.all('Content-Length');
      if (fields.length === 1 && message.headers.readIfValid(CONTENT_LENGTH) === length) return [];
      return replacement(message, fields, `Content-Length: ${length}\r\n`);
    }
    default:
      return fieldSplices(message, edit);
  }
}

function fieldSplices(message: SipMessage, edit: Extract<HeaderEdit, { readonly name: string }>): readonly Splice[] {
  if (headerKey(edit.name) === 'content-length') {
    throw new SipError('invalid-argument', { field: 'Content-Length', expected: 'another field', got: edit.type });
  }
  const fields = message.headers.all(edit.name);
  const [first] = fields;
  switch (edit.type) {
    case 'set':
      return replacement(message, fields, lineOf(edit));
    case 'remove':
      return fields.map(({ start, end }) => ({ start, end, text: '' }));
    case 'remove-first':
      return first === undefined ? [] : [{ start: first.start, end: first.end, text: '' }];
    case 'remove-first-value':
      return first === undefined ? [] : [firstValueSplice(message.bytes, first)];
    case 'prepend':
      return [insertion(first?.start ?? message.fieldsStart, lineOf(edit))];
    case 'append':
      return [insertion(message.fieldsEnd, lineOf(edit))];
  }
}

/** The line instead of the first field, the others gone; without any, at the end. */
function replacement(
  message: SipMessage,
  fields: readonly SipHeaderField[],
  text: string | Uint8Array,
): readonly Splice[] {
  if (fields.length === 0) return [insertion(message.fieldsEnd, text)];
  return fields.map(({ start, end }, index) => ({ start, end, text: index === 0 ? text : '' }));
}

/** @throws SipError `invalid-argument` for another message than a request, or a URI that cannot stand there */
function requestUriSplice(message: SipMessage, uri: string): Splice {
  checkRequestUri(uri);
  if (message.type === 'request') return { start: message.uriStart, end: message.uriEnd, text: uri };
  throw new SipError('invalid-argument', { field: 'Request-URI', expected: 'a request', got: message.type });
}

/** From the first value of a row to the second, or the whole row. Commas in quotes and in brackets part no values. */
function firstValueSplice(bytes: Uint8Array, { start, end, valueStart, valueEnd }: SipHeaderField): Splice {
  let i = valueStart;
  let closing = 0;
  for (; i < valueEnd; i++) {
    const byte = bytes[i] as number;
    if (closing === DQUOTE && byte === BACKSLASH) i++;
    else if (closing !== 0) closing = byte === closing ? 0 : closing;
    else if (byte === DQUOTE) closing = DQUOTE;
    else if (byte === LEFT_ANGLE) closing = RIGHT_ANGLE;
    else if (byte === COMMA) break;
  }
  i++;
  while (i < valueEnd && (bytes[i] as number) <= SP) i++;
  return i < valueEnd ? { start: valueStart, end: i, text: '' } : { start, end, text: '' };
}

/** A line to put in: as text where it is ASCII. */
function lineOf({ name, value }: { readonly name: string; readonly value: string }): string | Uint8Array {
  const line = headerLine(name, value);
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 0x7f) return textToBytes(line);
  return line;
}

function insertion(at: number, text: string | Uint8Array): Splice {
  return { start: at, end: at, text };
}
