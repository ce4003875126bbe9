import { bytesToUtf8 } from '@portico/bytes';
import { DerReader } from '../der/reader.js';

/** The text that an otherName holds in a string of that type, RFC 5280 section 4.2.1.6; empty where it is something else. */
export function otherNameText(value: Uint8Array, tag: number): string {
  const reader = new DerReader(value);
  try {
    return bytesToUtf8(reader.contents(reader.expect(tag)));
  } catch {
    return '';
  }
}
