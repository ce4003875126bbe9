export { createProvider, type ProviderParts } from './create-provider.js';
export { createDiffieHellmanGroup, type SynchronousExchange } from './diffie-hellman-group.js';
export { CryptoError, type CryptoErrorReason } from './error.js';
export { createHybridGroup, type HybridGroupParts } from './hybrid-group.js';
export { hkdfExpand, hkdfExtract } from './hkdf.js';
export type {
  AeadOpener,
  AeadSealer,
  CipherSuite,
  CipherSuiteName,
  CryptoProvider,
  EcCurveName,
  GroupName,
  Hash,
  HashName,
  HashState,
  KeyAlgorithm,
  KeyExchange,
  MaybePromise,
  MlDsaName,
  NamedGroup,
  PrivateKey,
  PublicKey,
  RandomBytes,
  RsaPrivateValues,
  RsaPssRestriction,
  SignatureAlgorithm,
} from './provider.js';
export { readPublicKey as readRsaPublicKey, type RsaPublicKey } from './rsa/public-key.js';
export { createRsaKeyAlgorithm } from './rsa/key-algorithm.js';
export { restrictionAllows } from './rsa/restriction.js';
export type { RsaKeyType } from './rsa/verifier.js';
export {
  keyAlgorithmFor,
  keyFitsScheme,
  maySignCertificateVerify,
  signatureSchemeById,
  SIGNATURE_SCHEMES,
  supportedSignatureSchemes,
  type SignatureScheme,
  type SignatureSchemeName,
} from './signature-scheme.js';
