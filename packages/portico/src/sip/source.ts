import { isIpv4Address, isIpv6Address, type SourceAddress } from '@portico/sip-codec';
import type { ConnectionInfo } from '@portico/transport-node';

/**
 * Where a connection comes from, as Via's `received` has it: without a zone, and IPv4 as IPv4 where a socket takes both.
 * Null where the transport does not say.
 */
export function sourceAddress(info: Pick<ConnectionInfo, 'remoteAddress' | 'remotePort'> | null): SourceAddress | null {
  if (info?.remoteAddress === undefined || info.remotePort === undefined) return null;
  const address = info.remoteAddress.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return isIpv4Address(address) || isIpv6Address(address) ? { address, port: info.remotePort } : null;
}
