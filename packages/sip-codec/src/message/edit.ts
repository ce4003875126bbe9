import { SipError } from '../error.js';
import { headerKey } from './header-name.js';
import { parseSipMessage, type SipMessage } from './message.js';
import { headerLine, MessageWriter } from './write.js';

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

/** What becomes of the bytes from `start` to `end`. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
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
  const writer = new MessageWriter();
  let at = 0;
  for (const splice of splices) {
    writer.raw(message.bytes.subarray(at, splice.start)).text(splice.text);
    at = splice.end;
  }
  return parseSipMessage(writer.raw(message.bytes.subarray(at)).toBytes());
}

/** In the order of their offsets, and without overlap. */
function splicesFor(message: SipMessage, edit: HeaderEdit): readonly Splice[] {
  const fields = message.headers.all(edit.name);
  const [first] = fields;
  switch (edit.type) {
    case 'set': {
      const text = headerLine(edit.name, edit.value);
      if (first === undefined) return [insertion(message.fieldsEnd, text)];
      return fields.map(({ start, end }, index) => ({ start, end, text: index === 0 ? text : '' }));
    }
    case 'remove':
      return fields.map(({ start, end }) => ({ start, end, text: '' }));
    case 'remove-first':
      return first === undefined ? [] : [{ start: first.start, end: first.end, text: '' }];
    case 'prepend':
      return [insertion(first?.start ?? message.fieldsStart, headerLine(edit.name, edit.value))];
    case 'append':
      return [insertion(message.fieldsEnd, headerLine(edit.name, edit.value))];
  }
}

function insertion(at: number, text: string): Splice {
  return { start: at, end: at, text };
}
