import { knownName } from '../message/header-name.js';
import type { SipMessage } from '../message/message.js';
import { parseAgain, withStrictHead } from '../message/strict-head.js';
import { MessageWriter } from '../message/write.js';

/**
 * The message with the names of its header fields as the RFCs write them, or in their compact forms where there are such
 * (RFC 3261 section 7.3.3): `f` and `FROM` become `From`, or `f`. Every other byte stays as it was, white space in front of
 * the colon included; names that nobody registered stay too. What lenient rules forgave at line ends and in the request line
 * is mended, as `editHeaders` does it.
 */
export function withHeaderNames<T extends SipMessage>(message: T, form: 'canonical' | 'compact'): T {
  const strict = withStrictHead(message);
  const writer = new MessageWriter();
  let at = 0;
  for (const field of strict.headers) {
    writer.raw(strict.bytes.subarray(at, field.start));
    writer.text(nameIn(form, field.rawName));
    at = field.nameEnd;
  }
  return parseAgain(strict, writer.toBytes(strict.bytes.subarray(at))) as T;
}

function nameIn(form: 'canonical' | 'compact', rawName: string): string {
  const known = knownName(rawName);
  if (known === undefined) return rawName;
  return form === 'compact' && known.compact !== 0 ? String.fromCharCode(known.compact) : known.canonical;
}
