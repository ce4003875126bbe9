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
export { ALL_OIDS as OID } from './policy-oids.js';

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
export { hostOfUri } from './identity/uri.js';
export { sipIdentities } from './identity/sip.js';
export { explainVerdict, MAX_EXPLAINED_LINES } from './path/explain.js';
export { DEFAULT_PATH_LIMITS, type PathLimits } from './path/limits.js';
export { createPolicyChecker, type PolicyInputs } from './path/policies.js';
export type { RevocationChecker, RevocationContext } from './path/revocation.js';
export {
  compatibleProfile,
  type Mismatch,
  type PathBudget,
  type PathProfile,
  type PathPurpose,
  type PathRole,
  type PolicyChecker,
  type Rule,
  type RuleContext,
  type RuleName,
  type RuleSet,
} from './path/rule.js';
export type { SignatureCheck, SignatureMemory } from './path/signature-check.js';
export { createSignatureMemory, DEFAULT_REMEMBERED_SIGNATURES } from './path/signature-memory.js';
export { publicTrustProfile } from './path/public-trust-rules.js';
export { strictProfile } from './path/strict-rules.js';
export { trustAnchorFromDer, trustAnchorsFromPem, type TrustAnchor } from './path/trust-anchor.js';
export type { CandidatePath, PassedCheck, PathFailure, PathFailureReason, PathVerdict } from './path/verdict.js';
export { verifyCertificatePath, type VerifyOptions } from './path/verify.js';
