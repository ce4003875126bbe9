import { asciiBytes, asciiLowerCase } from '../grammar/text.js';

const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

/** How many places `placeOf` tells apart. */
export const PLACES = 32;

/**
 * The names of RFC 3261 section 20 and of the extensions that are in use; behind a slash the compact form, where one is
 * registered (IANA, SIP header fields).
 */
const NAMES =
  'Accept-Contact/a Allow-Events/u Call-ID/i Contact/m Content-Encoding/e Content-Length/l Content-Type/c ' +
  'Event/o From/f Identity/y Refer-To/r Referred-By/b Reject-Contact/j Request-Disposition/d ' +
  'Session-Expires/x Subject/s Supported/k To/t Via/v Accept Accept-Encoding Accept-Language Alert-Info ' +
  'Allow Authentication-Info Authorization Call-Info Content-Disposition Content-Language CSeq Date ' +
  'Diversion Error-Info Expires Feature-Caps Flow-Timer Geolocation History-Info In-Reply-To Info-Package ' +
  'Join Max-Forwards MIME-Version Min-Expires Min-SE Organization P-Access-Network-Info P-Asserted-Identity ' +
  'P-Associated-URI P-Called-Party-ID P-Charging-Vector P-Preferred-Identity Path Priority Privacy ' +
  'Proxy-Authenticate Proxy-Authorization Proxy-Require RAck Reason Record-Route Recv-Info Replaces ' +
  'Reply-To Require Retry-After Route RSeq Security-Client Security-Server Security-Verify Server ' +
  'Service-Route Session-ID SIP-ETag SIP-If-Match Subscription-State Suppress-If-Match Target-Dialog ' +
  'Timestamp Unsupported User-Agent User-to-User Warning WWW-Authenticate';

/** A header name that is in the table. */
export interface KnownName {
  readonly canonical: string;
  /** In lower case: what names are compared by. */
  readonly key: string;
  /** The key, as bytes. */
  readonly bytes: Uint8Array;
  /** The letter of the compact form, or 0. */
  readonly compact: number;
  /** What `placeOf` says of lines with this name, long and compact; both the same where there is no compact form. */
  readonly place: number;
  readonly compactPlace: number;
}

/**
 * From a name in lower case, long or compact, or as the RFCs write it, to the one entry for it. A Map: `constructor` is
 * in none unless put in.
 */
const KNOWN_NAMES: ReadonlyMap<string, KnownName> = /* @__PURE__ */ knownNames();

function knownNames(): ReadonlyMap<string, KnownName> {
  const names = new Map<string, KnownName>();
  for (const entry of NAMES.split(' ')) {
    const [name = '', compact = ''] = entry.split('/');
    // As engines keep names of members, which they compare with literals by their place in memory: what was cut out of a
    // longer text is compared letter by letter.
    const [canonical = ''] = Object.keys({ [name]: 0 });
    const key = canonical.toLowerCase();
    const bytes = asciiBytes(key);
    const letter = asciiBytes(compact);
    const place = placeOf(bytes, 0);
    const compactPlace = compact === '' ? place : placeOf(letter, 0);
    const known = { canonical, key, bytes, compact: letter[0] ?? 0, place, compactPlace };
    // As the RFCs write it, it is found without making another string of it.
    names.set(key, known).set(canonical, known);
    if (compact !== '') names.set(compact, known);
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
  const often = OFTEN[oftenSlot(name)];
  if (often !== undefined && often.canonical === name) return often;
  return KNOWN_NAMES.get(name) ?? KNOWN_NAMES.get(asciiLowerCase(name));
}

/** With so many and the factor of `oftenSlot`, no two of these names have the same place. */
const OFTEN_SLOTS = 64;

/** What every message is asked for, found without the Map where it is spelt as the RFCs do. */
const OFTEN: readonly (KnownName | undefined)[] = /* @__PURE__ */ oftenAsked();

function oftenAsked(): readonly (KnownName | undefined)[] {
  const names = new Array<KnownName | undefined>(OFTEN_SLOTS).fill(undefined);
  for (const name of 'Via From To Call-ID CSeq Contact Max-Forwards Content-Length Content-Type Route'.split(' ')) {
    names[oftenSlot(name)] = KNOWN_NAMES.get(name);
  }
  return names;
}

function oftenSlot(name: string): number {
  return (name.length * 4 + name.charCodeAt(1)) & (OFTEN_SLOTS - 1);
}

/**
 * A number below PLACES by which most lines can be told not to have a name: from the first two letters in any case, of
 * which a compact form has but one.
 */
export function placeOf(bytes: Uint8Array, start: number): number {
  const second = bytes[start + 1] as number;
  return (((bytes[start] as number) | 0x20) * 3 + (second > COLON ? second | 0x20 : 0)) & (PLACES - 1);
}

/** Where the colon stands if the line that begins at `start` is a field of this name; else -1. */
export function colonOf(known: KnownName, bytes: Uint8Array, start: number): number {
  const { bytes: wanted, compact } = known;
  let i = start;
  let k = 0;
  // Bit 0x20 tells capitals from small letters. What else stands in a name, hyphens, has to be just that.
  for (; k < wanted.length; k++, i++) {
    const letter = wanted[k] as number;
    if (((bytes[i] as number) | ((letter >> 1) & 0x20)) !== letter) break;
  }
  if (k < wanted.length) {
    if (((bytes[start] as number) | 0x20) !== compact) return -1;
    i = start + 1;
  }
  if (bytes[i] === COLON) return i;
  while (bytes[i] === SP || bytes[i] === HTAB) i++;
  return bytes[i] === COLON ? i : -1;
}
