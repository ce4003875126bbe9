import { bytesEqual } from '@portico/bytes';
import { keyFitsScheme, type PublicKey, type SignatureAlgorithm, type SignatureScheme } from '@portico/crypto';
import { parseCertificate, X509Error, type Certificate } from '@portico/x509';

/** How one certificate of a chain is signed. */
interface ChainSignature {
  /** Null for one that we do not know. */
  readonly algorithm: SignatureAlgorithm | null;
  readonly strength: 'usual' | 'weak';
  /** The issuer's key, where its certificate stands in the chain. */
  readonly issuerKey: PublicKey | null;
}

/** `weak` is SHA-1 or MD5, whatever else there is. */
export type ChainFit = 'fits' | 'does-not-fit' | 'weak';

/** What is read of a chain. */
interface ReadChain {
  /** Null for a leaf that cannot be read. */
  readonly leaf: Certificate | null;
  readonly signatures: readonly ChainSignature[];
}

/** Chains are read once: a server shows the same few to everybody. */
const KNOWN = /* @__PURE__ */ new WeakMap<readonly Uint8Array[], ReadChain>();

/**
 * Whether a chain is signed only by schemes that the peer named for certificates (RFC 9846 sections 4.3.3 and 4.5.1.2).
 * Self-signed certificates may be signed in any way. A chain that cannot be read does not fit.
 */
export function chainFit(chain: readonly Uint8Array[], schemes: readonly SignatureScheme[]): ChainFit {
  const { signatures } = readOnce(chain);
  if (signatures.some(({ strength }) => strength === 'weak')) return 'weak';
  return signatures.every((signature) => schemes.some((scheme) => isSignedBy(signature, scheme)))
    ? 'fits'
    : 'does-not-fit';
}

/**
 * Whether a chain's leaf allows signing with a scheme (RFC 9846 section 4.5.1.2): its key with what restricts it, and its
 * Key Usage. A leaf that cannot be read, and a key of an unknown kind, are the signer's own affair.
 */
export function leafAllows(chain: readonly Uint8Array[], scheme: SignatureScheme): boolean {
  const { leaf } = readOnce(chain);
  if (leaf === null) return true;
  const { publicKey, keyUsage } = leaf;
  return (keyUsage?.includes('digitalSignature') ?? true) && (publicKey === null || keyFitsScheme(publicKey, scheme));
}

/**
 * What fits best of things with chains: the first whose chain fits, else the first whose chain has no SHA-1 in it; null where
 * there is none (RFC 9846 section 4.5.1.2).
 */
export function bestChain<T>(
  candidates: Iterable<T>,
  chainOf: (candidate: T) => readonly Uint8Array[],
  schemes: readonly SignatureScheme[],
): T | null {
  let fallback: T | null = null;
  for (const candidate of candidates) {
    const fit = chainFit(chainOf(candidate), schemes);
    if (fit === 'fits') return candidate;
    if (fit === 'does-not-fit') fallback ??= candidate;
  }
  return fallback;
}

function readOnce(chain: readonly Uint8Array[]): ReadChain {
  const known = KNOWN.get(chain);
  if (known !== undefined) return known;
  const certificates = chain.map(readOrNull);
  const read = { leaf: certificates[0] ?? null, signatures: signaturesOf(certificates) };
  KNOWN.set(chain, read);
  return read;
}

function signaturesOf(certificates: readonly (Certificate | null)[]): ChainSignature[] {
  return certificates.flatMap((certificate): ChainSignature[] => {
    if (certificate === null) return [{ algorithm: null, strength: 'usual', issuerKey: null }];
    const { issuer, subject, signatureReading } = certificate;
    if (bytesEqual(issuer.raw, subject.raw)) return [];
    const issuing = certificates.find(
      (candidate) => candidate !== null && bytesEqual(candidate.subject.raw, issuer.raw),
    );
    return [
      {
        algorithm: signatureReading.algorithm,
        strength: signatureReading.problem === 'weak' ? 'weak' : 'usual',
        issuerKey: issuing?.publicKey ?? null,
      },
    ];
  });
}

/** The scheme of an ECDSA signature names the issuer's curve, and that of an RSA-PSS signature the kind of its key. */
function isSignedBy({ algorithm, issuerKey }: ChainSignature, scheme: SignatureScheme): boolean {
  // RFC 9963 section 2: what is for a client's CertificateVerify says nothing of certificates.
  if (algorithm === null || algorithm.type !== scheme.algorithm.type || scheme.certificateVerify === 'client')
    return false;
  if (hashOf(algorithm) !== hashOf(scheme.algorithm) || saltOf(algorithm) !== saltOf(scheme.algorithm)) return false;
  return issuerKey === null || keyFitsScheme(issuerKey, scheme);
}

function hashOf(algorithm: SignatureAlgorithm): string {
  return 'hash' in algorithm ? algorithm.hash : '';
}

/** Section 4.3.3: a salt as long as the hash; X.509 allows any. */
function saltOf(algorithm: SignatureAlgorithm): number {
  return 'saltLength' in algorithm ? algorithm.saltLength : 0;
}

function readOrNull(der: Uint8Array): Certificate | null {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof X509Error) return null;
    throw error;
  }
}
