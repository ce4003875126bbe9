// The commonest forms of Via and of addresses, read in one go: ASCII, no folds, no white space but where everybody has
// it, no escapes. Each reader gives what the general one would, or undefined, having taken nothing: then the general one
// reads, which alone knows what is an error.
//
// Behind each value of a message stands white space or a line end, which has no part in any of these forms: so nothing
// that is looked for need be kept from the end, but for quoted strings and hosts.
import { copyBytes } from '@portico/bytes';
import { ALPHA, DIGIT, PARAMCHAR, QDTEXT, runEnd, TOKEN, USER, type CharacterClass } from '../grammar/characters.js';
import type { Scanner } from '../grammar/scanner.js';
import { commonWordAt } from '../grammar/words.js';
import { isIpv4At, type Host } from '../uri/host.js';
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

const NONE: readonly never[] = /* @__PURE__ */ Object.freeze([]);

/** `SIP/2.0/transport SP host [ ":" port ] *( ";" via-params )` up to the end or a comma. */
export function readPlainVia(scanner: Scanner): Via | undefined {
  const { bytes, end, offset: from } = scanner;
  const source = scanner.asciiSource;
  if (source === undefined || !source.startsWith('SIP/2.0/', from)) return undefined;
  const transportEnd = spanEnd(bytes, from + 8, TOKEN);
  if (transportEnd === from + 8 || bytes[transportEnd] !== SP) return undefined;
  const host = plainHost(bytes, transportEnd + 1, end, source);
  if (host === undefined) return undefined;
  let i = transportEnd + 1 + host.text.length;
  let port: number | null = null;
  if (bytes[i] === COLON) {
    const portStart = i + 1;
    i = spanEnd(bytes, portStart, DIGIT);
    port = plainNumber(bytes, portStart, i);
    if (port > MAX_PORT) return undefined;
  }
  const parameters = readPlainParameters(scanner, i, source, 'via');
  if (parameters === undefined) return undefined;
  const transport = commonWordAt(bytes, from + 8, transportEnd) ?? source.substring(from + 8, transportEnd);
  return { protocol: 'SIP', version: '2.0', transport, host, port, parameters };
}

/** `[ quoted-string [ SP ] ] "<" SIP-URI ">" *( ";" generic-param )` up to the end or a comma. */
export function readPlainAddress(scanner: Scanner): NameAddress | undefined {
  const { bytes, end, offset: from } = scanner;
  const source = scanner.asciiSource;
  if (source === undefined) return undefined;
  let i = from;
  let displayName: string | null = null;
  if (bytes[i] === DQUOTE) {
    const nameStart = i + 1;
    i = runEnd(bytes, nameStart, end, QDTEXT);
    if (bytes[i] !== DQUOTE) return undefined;
    displayName = source.substring(nameStart, i);
    i++;
    if (bytes[i] === SP) i++;
  }
  if (bytes[i] !== LEFT_ANGLE) return undefined;
  const uri = plainSipUri(scanner, i + 1, source);
  const parameters =
    uri === undefined ? undefined : readPlainParameters(scanner, scanner.offset + 1, source, 'generic');
  if (uri !== undefined && parameters !== undefined) return { displayName, uri, parameters };
  scanner.offset = from;
  return undefined;
}

/** `( "sip:" / "sips:" ) [ user "@" ] host [ ":" port ] *( ";" uri-parameter )` and the bracket, where the scanner stops. */
function plainSipUri(scanner: Scanner, start: number, source: string): SipUri | undefined {
  const { bytes, end } = scanner;
  if (bytes[start] !== 0x73 || bytes[start + 1] !== 0x69 || bytes[start + 2] !== 0x70) return undefined;
  const scheme = bytes[start + 3] === 0x73 ? 'sips' : 'sip';
  let i = start + scheme.length;
  if (bytes[i] !== COLON) return undefined;
  i++;
  let user: string | null = null;
  const userEnd = spanEnd(bytes, i, USER);
  if (bytes[userEnd] === AT) {
    if (userEnd === i) return undefined;
    user = source.substring(i, userEnd);
    i = userEnd + 1;
  }
  // Nothing that follows can hold an @, so what is read to the end without one has no user.
  const host = plainHost(bytes, i, end, source);
  if (host === undefined) return undefined;
  i += host.text.length;
  let port: number | null = null;
  if (bytes[i] === COLON) {
    const portStart = i + 1;
    i = spanEnd(bytes, portStart, DIGIT);
    port = plainNumber(bytes, portStart, i);
    if (port > MAX_PORT) return undefined;
  }
  scanner.offset = i;
  const parameters = bytes[i] === SEMICOLON ? fewParameters(scanner, source, 'uri') : NONE;
  if (parameters === undefined || bytes[scanner.offset] !== RIGHT_ANGLE) return undefined;
  return { type: 'sip', scheme, user, password: null, host, port, parameters, headers: NONE };
}

/** `*( ";" generic-param )` from `start` on, and the end or a comma, where the scanner stops; else it stays. */
function readPlainParameters(
  scanner: Scanner,
  start: number,
  source: string,
  kind: 'generic' | 'via',
): readonly Parameter[] | undefined {
  const { bytes, offset: from } = scanner;
  scanner.offset = start;
  const parameters = bytes[start] === SEMICOLON ? fewParameters(scanner, source, kind) : NONE;
  if (parameters !== undefined && (scanner.offset === scanner.end || bytes[scanner.offset] === COMMA))
    return parameters as readonly Parameter[];
  scanner.offset = from;
  return undefined;
}

/**
 * Up to four parameters with different names, where the scanner is at a semicolon: with more, or with the same name
 * twice, the general reader has the word. An array that grows would be made with room for many.
 */
function fewParameters(
  scanner: Scanner,
  source: string,
  kind: 'generic' | 'via' | 'uri',
): readonly UriParameter[] | undefined {
  const { bytes } = scanner;
  const first = plainParameter(scanner, source, kind);
  if (first === undefined) return undefined;
  if (bytes[scanner.offset] !== SEMICOLON) return [first];
  const second = plainParameter(scanner, source, kind);
  if (second === undefined || first.name === second.name) return undefined;
  if (bytes[scanner.offset] !== SEMICOLON) return [first, second];
  const third = plainParameter(scanner, source, kind);
  if (third === undefined || first.name === third.name || second.name === third.name) return undefined;
  if (bytes[scanner.offset] !== SEMICOLON) return [first, second, third];
  const fourth = plainParameter(scanner, source, kind);
  if (fourth === undefined || bytes[scanner.offset] === SEMICOLON) return undefined;
  if (first.name === fourth.name || second.name === fourth.name || third.name === fourth.name) return undefined;
  return [first, second, third, fourth];
}

/** Names in small letters, so that two of them are equal only if they are the same text. */
const SMALL_TOKEN: CharacterClass = /* @__PURE__ */ withoutCapitals(TOKEN);
const SMALL_PARAMCHAR: CharacterClass = /* @__PURE__ */ withoutCapitals(PARAMCHAR);

function withoutCapitals(characters: CharacterClass): CharacterClass {
  return copyBytes(characters).fill(0, 0x41, 0x5b);
}

/** What stands behind the semicolon where the scanner stops; undefined if it is of another form. */
function plainParameter(
  scanner: Scanner,
  source: string,
  kind: 'generic' | 'via' | 'uri',
): Parameter | UriParameter | undefined {
  const { bytes } = scanner;
  const nameStart = scanner.offset + 1;
  let end = spanEnd(bytes, nameStart, kind === 'uri' ? SMALL_PARAMCHAR : SMALL_TOKEN);
  if (end === nameStart) return undefined;
  const word = commonWordAt(bytes, nameStart, end);
  const name = word ?? source.substring(nameStart, end);
  let value: string | null = null;
  let quoted = false;
  let start = end;
  if (bytes[end] === EQUALS) {
    start++;
    if (bytes[start] === DQUOTE && kind !== 'uri') {
      quoted = true;
      end = runEnd(bytes, start + 1, scanner.end, QDTEXT);
      if (bytes[end] !== DQUOTE) return undefined;
      value = source.substring(start + 1, end);
      end++;
    } else {
      end = spanEnd(bytes, start, kind === 'uri' ? PARAMCHAR : TOKEN);
      if (end === start) return undefined;
      value = source.substring(start, end);
    }
  }
  // What Via says of its own parameters concerns names that are common words.
  if (kind === 'via' && word !== undefined && !isPlainInVia(word, bytes, start, end, quoted)) return undefined;
  scanner.offset = end;
  return kind === 'uri' ? { name, value } : { name, value, quoted };
}

/**
 * Some parameters of Via have values of their own kinds: of these, a token in branch and an IPv4 address in received are the
 * common ones, and an rport without one. The value is `start`..`end`, which is empty where there is none.
 */
function isPlainInVia(name: string, bytes: Uint8Array, start: number, end: number, quoted: boolean): boolean {
  switch (name) {
    case 'received':
      return !quoted && isIpv4At(bytes, start, end);
    case 'branch':
      return !quoted && start < end;
    case 'rport':
      return start === end;
    case 'maddr':
    case 'ttl':
      return false;
    default:
      return true;
  }
}

/** A host name or an IPv4 address; undefined where there is another thing, or one that ends in an odd way. */
function plainHost(bytes: Uint8Array, start: number, end: number, source: string): Host | undefined {
  const kinds = HOST_KIND;
  let i = start;
  // As isHostnameAt has it: no label begins or ends with a hyphen, and the top label begins with a letter.
  let before = DOT;
  let topLabelIsName = false;
  for (; i < end; i++) {
    const kind = kinds[bytes[i] as number] as number;
    if (kind === OTHER) break;
    if (before === DOT) {
      if (kind <= HYPHEN) return undefined;
      topLabelIsName = kind === LETTER;
    } else if (kind === DOT && before === HYPHEN) {
      return undefined;
    }
    before = kind;
  }
  if (topLabelIsName) return before === HYPHEN ? undefined : { type: 'name', text: source.substring(start, i) };
  return isIpv4At(bytes, start, i) ? { type: 'ipv4', text: source.substring(start, i) } : undefined;
}

const OTHER = 0;
const DOT = 1;
const HYPHEN = 2;
const NUMERAL = 3;
const LETTER = 4;

const HOST_KIND: Uint8Array = /* @__PURE__ */ hostKinds();

function hostKinds(): Uint8Array {
  const table = new Uint8Array(256);
  for (let i = 0; i < 256; i++) table[i] = ALPHA[i] === 1 ? LETTER : DIGIT[i] === 1 ? NUMERAL : OTHER;
  table[0x2e] = DOT;
  table[0x2d] = HYPHEN;
  return table;
}

/** Where the run of members ends that begins at `start`: at the latest behind the value, where none of them stands. */
function spanEnd(bytes: Uint8Array, start: number, members: CharacterClass): number {
  let i = start;
  while (members[bytes[i] as number] === 1) i++;
  return i;
}

/** The digits at `start`..`end` as a number; Infinity where there are none. */
function plainNumber(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return Infinity;
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + (bytes[i] as number) - 0x30;
  return value;
}
