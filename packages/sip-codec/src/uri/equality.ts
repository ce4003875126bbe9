import { asciiLowerCase } from '../grammar/text.js';
import { canonicalIpv6, type Host } from './host.js';
import type { TelUri } from './tel-uri.js';
import { formatUri, type SipUri, type Uri } from './uri.js';

/** A URI as a registrar compares it: made once per Contact, then compared with every binding. */
export interface ComparableUri {
  /** As it came. */
  readonly text: string;
  /** Null for a URI that is neither SIP nor SIPS. */
  readonly sip: ComparableSipUri | null;
  /** What another URI that is neither SIP nor SIPS has to have too: a tel URI in canonical form, or the text. */
  readonly canonical: string;
}

export interface ComparableSipUri {
  /** Scheme, userinfo, host and port: must be the same in both URIs. */
  readonly address: string;
  readonly parameters: ReadonlyMap<string, string | null>;
  /** Header components, sorted: must be the same in both URIs. */
  readonly headers: string;
}

/**
 * Parameters that never match where only one URI has them, RFC 3261 section 19.1.4. `transport` is not in the list of
 * uri-parameter rules, but the text above that list and an example below it say the same of it.
 */
const NEVER_IGNORED: ReadonlySet<string> = new Set(['transport', 'user', 'ttl', 'method', 'maddr']);

/** Characters whose escape is not the same as themselves: the reserved set of RFC 2396 section 2.2. */
const RESERVED = ';/?:@&=+$,';

/** Prepares a URI for `sameUri`. */
export function comparableUri(uri: Uri): ComparableUri {
  const text = formatUri(uri);
  switch (uri.type) {
    case 'sip':
      return { text, sip: comparableSipUri(uri), canonical: text };
    case 'tel':
      return { text, sip: null, canonical: canonicalTelUri(uri) };
    case 'absolute':
      return { text, sip: null, canonical: text };
  }
}

/**
 * URI equality, RFC 3261 section 19.1.4 with RFC 5954 section 3.3 for IPv6 addresses, and RFC 3966 section 4 for tel URIs;
 * other schemes are compared as text. Between SIP URIs it is not transitive.
 */
export function sameUri(left: ComparableUri, right: ComparableUri): boolean {
  if (left.sip === null || right.sip === null) return left.sip === right.sip && left.canonical === right.canonical;
  return (
    left.sip.address === right.sip.address &&
    left.sip.headers === right.sip.headers &&
    parametersAgree(left.sip.parameters, right.sip.parameters) &&
    parametersAgree(right.sip.parameters, left.sip.parameters)
  );
}

function comparableSipUri(uri: SipUri): ComparableSipUri {
  return {
    address: addressOfRecord(uri),
    parameters: new Map(
      uri.parameters.map(({ name, value }) => [insensitive(name), value === null ? null : insensitive(value)]),
    ),
    headers: uri.headers
      .map(({ name, value }) => `${insensitive(name)}=${insensitive(value)}`)
      .sort()
      .join('&'),
  };
}

/**
 * A URI without parameters and headers and with escapes undone: the index into the bindings, RFC 3261 section 10.3 step 5.
 * Only userinfo minds its case. Separators stay escaped, so that no two addresses are confused.
 */
export function addressOfRecord({ scheme, user, password, host, port }: SipUri): string {
  const secret = password === null ? '' : `:${unescapeEquivalent(password)}`;
  const userinfo = user === null ? '' : `${unescapeEquivalent(user)}${secret}@`;
  return `${scheme}:${userinfo}${canonicalHost(host)}${port === null ? '' : `:${port}`}`;
}

/** A host in the form that its equals have too: names in lower case, IPv6 addresses with all groups (RFC 5954). */
export function canonicalHost({ type, text }: Host): string {
  return type === 'ipv6' ? `[${canonicalIpv6(text.slice(1, -1))}]` : asciiLowerCase(text);
}

/**
 * A tel URI in the form that its equals have too, RFC 3966 section 4: without visual separators, in lower case, its
 * parameters in order of their names. The value of `ext` is a number, that of `phone-context` a number or a host name; those
 * of other parameters keep their separators, `isub` too, which is `1*uric`.
 */
export function canonicalTelUri({ number, parameters }: TelUri): string {
  const list = parameters.map(({ name, value }) => {
    const key = asciiLowerCase(name);
    if (value === null) return key;
    const isNumber = key === 'ext' || (key === 'phone-context' && value.startsWith('+'));
    return `${key}=${isNumber ? withoutSeparators(insensitive(value)) : insensitive(value)}`;
  });
  return ['tel:' + withoutSeparators(asciiLowerCase(number)), ...list.sort()].join(';');
}

/** `visual-separator = "-" / "." / "(" / ")"` */
function withoutSeparators(text: string): string {
  return text.replace(/[-.()]/g, '');
}

function parametersAgree(left: ReadonlyMap<string, string | null>, right: ReadonlyMap<string, string | null>): boolean {
  for (const [name, value] of left) {
    const other = right.get(name);
    if (other === undefined ? NEVER_IGNORED.has(name) : other !== value) return false;
  }
  return true;
}

/** ASCII letters only: an escaped byte above 0x7f is no letter. */
function insensitive(text: string): string {
  return asciiLowerCase(unescapeEquivalent(text));
}

/** Undoes the escapes that mean the character itself; a reserved character's (and the percent sign's) stays, in capitals. */
function unescapeEquivalent(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return character === '%' || RESERVED.includes(character) ? escape.toUpperCase() : character;
  });
}
