import { Scanner } from '../grammar/scanner.js';
import type { HeaderDefinition } from '../headers/definition.js';
import { SipError } from '../error.js';
import type { SipHeaderField } from './head.js';
import { headerKey } from './header-name.js';

/**
 * The header fields of one message: ordered, raw, and read when asked for. Names are compared without case and with
 * compact forms written out; they are never keys of a plain object.
 */
export class SipHeaders implements Iterable<SipHeaderField> {
  readonly #bytes: Uint8Array;
  readonly #fields: readonly SipHeaderField[];
  /** Made at the first look-up by name. */
  #byKey: Map<string, SipHeaderField[]> | undefined;
  /** What was read before, values and errors alike: asking twice costs nothing and gives the same answer. */
  #read: Map<HeaderDefinition<unknown>, { readonly value: unknown } | { readonly error: unknown }> | undefined;
  /** Lines between the start line and the empty line that are no header fields. */
  readonly faults: readonly SipError[];

  constructor(bytes: Uint8Array, fields: readonly SipHeaderField[], faults: readonly SipError[]) {
    this.#bytes = bytes;
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
    this.#byKey ??= this.#index();
    return this.#byKey.get(headerKey(name)) ?? [];
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
    const known = this.#read?.get(definition);
    if (known !== undefined) {
      if ('error' in known) throw known.error;
      return known.value as T;
    }
    const fields = this.all(definition.name);
    if (fields.length === 0) return undefined;
    this.#read ??= new Map();
    try {
      const rows = fields.map((field) => new Scanner(this.#bytes, field.valueStart, field.valueEnd, definition.name));
      const value = definition.read(rows);
      this.#read.set(definition, { value });
      return value;
    } catch (error) {
      this.#read.set(definition, { error });
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
