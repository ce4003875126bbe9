import type { Codec } from '@portico/bytes';
import { parseCertificate } from '@portico/x509';
import { MAX_SESSION_LIFETIME_SECONDS } from '../limits.js';

/**
 * Until when a check of certificates made now may stand for a new one, in milliseconds since 1970: section 4.7.1 wants a
 * limit on what goes on from one signature. The first certificate to expire ends it, be it the peer's or one above it.
 */
export function authenticationExpiry(now: number, peerCertificates: readonly Uint8Array[]): number {
  return Math.min(now + MAX_SESSION_LIFETIME_SECONDS * 1000, ...peerCertificates.map(notAfter));
}

/** A certificate that cannot be read was no part of what the verifier trusted, and sets no limit. */
function notAfter(certificate: Uint8Array): number {
  try {
    return parseCertificate(certificate).notAfter;
  } catch {
    return Infinity;
  }
}

/** A time in milliseconds since 1970, up to `LATEST_TIME`, as six bytes. */
export const timeCodec: Codec<number> = {
  shape: { kind: 'uint', width: 6 },
  read: (reader) => reader.uint(6),
  write: (writer, time) => writer.uint(6, time),
};
