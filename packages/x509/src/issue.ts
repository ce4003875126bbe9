export {
  certificatesToPem,
  createAuthority,
  createLeaf,
  credentialToPem,
  generalNameFromText,
  generatePrivateKey,
  type AuthorityOptions,
  type Credential,
  type LeafOptions,
} from './issue/authority.js';
export {
  issueCertificate,
  issueCertificateAsync,
  issueDer,
  keyIdentifierFor,
  usualSignatureAlgorithm,
  type CertificateOverrides,
  type CertificateTemplate,
  type Issuer,
} from './issue/certificate.js';
export {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  encodeExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  nameConstraintsExtension,
  subjectAltNameExtension,
  subjectKeyIdentifierExtension,
} from './issue/extensions.js';
export {
  certificatePoliciesExtension,
  inhibitAnyPolicyExtension,
  policyConstraintsExtension,
  policyMappingsExtension,
} from './issue/policy-extensions.js';
export {
  authorityInfoAccessExtension,
  crlDistributionPointsExtension,
  freshestCrlExtension,
  noRevAvailExtension,
  ocspNoCheckExtension,
  tlsFeatureExtension,
} from './issue/revocation-extensions.js';
export {
  issueOcspResponse,
  ocspErrorResponse,
  type OcspAnswer,
  type OcspResponseTemplate,
} from './issue/ocsp-response.js';
export {
  issueRevocationList,
  type IssuingDistributionPointTemplate,
  type RevocationListTemplate,
  type RevokedEntry,
} from './issue/revocation-list.js';
export {
  certificateRequestFromPem,
  certificateRequestToPem,
  issueCertificateRequest,
  parseCertificateRequest,
  verifyCertificateRequest,
  type CertificateRequest,
  type CertificateRequestTemplate,
} from './issue/certificate-request.js';
