import { SipError } from '../error.js';
import { TOKEN } from '../grammar/characters.js';
import { Scanner } from '../grammar/scanner.js';
import { asciiLowerCase, textToBytes } from '../grammar/text.js';
import { getParameter } from '../headers/parameters.js';
import { readVia } from '../headers/via.js';
import { bareHost, isIpv4Address, isIpv6Address } from '../uri/host.js';
import type { SipHeaderField } from './head.js';
import { oneLine } from './one-line.js';

/** Where a request came from. */
export interface SourceAddress {
  /** An IPv4 address, or an IPv6 address without brackets. */
  readonly address: string;
  readonly port: number;
}

/**
 * The top Via row with `received` where the sent-by is not the source address (RFC 3261 section 18.2.1), and with
 * `received` and the value of `rport` where the client asked for it (RFC 3581 section 4). A `received` or a port that
 * the client wrote itself is replaced, since it is our word that counts. A Via that cannot be read stays as it is.
 * @throws SipError `invalid-argument` for a source that is no address
 */
export function topViaWithSource(field: SipHeaderField, source: SourceAddress): Uint8Array {
  checkSource(source);
  const raw = oneLine(field);
  const scanner = new Scanner(raw, 0, raw.length, 'Via');
  try {
    const via = readVia(scanner);
    const first = raw.subarray(0, scanner.offset);
    const wantsPort = getParameter(via.parameters, 'rport') !== undefined;
    const differs = bareHost(via.host.text) !== bareHost(source.address);
    if (!wantsPort && !differs && getParameter(via.parameters, 'received') === undefined) return raw;

    const cut = withoutParameters(first, wantsPort ? ['received', 'rport'] : ['received']);
    const received = wantsPort || differs ? `;received=${source.address}` : '';
    const rport = wantsPort ? `;rport=${source.port}` : '';
    return joined([...cut, textToBytes(`${received}${rport}`), raw.subarray(scanner.offset)]);
  } catch (error) {
    if (error instanceof SipError) return raw;
    throw error;
  }
}

const SEMICOLON = 0x3b;
const DQUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The pieces of a via-parm that was read without error, without the parameters of these names. */
function withoutParameters(via: Uint8Array, names: readonly string[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (let i = 0; i <= via.length; i++) {
    if (via[i] === DQUOTE) {
      i++;
      while (i < via.length && via[i] !== DQUOTE) i += via[i] === BACKSLASH ? 2 : 1;
    } else if (i === via.length || (via[i] === SEMICOLON && i > from)) {
      const piece = via.subarray(from, i);
      const scanner = new Scanner(piece, 1, piece.length, 'Via');
      scanner.skipSpace();
      // The first piece is no parameter but what stands in front of them.
      if (from === 0 || !names.includes(asciiLowerCase(scanner.run(TOKEN)))) pieces.push(piece);
      from = i;
    }
  }
  return pieces;
}

function checkSource({ address, port }: SourceAddress): void {
  if (!isIpv4Address(address) && !isIpv6Address(address)) {
    throw new SipError('invalid-argument', { field: 'source', expected: 'an address', got: JSON.stringify(address) });
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SipError('invalid-argument', { field: 'source', expected: 'a port', got: String(port) });
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
