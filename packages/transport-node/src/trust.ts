import { createHash } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { certificatesFromPem, trustAnchorsFromPem, type TrustAnchor } from '@portico/x509';
import { socketError } from './errors.js';
import { pemTexts, type PemInput } from './pem-input.js';

let platformAnchors: readonly TrustAnchor[] | null = null;

/** The roots that come with Node, as anchors. Those that our parser does not take are left out: fewer are trusted. */
export function platformTrustAnchors(): readonly TrustAnchor[] {
  platformAnchors ??= rootCertificates.flatMap((pem) => {
    try {
      return trustAnchorsFromPem(pem);
    } catch {
      return [];
    }
  });
  return platformAnchors;
}

let platformFingerprint: string | null = null;

/** A hash that changes with the CAs that `ca` names, or with the platform's roots where it is not given. */
export function trustFingerprint(ca: PemInput | readonly PemInput[] | undefined): string {
  if (ca !== undefined) return fingerprint(pemTexts(ca));
  return (platformFingerprint ??= fingerprint(rootCertificates));
}

/** A hash of the parts, each with its length before it. */
export function fingerprint(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

/**
 * The anchors that `ca` names; the platform's roots where it is not given. An empty list trusts nobody.
 * @throws SocketError `ERR_TLS_INVALID_CA`
 */
export function trustAnchors(ca: PemInput | readonly PemInput[] | undefined): readonly TrustAnchor[] {
  if (ca === undefined) return platformTrustAnchors();
  try {
    return pemTexts(ca).flatMap((pem) => certificatesFromPem(pem).map((certificate) => ({ certificate })));
  } catch (cause) {
    throw socketError('ERR_TLS_INVALID_CA', `The ca option: ${(cause as Error).message}`, cause);
  }
}
