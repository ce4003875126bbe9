import { certificatesFromPem, parseCertificate, type Certificate } from '../certificate.js';

/**
 * A trusted CA, RFC 5280 section 6.1.1 (d). Its certificate's own rules (validity, CA flag, path length, name
 * constraints, usages) hold for paths that end in it, as in RFC 5937; its signature is not looked at.
 */
export interface TrustAnchor {
  readonly certificate: Certificate;
}

/** The anchor for one certificate in DER, RFC 5280 section 6.1.1 (d). @throws X509Error as `parseCertificate` */
export function trustAnchorFromDer(der: Uint8Array): TrustAnchor {
  return { certificate: parseCertificate(der) };
}

/**
 * One anchor for each `CERTIFICATE` block, RFC 7468 section 5.
 * @throws X509Error `not-found` where there is none, `invalid-pem`, and those of `parseCertificate`
 */
export function trustAnchorsFromPem(pem: string | Uint8Array): TrustAnchor[] {
  return certificatesFromPem(pem).map((certificate) => ({ certificate }));
}
