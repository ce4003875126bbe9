import { asciiLowerCase, textToBytes } from '../grammar/text.js';

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
}

/** What stands for every name that is not in the table. */
export const UNKNOWN_NAME: KnownName = /* @__PURE__ */ Object.freeze({ canonical: '', key: '' });

/** What stands for a line that has no name. */
export const NOT_A_FIELD: KnownName = /* @__PURE__ */ Object.freeze({ canonical: '', key: '' });

/** From a name in lower case, long or compact, or as the RFCs write it, to the one entry for it. A Map: `constructor` is in none unless put in. */
const KNOWN_NAMES: ReadonlyMap<string, KnownName> = /* @__PURE__ */ knownNames();

function knownNames(): ReadonlyMap<string, KnownName> {
  const names = new Map<string, KnownName>();
  for (const canonical of [...COMPACT_FORMS.map(([name]) => name), ...OTHER_NAMES]) {
    const name = { canonical, key: canonical.toLowerCase() };
    names.set(name.key, name);
    // As the RFCs write it, it is found without making another string of it.
    names.set(canonical, name);
  }
  for (const [canonical, compact] of COMPACT_FORMS) {
    names.set(compact, names.get(canonical.toLowerCase()) as KnownName);
  }
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

interface Spelling {
  /** In lower case, long or compact. */
  readonly bytes: Uint8Array;
  readonly name: KnownName;
  /** Another one with the same hash. */
  readonly next: Spelling | undefined;
}

const SLOTS = 512;

/** The same table for names that are still bytes, by a hash that hardly two of them share. */
const SPELLINGS: readonly (Spelling | undefined)[] = /* @__PURE__ */ spellings();

function spellings(): readonly (Spelling | undefined)[] {
  const slots = new Array<Spelling | undefined>(SLOTS).fill(undefined);
  for (const [spelling, name] of KNOWN_NAMES) {
    if (spelling !== asciiLowerCase(spelling)) continue;
    const bytes = textToBytes(spelling);
    const slot = hash(bytes, 0, bytes.length);
    slots[slot] = { bytes, name, next: slots[slot] };
  }
  return slots;
}

/** Length, first, middle and last letter; the factors were found by trying. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const first = (bytes[start] as number) | 0x20;
  const middle = (bytes[start + (length >> 1)] as number) | 0x20;
  const last = (bytes[end - 1] as number) | 0x20;
  return (length * 19 + first * 33 + middle + last * 27) & (SLOTS - 1);
}

/**
 * The entry for what stands at `start`..`end`, which is not empty; undefined if it is no name in the table. Bit 0x20
 * tells capitals from small letters; of the other bytes of a name, only control characters could be mistaken by it.
 */
export function knownNameAt(bytes: Uint8Array, start: number, end: number): KnownName | undefined {
  let spelling = SPELLINGS[hash(bytes, start, end)];
  while (spelling !== undefined) {
    if (isSpelling(spelling.bytes, bytes, start, end)) return spelling.name;
    spelling = spelling.next;
  }
  return undefined;
}

function isSpelling(wanted: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = wanted;
  if (length !== end - start) return false;
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i] as number;
    if ((byte | 0x20) !== wanted[i] || byte < 0x20) return false;
  }
  return true;
}
