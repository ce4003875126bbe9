import { SipError } from '../error.js';
import { Scanner } from '../grammar/scanner.js';
import { textToBytes } from '../grammar/text.js';

/** How one header field is read and written. Definitions are values: a program that reads only Via holds only Via. */
export interface HeaderDefinition<T> {
  /** Canonical name. */
  readonly name: string;
  /**
   * Reads all rows of this name, of which there is at least one.
   * @throws SipError of level `header`, `uri` or `semantic`
   */
  read(rows: readonly Scanner[]): T;
  /** The value as one row's text. */
  format(value: T): string;
}

/** A field that may stand once: a second row breaks RFC 3261 section 7.3.1. */
export function singleHeader<T>(
  name: string,
  readRow: (scanner: Scanner) => T,
  format: (value: T) => string,
): HeaderDefinition<T> {
  return {
    name,
    format,
    read: (rows) => {
      const value = readWhole(rows[0] as Scanner, name, readRow);
      const second = rows[1];
      if (second !== undefined) {
        throw new SipError('header-repeated', {
          field: name,
          offset: second.offset,
          rule: 'RFC 3261 section 7.3.1',
          expected: 'one field',
          got: String(rows.length),
        });
      }
      return value;
    },
  };
}

/**
 * A field of which each row holds one value, and whose rows are never joined, because a value holds commas of its own
 * or because its grammar has no list (RFC 3261 section 7.3.1).
 */
export function rowsHeader<T>(
  name: string,
  readRow: (scanner: Scanner) => T,
  format: (value: T) => string,
): HeaderDefinition<readonly T[]> {
  return {
    name,
    read: (rows) => rows.map((row) => readWhole(row, name, readRow)),
    format: (values) => {
      if (values.length === 1) return format(values[0] as T);
      throw new SipError('invalid-argument', {
        field: name,
        expected: 'one value for one row',
        got: String(values.length),
      });
    },
  };
}

const COMMA = 0x2c;

/** A field whose rows are comma lists, joined in order (RFC 3261 section 7.3.1). */
export function listHeader<T>(
  name: string,
  readElement: (scanner: Scanner) => T,
  formatElement: (element: T) => string,
  empty: 'allowed' | 'refused' = 'refused',
): HeaderDefinition<readonly T[]> {
  return {
    name,
    format: (elements) => elements.map(formatElement).join(', '),
    read: (rows) => {
      const elements: T[] = [];
      for (const row of rows) {
        row.skipSpace();
        if (row.atEnd && empty === 'allowed') continue;
        readElements(row, name, readElement, elements);
      }
      return elements;
    },
  };
}

/** `element *( COMMA element )` over the whole row, from its first element on. */
export function readElements<T>(row: Scanner, name: string, readElement: (scanner: Scanner) => T, elements: T[]): void {
  do elements.push(readElement(row));
  while (row.takeSeparator(COMMA));
  row.finish(name);
}

function readWhole<T>(scanner: Scanner, name: string, readRow: (scanner: Scanner) => T): T {
  scanner.skipSpace();
  const value = readRow(scanner);
  scanner.finish(name);
  return value;
}

/**
 * Reads a header value from text, for example from a configuration.
 * @throws SipError with the offset in the text
 */
export function parseHeaderValue<T>(definition: HeaderDefinition<T>, text: string): T {
  const bytes = textToBytes(text);
  return definition.read([new Scanner(bytes, 0, bytes.length, definition.name)]);
}
