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
