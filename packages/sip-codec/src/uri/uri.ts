import { copyBytes } from '@portico/bytes';
import { SipError } from '../error.js';
import {
  ALPHA,
  HEXDIG,
  HNV,
  PARAMCHAR,
  PASSWORD,
  SCHEME,
  URIC,
  USER,
  type CharacterClass,
} from '../grammar/characters.js';
import { asciiLowerCase, textToBytes } from '../grammar/text.js';
import { Scanner } from '../grammar/scanner.js';
import { readHost, type Host } from './host.js';
import { readTelUri, type TelUri } from './tel-uri.js';

/** `name` or `name=value`, as on the wire: escapes are left alone. `value` is null where there is no `=`. */
export interface UriParameter {
  readonly name: string;
  readonly value: string | null;
}

/** SIP-URI and SIPS-URI, RFC 3261 section 19.1.1. Texts are as on the wire; `unescapeUri` decodes them, once. */
export interface SipUri {
  readonly type: 'sip';
  readonly scheme: 'sip' | 'sips';
  readonly user: string | null;
  readonly password: string | null;
  readonly host: Host;
  readonly port: number | null;
  readonly parameters: readonly UriParameter[];
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** absoluteURI of another scheme, kept as it is. */
export interface AbsoluteUri {
  readonly type: 'absolute';
  /** In lower case. */
  readonly scheme: string;
  /** What follows the first colon. */
  readonly rest: string;
}

export type Uri = SipUri | TelUri | AbsoluteUri;

/** The largest port number. */
const MAX_PORT = 65_535;

const AT = 0x40;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const QUESTION = 0x3f;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const PERCENT = 0x25;

/**
 * Reads a URI from text.
 * @throws SipError `uri-syntax`, with the offset in the text
 */
export function parseUri(text: string): Uri {
  const bytes = textToBytes(text);
  return readUri(new Scanner(bytes, 0, bytes.length, 'URI'));
}

/** Whether a text is a URI that `parseUri` reads. */
export function isUri(text: string): boolean {
  try {
    parseUri(text);
    return true;
  } catch (error) {
    if (error instanceof SipError) return false;
    throw error;
  }
}

/**
 * `addr-spec = SIP-URI / SIPS-URI / absoluteURI` over all that the scanner has; RFC 3261 section 25.1, tel by RFC 3966.
 * @throws SipError `uri-syntax`
 */
export function readUri(scanner: Scanner): Uri {
  if (ALPHA[scanner.peek()] !== 1) scanner.fail('scheme', 'a letter', 'uri-syntax');
  const scheme = asciiLowerCase(scanner.run(SCHEME));
  if (!scanner.take(COLON)) scanner.fail('scheme', "':'", 'uri-syntax');
  if (scheme === 'sip' || scheme === 'sips') return readSipUri(scanner, scheme);
  if (scheme === 'tel') return readTelUri(scanner);
  const rest = escapable(scanner, URIC, 'absoluteURI');
  if (rest === '') scanner.fail('absoluteURI', 'uric', 'uri-syntax');
  // A fragment is no part of absoluteURI.
  if (!scanner.atEnd) scanner.fail('absoluteURI', 'uric', 'uri-syntax');
  return { type: 'absolute', scheme, rest };
}

function readSipUri(scanner: Scanner, scheme: 'sip' | 'sips'): SipUri {
  let user: string | null = null;
  let password: string | null = null;
  // '@' stands in no other part of the URI: where there is one, all before it is userinfo.
  if (includes(scanner.bytes, scanner.offset, scanner.end, AT)) {
    user = escapable(scanner, USER, 'user');
    if (user === '') scanner.fail('user', 'user', 'uri-syntax');
    if (scanner.take(COLON)) password = escapable(scanner, PASSWORD, 'password');
    if (!scanner.take(AT)) scanner.fail('userinfo', "'@'", 'uri-syntax');
  }
  const host = readHost(scanner, 'uri-syntax');
  const port = scanner.take(COLON) ? readPort(scanner) : null;
  const parameters = scanner.atEnd ? NONE : readUriParameters(scanner);
  const headers = scanner.take(QUESTION) ? readUriHeaders(scanner) : NONE;
  if (!scanner.atEnd) scanner.fail('SIP-URI', 'the end of the URI', 'uri-syntax');
  return { type: 'sip', scheme, user, password, host, port, parameters, headers };
}

/** Up to so many parameters it is quicker to compare them one by one than to make a set. */
const FEW = 8;

/** Nearly every URI has no headers, and many have no parameters. */
const NONE: readonly never[] = /* @__PURE__ */ Object.freeze([]);

function includes(bytes: Uint8Array, start: number, end: number, byte: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === byte) return true;
  return false;
}

/** `uri-parameters = *( ";" uri-parameter )` */
function readUriParameters(scanner: Scanner): readonly UriParameter[] {
  const parameters: UriParameter[] = [];
  let keys: Set<string> | undefined;
  while (scanner.take(SEMICOLON)) {
    const at = scanner.offset;
    const name = escapable(scanner, PARAMCHAR, 'pname');
    if (name === '') scanner.fail('pname', 'paramchar', 'uri-syntax');
    let value: string | null = null;
    if (scanner.take(EQUALS)) {
      value = escapable(scanner, PARAMCHAR, 'pvalue');
      if (value === '') scanner.fail('pvalue', 'paramchar', 'uri-syntax');
    }
    // Section 19.1.1: any parameter name MUST NOT appear more than once.
    if (parameters.length === FEW) keys = new Set(parameters.map((parameter) => uriParameterKey(parameter.name)));
    const again =
      keys === undefined
        ? parameters.some((other) => isSameParameter(other.name, name))
        : keys.size === keys.add(uriParameterKey(name)).size;
    if (again) {
      scanner.offset = at;
      scanner.fail('uri-parameters', 'each parameter once', 'uri-syntax');
    }
    parameters.push({ name, value });
  }
  return parameters;
}

/** `headers = "?" header *( "&" header )` after the question mark. */
function readUriHeaders(scanner: Scanner): SipUri['headers'] {
  const headers: { name: string; value: string }[] = [];
  do {
    const name = escapable(scanner, HNV, 'hname');
    if (name === '') scanner.fail('hname', 'hname', 'uri-syntax');
    if (!scanner.take(EQUALS)) scanner.fail('header', "'='", 'uri-syntax');
    headers.push({ name, value: escapable(scanner, HNV, 'hvalue') });
  } while (scanner.take(AMPERSAND));
  return headers;
}

/** `port = 1*DIGIT`, within what a port can be. */
function readPort(scanner: Scanner): number {
  const at = scanner.offset;
  try {
    return scanner.integer(MAX_PORT, 'port');
  } catch {
    scanner.offset = at;
    return scanner.fail('port', `a number up to ${MAX_PORT}`, 'uri-syntax');
  }
}

/** A run of the class and of `escaped = "%" HEXDIG HEXDIG`. */
function escapable(scanner: Scanner, characters: CharacterClass, rule: string): string {
  const { bytes, end } = scanner;
  const from = scanner.offset;
  let i = from;
  while (i < end) {
    const byte = bytes[i] as number;
    if (characters[byte] === 1) {
      i++;
    } else if (byte === PERCENT) {
      if (i + 2 >= end || HEXDIG[bytes[i + 1] as number] !== 1 || HEXDIG[bytes[i + 2] as number] !== 1) {
        scanner.offset = i;
        scanner.fail(rule, 'two hexadecimal digits after %', 'uri-syntax');
      }
      i += 3;
    } else break;
  }
  scanner.offset = i;
  return scanner.cut(from, i);
}

/**
 * Decodes `%` escapes, exactly once, to bytes: `%00` is a byte like any other (RFC 4475 sections 3.1.1.3 and 3.1.1.4).
 * A `%` without two hexadecimal digits stands for itself.
 */
export function unescapeUri(text: string): Uint8Array<ArrayBuffer> {
  const bytes = textToBytes(text);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const high = hexValue(bytes[i + 1]);
    const low = hexValue(bytes[i + 2]);
    if (byte === PERCENT && high >= 0 && low >= 0) {
      bytes[length++] = high * 16 + low;
      i += 2;
    } else bytes[length++] = byte;
  }
  return copyBytes(bytes.subarray(0, length));
}

/** The text of a URI: what was parsed comes back byte for byte, but for the case of the scheme. */
export function formatUri(uri: Uri): string {
  switch (uri.type) {
    case 'absolute':
      return `${uri.scheme}:${uri.rest}`;
    case 'tel':
      return `tel:${uri.number}${formatParameters(uri.parameters)}`;
    case 'sip': {
      const password = uri.password === null ? '' : `:${uri.password}`;
      const userinfo = uri.user === null ? '' : `${uri.user}${password}@`;
      const port = uri.port === null ? '' : `:${uri.port}`;
      const headers = uri.headers.map(({ name, value }) => `${name}=${value}`).join('&');
      return (
        `${uri.scheme}:${userinfo}${uri.host.text}${port}${formatParameters(uri.parameters)}` +
        (headers === '' ? '' : `?${headers}`)
      );
    }
  }
}

function formatParameters(parameters: readonly UriParameter[]): string {
  return parameters.map(({ name, value }) => (value === null ? `;${name}` : `;${name}=${value}`)).join('');
}

/**
 * The value of a URI parameter: text as on the wire, null for one without a value, undefined where it is absent. Names
 * are compared without case and with their escapes decoded (RFC 3261 section 19.1.4).
 */
export function uriParameter(uri: Uri, name: string): string | null | undefined {
  if (uri.type === 'absolute') return undefined;
  const wanted = asciiLowerCase(name);
  return uri.parameters.find((parameter) => uriParameterKey(parameter.name) === wanted)?.value;
}

function isSameParameter(left: string, right: string): boolean {
  // Names of different lengths can only be equal where one has escapes.
  if (left.length !== right.length && !left.includes('%') && !right.includes('%')) return false;
  return uriParameterKey(left) === uriParameterKey(right);
}

/** What names of URI parameters are equal by: `%6C%72` and `lr` are one. */
export function uriParameterKey(name: string): string {
  // Nearly no name has escapes.
  if (!name.includes('%')) return asciiLowerCase(name);
  return asciiLowerCase(
    name.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  );
}

/**
 * The SIP or SIPS URI.
 * @throws SipError `uri-scheme-unsupported` for another scheme
 */
export function requireSipUri(uri: Uri, field: string): SipUri {
  if (uri.type === 'sip') return uri;
  throw new SipError('uri-scheme-unsupported', {
    field,
    rule: 'RFC 3261 section 8.2.2.1',
    expected: 'sip or sips',
    got: uri.type === 'tel' ? 'tel' : uri.scheme,
  });
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined || HEXDIG[byte] !== 1) return -1;
  return byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57;
}
