import { Scanner } from '../grammar/scanner.js';
import { SipError } from '../error.js';
import { readVia, type Via } from '../headers/via.js';
import type { SipMessage } from '../message/message.js';
import { canonicalHost } from '../uri/equality.js';

const COMMA = 0x2c;

/**
 * The topmost Via value, read without those behind it; null where there is none.
 * @throws SipError of level `header` where it is broken
 */
export function readTopVia(message: SipMessage): Via | null {
  const [row] = message.headers.all('Via');
  if (row === undefined) return null;
  const scanner = new Scanner(message.bytes, row.valueStart, row.valueEnd, 'Via');
  scanner.skipSpace();
  const via = readVia(scanner);
  scanner.skipSpace();
  if (!scanner.atEnd && scanner.peek() !== COMMA) scanner.fail('via-parm', "',' or the end of the value");
  return via;
}

/** As readTopVia, with null for one that is broken. */
export function topVia(message: SipMessage): Via | null {
  try {
    return readTopVia(message);
  } catch (error) {
    if (error instanceof SipError) return null;
    throw error;
  }
}

/** `sent-by` in the form that its equals have too: host in canonical form, and the port if there is one. */
export function sentBy({ host, port }: Pick<Via, 'host' | 'port'>): string {
  return port === null ? canonicalHost(host) : `${canonicalHost(host)}:${port}`;
}
