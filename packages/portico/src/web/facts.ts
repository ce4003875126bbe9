import type { ConnectionInfo } from '@portico/transport-node';
import { parseCertificate } from '@portico/x509';
import type { ConnectionFacts } from './page.js';

/** What the page shows of a connection; `http` is the request's own HTTP version. */
export function connectionFacts(info: ConnectionInfo | null, http: string): ConnectionFacts {
  return {
    version: info?.tls.version ?? null,
    cipherSuite: info?.tls.cipherSuite ?? null,
    group: info?.tls.group ?? null,
    alpn: info?.alpn ?? null,
    route: info === null ? null : `${info.route} (by ${info.routedBy})`,
    serverName: info?.serverName ?? null,
    peer: peerOf(info),
    peerCertificate: certificateOf(info),
    connection: info?.id ?? null,
    http,
  };
}

function peerOf(info: ConnectionInfo | null): string | null {
  if (info?.remoteAddress === undefined) return null;
  const host = info.remoteAddress.includes(':') ? `[${info.remoteAddress}]` : info.remoteAddress;
  return `${host}:${info.remotePort ?? 0}`;
}

function certificateOf(info: ConnectionInfo | null): string | null {
  const leaf = info?.peerCertificates?.[0];
  if (info === null || leaf === undefined) return null;
  const verdict = info.authorized ? 'verified' : `not verified: ${info.authorizationError ?? 'unknown'}`;
  return `${parseCertificate(leaf).subject.text} (${verdict})`;
}
