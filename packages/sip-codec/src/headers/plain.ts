// The commonest forms of Via and of addresses, read in one go: ASCII, no folds, no white space but where everybody has
// it, no escapes. Each reader gives what the general one would, or undefined, having taken nothing: then the general one
// reads, which alone knows what is an error.
import { HOST, PARAMCHAR, QDTEXT, TOKEN, USER } from '../grammar/characters.js';
import type { Scanner } from '../grammar/scanner.js';
import { equalsIgnoringCase } from '../grammar/text.js';
import { isHostnameAt, isIpv4At, type Host } from '../uri/host.js';
import type { SipUri, UriParameter } from '../uri/uri.js';
import type { NameAddress } from './name-addr.js';
import type { Parameter } from './parameters.js';
import type { Via } from './via.js';

const SP = 0x20;
const DQUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const LEFT_ANGLE = 0x3c;
const EQUALS = 0x3d;
const RIGHT_ANGLE = 0x3e;
const AT = 0x40;

const MAX_PORT = 65_535;

/** So many parameters are compared one by one; with more, the general reader makes a set of their names. */
const FEW = 8;

const NONE: readonly never[] = /* @__PURE__ */ Object.freeze([]);

/** `SIP/2.0/transport SP host [ ":" port ] *( ";" via-params )` up to the end or a comma. */
export function readPlainVia(scanner: Scanner): Via | undefined {
  const { bytes, end, offset: from } = scanner;
  const source = scanner.asciiSource;
  if (source === undefined || !isSip2(bytes, from)) return undefined;
  let i = from + 8;
  while (i < end && TOKEN[bytes[i] as number] === 1) i++;
  if (i === from + 8 || i === end || bytes[i] !== SP) return undefined;
  const transport = source.substring(from + 8, i);
  const hostStart = ++i;
  while (i < end && HOST[bytes[i] as number] === 1) i++;
  const host = plainHost(bytes, hostStart, i, source);
  if (host === undefined) return undefined;
  let port: number | null = null;
  if (i < end && bytes[i] === COLON) {
    const portStart = i + 1;
    i = digitsEnd(bytes, portStart, end);
    port = plainNumber(bytes, portStart, i);
    if (port > MAX_PORT) return undefined;
  }
  scanner.offset = i;
  const parameters = readPlainParameters(scanner, source, 'via');
  if (parameters !== undefined) return { protocol: 'SIP', version: '2.0', transport, host, port, parameters };
  scanner.offset = from;
  return undefined;
}

/** `[ quoted-string [ SP ] ] "<" SIP-URI ">" *( ";" generic-param )` up to the end or a comma. */
export function readPlainAddress(scanner: Scanner): NameAddress | undefined {
  const { bytes, end, offset: from } = scanner;
  const source = scanner.asciiSource;
  if (source === undefined) return undefined;
  let i = from;
  let displayName: string | null = null;
  if (i < end && bytes[i] === DQUOTE) {
    const nameStart = ++i;
    while (i < end && QDTEXT[bytes[i] as number] === 1) i++;
    if (i === end || bytes[i] !== DQUOTE) return undefined;
    displayName = source.substring(nameStart, i);
    i++;
    if (i < end && bytes[i] === SP) i++;
  }
  if (i >= end || bytes[i] !== LEFT_ANGLE) return undefined;
  const uriStart = i + 1;
  let at = -1;
  i = uriStart;
  while (i < end && bytes[i] !== RIGHT_ANGLE) {
    if (bytes[i] === AT && at < 0) at = i;
    i++;
  }
  if (i === end) return undefined;
  const uri = plainSipUri(bytes, uriStart, at, i, source);
  if (uri === undefined) return undefined;
  scanner.offset = i + 1;
  const parameters = readPlainParameters(scanner, source, 'generic');
  if (parameters !== undefined) return { displayName, uri, parameters };
  scanner.offset = from;
  return undefined;
}

/** `( "sip:" / "sips:" ) [ user "@" ] host [ ":" port ] *( ";" uri-parameter )` over all of `start`..`end`. */
function plainSipUri(bytes: Uint8Array, start: number, at: number, end: number, source: string): SipUri | undefined {
  if (bytes[start] !== 0x73 || bytes[start + 1] !== 0x69 || bytes[start + 2] !== 0x70) return undefined;
  const scheme = bytes[start + 3] === 0x73 ? 'sips' : 'sip';
  let i = start + scheme.length;
  if (bytes[i] !== COLON) return undefined;
  i++;
  let user: string | null = null;
  if (at >= 0) {
    const userStart = i;
    while (i < at && USER[bytes[i] as number] === 1) i++;
    if (i !== at || i === userStart) return undefined;
    user = source.substring(userStart, at);
    i++;
  }
  const hostStart = i;
  while (i < end && HOST[bytes[i] as number] === 1) i++;
  const host = plainHost(bytes, hostStart, i, source);
  if (host === undefined) return undefined;
  let port: number | null = null;
  if (bytes[i] === COLON) {
    const portStart = i + 1;
    i = digitsEnd(bytes, portStart, end);
    port = plainNumber(bytes, portStart, i);
    if (port > MAX_PORT) return undefined;
  }
  if (i === end) return { type: 'sip', scheme, user, password: null, host, port, parameters: NONE, headers: NONE };
  const parameters: UriParameter[] = [];
  while (i < end) {
    if (bytes[i] !== SEMICOLON) return undefined;
    const nameStart = ++i;
    while (i < end && PARAMCHAR[bytes[i] as number] === 1) i++;
    if (i === nameStart) return undefined;
    const name = source.substring(nameStart, i);
    let value: string | null = null;
    if (i < end && bytes[i] === EQUALS) {
      const valueStart = ++i;
      while (i < end && PARAMCHAR[bytes[i] as number] === 1) i++;
      if (i === valueStart) return undefined;
      value = source.substring(valueStart, i);
    }
    for (const other of parameters) if (isSameName(other.name, name)) return undefined;
    if (parameters.length === FEW) return undefined;
    parameters.push({ name, value });
  }
  return { type: 'sip', scheme, user, password: null, host, port, parameters, headers: NONE };
}

function readPlainParameters(
  scanner: Scanner,
  source: string,
  kind: 'via' | 'generic',
): readonly Parameter[] | undefined {
  const { bytes, end } = scanner;
  let i = scanner.offset;
  if (i === end) return NONE;
  const parameters: Parameter[] = [];
  while (i < end && bytes[i] === SEMICOLON) {
    const nameStart = ++i;
    while (i < end && TOKEN[bytes[i] as number] === 1) i++;
    if (i === nameStart) return undefined;
    const name = source.substring(nameStart, i);
    let value: string | null = null;
    let quoted = false;
    if (i < end && bytes[i] === EQUALS) {
      let valueStart = ++i;
      if (i < end && bytes[i] === DQUOTE) {
        quoted = true;
        valueStart = ++i;
        while (i < end && QDTEXT[bytes[i] as number] === 1) i++;
        if (i === end || bytes[i] !== DQUOTE) return undefined;
        value = source.substring(valueStart, i);
        i++;
      } else {
        while (i < end && TOKEN[bytes[i] as number] === 1) i++;
        if (i === valueStart) return undefined;
        value = source.substring(valueStart, i);
      }
      if (kind === 'via' && !isPlainViaValue(name, bytes, valueStart, i, quoted)) return undefined;
    }
    for (const other of parameters) if (isSameName(other.name, name)) return undefined;
    if (parameters.length === FEW) return undefined;
    parameters.push({ name, value, quoted });
  }
  if (i !== end && bytes[i] !== COMMA) return undefined;
  scanner.offset = i;
  return parameters;
}

/** Some parameters of Via have values of their own kinds; of these, an IPv4 address in received is the common one. */
function isPlainViaValue(name: string, bytes: Uint8Array, start: number, end: number, quoted: boolean): boolean {
  switch (name.length) {
    case 8:
      if (name === 'received') return !quoted && isIpv4At(bytes, start, end);
      return !equalsIgnoringCase(name, 'received');
    case 5:
      return !equalsIgnoringCase(name, 'rport') && !equalsIgnoringCase(name, 'maddr');
    case 3:
      return !equalsIgnoringCase(name, 'ttl');
    default:
      return true;
  }
}

function isSameName(left: string, right: string): boolean {
  return left === right || (left.length === right.length && equalsIgnoringCase(left, right));
}

/** Whether `SIP/2.0/` stands there, in just these letters. A line end is behind every value, so that it can be looked for. */
function isSip2(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < SIP2.length; i++) if (bytes[at + i] !== SIP2.charCodeAt(i)) return false;
  return true;
}

const SIP2 = 'SIP/2.0/';

function plainHost(bytes: Uint8Array, start: number, end: number, source: string): Host | undefined {
  if (isHostnameAt(bytes, start, end)) return { type: 'name', text: source.substring(start, end) };
  if (isIpv4At(bytes, start, end)) return { type: 'ipv4', text: source.substring(start, end) };
  return undefined;
}

function digitsEnd(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && (bytes[i] as number) >= 0x30 && (bytes[i] as number) <= 0x39) i++;
  return i;
}

/** The digits at `start`..`end` as a number; Infinity where there are none. */
function plainNumber(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return Infinity;
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + (bytes[i] as number) - 0x30;
  return value;
}
