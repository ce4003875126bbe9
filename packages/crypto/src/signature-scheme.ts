import type {
  CryptoProvider,
  EcCurveName,
  KeyAlgorithm,
  PrivateKey,
  PublicKey,
  SignatureAlgorithm,
} from './provider.js';
import { restrictionAllows } from './rsa/restriction.js';

export type SignatureSchemeName =
  | 'ecdsa_secp256r1_sha256'
  | 'ecdsa_secp384r1_sha384'
  | 'ecdsa_secp521r1_sha512'
  | 'ed25519'
  | 'ed448'
  | 'mldsa44'
  | 'mldsa65'
  | 'mldsa87'
  | 'rsa_pss_rsae_sha256'
  | 'rsa_pss_rsae_sha384'
  | 'rsa_pss_rsae_sha512'
  | 'rsa_pss_pss_sha256'
  | 'rsa_pss_pss_sha384'
  | 'rsa_pss_pss_sha512'
  | 'rsa_pkcs1_sha256'
  | 'rsa_pkcs1_sha384'
  | 'rsa_pkcs1_sha512'
  | 'rsa_pkcs1_sha256_legacy'
  | 'rsa_pkcs1_sha384_legacy'
  | 'rsa_pkcs1_sha512_legacy';

/** A SignatureScheme of RFC 9846 section 4.3.3: code point, algorithm, and the only kind of key it goes with. */
export interface SignatureScheme {
  readonly name: SignatureSchemeName;
  readonly id: number;
  readonly algorithm: SignatureAlgorithm;
  readonly keyType: PublicKey['type'];
  /** Only for ECDSA, whose schemes name the curve in TLS 1.3. */
  readonly curve?: EcCurveName;
  /**
   * What it may sign besides certificates: the CertificateVerify of either side, of a client only (RFC 9963), or of
   * nobody, as PKCS#1 v1.5 (RFC 9846 section 4.3.3).
   */
  readonly certificateVerify: 'both' | 'client' | 'none';
  /** `off` for a scheme that a configuration has to name; nobody gets it unasked. */
  readonly byDefault?: 'off';
}

/** Every scheme this project knows, in the order in which it prefers them. */
export const SIGNATURE_SCHEMES: readonly SignatureScheme[] = [
  ecdsa('ecdsa_secp256r1_sha256', 0x0403, 'P-256', 'sha256'),
  namedByKey('ed25519', 0x0807, 'ed25519'),
  ecdsa('ecdsa_secp384r1_sha384', 0x0503, 'P-384', 'sha384'),
  ecdsa('ecdsa_secp521r1_sha512', 0x0603, 'P-521', 'sha512'),
  namedByKey('ed448', 0x0808, 'ed448'),
  rsaPss('rsa_pss_rsae_sha256', 0x0804, 'rsa', 'sha256', 32),
  rsaPss('rsa_pss_rsae_sha384', 0x0805, 'rsa', 'sha384', 48),
  rsaPss('rsa_pss_rsae_sha512', 0x0806, 'rsa', 'sha512', 64),
  rsaPss('rsa_pss_pss_sha256', 0x0809, 'rsa-pss', 'sha256', 32),
  rsaPss('rsa_pss_pss_sha384', 0x080a, 'rsa-pss', 'sha384', 48),
  rsaPss('rsa_pss_pss_sha512', 0x080b, 'rsa-pss', 'sha512', 64),
  // draft-ietf-tls-mldsa
  namedByKey('mldsa44', 0x0904, 'ml-dsa-44'),
  namedByKey('mldsa65', 0x0905, 'ml-dsa-65'),
  namedByKey('mldsa87', 0x0906, 'ml-dsa-87'),
  rsaPkcs1('rsa_pkcs1_sha256', 0x0401, 'sha256'),
  rsaPkcs1('rsa_pkcs1_sha384', 0x0501, 'sha384'),
  rsaPkcs1('rsa_pkcs1_sha512', 0x0601, 'sha512'),
  // RFC 9963
  rsaPkcs1Legacy('rsa_pkcs1_sha256_legacy', 0x0420, 'sha256'),
  rsaPkcs1Legacy('rsa_pkcs1_sha384_legacy', 0x0520, 'sha384'),
  rsaPkcs1Legacy('rsa_pkcs1_sha512_legacy', 0x0620, 'sha512'),
];

/** The scheme with that code point, or undefined for one we do not know. */
export function signatureSchemeById(id: number): SignatureScheme | undefined {
  return SIGNATURE_SCHEMES.find((scheme) => scheme.id === id);
}

/** The schemes that a provider can verify, in our order. */
export function supportedSignatureSchemes(provider: CryptoProvider): readonly SignatureScheme[] {
  return SIGNATURE_SCHEMES.filter((scheme) =>
    provider.keyAlgorithms.some(
      (algorithm) => algorithm.keyType === scheme.keyType && algorithm.curve === scheme.curve,
    ),
  );
}

/** Whether a side's CertificateVerify may be signed with a scheme (RFC 9846 section 4.3.3, RFC 9963 section 2). */
export function maySignCertificateVerify({ certificateVerify }: SignatureScheme, side: 'client' | 'server'): boolean {
  return certificateVerify === 'both' || certificateVerify === side;
}

/**
 * Whether a key may be used with a scheme: kind of key, for ECDSA curve, and for RSASSA-PSS what the key itself allows
 * (RFC 9846 section 4.3.3, RFC 4055 section 3.1).
 */
export function keyFitsScheme(key: PublicKey | PrivateKey, scheme: SignatureScheme): boolean {
  if (key.type !== scheme.keyType || !restrictionAllows(key, scheme.algorithm)) return false;
  return key.type !== 'ec' || key.curve === scheme.curve;
}

/** The provider's implementation for a key, or undefined if it has none. */
export function keyAlgorithmFor(provider: CryptoProvider, key: PublicKey | PrivateKey): KeyAlgorithm | undefined {
  const curve = key.type === 'ec' ? key.curve : undefined;
  return provider.keyAlgorithms.find((algorithm) => algorithm.keyType === key.type && algorithm.curve === curve);
}

/** A scheme that says no more than its kind of key does. */
function namedByKey(
  name: SignatureSchemeName,
  id: number,
  type: 'ed25519' | 'ed448' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87',
): SignatureScheme {
  return { name, id, algorithm: { type }, keyType: type, certificateVerify: 'both' };
}

function ecdsa(
  name: SignatureSchemeName,
  id: number,
  curve: EcCurveName,
  hash: 'sha256' | 'sha384' | 'sha512',
): SignatureScheme {
  return { name, id, algorithm: { type: 'ecdsa', hash }, keyType: 'ec', curve, certificateVerify: 'both' };
}

function rsaPss(
  name: SignatureSchemeName,
  id: number,
  keyType: 'rsa' | 'rsa-pss',
  hash: 'sha256' | 'sha384' | 'sha512',
  saltLength: number,
): SignatureScheme {
  return { name, id, algorithm: { type: 'rsa-pss', hash, saltLength }, keyType, certificateVerify: 'both' };
}

function rsaPkcs1(name: SignatureSchemeName, id: number, hash: 'sha256' | 'sha384' | 'sha512'): SignatureScheme {
  return { name, id, algorithm: { type: 'rsa-pkcs1', hash }, keyType: 'rsa', certificateVerify: 'none' };
}

/** PKCS#1 v1.5 again, for clients whose keys are in hardware that knows nothing else. */
function rsaPkcs1Legacy(name: SignatureSchemeName, id: number, hash: 'sha256' | 'sha384' | 'sha512'): SignatureScheme {
  return { ...rsaPkcs1(name, id, hash), certificateVerify: 'client', byDefault: 'off' };
}
