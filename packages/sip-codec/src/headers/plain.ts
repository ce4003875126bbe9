// The commonest forms of Via and of addresses, read in one go: ASCII, no folds, no white space but where everybody has
// it, no escapes. Each reader gives what the general one would, or undefined, having taken nothing: then the general one
// reads, which alone knows what is an error.
//
// Behind each value of a message stands white space or a line end, which has no part in any of these forms: so what is
// looked for need not be kept from the end, and only runs of characters are.
import { ALPHA, DIGIT, PARAMCHAR, QDTEXT, runEnd, TOKEN, USER } from '../grammar/characters.js';
import type { Scanner } from '../grammar/scanner.js';
import { equalsIgnoringCase } from '../grammar/text.js';
import { PARAMETER_WORDS } from '../grammar/words.js';
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

/**
 * Up to four parameters with different names: with more, or with the same name twice, the general reader has the word.
 * An array that grows would be made with room for many.
 */
class FewParameters<T extends UriParameter> {
  #first: T | undefined;
  #second: T | undefined;
  #third: T | undefined;
  #fourth: T | undefined;

  /** Whether it could be added. */
  add(parameter: T): boolean {
    const { name } = parameter;
    if (this.#first === undefined) this.#first = parameter;
    else if (isSameName(this.#first.name, name)) return false;
    else if (this.#second === undefined) this.#second = parameter;
    else if (isSameName(this.#second.name, name)) return false;
    else if (this.#third === undefined) this.#third = parameter;
    else if (isSameName(this.#third.name, name) || this.#fourth !== undefined) return false;
    else this.#fourth = parameter;
    return true;
  }

  toArray(): readonly T[] {
    if (this.#first === undefined) return NONE;
    if (this.#second === undefined) return [this.#first];
    if (this.#third === undefined) return [this.#first, this.#second];
    if (this.#fourth === undefined) return [this.#first, this.#second, this.#third];
    return [this.#first, this.#second, this.#third, this.#fourth];
  }
}

const NONE: readonly never[] = /* @__PURE__ */ Object.freeze([]);

/** `SIP/2.0/transport SP host [ ":" port ] *( ";" via-params )` up to the end or a comma. */
export function readPlainVia(scanner: Scanner): Via | undefined {
  const { bytes, end, offset: from } = scanner;
  const source = scanner.asciiSource;
  if (source === undefined || !isSip2(bytes, from)) return undefined;
  const transportEnd = runEnd(bytes, from + 8, end, TOKEN);
  if (transportEnd === from + 8 || bytes[transportEnd] !== SP) return undefined;
  const host = plainHost(bytes, transportEnd + 1, end, source);
  if (host === undefined) return undefined;
  let i = transportEnd + 1 + host.text.length;
  let port: number | null = null;
  if (bytes[i] === COLON) {
    const portStart = i + 1;
    i = digitsEnd(bytes, portStart);
    port = plainNumber(bytes, portStart, i);
    if (port > MAX_PORT) return undefined;
  }
  const parameters = readPlainParameters(scanner, i, source, 'via');
  if (parameters === undefined) return undefined;
  const transport = wordOf(bytes, from + 8, transportEnd, source);
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
  if (uri === undefined) return undefined;
  const parameters = readPlainParameters(scanner, scanner.offset + 1, source, 'generic');
  if (parameters !== undefined) return { displayName, uri, parameters };
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
  const userEnd = runEnd(bytes, i, end, USER);
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
    i = digitsEnd(bytes, portStart);
    port = plainNumber(bytes, portStart, i);
    if (port > MAX_PORT) return undefined;
  }
  let parameters: readonly UriParameter[] = NONE;
  if (bytes[i] === SEMICOLON) {
    const few = new FewParameters<UriParameter>();
    do {
      const nameStart = i + 1;
      i = runEnd(bytes, nameStart, end, PARAMCHAR);
      if (i === nameStart) return undefined;
      const name = wordOf(bytes, nameStart, i, source);
      let value: string | null = null;
      if (bytes[i] === EQUALS) {
        const valueStart = i + 1;
        i = runEnd(bytes, valueStart, end, PARAMCHAR);
        if (i === valueStart) return undefined;
        value = wordOf(bytes, valueStart, i, source);
      }
      if (!few.add({ name, value })) return undefined;
    } while (bytes[i] === SEMICOLON);
    parameters = few.toArray();
  }
  if (bytes[i] !== RIGHT_ANGLE) return undefined;
  scanner.offset = i;
  return { type: 'sip', scheme, user, password: null, host, port, parameters, headers: NONE };
}

/** `*( ";" generic-param )` from `start` on, and the end or a comma, where the scanner stops. */
function readPlainParameters(
  scanner: Scanner,
  start: number,
  source: string,
  kind: 'via' | 'generic',
): readonly Parameter[] | undefined {
  const { bytes, end } = scanner;
  let i = start;
  let parameters: readonly Parameter[] = NONE;
  if (bytes[i] === SEMICOLON) {
    const few = new FewParameters<Parameter>();
    do {
      const nameStart = i + 1;
      i = runEnd(bytes, nameStart, end, TOKEN);
      if (i === nameStart) return undefined;
      const name = wordOf(bytes, nameStart, i, source);
      let value: string | null = null;
      let quoted = false;
      if (bytes[i] === EQUALS) {
        let valueStart = i + 1;
        if (bytes[valueStart] === DQUOTE) {
          quoted = true;
          valueStart++;
          i = runEnd(bytes, valueStart, end, QDTEXT);
          if (bytes[i] !== DQUOTE) return undefined;
        } else {
          i = runEnd(bytes, valueStart, end, TOKEN);
          if (i === valueStart) return undefined;
        }
        if (kind === 'via' && !isPlainViaValue(name, bytes, valueStart, i, quoted)) return undefined;
        value = source.substring(valueStart, i);
        if (quoted) i++;
      }
      if (!few.add({ name, value, quoted })) return undefined;
    } while (bytes[i] === SEMICOLON);
    parameters = few.toArray();
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

/** Whether `SIP/2.0/` stands there, in just these letters. */
function isSip2(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0x53 &&
    bytes[at + 1] === 0x49 &&
    bytes[at + 2] === 0x50 &&
    bytes[at + 3] === 0x2f &&
    bytes[at + 4] === 0x32 &&
    bytes[at + 5] === 0x2e &&
    bytes[at + 6] === 0x30 &&
    bytes[at + 7] === 0x2f
  );
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

/** What is `start`..`end`, without making a string of it where it is a word of every day. */
function wordOf(bytes: Uint8Array, start: number, end: number, source: string): string {
  return PARAMETER_WORDS.at(bytes, start, end) ?? source.substring(start, end);
}

function digitsEnd(bytes: Uint8Array, start: number): number {
  let i = start;
  while ((bytes[i] as number) >= 0x30 && (bytes[i] as number) <= 0x39) i++;
  return i;
}

/** The digits at `start`..`end` as a number; Infinity where there are none. */
function plainNumber(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return Infinity;
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + (bytes[i] as number) - 0x30;
  return value;
}
