import { bytesEqual } from '@portico/bytes';
import type { PublicKey } from '@portico/crypto';
import {
  readAlgorithmIdentifier,
  readSignatureAlgorithm,
  type AlgorithmIdentifier,
  type SignatureAlgorithmReading,
} from './algorithm.js';
import { decodeBitString, DerReader } from './der/reader.js';
import { contextPrimitive, TAG } from './der/tag.js';
import { readOrError, X509Error } from './error.js';
import { readExtensions, readKnownExtensions, type Extension, type KnownExtensions } from './extensions.js';
import { decodePem } from './keys/pem.js';
import { readSubjectPublicKeyInfo } from './keys/public-key.js';
import { namesEqual, readName, type Name } from './name/name.js';

/** Larger certificates are refused unread. The largest in public use are some tens of kilobytes. */
export const MAX_CERTIFICATE_LENGTH = 0x10_0000;

/** A certificate, RFC 5280 section 4.1. All byte strings are views of `raw`, which is a copy of the input. */
export interface Certificate extends KnownExtensions {
  /** The whole encoding. */
  readonly raw: Uint8Array;
  /** What the signature covers. */
  readonly tbsCertificate: Uint8Array;
  readonly version: 1 | 2 | 3;
  /** Content octets of the INTEGER: big-endian, two's complement. */
  readonly serialNumber: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** What `signatureAlgorithm` means, or why it is not usable. */
  readonly signatureReading: SignatureAlgorithmReading;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  /** Milliseconds since 1970, inclusive. */
  readonly notBefore: number;
  /** Milliseconds since 1970, inclusive: the certificate is valid to the end of that second. */
  readonly notAfter: number;
  readonly subject: Name;
  readonly subjectPublicKeyInfo: Uint8Array;
  /** Null where this package does not know the key's algorithm, curve or form. */
  readonly publicKey: PublicKey | null;
  /** Why `publicKey` is null. */
  readonly publicKeyProblem: string | null;
  /** All of them, in the certificate's order. */
  readonly extensions: readonly Extension[];
}

/**
 * Reads one certificate in DER, RFC 5280 section 4.1, with nothing after it. The input is copied.
 * @throws X509Error with the offset of what is wrong
 */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > MAX_CERTIFICATE_LENGTH) {
    throw new X509Error('too-large', { expected: `at most ${MAX_CERTIFICATE_LENGTH} bytes`, got: der.length });
  }
  const raw = new Uint8Array(der);
  const outer = new DerReader(raw);
  const certificate = outer.sequence('a Certificate');
  const tbsElement = certificate.expect(TAG.sequence, 'a TBSCertificate');
  const signatureAlgorithm = readAlgorithmIdentifier(certificate);
  const signature = certificate.bitStringOctets('a signatureValue');
  certificate.end();
  outer.end();

  const tbs = certificate.inside(tbsElement);
  const version = readVersion(tbs);
  const serialNumber = tbs.integer('a serialNumber');
  const inner = tbs.expect(TAG.sequence, 'an AlgorithmIdentifier');
  if (!bytesEqual(tbs.whole(inner), signatureAlgorithm.raw)) {
    // RFC 5280 section 4.1.1.2: only the inner one is signed.
    throw new X509Error('signature-algorithm-mismatch', {
      offset: inner.offset,
      expected: signatureAlgorithm.oid,
      got: readAlgorithmIdentifier(tbs, inner).oid,
    });
  }
  const issuer = readName(tbs);
  const validity = tbs.sequence('a Validity');
  const notBefore = validity.time();
  const notAfter = validity.time();
  validity.end();
  const subject = readName(tbs);
  const spki = tbs.expect(TAG.sequence, 'a SubjectPublicKeyInfo');
  skipUniqueIdentifiers(tbs, version);
  const extensions = readExtensionsField(tbs, version);
  tbs.end();

  return {
    raw,
    tbsCertificate: certificate.whole(tbsElement),
    version,
    serialNumber,
    signatureAlgorithm,
    signatureReading: readSignatureAlgorithm(signatureAlgorithm),
    signature,
    issuer,
    notBefore,
    notAfter,
    subject,
    subjectPublicKeyInfo: tbs.whole(spki),
    ...readKey(new DerReader(raw, spki.offset, spki.end)),
    extensions,
    ...readKnownExtensions(extensions, raw),
  };
}

/**
 * Every `CERTIFICATE` block of a PEM file (RFC 7468 section 5), in order; other blocks are passed over, whatever is in them.
 * @throws X509Error `not-found` where there is none, `invalid-pem`, and those of `parseCertificate`
 */
export function certificatesFromPem(pem: string | Uint8Array): readonly Certificate[] {
  const certificates = decodePem(pem, (label) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE').map(
    ({ bytes }) => parseCertificate(bytes),
  );
  if (certificates.length === 0) throw new X509Error('not-found', { expected: 'a CERTIFICATE block' });
  return certificates;
}

/** Issuer and subject are the same name: RFC 5280 section 3.2 calls such a certificate self-issued. */
export function isSelfIssued(certificate: Certificate): boolean {
  return namesEqual(certificate.issuer, certificate.subject);
}

/** RFC 5280 section 4.1.2.1. */
function readVersion(tbs: DerReader): 1 | 2 | 3 {
  const { offset } = tbs;
  const field = tbs.tagged(0);
  if (field === null) return 1;
  const value = field.smallInteger('a version', 0xffff);
  field.end();
  if (value === 1 || value === 2) return (value + 1) as 2 | 3;
  throw value === 0
    ? new X509Error('not-canonical', { offset, expected: 'no version field for v1' })
    : wrongVersion(offset, 'v1, v2 or v3', value + 1);
}

function wrongVersion(offset: number, expected: string, got: number): X509Error {
  return new X509Error('unsupported-version', { offset, expected, got: `v${got}` });
}

/** issuerUniqueID and subjectUniqueID, RFC 5280 section 4.1.2.8: in v2 and v3 only, and of no use. */
function skipUniqueIdentifiers(tbs: DerReader, version: 1 | 2 | 3): void {
  for (const number of [1, 2]) {
    const { offset } = tbs;
    const identifier = tbs.optional(contextPrimitive(number));
    if (identifier === null) continue;
    decodeBitString(tbs, identifier);
    if (version === 1) {
      throw wrongVersion(offset, 'v2 or v3', 1);
    }
  }
}

/** RFC 5280 section 4.1.2.9: in v3 only. */
function readExtensionsField(tbs: DerReader, version: 1 | 2 | 3): readonly Extension[] {
  const { offset } = tbs;
  const field = tbs.tagged(3);
  if (field === null) return [];
  if (version !== 3) {
    throw wrongVersion(offset, 'v3', version);
  }
  const extensions = readExtensions(field);
  field.end();
  return extensions;
}

/** An unknown kind of key does not make a certificate unreadable, a broken one of a known kind does. */
function readKey(reader: DerReader): Pick<Certificate, 'publicKey' | 'publicKeyProblem'> {
  const key = readOrError(() => readSubjectPublicKeyInfo(reader));
  if (!(key instanceof X509Error)) return { publicKey: key, publicKeyProblem: null };
  if (key.reason !== 'unsupported-key') throw key;
  return { publicKey: null, publicKeyProblem: key.message };
}
