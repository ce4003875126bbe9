import { bytesToUtf8 } from '@portico/bytes';
import type { HandshakeInfo } from '../events.js';
import type { HandshakeResult } from './context.js';

/** What the application is told of a handshake: everything but the secrets and the proofs. */
export function handshakeInfo(result: HandshakeResult): HandshakeInfo {
  return Object.freeze({
    version: 'TLSv1.3',
    cipherSuite: result.suite.name,
    group: result.group,
    alpn: result.alpn,
    alpnText: result.alpn === null ? null : textOrNull(result.alpn),
    alpnOffered: result.alpnOffered,
    serverName: result.serverName,
    peerCertificates: result.peerCertificates,
    peerSignatureScheme: result.peerSignatureScheme,
    localSignatureScheme: result.localSignatureScheme,
    helloRetryRequested: result.helloRetryRequested,
    resumed: result.resumed,
    ticketAgeSkew: result.ticketAgeSkew,
    externalPskIdentity: result.externalPskIdentity,
    earlyData: result.earlyData,
  });
}

function textOrNull(name: Uint8Array): string | null {
  try {
    return bytesToUtf8(name);
  } catch {
    return null;
  }
}
