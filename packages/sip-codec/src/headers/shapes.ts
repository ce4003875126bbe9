// The shapes that many header fields share. A field is data over one of them: its name, and the rules of its parameters.
import type { Scanner } from '../grammar/scanner.js';
import { formatUri, type Uri } from '../uri/uri.js';
import { listHeader, singleHeader, type HeaderDefinition } from './definition.js';
import {
  formatNameAddress,
  readBracketed,
  readBracketedAddress,
  readNameAddress,
  type NameAddress,
} from './name-addr.js';
import { readRuledParameters, type ParameterRule } from './parameter-rules.js';
import { formatParameters, quoteString, type Parameter } from './parameters.js';

/** `token *( SEMI generic-param )`: Event, Reason, Accept-Encoding and many others. */
export interface TokenValue {
  /** As on the wire; compared without case. */
  readonly token: string;
  readonly parameters: readonly Parameter[];
}

/** `LAQUOT absoluteURI RAQUOT *( SEMI generic-param )`: Alert-Info, Call-Info, Error-Info, Geolocation. */
export interface UriValue {
  readonly uri: Uri;
  readonly parameters: readonly Parameter[];
}

/** `( token / quoted-string ) *( SEMI generic-param )`: User-to-User, P-Visited-Network-ID. */
export interface TextValue {
  readonly text: string;
  readonly quoted: boolean;
  readonly parameters: readonly Parameter[];
}

/** `1*DIGIT *( SEMI generic-param )`: Session-Expires, Min-SE, Geolocation-Error. */
export interface NumberValue {
  readonly number: number;
  readonly parameters: readonly Parameter[];
}

const NO_RULES: readonly ParameterRule[] = /* @__PURE__ */ Object.freeze([]);

const LEFT_ANGLE = 0x3c;
const DQUOTE = 0x22;

/** A token with parameters. `check` is for tokens that have a grammar of their own. */
export function tokenValueReader(
  rules: readonly ParameterRule[] = NO_RULES,
  tokenRule = 'token',
  check?: (token: string) => boolean,
): (scanner: Scanner) => TokenValue {
  return (scanner) => ({
    token: readCheckedToken(scanner, tokenRule, check),
    parameters: readRuledParameters(scanner, rules),
  });
}

export function formatTokenValue({ token, parameters }: TokenValue): string {
  return `${token}${formatParameters(parameters)}`;
}

/** One field that holds one token with parameters. */
export function tokenValueHeader(
  name: string,
  read: (scanner: Scanner) => TokenValue = tokenValueReader(),
): HeaderDefinition<TokenValue> {
  return singleHeader(name, read, formatTokenValue);
}

/** A list of tokens with parameters. */
export function tokenValueListHeader(
  name: string,
  read: (scanner: Scanner) => TokenValue = tokenValueReader(),
  empty: 'allowed' | 'refused' = 'refused',
): HeaderDefinition<readonly TokenValue[]> {
  return listHeader(name, read, formatTokenValue, empty);
}

/** One token. */
export function tokenHeader(name: string): HeaderDefinition<string> {
  return singleHeader(
    name,
    (scanner) => scanner.token(),
    (token) => token,
  );
}

/** How the tokens of a list differ from others. */
export interface TokenListOptions {
  /** Whether a field may be empty; default `refused`. */
  readonly empty?: 'allowed' | 'refused';
  /** Of the grammar, for errors. */
  readonly rule?: string;
  /** What a token has to be besides. */
  readonly check?: (token: string) => boolean;
}

/** A list of tokens. */
export function tokenListHeader(
  name: string,
  { empty, rule = 'token', check }: TokenListOptions = {},
): HeaderDefinition<readonly string[]> {
  return listHeader(
    name,
    (scanner) => readCheckedToken(scanner, rule, check),
    (token) => token,
    empty,
  );
}

function readCheckedToken(scanner: Scanner, rule: string, check: TokenListOptions['check']): string {
  const from = scanner.offset;
  const token = scanner.token(rule);
  if (check === undefined || check(token)) return token;
  scanner.offset = from;
  return scanner.fail(rule, rule);
}

/** A list of URIs in angle brackets, with parameters. */
export function uriListHeader(
  name: string,
  rules: readonly ParameterRule[] = NO_RULES,
): HeaderDefinition<readonly UriValue[]> {
  return listHeader(
    name,
    (scanner) => ({ uri: readBracketedUri(scanner), parameters: readRuledParameters(scanner, rules) }),
    ({ uri, parameters }) => `<${formatUri(uri)}>${formatParameters(parameters)}`,
  );
}

/**
 * `LAQUOT absoluteURI RAQUOT`, where a SIP or SIPS URI is one too.
 * @throws SipError of level `header` or `uri`
 */
export function readBracketedUri(scanner: Scanner): Uri {
  scanner.expect(LEFT_ANGLE, 'absoluteURI');
  return readBracketed(scanner, 'absoluteURI');
}

/** One address with parameters; `brackets` says whether `name-addr` is the only form. */
export function addressHeader(
  name: string,
  brackets: 'required' | 'optional' = 'optional',
): HeaderDefinition<NameAddress> {
  return singleHeader(name, brackets === 'required' ? readBracketedAddress : readNameAddress, formatNameAddress);
}

/** A list of addresses with parameters. */
export function addressListHeader(
  name: string,
  brackets: 'required' | 'optional' = 'required',
  empty: 'allowed' | 'refused' = 'refused',
): HeaderDefinition<readonly NameAddress[]> {
  return listHeader(name, brackets === 'required' ? readBracketedAddress : readNameAddress, formatNameAddress, empty);
}

/** A number up to `max`. */
export function numberHeader(name: string, max: number): HeaderDefinition<number> {
  return singleHeader(name, (scanner) => scanner.integer(max, name), String);
}

/** A number up to `max` with parameters. */
export function numberValueHeader(
  name: string,
  max: number,
  rules: readonly ParameterRule[] = NO_RULES,
): HeaderDefinition<NumberValue> {
  return singleHeader(
    name,
    (scanner) => ({ number: scanner.integer(max, name), parameters: readRuledParameters(scanner, rules) }),
    ({ number, parameters }) => `${number}${formatParameters(parameters)}`,
  );
}

/** A token or a quoted string, with parameters. */
export function textValueReader(rules: readonly ParameterRule[] = NO_RULES): (scanner: Scanner) => TextValue {
  return (scanner) => {
    const quoted = scanner.peek() === DQUOTE;
    const text = quoted ? scanner.quotedString() : scanner.token();
    return { text, quoted, parameters: readRuledParameters(scanner, rules) };
  };
}

export function formatTextValue({ text, quoted, parameters }: TextValue): string {
  return `${quoted ? quoteString(text) : text}${formatParameters(parameters)}`;
}

/** `generic-param *( SEMI generic-param )`: parameters without a value in front of them. */
export function parametersReader(
  rules: readonly ParameterRule[] = NO_RULES,
): (scanner: Scanner) => readonly Parameter[] {
  return (scanner) => readRuledParameters(scanner, rules, undefined, 'nothing');
}

export function formatBareParameters(parameters: readonly Parameter[]): string {
  return formatParameters(parameters).slice(1);
}
