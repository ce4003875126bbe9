import {
  keyAlgorithmFor,
  type CryptoProvider,
  type MaybePromise,
  type PrivateKey,
  type PublicKey,
  type SignatureAlgorithm,
} from '@portico/crypto';
import { readAlgorithmIdentifier, readSignatureAlgorithm, type SignatureAlgorithmReading } from '../algorithm.js';
import { DerReader } from '../der/reader.js';
import { contextConstructed, TAG } from '../der/tag.js';
import { der, derList, derOid, derSequence, derSetOf, derSmallInteger } from '../der/writer.js';
import { X509Error } from '../error.js';
import { readExtensions, readKnownExtensions, type Extension, type KnownExtensions } from '../extensions.js';
import { publicKeyOf } from '../keys/match.js';
import { decodePem, encodePem } from '../keys/pem.js';
import { publicKeyToSpki, readSubjectPublicKeyInfo } from '../keys/public-key.js';
import type { GeneralName } from '../name/general-name.js';
import { encodeName, readName, type Name, type NameTemplate } from '../name/name.js';
import {
  encodeExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  subjectAltNameExtension,
} from './extensions.js';
import { sign } from './signed.js';

/** Larger requests are refused unread. */
const MAX_REQUEST_LENGTH = 0x4_0000;

/** extensionRequest, RFC 2985 section 5.4.2. */
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** What a request shall say. */
export interface CertificateRequestTemplate {
  readonly provider: CryptoProvider;
  readonly privateKey: PrivateKey;
  readonly subject: NameTemplate;
  readonly subjectAltNames?: readonly GeneralName[];
  readonly keyUsage?: Parameters<typeof keyUsageExtension>[0];
  readonly extendedKeyUsage?: readonly string[];
  /** Written after the ones above. */
  readonly extraExtensions?: readonly Extension[];
  /** By default the usual one for the key. */
  readonly signatureAlgorithm?: SignatureAlgorithm;
}

/** CertificationRequest, RFC 2986 section 4. Byte strings are views of `raw`, which is a copy of the input. */
export interface CertificateRequest extends KnownExtensions {
  readonly raw: Uint8Array;
  /** What the signature covers. */
  readonly certificationRequestInfo: Uint8Array;
  readonly subject: Name;
  readonly publicKey: PublicKey;
  /** Those that are asked for, RFC 2985 section 5.4.2. */
  readonly extensions: readonly Extension[];
  readonly signatureReading: SignatureAlgorithmReading;
  readonly signature: Uint8Array;
}

/**
 * Makes and signs a PKCS#10 request, RFC 2986, and returns its DER.
 * @throws X509Error, CryptoError as `issueDer`
 */
export function issueCertificateRequest(template: CertificateRequestTemplate): MaybePromise<Uint8Array> {
  const { provider, privateKey, subject, subjectAltNames = [], keyUsage, extendedKeyUsage } = template;
  const name = encodeName(subject);
  const extensions = [
    ...(keyUsage === undefined ? [] : [keyUsageExtension(keyUsage)]),
    ...(extendedKeyUsage === undefined ? [] : [extendedKeyUsageExtension(extendedKeyUsage)]),
    ...(subjectAltNames.length === 0
      ? []
      : [subjectAltNameExtension(subjectAltNames, { critical: subject.length === 0 })]),
    ...(template.extraExtensions ?? []),
  ];
  const attribute = derSequence(
    derOid(EXTENSION_REQUEST),
    derSetOf(derList(TAG.sequence, extensions.map(encodeExtension))),
  );
  const info = derSequence(
    derSmallInteger(0),
    name,
    publicKeyToSpki(publicKeyOf(provider, privateKey)),
    der(contextConstructed(0), ...(extensions.length === 0 ? [] : [attribute])),
  );
  const { signatureAlgorithm } = template;
  return sign(
    { provider, privateKey, ...(signatureAlgorithm === undefined ? {} : { signatureAlgorithm }) },
    () => info,
  );
}

/**
 * Reads a PKCS#10 request in DER, RFC 2986, with nothing after it. Whoever sent it holds the key only if
 * `verifyCertificateRequest` says so.
 * @throws X509Error with the offset of what is wrong
 */
export function parseCertificateRequest(request: Uint8Array): CertificateRequest {
  if (request.length > MAX_REQUEST_LENGTH) throw new X509Error('too-large', { got: request.length });
  const raw = new Uint8Array(request);
  const outer = new DerReader(raw);
  const certificationRequest = outer.sequence('a CertificationRequest');
  outer.end();
  const infoElement = certificationRequest.expect(TAG.sequence, 'a CertificationRequestInfo');
  const signatureReading = readSignatureAlgorithm(readAlgorithmIdentifier(certificationRequest));
  const signature = certificationRequest.bitStringOctets('a signature');
  certificationRequest.end();

  const info = certificationRequest.inside(infoElement);
  if (info.smallInteger('a version', 0xff) !== 0) throw new X509Error('unsupported-version', { expected: 'v1' });
  const subject = readName(info);
  const publicKey = readSubjectPublicKeyInfo(info);
  const attributes = info.inside(info.expect(contextConstructed(0), 'attributes'));
  info.end();
  let extensions: readonly Extension[] = [];
  while (attributes.remaining > 0) {
    const attribute = attributes.sequence('an attribute');
    const type = attribute.oid('an attribute type');
    const values = attribute.set('attribute values');
    attribute.end();
    if (type === EXTENSION_REQUEST) {
      extensions = readExtensions(values);
      values.end();
    } else while (values.remaining > 0) values.any();
  }
  return {
    raw,
    certificationRequestInfo: certificationRequest.whole(infoElement),
    subject,
    publicKey,
    extensions,
    signatureReading,
    signature,
    ...readKnownExtensions(extensions, raw),
  };
}

/** Whether the request is signed with the key that it asks a certificate for: proof of possession, RFC 2986 section 3. */
export function verifyCertificateRequest(provider: CryptoProvider, request: CertificateRequest): MaybePromise<boolean> {
  const { signatureReading, publicKey, certificationRequestInfo, signature } = request;
  if (signatureReading.algorithm === null) return false;
  const keyAlgorithm = keyAlgorithmFor(provider, publicKey);
  return keyAlgorithm?.verify(publicKey, signatureReading.algorithm, certificationRequestInfo, signature) ?? false;
}

/** A `CERTIFICATE REQUEST` block, RFC 7468 section 7. */
export function certificateRequestToPem(der: Uint8Array): string {
  return encodePem('CERTIFICATE REQUEST', der);
}

/**
 * The first `CERTIFICATE REQUEST` of a PEM file, RFC 7468 section 7; other blocks are passed over.
 * @throws X509Error `not-found`, `invalid-pem`, and those of `parseCertificateRequest`
 */
export function certificateRequestFromPem(pem: string | Uint8Array): CertificateRequest {
  const [block] = decodePem(pem, (label) => label === 'CERTIFICATE REQUEST' || label === 'NEW CERTIFICATE REQUEST');
  if (block === undefined) throw new X509Error('not-found', { expected: 'a CERTIFICATE REQUEST block' });
  return parseCertificateRequest(block.bytes);
}
