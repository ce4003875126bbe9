import { Scanner } from '../grammar/scanner.js';
import type { WireText } from '../grammar/wire-text.js';
import type { HeaderDefinition } from '../headers/definition.js';
import { SipError } from '../error.js';
import { FieldIndex } from './field-index.js';
import type { SipHeaderField } from './head.js';
import { headerKey, knownName, NOT_A_FIELD, UNKNOWN_NAME, type KnownName } from './header-name.js';

/** Up to so many fields it is quicker to look at each than to make an index of them. */
const FEW = 64;

const NO_FIELDS: readonly SipHeaderField[] = /* @__PURE__ */ Object.freeze([]);

/** A header that was read before and is broken. */
class ReadFailure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * The header fields of one message: ordered, raw, and read when asked for. Names are compared without case and with
 * compact forms written out; they are never keys of a plain object.
 */
export class SipHeaders implements Iterable<SipHeaderField> {
  readonly #bytes: Uint8Array;
  readonly #marks: readonly number[];
  readonly #text: WireText;
  /** Made at the first question. */
  #madeIndex: FieldIndex | undefined;
  /** Lines by key, made at the first look-up by name where there are many. */
  #byKey: Map<string, number[]> | undefined;
  /** What was read before, each definition before its value or failure: asking twice costs little and gives the same answer. */
  #read: unknown[] | undefined;
  #faults: readonly SipError[] | undefined;

  /** `marks`: where each line begins, and where a further one would go. */
  constructor(bytes: Uint8Array, text: WireText, marks: readonly number[]) {
    this.#bytes = bytes;
    this.#text = text;
    this.#marks = marks;
  }

  /** Number of fields. */
  get size(): number {
    return this.#marks.length - 1 - this.#index.faulty;
  }

  /** Lines between the start line and the empty line that are no header fields. */
  get faults(): readonly SipError[] {
    const index = this.#index;
    return (this.#faults ??= this.#lines((name) => name === NOT_A_FIELD).map((line) => index.fault(line)));
  }

  [Symbol.iterator](): IterableIterator<SipHeaderField> {
    const index = this.#index;
    return this.#lines((name) => name !== NOT_A_FIELD)
      .map((line) => index.field(line))
      .values();
  }

  /** The fields of this name, in order. */
  all(name: string): readonly SipHeaderField[] {
    const index = this.#index;
    const known = knownName(name);
    if (known === undefined || index.names.length > FEW) {
      const lines = this.#linesOf(headerKey(name));
      return lines === undefined ? NO_FIELDS : lines.map((line) => index.field(line));
    }
    const { names } = index;
    let found: SipHeaderField[] | undefined;
    for (let line = 0; line < names.length; line++) {
      if (names[line] !== known) continue;
      if (found === undefined) found = [index.field(line)];
      else found.push(index.field(line));
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
    const { names } = this.#index;
    const known = knownName(name);
    const rows: Scanner[] = [];
    if (known === undefined || names.length > FEW) {
      for (const line of this.#linesOf(headerKey(name)) ?? []) rows.push(this.#row(line, name));
    } else {
      for (let line = 0; line < names.length; line++) if (names[line] === known) rows.push(this.#row(line, name));
    }
    return rows;
  }

  #row(line: number, name: string): Scanner {
    const index = this.#index;
    const start = index.valueStart(line);
    return new Scanner(this.#bytes, start, index.valueEnd(line, start), name, this.#text);
  }

  get #index(): FieldIndex {
    return (this.#madeIndex ??= new FieldIndex(this.#bytes, this.#marks));
  }

  #lines(wanted: (name: KnownName) => boolean): number[] {
    return this.#index.names.flatMap((name, line) => (wanted(name) ? [line] : []));
  }

  #linesOf(key: string): readonly number[] | undefined {
    if (this.#byKey === undefined) {
      const index = this.#index;
      this.#byKey = new Map();
      for (const line of this.#lines((name) => name !== NOT_A_FIELD)) {
        const name = index.names[line] as KnownName;
        const itsKey = name === UNKNOWN_NAME ? index.field(line).key : name.key;
        const same = this.#byKey.get(itsKey);
        if (same === undefined) this.#byKey.set(itsKey, [line]);
        else same.push(line);
      }
    }
    return this.#byKey.get(key);
  }
}
