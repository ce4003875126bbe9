import { Scanner } from '../grammar/scanner.js';
import type { WireText } from '../grammar/wire-text.js';
import type { HeaderDefinition } from '../headers/definition.js';
import { SipError } from '../error.js';
import type { SipHeaderField } from './head.js';
import { headerKey, knownName } from './header-name.js';

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
  readonly #fields: readonly SipHeaderField[];
  readonly #text: WireText;
  /** Made at the first look-up by name where there are many. */
  #byKey: Map<string, SipHeaderField[]> | undefined;
  /** What was read before, each definition before its value or failure: asking twice costs little and gives the same answer. */
  #read: unknown[] | undefined;
  /** Lines between the start line and the empty line that are no header fields. */
  readonly faults: readonly SipError[];

  constructor(bytes: Uint8Array, text: WireText, fields: readonly SipHeaderField[], faults: readonly SipError[]) {
    this.#bytes = bytes;
    this.#text = text;
    this.#fields = fields;
    this.faults = faults;
  }

  /** Number of fields. */
  get size(): number {
    return this.#fields.length;
  }

  [Symbol.iterator](): IterableIterator<SipHeaderField> {
    return this.#fields[Symbol.iterator]();
  }

  /** The fields of this name, in order. */
  all(name: string): readonly SipHeaderField[] {
    if (this.#fields.length > FEW) {
      this.#byKey ??= this.#index();
      return this.#byKey.get(headerKey(name)) ?? NO_FIELDS;
    }
    const known = knownName(name);
    if (known === undefined) {
      const key = headerKey(name);
      return this.#fields.filter((field) => field.key === key);
    }
    let found: SipHeaderField[] | undefined;
    for (const field of this.#fields) {
      if (field.known !== known) continue;
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
    const fields = this.all(definition.name);
    if (fields.length === 0) return undefined;
    try {
      const rows = [this.#rowOf(fields[0] as SipHeaderField, definition.name)];
      for (let i = 1; i < fields.length; i++) rows.push(this.#rowOf(fields[i] as SipHeaderField, definition.name));
      const value = definition.read(rows);
      read.push(definition, value);
      return value;
    } catch (error) {
      read.push(definition, new ReadFailure(error));
      throw error;
    }
  }

  #rowOf({ valueStart, valueEnd }: SipHeaderField, name: string): Scanner {
    return new Scanner(this.#bytes, valueStart, valueEnd, name, this.#text);
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

  #index(): Map<string, SipHeaderField[]> {
    const byKey = new Map<string, SipHeaderField[]>();
    for (const field of this.#fields) {
      const key = field.key;
      const same = byKey.get(key);
      if (same === undefined) byKey.set(key, [field]);
      else same.push(field);
    }
    return byKey;
  }
}
