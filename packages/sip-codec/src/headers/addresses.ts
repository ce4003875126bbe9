import type { Scanner } from '../grammar/scanner.js';
import { readElements, singleHeader, type HeaderDefinition } from './definition.js';
import { formatNameAddress, readNameAddress, type NameAddress } from './name-addr.js';
import { findParameter, getParameter } from './parameters.js';
import { addressHeader, addressListHeader } from './shapes.js';
import { MAX_DELTA_SECONDS } from './numbers.js';
import { isQvalue } from './parameter-rules.js';

/** From, RFC 3261 section 20.20. */
export const FROM: HeaderDefinition<NameAddress> = /* @__PURE__ */ singleHeader('From', readTagged, formatNameAddress);

/** To, RFC 3261 section 20.39. */
export const TO: HeaderDefinition<NameAddress> = /* @__PURE__ */ singleHeader('To', readTagged, formatNameAddress);

/** Reply-To, RFC 3261 section 20.31. */
export const REPLY_TO: HeaderDefinition<NameAddress> = /* @__PURE__ */ addressHeader('Reply-To');

/** Route, RFC 3261 section 20.34. */
export const ROUTE: HeaderDefinition<readonly NameAddress[]> = /* @__PURE__ */ addressListHeader('Route');

/** Record-Route, RFC 3261 section 20.30. */
export const RECORD_ROUTE: HeaderDefinition<readonly NameAddress[]> = /* @__PURE__ */ addressListHeader('Record-Route');

/** Path, RFC 3327 section 4. */
export const PATH: HeaderDefinition<readonly NameAddress[]> = /* @__PURE__ */ addressListHeader('Path');

/** One Contact value, RFC 3261 section 20.10. */
export interface Contact extends NameAddress {
  /** 0 to 1, in thousandths at most; null where there is none. */
  readonly q: number | null;
  /** Seconds; null where there is none. */
  readonly expires: number | null;
}

/** Contact, RFC 3261 section 20.10: a list, or `*` in a REGISTER that removes all bindings. */
export const CONTACT: HeaderDefinition<readonly Contact[] | '*'> = {
  name: 'Contact',
  format: (value) => (value === '*' ? '*' : value.map(formatNameAddress).join(', ')),
  read: (rows) => {
    const contacts: Contact[] = [];
    for (const row of rows) {
      row.skipSpace();
      if (rows.length === 1 && isStar(row)) return '*';
      readElements(row, 'Contact', readContact, contacts);
    }
    return contacts;
  },
};

const STAR = 0x2a;

/** `STAR` and nothing else: an asterisk may be the first word of a display name too. */
function isStar(row: Scanner): boolean {
  const from = row.offset;
  if (row.take(STAR)) {
    row.skipSpace();
    if (row.atEnd) return true;
  }
  row.offset = from;
  return false;
}

/** The tag of a From or To, or undefined where there is none. */
export function addressTag(address: NameAddress): string | undefined {
  return getParameter(address.parameters, 'tag') ?? undefined;
}

/** `tag-param = "tag" EQUAL token`: a tag without a value, or a quoted one, is none. */
function readTagged(scanner: Scanner): NameAddress {
  const address = readNameAddress(scanner);
  const tag = findParameter(address.parameters, 'tag');
  // A value without quotes is a token or an address in brackets.
  if (tag !== undefined && (tag.value === null || tag.quoted || tag.value.startsWith('[')))
    scanner.fail('tag-param', 'a token');
  return address;
}

function readContact(scanner: Scanner): Contact {
  const address = readNameAddress(scanner);
  const { displayName, uri, parameters } = address;
  return {
    displayName,
    uri,
    parameters,
    q: qvalue(address, scanner),
    expires: expires(address, scanner),
  };
}

/** `qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )` */
function qvalue(address: NameAddress, scanner: Scanner): number | null {
  const q = findParameter(address.parameters, 'q');
  if (q === undefined) return null;
  if (q.value === null || q.quoted || !isQvalue(q.value)) scanner.fail('qvalue', '0 to 1');
  return Number(q.value);
}

/** `c-p-expires = "expires" EQUAL delta-seconds` */
function expires(address: NameAddress, scanner: Scanner): number | null {
  const parameter = findParameter(address.parameters, 'expires');
  if (parameter === undefined) return null;
  const { value: text, quoted } = parameter;
  const seconds = Number(text);
  const isNumber = text !== null && !quoted && /^[0-9]+$/.test(text);
  if (isNumber && seconds <= MAX_DELTA_SECONDS) return seconds;
  if (!isNumber) return scanner.fail('c-p-expires', 'delta-seconds');
  return scanner.failOver(MAX_DELTA_SECONDS, 'delta-seconds', text);
}
