import { BARE_URI_END, TOKEN } from '../grammar/characters.js';
import type { Scanner } from '../grammar/scanner.js';
import { formatUri, readUri, type Uri } from '../uri/uri.js';
import { readPlainAddress } from './plain.js';
import { obeysAll, readRuledParameters, type ParameterRule } from './parameter-rules.js';
import { formatParameters, quoteString, readParameters, type Parameter } from './parameters.js';

/** `( name-addr / addr-spec ) *( SEMI param )`, RFC 3261 section 20.10: From, To, Contact, Route and their kin. */
export interface NameAddress {
  /** Without quotes; null where there is none. */
  readonly displayName: string | null;
  readonly uri: Uri;
  readonly parameters: readonly Parameter[];
}

const DQUOTE = 0x22;
const COLON = 0x3a;
const LEFT_ANGLE = 0x3c;
const RIGHT_ANGLE = 0x3e;

/**
 * Reads one address with its parameters. Without angle brackets the URI ends at the first `;`, `,` or `?`, so that
 * parameters belong to the header field (section 20).
 * @throws SipError of level `header` or `uri`
 */
export function readNameAddress(scanner: Scanner): NameAddress {
  const plain = readPlainAddress(scanner);
  if (plain !== undefined) return plain;
  const displayName = readDisplayName(scanner);
  const uri = readBracketedOrBare(scanner);
  return { displayName, uri, parameters: readParameters(scanner) };
}

function readBracketedOrBare(scanner: Scanner): Uri {
  return scanner.take(LEFT_ANGLE) ? readBracketed(scanner) : readBare(scanner);
}

/**
 * An address of which some parameters are more than generic-param.
 * @throws SipError of level `header` or `uri`; for a parameter as readRuledParameters
 */
export function readRuledAddress(
  scanner: Scanner,
  rules: readonly ParameterRule[],
  readAddress: (scanner: Scanner) => NameAddress = readNameAddress,
): NameAddress {
  const from = scanner.offset;
  const address = readAddress(scanner);
  if (obeysAll(address.parameters, rules)) return address;
  // Once more, piece by piece, for the place of what is wrong.
  scanner.offset = from;
  const displayName = readDisplayName(scanner);
  const uri = readBracketedOrBare(scanner);
  return { displayName, uri, parameters: readRuledParameters(scanner, rules) };
}

/**
 * `name-addr *( SEMI param )`: brackets are not optional in Route, Record-Route and Path.
 * @throws SipError of level `header` or `uri`
 */
export function readBracketedAddress(scanner: Scanner): NameAddress {
  const plain = readPlainAddress(scanner);
  if (plain !== undefined) return plain;
  const displayName = readDisplayName(scanner);
  scanner.expect(LEFT_ANGLE, 'name-addr');
  const uri = readBracketed(scanner);
  return { displayName, uri, parameters: readParameters(scanner) };
}

/** `display-name = *(token LWS) / quoted-string`; what it reads is taken only if `<` follows. */
function readDisplayName(scanner: Scanner): string | null {
  if (scanner.peek() === DQUOTE) {
    const text = scanner.quotedString();
    scanner.skipSpace();
    if (scanner.peek() !== LEFT_ANGLE) scanner.fail('name-addr', "'<'");
    return text;
  }
  const from = scanner.offset;
  const words: string[] = [];
  for (;;) {
    const word = scanner.run(TOKEN);
    if (word === '') break;
    words.push(word);
    // No white space is needed in front of '<' (RFC 4475 section 3.1.1.6).
    if (!scanner.skipSpace()) break;
  }
  if (scanner.peek() === LEFT_ANGLE) return words.length === 0 ? null : words.join(' ');
  // Neither a display name nor the scheme of a URI, such as an unquoted comma (RFC 4475 section 3.1.2.15).
  if (words.length > 0 && scanner.peek() !== COLON) scanner.fail('display-name', "a token or '<'");
  scanner.offset = from;
  return null;
}

/**
 * `addr-spec RAQUOT` after the opening bracket, for this rule.
 * @throws SipError of level `header` or `uri`
 */
export function readBracketed(scanner: Scanner, rule = 'name-addr'): Uri {
  let close = scanner.offset;
  while (close < scanner.end && scanner.bytes[close] !== RIGHT_ANGLE) close++;
  if (close === scanner.end) scanner.fail(rule, "'>'");
  const uri = readUri(scanner.within(scanner.offset, close));
  scanner.offset = close + 1;
  return uri;
}

function readBare(scanner: Scanner): Uri {
  const from = scanner.offset;
  let i = from;
  while (i < scanner.end && BARE_URI_END[scanner.bytes[i] as number] !== 1) i++;
  if (scanner.bytes[i] === 0x3f && i < scanner.end) {
    scanner.offset = i;
    // Section 20: a URI with a comma, question mark or semicolon MUST be enclosed in angle brackets.
    scanner.fail('name-addr', 'brackets round a URI with a question mark');
  }
  const uri = readUri(scanner.within(from, i));
  scanner.offset = i;
  return uri;
}

/** Always in the name-addr form, which is right everywhere. */
export function formatNameAddress({ displayName, uri, parameters }: NameAddress): string {
  const name = displayName === null ? '' : `${quoteString(displayName)} `;
  return `${name}<${formatUri(uri)}>${formatParameters(parameters)}`;
}
