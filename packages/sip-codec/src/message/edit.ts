import { SipError } from '../error.js';
import { textToBytes } from '../grammar/text.js';
import { writeAscii } from '../grammar/wire-text.js';
import type { Head } from './head.js';
import { headerKey } from './header-name.js';
import { parseSipMessage, type SipMessage } from './message.js';
import { headerLine } from './write.js';

/** One change of the header fields. Names match without case, compact forms included. */
export type HeaderEdit =
  /** The first field of this name gets the value in its place, the others go; without any, a field is added at the end. */
  | { readonly type: 'set'; readonly name: string; readonly value: string }
  /** All fields of this name go. */
  | { readonly type: 'remove'; readonly name: string }
  /** The first field of this name goes: a proxy's own Via or Route row. */
  | { readonly type: 'remove-first'; readonly name: string }
  /** A field in front of all others of this name, or at the top: a proxy's Via, Record-Route. */
  | { readonly type: 'prepend'; readonly name: string; readonly value: string }
  /** A field after all others. */
  | { readonly type: 'append'; readonly name: string; readonly value: string };

const SP = 0x20;
const HTAB = 0x09;

/** What becomes of the bytes from `start` to `end`. */
interface Splice {
  readonly start: number;
  readonly end: number;
  /** Text is ASCII. */
  readonly text: string | Uint8Array;
}

/**
 * The message with its header fields changed and every other byte as it was, in one copy; the given message stays as
 * it is. The edits are made in order, each on the result of those before it. Content-Length belongs to the body:
 * it cannot be edited.
 * @throws SipError `line-break-in-value`, `invalid-argument`
 */
export function editHeaders<T extends SipMessage>(message: T, edits: readonly HeaderEdit[]): T {
  let edited: SipMessage = message;
  for (const edit of edits) edited = applyEdit(edited, edit);
  return edited as T;
}

function applyEdit(message: SipMessage, edit: HeaderEdit): SipMessage {
  if (headerKey(edit.name) === 'content-length') {
    throw new SipError('invalid-argument', { field: 'Content-Length', expected: 'another field', got: edit.type });
  }
  const splices = splicesFor(message, edit);
  const { bytes, head } = message;
  let size = bytes.length;
  for (const { start, end, text } of splices) size += text.length - (end - start);
  const edited = new Uint8Array(size);
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
  return isWhole(message)
    ? message.withHead(edited, splicedHead(head, splices, size - bytes.length))
    : parseSipMessage(edited);
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
  const fields = message.headers.all(edit.name);
  const [first] = fields;
  switch (edit.type) {
    case 'set': {
      const text = lineOf(edit);
      if (first === undefined) return [insertion(message.fieldsEnd, text)];
      return fields.map(({ start, end }, index) => ({ start, end, text: index === 0 ? text : '' }));
    }
    case 'remove':
      return fields.map(({ start, end }) => ({ start, end, text: '' }));
    case 'remove-first':
      return first === undefined ? [] : [{ start: first.start, end: first.end, text: '' }];
    case 'prepend':
      return [insertion(first?.start ?? message.fieldsStart, lineOf(edit))];
    case 'append':
      return [insertion(message.fieldsEnd, lineOf(edit))];
  }
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
