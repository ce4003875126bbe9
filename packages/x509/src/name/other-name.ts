import { decodeUtf8 } from '@portico/bytes';
import { DerReader } from '../der/reader.js';
import { readOrError, X509Error } from '../error.js';

/** The text that an otherName holds in a string of that type, RFC 5280 section 4.2.1.6; empty where it is something else. */
export function otherNameText(value: Uint8Array, tag: number): string {
  const text = readOrError(() => {
    const reader = new DerReader(value);
    const { start, end } = reader.expect(tag);
    return decodeUtf8(value, start, end, () => {
      throw new X509Error('invalid-string');
    });
  });
  return typeof text === 'string' ? text : '';
}
