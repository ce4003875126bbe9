import type { Scanner } from '../grammar/scanner.js';
import { readElements, singleHeader, type HeaderDefinition } from './definition.js';
import { formatNameAddress, readRuledAddress, type NameAddress } from './name-addr.js';
import { findParameter, getParameter, type Parameter } from './parameters.js';
import { addressHeader, addressListHeader } from './shapes.js';
import { ACCEPT_PARAMETERS, isDeltaSeconds, rule, type ParameterRule } from './parameter-rules.js';

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
const TAGGED: readonly ParameterRule[] = [/* @__PURE__ */ rule('tag', 'token')];

function readTagged(scanner: Scanner): NameAddress {
  return readRuledAddress(scanner, TAGGED);
}

/** `c-p-q = "q" EQUAL qvalue`, `c-p-expires = "expires" EQUAL delta-seconds` */
const CONTACT_RULES: readonly ParameterRule[] = [
  ...ACCEPT_PARAMETERS,
  /* @__PURE__ */ rule('expires', 'token', 'optional', isDeltaSeconds),
];

function readContact(scanner: Scanner): Contact {
  const { displayName, uri, parameters } = readRuledAddress(scanner, CONTACT_RULES);
  return { displayName, uri, parameters, q: numberOf(parameters, 'q'), expires: numberOf(parameters, 'expires') };
}

function numberOf(parameters: readonly Parameter[], name: string): number | null {
  const parameter = findParameter(parameters, name);
  return parameter === undefined ? null : Number(parameter.value);
}
