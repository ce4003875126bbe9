import { getParameter } from '../headers/parameters.js';
import { asciiLowerCase } from '../grammar/text.js';
import type { Via } from '../headers/via.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { topVia } from './top-via.js';

/** RFC 3261 section 18.2.2 and 19.1.2. */
const DEFAULT_PORT = 5060;
const DEFAULT_TLS_PORT = 5061;

/** Those of the ws and wss URIs by which a WebSocket server is reached, RFC 6455 section 3 and RFC 7118 section 5. */
const DEFAULT_WS_PORT = 80;
const DEFAULT_WSS_PORT = 443;

/** An address as messages name it. */
export interface SipEndpointName {
  /** In lower case: `tls`, `tcp`, `udp`, `ws`, … */
  readonly transport: string;
  /** A host name or an address; an IPv6 address has brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * The address that the sender of a request advertises for connection reuse, RFC 5923 section 8: `alias` stands in the
 * topmost Via and the connection is TLS over whatever transport. Requests to that address may take the connection, if and
 * only if its certificate names the host. Null where the sender asks for nothing: on other transports than TLS the
 * parameter is ignored, because nobody was authenticated.
 */
export function connectionAlias(request: SipRequest): SipEndpointName | null {
  const via = topVia(request);
  if (via === null || getParameter(via.parameters, 'alias') === undefined) return null;
  const name = nameOf(via, via.host.text, via.port);
  return isTls(name.transport) ? name : null;
}

/** Where a response goes. */
export interface ResponseTarget extends SipEndpointName {
  /** What decided. */
  readonly from: 'maddr' | 'received' | 'sent-by';
}

/**
 * Where a server sends a response, RFC 3261 section 18.2.2 and RFC 3581 section 4: over the connection of the request
 * where there is one; otherwise to this address. `maddr` goes before `received`; `rport` is the port where there is no
 * maddr. Null without a Via that can be read.
 */
export function responseTarget(response: SipResponse): ResponseTarget | null {
  const via = topVia(response);
  if (via === null) return null;
  const maddr = getParameter(via.parameters, 'maddr');
  if (typeof maddr === 'string') return { ...nameOf(via, maddr, via.port), from: 'maddr' };
  const received = getParameter(via.parameters, 'received');
  const rport = getParameter(via.parameters, 'rport');
  const port = typeof rport === 'string' ? Number(rport) : via.port;
  if (typeof received !== 'string') return { ...nameOf(via, via.host.text, port), from: 'sent-by' };
  const isBareIpv6 = received.includes(':') && !received.startsWith('[');
  return { ...nameOf(via, isBareIpv6 ? `[${received}]` : received, port), from: 'received' };
}

function nameOf({ transport: written }: Via, host: string, port: number | null): SipEndpointName {
  const transport = asciiLowerCase(written);
  return { transport, host: asciiLowerCase(host), port: port ?? defaultPort(transport) };
}

function defaultPort(transport: string): number {
  if (transport === 'ws') return DEFAULT_WS_PORT;
  if (transport === 'wss') return DEFAULT_WSS_PORT;
  return isTls(transport) ? DEFAULT_TLS_PORT : DEFAULT_PORT;
}

/** TLS and TLS over SCTP (RFC 4168). */
function isTls(transport: string): boolean {
  return transport === 'tls' || transport === 'tls-sctp';
}
