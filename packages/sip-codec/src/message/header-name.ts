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

/** The same table for names that are still bytes: a list of candidates for each hash of length, first and last letter. */
const CANDIDATES: readonly (readonly Candidate[])[] = /* @__PURE__ */ candidates();

interface Candidate {
  /** The spelling in lower case, long or compact. */
  readonly spelling: Uint8Array;
  readonly name: KnownName;
}

function candidates(): readonly (readonly Candidate[])[] {
  const lists: Candidate[][] = Array.from({ length: 256 }, () => []);
  for (const [spelling, name] of KNOWN_NAMES) {
    if (spelling !== asciiLowerCase(spelling)) continue;
    const bytes = textToBytes(spelling);
    (lists[hash(bytes, 0, bytes.length)] as Candidate[]).push({ spelling: bytes, name });
  }
  return lists;
}

function hash(bytes: Uint8Array, start: number, end: number): number {
  const first = (bytes[start] as number) | 0x20;
  const last = (bytes[end - 1] as number) | 0x20;
  return ((end - start) * 31 + first * 7 + last) & 0xff;
}

/** The entry for the name at `start`..`end`, which is a token, without making a string of it. */
export function knownNameAt(bytes: Uint8Array, start: number, end: number): KnownName | undefined {
  const list = CANDIDATES[hash(bytes, start, end)] as readonly Candidate[];
  const length = end - start;
  for (let k = 0; k < list.length; k++) {
    const { spelling, name } = list[k] as Candidate;
    if (spelling.length !== length) continue;
    let i = 0;
    // Of the characters of a token, this bit tells only capitals from small letters.
    while (i < length && ((bytes[start + i] as number) | 0x20) === spelling[i]) i++;
    if (i === length) return name;
  }
  return undefined;
}
