import { bytesEqual } from '@portico/bytes';
import { SIGNATURE_SCHEMES } from '@portico/crypto';
import { parseCertificate } from '@portico/x509';
import { bestChain, leafAllows } from './chain-signatures.js';
import type { CertificateRequestInfo, Credential } from './config.js';
import { matchesOidFilters } from './oid-filters.js';

/**
 * A `selectCredential` that takes the first credential which a server's CertificateRequest fits: a scheme that both have,
 * a certificate that one of its authorities issued where it names some (RFC 9846 section 4.3.4), and all that its
 * oid_filters ask for (section 4.3.5); one whose chain is signed as the server asks before any other. Null, an empty
 * Certificate, where there is none.
 */
export function firstFittingCredential(
  credentials: readonly Credential[],
): (request: CertificateRequestInfo) => Credential | null {
  return ({ signatureSchemes, certificateSignatureSchemes, certificateAuthorities, oidFilters }) => {
    const fitting = credentials.filter(({ certificateChain, signer }) => {
      const [leaf] = certificateChain;
      if (leaf === undefined) return false;
      const wanted = SIGNATURE_SCHEMES.filter(({ name }) => signatureSchemes.includes(name));
      if (!wanted.some((scheme) => signer.schemes.includes(scheme.name) && leafAllows(certificateChain, scheme))) {
        return false;
      }
      return isIssuedBy(certificateChain, certificateAuthorities) && matchesOidFilters(leaf, oidFilters);
    });
    const forCertificates = SIGNATURE_SCHEMES.filter(({ name }) => certificateSignatureSchemes.includes(name));
    // One that is refused for its SHA-1 says more than none.
    return bestChain(fitting, ({ certificateChain }) => certificateChain, forCertificates) ?? fitting[0] ?? null;
  };
}

/** Names are compared as bytes: an authority that writes its own name in two ways is no help to anybody. */
function isIssuedBy(chain: readonly Uint8Array[], authorities: readonly Uint8Array[]): boolean {
  if (authorities.length === 0) return true;
  return chain.some((certificate) => {
    const { issuer } = parseCertificate(certificate);
    return authorities.some((name) => bytesEqual(name, issuer.raw));
  });
}
