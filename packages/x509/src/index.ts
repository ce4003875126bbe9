export { X509Error, type X509ErrorDetails, type X509ErrorReason } from './error.js';

export { DerReader, MAX_DER_DEPTH, type BitString, type DerElement } from './der/reader.js';
export { contextConstructed, contextPrimitive, TAG } from './der/tag.js';
export {
  der,
  derBitString,
  derBoolean,
  derExplicit,
  derImplicit,
  derNamedBits,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derSmallInteger,
  derTime,
  derUnsignedInteger,
  derUtf8String,
} from './der/writer.js';
export { OID } from './oids.js';

export { encodeSignatureAlgorithm, type AlgorithmIdentifier, type SignatureAlgorithmReading } from './algorithm.js';
export {
  certificatesFromPem,
  isSelfIssued,
  MAX_CERTIFICATE_LENGTH,
  parseCertificate,
  type Certificate,
} from './certificate.js';
export {
  KEY_USAGES,
  type AuthorityKeyIdentifier,
  type BasicConstraints,
  type Extension,
  type KeyUsage,
  type KnownExtensions,
  type NameConstraints,
} from './extensions.js';

export { encodeName, namesEqual, type Name, type NameAttribute, type NameTemplate } from './name/name.js';
export { encodeGeneralName, type GeneralName } from './name/general-name.js';
export { ipAddressToText, parseIpAddress } from './name/ip-address.js';

export { decodePem, encodePem, type PemBlock } from './keys/pem.js';
export { publicKeyFromPem, publicKeyFromSpki, publicKeyToPem, publicKeyToSpki } from './keys/public-key.js';
export {
  privateKeyFromPem,
  privateKeyFromPkcs1,
  privateKeyFromPkcs8,
  privateKeyFromSec1,
  privateKeyToPem,
  privateKeyToPkcs1,
  privateKeyToPkcs8,
  privateKeyToSec1,
} from './keys/private-key.js';
export { keyMatchesCertificate, publicKeyOf } from './keys/match.js';

export { identityMismatch, type ReferenceIdentity } from './identity/reference.js';
export { normalizeHostName } from './identity/host-name.js';
export { sipIdentities } from './identity/sip.js';
export { DEFAULT_PATH_LIMITS, type PathLimits } from './path/limits.js';
export type { PathProfile } from './path/strict-rules.js';
export { trustAnchorFromDer, trustAnchorsFromPem, type TrustAnchor } from './path/trust-anchor.js';
export type { PathFailure, PathFailureReason, PathVerdict } from './path/verdict.js';
export { verifyCertificatePath, type VerifyOptions } from './path/verify.js';
