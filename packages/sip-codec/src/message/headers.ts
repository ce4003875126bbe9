import { Scanner } from '../grammar/scanner.js';
import { WireText } from '../grammar/wire-text.js';
import type { HeaderDefinition } from '../headers/definition.js';
import { SipError } from '../error.js';
import { fieldAt, indexLines, LINES_OF_A_SET } from './field-index.js';
import { SipHeaderField, type Head } from './head.js';
import { colonOf, headerKey, knownName, PLACES } from './header-name.js';
import { valueEndAt, valueStartAt } from './value-bounds.js';

const NONE: readonly never[] = /* @__PURE__ */ Object.freeze([]);

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
  /** Made when the first value is read. */
  #text: WireText | undefined;
  /** Made at the first look-up by name: most fields of most messages are never asked for, so they get no object. */
  #index: readonly number[] | undefined;
  /** Made where every field has to be looked at, or where there are many. */
  #all: AllFields | undefined;
  /** What was read before, each definition before its value or failure: asking twice costs little and gives the same answer. */
  #read: unknown[] | undefined;

  constructor(bytes: Uint8Array, head: Head) {
    this.#bytes = bytes;
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
    if (known === undefined) {
      return this.#everything().byKey.get(headerKey(name)) ?? NONE;
    }
    const bytes = this.#bytes;
    const { marks, marksStart } = this.#head;
    const index = (this.#index ??= indexLines(bytes, this.#head));
    let found: SipHeaderField[] | undefined;
    let first = marksStart;
    for (let sets = 0; sets < index.length; sets += PLACES) {
      let lines = (index[sets + known.place] as number) | (index[sets + known.compactPlace] as number);
      while (lines !== 0) {
        const line = first + 31 - Math.clz32(lines & -lines);
        lines &= lines - 1;
        const start = marks[line] as number;
        const colon = colonOf(known, bytes, start);
        if (colon < 0) continue;
        const field = new SipHeaderField(bytes, known, start, colon, marks[line + 1] as number);
        if (found === undefined) found = [field];
        else found.push(field);
      }
      first += LINES_OF_A_SET;
    }
    return found ?? NONE;
  }

  /** How many fields have this name; a comma list in one field counts once. */
  count(name: string): number {
    return this.all(name).length;
  }

  has(name: string): boolean {
    return this.count(name) > 0;
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
    if (known === undefined) {
      return this.all(name).map(({ valueStart, valueEnd }) => this.#row(valueStart, valueEnd, name));
    }
    const bytes = this.#bytes;
    const { marks, marksStart } = this.#head;
    const index = (this.#index ??= indexLines(bytes, this.#head));
    // An array that begins empty would be made with room for many.
    let rows: Scanner[] | undefined;
    let first = marksStart;
    for (let sets = 0; sets < index.length; sets += PLACES) {
      let lines = (index[sets + known.place] as number) | (index[sets + known.compactPlace] as number);
      while (lines !== 0) {
        const line = first + 31 - Math.clz32(lines & -lines);
        lines &= lines - 1;
        const colon = colonOf(known, bytes, marks[line] as number);
        if (colon < 0) continue;
        const end = marks[line + 1] as number;
        const start = valueStartAt(bytes, colon, end);
        const row = this.#row(start, valueEndAt(bytes, start, end), name);
        if (rows === undefined) rows = [row];
        else rows.push(row);
      }
      first += LINES_OF_A_SET;
    }
    return rows ?? NONE;
  }

  #row(start: number, end: number, name: string): Scanner {
    const text = (this.#text ??= new WireText(this.#bytes, this.#head.bodyStart));
    return new Scanner(this.#bytes, start, end, name, text);
  }

  #everything(): AllFields {
    if (this.#all !== undefined) return this.#all;
    const fields: SipHeaderField[] = [];
    const faults: SipError[] = [];
    const byKey = new Map<string, SipHeaderField[]>();
    const { marks, marksStart, marksEnd } = this.#head;
    for (let line = marksStart; line < marksEnd - 1; line++) {
      const field = fieldAt(this.#bytes, marks[line] as number, marks[line + 1] as number);
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
