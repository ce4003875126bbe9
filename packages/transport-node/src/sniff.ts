/**
 * Recognises SIP, HTTP and MSRP by their first bytes, for clients that send no ALPN. Pure: bytes in, an
 * answer out; the caller keeps the bytes, the time limit and the connection.
 */

export type SniffedProtocol = 'sip' | 'http' | 'msrp';

/**
 * `h2-preface` is HTTP/2 with prior knowledge, which over TLS needs ALPN (RFC 9113 section 3.2); `unknown` is a first
 * line of none of the four; `too-long` is no line end within the limit.
 */
export type SniffRefusal = 'h2-preface' | 'unknown' | 'too-long';

export type SniffResult =
  | { readonly type: 'undecided' }
  | { readonly type: 'protocol'; readonly protocol: SniffedProtocol }
  | { readonly type: 'refused'; readonly refusal: SniffRefusal };

/** A start line longer than this is nobody's: RFC 9112 section 3 recommends that servers take at least 8000 octets. */
export const SNIFF_BYTES_LIMIT = 8192;

const CR = 0x0d;
const LF = 0x0a;

const UNDECIDED: SniffResult = { type: 'undecided' };
const SIP: SniffResult = { type: 'protocol', protocol: 'sip' };
const HTTP: SniffResult = { type: 'protocol', protocol: 'http' };
const MSRP: SniffResult = { type: 'protocol', protocol: 'msrp' };

/**
 * Looks at the bytes of a connection from its first one, as many as there are. Ask again with more for as long as the
 * answer is `undecided`; every other answer is final, whatever follows. The limit keeps asking again cheap.
 */
export function sniff(bytes: Uint8Array, limit: number = SNIFF_BYTES_LIMIT): SniffResult {
  const start = startOfLine(bytes);
  if (typeof start !== 'number') return start;
  const end = bytes.subarray(0, limit).indexOf(LF, start);
  if (end < 0) return bytes.length >= limit ? { type: 'refused', refusal: 'too-long' } : UNDECIDED;
  return judge(latin1(bytes.subarray(start, end > start && bytes[end - 1] === CR ? end - 1 : end)));
}

/**
 * Two line ends are a SIP keep-alive (RFC 5626 section 4.4.1). One may stand before a request of any of the protocols
 * (RFC 3261 section 7.5, RFC 9112 section 2.2), so it decides nothing.
 */
function startOfLine(bytes: Uint8Array): number | SniffResult {
  if (bytes[0] !== CR) return 0;
  if (bytes.length === 1) return UNDECIDED;
  if (bytes[1] !== LF) return 0;
  if (bytes.length === 2) return UNDECIDED;
  if (bytes[2] !== CR) return 2;
  if (bytes.length === 3) return UNDECIDED;
  return bytes[3] === LF ? SIP : 2;
}

/** By the version token, because the methods overlap: OPTIONS is SIP and HTTP, as REGISTER could be. */
function judge(line: string): SniffResult {
  if (line.startsWith('SIP/2.0 ') || line.endsWith(' SIP/2.0')) return SIP;
  if (line === 'PRI * HTTP/2.0') return { type: 'refused', refusal: 'h2-preface' };
  if (line.endsWith(' HTTP/1.1') || line.endsWith(' HTTP/1.0')) return HTTP;
  if (line.startsWith('MSRP ')) return MSRP;
  return { type: 'refused', refusal: 'unknown' };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** What a route speaks, as far as first bytes tell. */
export type WireProtocol = SniffedProtocol | 'h2';

/** What the names of ALPN promise; null for names of other protocols, whose first bytes nobody here knows. */
export function protocolOfAlpn(name: string): WireProtocol | null {
  switch (name) {
    case 'sip/2':
    case 'sip':
      return 'sip';
    case 'http/1.1':
    case 'http/1.0':
      return 'http';
    case 'h2':
      return 'h2';
    case 'msrp':
      return 'msrp';
    default:
      return null;
  }
}

/**
 * Whether first bytes plainly belong to another protocol than the one negotiated: a browser made to speak HTTP to a
 * SIP port, or the reverse (the ALPACA attacks). Only a whole start line of another protocol is plain;
 * what nobody knows is left to the protocol's own parser.
 */
export function isForeign(expected: WireProtocol, seen: SniffResult): boolean {
  switch (seen.type) {
    case 'undecided':
      return false;
    case 'protocol':
      return seen.protocol !== expected;
    case 'refused':
      return seen.refusal === 'h2-preface' && expected !== 'h2';
  }
}
