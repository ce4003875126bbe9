export { createRevocationChecker, type RevocationPolicy } from './revocation/checker.js';
export {
  MAX_CRL_LENGTH,
  parseRevocationList,
  revocationListsFromPem,
  type IssuingDistributionPoint,
  type RevocationList,
  type RevokedCertificate,
} from './revocation/crl.js';
export { createCrlSource, type CrlSourceOptions } from './revocation/crl-source.js';
export type { DistributionPointName } from './revocation/distribution-point.js';
export {
  MAX_OCSP_RESPONSE_LENGTH,
  parseOcspResponse,
  type OcspCertificateId,
  type OcspResponse,
  type OcspSingleResponse,
} from './revocation/ocsp-response.js';
export {
  createOcspSource,
  MAX_AGE_WITHOUT_NEXT_UPDATE,
  MAX_RESPONDER_CERTIFICATES,
  type OcspSourceOptions,
} from './revocation/ocsp-source.js';
export { REVOCATION_OID } from './revocation/oids.js';
export { REVOCATION_REASONS, type RevocationReason } from './revocation/reason.js';
export type { RevocationSource, RevocationStatus } from './revocation/source.js';
