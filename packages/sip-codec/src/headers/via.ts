import { ADDRESS } from '../grammar/characters.js';
import type { Scanner } from '../grammar/scanner.js';
import { isIpv4Address, isIpv6Address, readHost, type Host } from '../uri/host.js';
import { listHeader, type HeaderDefinition } from './definition.js';
import { readPlainVia } from './plain.js';
import { readRuledParameters, rule, type ParameterRule } from './parameter-rules.js';
import { formatParameters, getParameter, type Parameter } from './parameters.js';

/** `via-parm = sent-protocol LWS sent-by *( SEMI via-params )`, RFC 3261 section 20.42. */
export interface Via {
  /** `SIP` and `2.0` in every message of ours. */
  readonly protocol: string;
  readonly version: string;
  /** As on the wire: UDP, TCP, TLS, WS, … */
  readonly transport: string;
  readonly host: Host;
  readonly port: number | null;
  readonly parameters: readonly Parameter[];
}

/** What RFC 3261 section 8.1.1.7 puts at the front of every branch. */
export const BRANCH_COOKIE = 'z9hG4bK';

const SLASH = 0x2f;
const COLON = 0x3a;
const MAX_PORT = 65_535;
const MAX_TTL = 255;

/** Via, RFC 3261 section 20.42, with rport of RFC 3581. */
export const VIA: HeaderDefinition<readonly Via[]> = /* @__PURE__ */ listHeader('Via', readVia, formatVia);

/**
 * Reads one via-parm.
 * @throws SipError of level `header`
 */
export function readVia(scanner: Scanner): Via {
  return readPlainVia(scanner) ?? readAnyVia(scanner);
}

function readAnyVia(scanner: Scanner): Via {
  const protocol = scanner.token('protocol-name');
  if (!scanner.takeSeparator(SLASH)) scanner.fail('sent-protocol', "'/'");
  const version = scanner.token('protocol-version');
  if (!scanner.takeSeparator(SLASH)) scanner.fail('sent-protocol', "'/'");
  const transport = scanner.token('transport');
  if (!scanner.skipSpace()) scanner.fail('via-parm', 'LWS');
  const host = readHost(scanner);
  const port = scanner.takeSeparator(COLON) ? scanner.integer(MAX_PORT, 'port') : null;
  return { protocol, version, transport, host, port, parameters: readRuledParameters(scanner, VALUED, readSpecial) };
}

/** What is nothing without a value; `branch` is a token besides. */
const VALUED: readonly ParameterRule[] = /* @__PURE__ */ ['branch', 'received', 'maddr', 'ttl'].map((name) =>
  rule(name, 'value'),
);

function readSpecial(scanner: Scanner, name: string): string | undefined {
  switch (name) {
    case 'received':
      return readReceived(scanner);
    case 'branch':
      // via-branch = "branch" EQUAL token: neither quoted nor an address in brackets.
      return scanner.token('via-branch');
    case 'maddr':
      return readHost(scanner).text;
    case 'ttl':
      return readTtl(scanner);
    case 'rport':
      // response-port = "rport" [EQUAL 1*DIGIT], RFC 3581 section 6.
      return String(scanner.integer(MAX_PORT, 'response-port'));
    default:
      return undefined;
  }
}

/** `ttl = 1*3DIGIT ; 0 to 255` */
function readTtl(scanner: Scanner): string {
  const from = scanner.offset;
  const ttl = scanner.integer(MAX_TTL, 'ttl');
  if (scanner.offset - from <= 3) return String(ttl);
  scanner.offset = from;
  return scanner.fail('ttl', 'at most three digits');
}

/** `via-received = "received" EQUAL (IPv4address / IPv6address)`; brackets are taken too (RFC 5118 section 4.5). */
function readReceived(scanner: Scanner): string {
  if (scanner.peek() === 0x5b) return readHost(scanner).text;
  const from = scanner.offset;
  const text = scanner.run(ADDRESS);
  if (isIpv4Address(text) || isIpv6Address(text)) return text;
  scanner.offset = from;
  return scanner.fail('via-received', 'an address');
}

export function formatVia(via: Via): string {
  const port = via.port === null ? '' : `:${via.port}`;
  const protocol = `${via.protocol}/${via.version}/${via.transport}`;
  return `${protocol} ${via.host.text}${port}${formatParameters(via.parameters)}`;
}

/** The branch, or undefined where there is none or it has no value. */
export function viaBranch(via: Via): string | undefined {
  return getParameter(via.parameters, 'branch') ?? undefined;
}
