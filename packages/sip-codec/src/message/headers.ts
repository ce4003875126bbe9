import { Scanner } from '../grammar/scanner.js';
import type { WireText } from '../grammar/wire-text.js';
import type { HeaderDefinition } from '../headers/definition.js';
import { SipError } from '../error.js';
import { fieldAt, slotsOf, valueEndAt, valueStartAt } from './field-index.js';
import { SipHeaderField, type Head } from './head.js';
import { colonAfter, headerKey, knownName, type KnownName } from './header-name.js';

/** Up to so many fields it is quicker to look at each than to make an index of them. */
const FEW = 64;

const NO_FIELDS: readonly SipHeaderField[] = /* @__PURE__ */ Object.freeze([]);

const NO_ROWS: readonly Scanner[] = /* @__PURE__ */ Object.freeze([]);

/** A header that was read before and is broken. */
class ReadFailure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** Every line of a head, read. */
interface AllFields {
  readonly fields: readonly SipHeaderField[];
  readonly faults: readonly SipError[];
  readonly byKey: ReadonlyMap<string, readonly SipHeaderField[]>;
}

/**
 * The header fields of one message: ordered, raw, and read when asked for. Names are compared without case and with
 * compact forms written out; they are never keys of a plain object.
 */
export class SipHeaders implements Iterable<SipHeaderField> {
  readonly #bytes: Uint8Array;
  /** Where each line begins, and where a further one would go. */
  readonly #head: Head;
  readonly #text: WireText;
  /** Made at the first look-up by name: most fields of most messages are never asked for, so they get no object. */
  #slots: readonly number[] | undefined;
  /** Made where every field has to be looked at, or where there are many. */
  #all: AllFields | undefined;
  /** What was read before, each definition before its value or failure: asking twice costs little and gives the same answer. */
  #read: unknown[] | undefined;

  constructor(bytes: Uint8Array, text: WireText, head: Head) {
    this.#bytes = bytes;
    this.#text = text;
    this.#head = head;
  }

  /** Number of fields. */
  get size(): number {
    return this.#everything().fields.length;
  }

  /** Lines between the start line and the empty line that are no header fields. */
  get faults(): readonly SipError[] {
    return this.#everything().faults;
  }

  [Symbol.iterator](): IterableIterator<SipHeaderField> {
    return this.#everything().fields[Symbol.iterator]();
  }

  /** The fields of this name, in order. */
  all(name: string): readonly SipHeaderField[] {
    const known = knownName(name);
    if (known === undefined || this.#lineCount > FEW) {
      return this.#everything().byKey.get(headerKey(name)) ?? NO_FIELDS;
    }
    const slots = (this.#slots ??= slotsOf(this.#bytes, this.#head));
    let found: SipHeaderField[] | undefined;
    for (let line = 0; line < slots.length; line++) {
      if (slots[line] !== known.slot && slots[line] !== known.compactSlot) continue;
      const field = this.#field(line, known);
      if (field === undefined) continue;
      if (found === undefined) found = [field];
      else found.push(field);
    }
    return found ?? NO_FIELDS;
  }

  /** How many fields have this name; a comma list in one field counts once. */
  count(name: string): number {
    return this.all(name).length;
  }

  has(name: string): boolean {
    return this.all(name).length > 0;
  }

  /** The value of the first field of this name as text, or undefined. */
  text(name: string): string | undefined {
    return this.all(name)[0]?.value;
  }

  /** The values of all fields of this name as text. */
  texts(name: string): readonly string[] {
    return this.all(name).map((field) => field.value);
  }

  /**
   * The typed value of a header: of all its rows where it is a list; undefined where there is none.
   * @throws SipError with the offset in the message, the rule and the suggested status; the other headers are not touched
   */
  read<T>(definition: HeaderDefinition<T>): T | undefined {
    const read = (this.#read ??= []);
    for (let i = 0; i < read.length; i += 2) {
      if (read[i] !== definition) continue;
      const value = read[i + 1];
      if (value instanceof ReadFailure) throw value.error;
      return value as T;
    }
    const rows = this.#rows(definition.name);
    if (rows.length === 0) return undefined;
    try {
      const value = definition.read(rows);
      read.push(definition, value);
      return value;
    } catch (error) {
      read.push(definition, new ReadFailure(error));
      throw error;
    }
  }

  /** As `read`, with undefined for a header that is there and broken. */
  readIfValid<T>(definition: HeaderDefinition<T>): T | undefined {
    try {
      return this.read(definition);
    } catch (error) {
      if (error instanceof SipError) return undefined;
      throw error;
    }
  }

  /** A reader for each field of this name. */
  #rows(name: string): readonly Scanner[] {
    const known = knownName(name);
    if (known === undefined || this.#lineCount > FEW) {
      return this.all(name).map(({ valueStart, valueEnd }) => this.#row(valueStart, valueEnd, name));
    }
    const bytes = this.#bytes;
    const slots = (this.#slots ??= slotsOf(bytes, this.#head));
    // An array that begins empty would be made with room for many.
    let rows: Scanner[] | undefined;
    for (let line = 0; line < slots.length; line++) {
      if (slots[line] !== known.slot && slots[line] !== known.compactSlot) continue;
      const colon = colonAfter(known, bytes, this.#markAt(line));
      if (colon < 0) continue;
      const end = this.#markAt(line + 1);
      const start = valueStartAt(bytes, colon, end);
      const row = this.#row(start, valueEndAt(bytes, start, end), name);
      if (rows === undefined) rows = [row];
      else rows.push(row);
    }
    return rows ?? NO_ROWS;
  }

  get #lineCount(): number {
    return this.#head.marksEnd - this.#head.marksStart - 1;
  }

  #markAt(line: number): number {
    return this.#head.marks[this.#head.marksStart + line] as number;
  }

  #row(start: number, end: number, name: string): Scanner {
    return new Scanner(this.#bytes, start, end, name, this.#text);
  }

  /** The line as a field of this name, if it is one. */
  #field(line: number, known: KnownName): SipHeaderField | undefined {
    const bytes = this.#bytes;
    const start = this.#markAt(line);
    const colon = colonAfter(known, bytes, start);
    if (colon < 0) return undefined;
    const end = this.#markAt(line + 1);
    let nameEnd = colon;
    while ((bytes[nameEnd - 1] as number) <= 0x20) nameEnd--;
    const valueStart = valueStartAt(bytes, colon, end);
    return new SipHeaderField(bytes, known, start, nameEnd, valueStart, valueEndAt(bytes, valueStart, end), end);
  }

  #everything(): AllFields {
    if (this.#all !== undefined) return this.#all;
    const fields: SipHeaderField[] = [];
    const faults: SipError[] = [];
    const byKey = new Map<string, SipHeaderField[]>();
    for (let line = 0; line < this.#lineCount; line++) {
      const field = fieldAt(this.#bytes, this.#markAt(line), this.#markAt(line + 1));
      if (field instanceof SipError) {
        faults.push(field);
        continue;
      }
      fields.push(field);
      const same = byKey.get(field.key);
      if (same === undefined) byKey.set(field.key, [field]);
      else same.push(field);
    }
    this.#all = { fields, faults, byKey };
    return this.#all;
  }
}
