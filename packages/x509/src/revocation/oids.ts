/** Object identifiers of revocation, apart so that a verifier without it does not carry them. */
export const REVOCATION_OID = {
  // CRL and CRL entry extensions: RFC 5280 sections 5.2 and 5.3
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  // RFC 6960 sections 4.2.1, 4.2.2.2 and 4.2.2.2.1
  ocspBasic: '1.3.6.1.5.5.7.48.1.1',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  // RFC 7633 section 4.1
  tlsFeature: '1.3.6.1.5.5.7.1.24',
} as const;
