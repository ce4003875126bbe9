import type { SipErrorReason } from '../error.js';
import { ADDRESS, ALPHA, ALPHANUM, HEXDIG, HOST } from '../grammar/characters.js';
import type { Scanner } from '../grammar/scanner.js';
import { asciiBytes } from '../grammar/text.js';

/** `host = hostname / IPv4address / IPv6reference`, RFC 3261 section 25.1 with the correction of RFC 5954. */
export interface Host {
  readonly type: 'name' | 'ipv4' | 'ipv6';
  /** As on the wire; an IPv6 reference with its brackets. */
  readonly text: string;
}

const LEFT_BRACKET = 0x5b;

/**
 * Reads a host as far as it goes.
 * @throws SipError of the given reason
 */
export function readHost(scanner: Scanner, reason: SipErrorReason = 'header-syntax'): Host {
  const from = scanner.offset;
  if (scanner.peek() === LEFT_BRACKET) {
    scanner.offset++;
    const address = scanner.run(ADDRESS);
    if (!scanner.take(0x5d)) scanner.fail('IPv6reference', "']'", reason);
    if (!isIpv6Address(address)) {
      scanner.offset = from;
      scanner.fail('IPv6address', 'an IPv6 address', reason);
    }
    return { type: 'ipv6', text: `[${address}]` };
  }
  const end = scanner.skipRun(HOST);
  if (isHostnameAt(scanner.bytes, from, end)) return { type: 'name', text: scanner.cut(from, end) };
  if (isIpv4At(scanner.bytes, from, end)) return { type: 'ipv4', text: scanner.cut(from, end) };
  scanner.offset = from;
  return scanner.fail('host', 'a host name or an address', reason);
}

/** `IPv4address = 1*3DIGIT "." 1*3DIGIT "." 1*3DIGIT "." 1*3DIGIT`, each at most 255. */
export function isIpv4Address(text: string): boolean {
  const bytes = asciiBytes(text);
  return isIpv4At(bytes, 0, bytes.length);
}

/** As isIpv4Address, of bytes. */
export function isIpv4At(bytes: Uint8Array, start: number, end: number): boolean {
  let dots = 0;
  let digits = 0;
  let value = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === DOT) {
      if (digits === 0) return false;
      dots++;
      digits = 0;
      value = 0;
    } else {
      if (byte < 0x30 || byte > 0x39) return false;
      digits++;
      value = value * 10 + byte - 0x30;
      if (digits > 3 || value > 255) return false;
    }
  }
  return dots === 3 && digits > 0;
}

const DOT = 0x2e;
const HYPHEN = 0x2d;

/**
 * `IPv6address` of RFC 5954 section 4.1: eight groups, one run of them may be `::`, the last two may be an IPv4 address.
 * The third colon that the grammar of RFC 3261 asked for in front of the IPv4 part is taken too (RFC 5118 section 4.10).
 */
export function isIpv6Address(text: string): boolean {
  let groups = withoutThirdColon(text);
  const lastColon = groups.lastIndexOf(':');
  if (groups.includes('.')) {
    if (lastColon < 0 || !isIpv4Address(groups.slice(lastColon + 1))) return false;
    groups = `${groups.slice(0, lastColon + 1)}0:0`;
  }
  const halves = groups.split('::');
  if (halves.length > 2) return false;
  const counts = halves.map((half) => (half === '' ? 0 : countGroups(half)));
  if (counts.includes(Number.NaN)) return false;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return halves.length === 2 ? total <= 7 : total === 8;
}

/** The colon that only an IPv4 part may have in front of it. */
function withoutThirdColon(text: string): string {
  return text.replace(/:::(?=[0-9]+\.[0-9.]+$)/, '::');
}

/** `hexseq = hex4 *( ":" hex4 )`: how many, or NaN if it is none. */
function countGroups(text: string): number {
  const groups = text.split(':');
  return groups.every((group) => group.length >= 1 && group.length <= 4 && isHex(group)) ? groups.length : Number.NaN;
}

function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (HEXDIG[text.charCodeAt(i)] !== 1) return false;
  return true;
}

/**
 * `hostname = *( domainlabel "." ) toplabel [ "." ]`: labels of letters, digits and hyphens, no hyphen at either end of
 * one, and the top label begins with a letter.
 */
export function isHostname(text: string): boolean {
  const bytes = asciiBytes(text);
  return isHostnameAt(bytes, 0, bytes.length);
}

/** As isHostname, of bytes. */
export function isHostnameAt(bytes: Uint8Array, start: number, end: number): boolean {
  let topLabel = start;
  let before = DOT;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === DOT) {
      if (before === DOT || before === HYPHEN) return false;
      if (i + 1 < end) topLabel = i + 1;
    } else if (byte === HYPHEN) {
      if (before === DOT) return false;
    } else if (ALPHANUM[byte] !== 1) {
      return false;
    }
    before = byte;
  }
  return topLabel < end && before !== HYPHEN && ALPHA[bytes[topLabel] as number] === 1;
}

/** The same host: without brackets, in lower case, `::` forms not expanded. */
export function bareHost(text: string): string {
  return (text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text).toLowerCase();
}

/**
 * An IPv6 address with all its eight groups, without leading zeros, in lower case and without an IPv4 part: two texts of
 * one address come out the same (RFC 5954 section 3.3).
 * @param text an address that `isIpv6Address` takes
 */
export function canonicalIpv6(text: string): string {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(withoutThirdColon(text));
  let groups = text;
  if (dotted !== null) {
    const [, front = '', ...octets] = dotted;
    const [a = 0, b = 0, c = 0, d = 0] = octets.map(Number);
    groups = `${front}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  }
  const [left = '', right] = groups.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const first = left === '' ? [] : left;
  const last = right ?? [];
  const zeros = new Array<string>(8 - first.length - last.length).fill('0');
  return [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
