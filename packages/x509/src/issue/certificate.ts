import { concatBytes, copyBytes } from '@portico/bytes';
import {
  keyAlgorithmFor,
  type CryptoProvider,
  type MaybePromise,
  type PrivateKey,
  type PublicKey,
  type SignatureAlgorithm,
} from '@portico/crypto';
import { encodeSignatureAlgorithm } from '../algorithm.js';
import { parseCertificate, type Certificate } from '../certificate.js';
import { DerReader } from '../der/reader.js';
import { contextConstructed, TAG } from '../der/tag.js';
import {
  der,
  derBitString,
  derExplicit,
  derList,
  derSequence,
  derSmallInteger,
  derTime,
  derUnsignedInteger,
} from '../der/writer.js';
import { X509Error } from '../error.js';
import type { BasicConstraints, Extension, KeyUsage, NameConstraints } from '../extensions.js';
import { publicKeyOf } from '../keys/match.js';
import { publicKeyToSpki } from '../keys/public-key.js';
import type { GeneralName } from '../name/general-name.js';
import { encodeName, type NameTemplate } from '../name/name.js';
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  encodeExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  nameConstraintsExtension,
  subjectAltNameExtension,
  subjectKeyIdentifierExtension,
} from './extensions.js';

/** RFC 5280 section 4.1.2.2 allows 20 octets; 16 random ones with the top bits fixed stay positive and unpredictable. */
const SERIAL_NUMBER_LENGTH = 16;

/** Key identifiers are the leftmost 160 bits of SHA-256 over the key, RFC 7093 section 2 method 1. */
const KEY_IDENTIFIER_LENGTH = 20;

/** Who signs: a CA with its key, or the certified key itself. */
export type Issuer =
  { readonly certificate: Certificate; readonly privateKey: PrivateKey } | { readonly selfSignedWith: PrivateKey };

/** What a certificate shall say, RFC 5280 section 4.1; what is not there is left out of the certificate. */
export interface CertificateTemplate {
  /** Random bytes for serial number and signature come from its `random`. */
  readonly provider: CryptoProvider;
  readonly issuer: Issuer;
  /** The key to certify; by default the one that belongs to `selfSignedWith`. */
  readonly publicKey?: PublicKey;
  readonly subject: NameTemplate;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  readonly subjectAltNames?: readonly GeneralName[];
  readonly keyUsage?: readonly KeyUsage[];
  /** `serverAuth`, `clientAuth`, `ocspSigning`, `sipDomain`, `any` or dotted identifiers. */
  readonly extendedKeyUsage?: readonly string[];
  readonly basicConstraints?: BasicConstraints;
  readonly nameConstraints?: NameConstraints;
  /** Written after the ones above. */
  readonly extraExtensions?: readonly Extension[];
  /** By default the usual one for the issuer's key. */
  readonly signatureAlgorithm?: SignatureAlgorithm;
  readonly overrides?: CertificateOverrides;
}

/** Encodings that replace what the template yields, for certificates that break a rule on purpose. */
export interface CertificateOverrides {
  /** `[0]` is left out for null. */
  readonly version?: number | null;
  /** Content octets of the INTEGER. */
  readonly serialNumber?: Uint8Array;
  /** Inside the TBSCertificate. */
  readonly innerAlgorithm?: Uint8Array;
  /** Beside the signature. */
  readonly outerAlgorithm?: Uint8Array;
  readonly issuer?: Uint8Array;
  readonly validity?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly subjectPublicKeyInfo?: Uint8Array;
  /** All extensions, in place of the template's; null leaves the field out. */
  readonly extensions?: readonly Extension[] | null;
  /** Changes the TBSCertificate before it is signed. */
  readonly tbsCertificate?: (encoding: Uint8Array) => Uint8Array;
  /** Changes the signature. */
  readonly signature?: (signature: Uint8Array) => Uint8Array;
}

/**
 * Makes and signs a certificate, RFC 5280 section 4.1, and returns its DER, unparsed: overrides may make it unreadable. A
 * promise where the provider signs asynchronously.
 * @throws X509Error for a template that cannot be written: `invalid-argument` (a time, a text, a key that is not there),
 * `invalid-name`, `invalid-oid`, `unsupported-key` (none that the provider signs with); CryptoError `invalid-key` or
 * `unsupported-algorithm`
 */
export function issueDer(template: CertificateTemplate): MaybePromise<Uint8Array> {
  const { provider, issuer, overrides = {} } = template;
  const signingKey = 'selfSignedWith' in issuer ? issuer.selfSignedWith : issuer.privateKey;
  const algorithm = template.signatureAlgorithm ?? usualSignatureAlgorithm(signingKey);
  const algorithmIdentifier = encodeSignatureAlgorithm(algorithm);
  const encoded = encodeTbsCertificate(template, overrides.innerAlgorithm ?? algorithmIdentifier);
  const tbs = overrides.tbsCertificate === undefined ? encoded : overrides.tbsCertificate(encoded);

  const finish = (signature: Uint8Array): Uint8Array => {
    const written = overrides.signature === undefined ? signature : overrides.signature(signature);
    return derSequence(tbs, overrides.outerAlgorithm ?? algorithmIdentifier, derBitString(written));
  };
  const keyAlgorithm = keyAlgorithmFor(provider, signingKey);
  if (keyAlgorithm === undefined) {
    throw new X509Error('unsupported-key', { expected: `a key that ${provider.name} can sign with` });
  }
  const signature = keyAlgorithm.sign(signingKey, algorithm, tbs, provider.random);
  return 'then' in signature ? signature.then(finish) : finish(signature);
}

/**
 * Makes and signs a certificate, RFC 5280 section 4.1, with a provider that signs asynchronously or not. The promise is
 * rejected with what `issueDer` and `parseCertificate` throw.
 * @throws X509Error, CryptoError as `issueDer`
 */
export async function issueCertificateAsync(template: CertificateTemplate): Promise<Certificate> {
  return parseCertificate(await issueDer(template));
}

/**
 * Makes and signs a certificate, RFC 5280 section 4.1, with a provider that signs at once, as the noble one does.
 * @throws X509Error `invalid-argument` for an asynchronous provider, and as `issueDer` and, for what overrides made of it,
 * `parseCertificate`; CryptoError as `issueDer`
 */
export function issueCertificate(template: CertificateTemplate): Certificate {
  const encoding = issueDer(template);
  if ('then' in encoding) {
    throw new X509Error('invalid-argument', { expected: 'a provider that signs synchronously' });
  }
  return parseCertificate(encoding);
}

/**
 * The algorithm that a key signs certificates with unless told otherwise: ECDSA with the hash of the curve's size (RFC 5758
 * section 3.2), RSASSA-PSS with SHA-256 or what the key is restricted to (RFC 4055 section 3), or the key's only one (RFC 8410,
 * RFC 9881). Never throws.
 */
export function usualSignatureAlgorithm(key: PrivateKey): SignatureAlgorithm {
  switch (key.type) {
    case 'ec':
      return { type: 'ecdsa', hash: key.curve === 'P-256' ? 'sha256' : key.curve === 'P-384' ? 'sha384' : 'sha512' };
    case 'rsa':
      return { type: 'rsa-pss', hash: 'sha256', saltLength: 32 };
    case 'rsa-pss': {
      const { hash, minimumSaltLength } = key.restriction ?? { hash: 'sha256', minimumSaltLength: 0 };
      return { type: 'rsa-pss', hash, saltLength: Math.max(Number(hash.slice(3)) / 8, minimumSaltLength) };
    }
    case 'ed25519':
    case 'ed448':
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return { type: key.type };
  }
}

/**
 * The key identifier of a key, RFC 7093 section 2 method 1: the method of RFC 5280 section 4.2.1.2 with SHA-256 cut to 160 bits
 * for SHA-1. 20 bytes.
 * @throws X509Error `invalid-argument` for a provider without SHA-256, and the DER reasons
 */
export function keyIdentifierFor(provider: CryptoProvider, subjectPublicKeyInfo: Uint8Array): Uint8Array {
  const sha256 = provider.hashes.find((hash) => hash.name === 'sha256');
  if (sha256 === undefined) throw new X509Error('invalid-argument', { expected: 'a provider with SHA-256' });
  const reader = new DerReader(subjectPublicKeyInfo).sequence('a SubjectPublicKeyInfo');
  reader.element();
  return copyBytes(sha256.digest(reader.bitString().bytes).subarray(0, KEY_IDENTIFIER_LENGTH));
}

function encodeTbsCertificate(template: CertificateTemplate, innerAlgorithm: Uint8Array): Uint8Array {
  const { provider, issuer, overrides = {} } = template;
  const subject = overrides.subject ?? encodeName(template.subject);
  const spki = overrides.subjectPublicKeyInfo ?? publicKeyToSpki(certifiedKey(template));
  const issuerName = overrides.issuer ?? ('certificate' in issuer ? issuer.certificate.subject.raw : subject);
  const version = overrides.version === undefined ? 2 : overrides.version;
  const serialNumber = overrides.serialNumber ?? randomSerialNumber(provider);
  const extensions =
    overrides.extensions === undefined ? templateExtensions(template, subject, spki) : overrides.extensions;
  return derSequence(
    ...(version === null ? [] : [derExplicit(0, derSmallInteger(version))]),
    overrides.serialNumber === undefined ? derUnsignedInteger(serialNumber) : der(0x02, serialNumber),
    innerAlgorithm,
    issuerName,
    overrides.validity ?? derSequence(derTime(template.notBefore), derTime(template.notAfter)),
    subject,
    spki,
    ...(extensions === null || extensions.length === 0
      ? []
      : [der(contextConstructed(3), derList(TAG.sequence, extensions.map(encodeExtension)))]),
  );
}

function certifiedKey({ provider, issuer, publicKey }: CertificateTemplate): PublicKey {
  if (publicKey !== undefined) return publicKey;
  if ('selfSignedWith' in issuer) return publicKeyOf(provider, issuer.selfSignedWith);
  throw new X509Error('invalid-argument', { expected: 'a publicKey to certify' });
}

function randomSerialNumber(provider: CryptoProvider): Uint8Array {
  const bytes = concatBytes(provider.random(SERIAL_NUMBER_LENGTH));
  bytes[0] = ((bytes[0] as number) & 0x3f) | 0x40;
  return bytes;
}

/** RFC 5280 section 4.2.1.1: an authority key identifier everywhere but in a self-signed certificate. */
function templateExtensions(template: CertificateTemplate, subject: Uint8Array, spki: Uint8Array): Extension[] {
  const { provider, issuer } = template;
  const extensions: Extension[] = [];
  if (template.basicConstraints !== undefined) extensions.push(basicConstraintsExtension(template.basicConstraints));
  if (template.keyUsage !== undefined) extensions.push(keyUsageExtension(template.keyUsage));
  if (template.extendedKeyUsage !== undefined) extensions.push(extendedKeyUsageExtension(template.extendedKeyUsage));
  if (template.subjectAltNames !== undefined && template.subjectAltNames.length > 0) {
    // Two octets are the empty SEQUENCE: then the alternative names are the only ones and critical (section 4.2.1.6).
    extensions.push(subjectAltNameExtension(template.subjectAltNames, { critical: subject.length === 2 }));
  }
  if (template.nameConstraints !== undefined) extensions.push(nameConstraintsExtension(template.nameConstraints));
  extensions.push(subjectKeyIdentifierExtension(keyIdentifierFor(provider, spki)));
  if ('certificate' in issuer) {
    const { subjectKeyIdentifier, subjectPublicKeyInfo } = issuer.certificate;
    extensions.push(
      authorityKeyIdentifierExtension(subjectKeyIdentifier ?? keyIdentifierFor(provider, subjectPublicKeyInfo)),
    );
  }
  return [...extensions, ...(template.extraExtensions ?? [])];
}
