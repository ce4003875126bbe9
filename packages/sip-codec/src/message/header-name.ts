import { asciiLowerCase, textToBytes } from '../grammar/text.js';

const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

/** Names with a registered compact form (IANA, SIP header fields). */
const COMPACT_FORMS: readonly (readonly [canonical: string, compact: string])[] = [
  ['Accept-Contact', 'a'],
  ['Allow-Events', 'u'],
  ['Call-ID', 'i'],
  ['Contact', 'm'],
  ['Content-Encoding', 'e'],
  ['Content-Length', 'l'],
  ['Content-Type', 'c'],
  ['Event', 'o'],
  ['From', 'f'],
  ['Identity', 'y'],
  ['Refer-To', 'r'],
  ['Referred-By', 'b'],
  ['Reject-Contact', 'j'],
  ['Request-Disposition', 'd'],
  ['Session-Expires', 'x'],
  ['Subject', 's'],
  ['Supported', 'k'],
  ['To', 't'],
  ['Via', 'v'],
];

/** The other names of RFC 3261 section 20 and of the extensions that are in use. */
// prettier-ignore
const OTHER_NAMES: readonly string[] = [
  'Accept', 'Accept-Encoding', 'Accept-Language', 'Alert-Info', 'Allow', 'Authentication-Info', 'Authorization',
  'Call-Info', 'Content-Disposition', 'Content-Language', 'CSeq', 'Date', 'Diversion', 'Error-Info', 'Expires',
  'Feature-Caps', 'Flow-Timer', 'Geolocation', 'History-Info', 'In-Reply-To', 'Info-Package', 'Join', 'Max-Forwards',
  'MIME-Version', 'Min-Expires', 'Min-SE', 'Organization', 'P-Access-Network-Info', 'P-Asserted-Identity',
  'P-Associated-URI', 'P-Called-Party-ID', 'P-Charging-Vector', 'P-Preferred-Identity', 'Path', 'Priority',
  'Privacy', 'Proxy-Authenticate', 'Proxy-Authorization', 'Proxy-Require', 'RAck', 'Reason', 'Record-Route',
  'Recv-Info', 'Replaces', 'Reply-To', 'Require', 'Retry-After', 'Route', 'RSeq', 'Security-Client',
  'Security-Server', 'Security-Verify', 'Server', 'Service-Route', 'Session-ID', 'SIP-ETag', 'SIP-If-Match',
  'Subscription-State', 'Suppress-If-Match', 'Target-Dialog', 'Timestamp', 'Unsupported', 'User-Agent',
  'User-to-User', 'Warning', 'WWW-Authenticate',
];

/** A header name that is in the table. */
export interface KnownName {
  readonly canonical: string;
  /** In lower case: what names are compared by. */
  readonly key: string;
  /** The key, as bytes. */
  readonly bytes: Uint8Array;
  /** The letter of the compact form, or 0. */
  readonly compact: number;
  /** Where `slotOf` puts lines with this name, long and compact. */
  readonly slot: number;
  readonly compactSlot: number;
}

/**
 * From a name in lower case, long or compact, or as the RFCs write it, to the one entry for it. A Map: `constructor` is
 * in none unless put in.
 */
const KNOWN_NAMES: ReadonlyMap<string, KnownName> = /* @__PURE__ */ knownNames();

function knownNames(): ReadonlyMap<string, KnownName> {
  const names = new Map<string, KnownName>();
  const add = (canonical: string, compact: string): void => {
    const key = canonical.toLowerCase();
    const bytes = textToBytes(key);
    const slot = slotOf(bytes, 0);
    const compactSlot = compact === '' ? slot : slotOf(textToBytes(compact), 0);
    const name = { canonical, key, bytes, compact: compact === '' ? 0 : compact.charCodeAt(0), slot, compactSlot };
    // As the RFCs write it, it is found without making another string of it.
    for (const spelling of [key, canonical]) names.set(spelling, name);
    if (compact !== '') names.set(compact, name);
  };
  for (const [canonical, compact] of COMPACT_FORMS) add(canonical, compact);
  for (const canonical of OTHER_NAMES) add(canonical, '');
  return names;
}

/** What two names are equal by: lower case, compact forms written out (RFC 3261 section 7.3.3). */
export function headerKey(name: string): string {
  return knownName(name)?.key ?? asciiLowerCase(name);
}

/** The name as the RFCs write it; an unknown one as it is. */
export function canonicalHeaderName(name: string): string {
  return knownName(name)?.canonical ?? name;
}

/** The entry for a name in any case, long or compact. */
export function knownName(name: string): KnownName | undefined {
  return KNOWN_NAMES.get(name) ?? KNOWN_NAMES.get(asciiLowerCase(name));
}

/**
 * A number by which most lines can be told not to have a name, from the first three letters in any case; what follows
 * the end of a shorter name is not looked at.
 */
export function slotOf(bytes: Uint8Array, start: number): number {
  const second = letterAt(bytes, start + 1);
  return (bytes[start] as number) | 0x20 | (second << 8) | (second === 0 ? 0 : letterAt(bytes, start + 2) << 16);
}

/** In lower case; 0 for a byte that ends a name. */
function letterAt(bytes: Uint8Array, at: number): number {
  const byte = at < bytes.length ? (bytes[at] as number) : 0;
  return byte <= SP || byte === COLON ? 0 : byte | 0x20;
}

/** Where the colon stands if the line that begins at `start` is a field of this name; else -1. */
export function colonAfter({ bytes: wanted, compact }: KnownName, bytes: Uint8Array, start: number): number {
  let i = start;
  if (isSpelling(wanted, bytes, start)) i += wanted.length;
  else if (compact !== 0 && ((bytes[start] as number) | 0x20) === compact) i++;
  else return -1;
  while (bytes[i] === SP || bytes[i] === HTAB) i++;
  return bytes[i] === COLON ? i : -1;
}

/**
 * Bit 0x20 tells capitals from small letters; of the other bytes of a name, only control characters could be mistaken
 * by it.
 */
function isSpelling(wanted: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < wanted.length; i++) {
    const byte = bytes[start + i] as number;
    if ((byte | 0x20) !== wanted[i] || byte < SP) return false;
  }
  return true;
}
