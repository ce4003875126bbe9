import { asciiLowerCase } from '../grammar/text.js';
import { knownName } from '../message/header-name.js';
import type { SipMessage } from '../message/message.js';
import { parseAgain, withStrictHead } from '../message/strict-head.js';
import { MessageWriter } from '../message/write.js';

/** Names of the extensions that the table of names does without: they have no compact form, and few messages have them. */
const RARE_NAMES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  (
    'Accept-Resource-Priority Answer-Mode Geolocation-Error Geolocation-Routing Max-Breadth P-Charging-Function-Addresses ' +
    'P-DCS-Billing-Info P-DCS-LAES P-DCS-OSPS P-DCS-Redirect P-DCS-Trace-Party-ID P-Early-Media P-Visited-Network-ID ' +
    'Priv-Answer-Mode Refer-Sub Resource-Priority'
  )
    .split(' ')
    .map((name) => [asciiLowerCase(name), name]),
);

/**
 * The message with the names of its header fields as the RFCs write them, or in their compact forms where there are such
 * (RFC 3261 section 7.3.3): `f` and `FROM` become `From`, or `f`. Every other byte stays as it was, white space in front of
 * the colon included; names of other header fields than this package knows stay too. What lenient rules forgave at line ends
 * and in the request line is mended, as `editHeaders` does it.
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
  if (known === undefined) return RARE_NAMES.get(asciiLowerCase(rawName)) ?? rawName;
  return form === 'compact' && known.compact !== 0 ? String.fromCharCode(known.compact) : known.canonical;
}
