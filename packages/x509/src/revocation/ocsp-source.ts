import { bytesEqual } from '@portico/bytes';
import { parseCertificate, type Certificate } from '../certificate.js';
import { DerReader } from '../der/reader.js';
import { X509Error } from '../error.js';
import { namesEqual } from '../name/name.js';
import { findByValue, HASH_OIDS, OID } from '../oids.js';
import type { RevocationContext } from '../path/revocation.js';
import type { SignatureCheck } from '../path/signature-check.js';
import {
  parseOcspResponse,
  type OcspCertificateId,
  type OcspResponse,
  type OcspSingleResponse,
} from './ocsp-response.js';
import { REVOCATION_OID } from './oids.js';
import type { RevocationSource, RevocationStatus } from './source.js';

/** How old an answer without nextUpdate may be, in milliseconds: a day. RFC 6960 section 4.2.2.1 leaves it to policy. */
export const MAX_AGE_WITHOUT_NEXT_UPDATE = 86_400_000;

/** Certificates in a response that are looked at: responders send their own and perhaps its CA's. */
export const MAX_RESPONDER_CERTIFICATES = 4;

const SHA1 = '1.3.14.3.2.26';

export interface OcspSourceOptions {
  /** OCSPResponses in DER, such as those stapled to a handshake. One that is broken is none. */
  readonly responses: readonly Uint8Array[];
  /**
   * SHA-1, in which nearly all responders name issuers and themselves (`sha1` of `@portico/crypto/sha1`). It is an
   * identifier there and proves nothing; without it such answers are not recognized.
   */
  readonly sha1?: (data: Uint8Array) => Uint8Array;
}

/**
 * OCSP responses that are there already, RFC 6960 section 3.2: for that certificate, fresh, and signed by its issuer or
 * by a responder that the issuer itself certified for that (id-kp-OCSPSigning). Anything else leaves the status unknown.
 */
export function createOcspSource({ responses, sha1 }: OcspSourceOptions): RevocationSource {
  const parsed: OcspResponse[] = [];
  let problem = 'no OCSP response for it';
  for (const response of responses) {
    try {
      parsed.push(parseOcspResponse(response));
    } catch (error) {
      if (!(error instanceof X509Error)) throw error;
      problem = `an OCSP response that cannot be used: ${error.message}`;
    }
  }
  return {
    kind: 'ocsp',
    *status(certificate, issuer, context) {
      const digest = digestOf(context, sha1);
      let found: RevocationStatus = { status: 'unknown', why: problem };
      for (const response of parsed) {
        const singles = response.responses.filter(({ certificateId }) =>
          isFor(certificateId, certificate, issuer, digest),
        );
        for (const single of singles) {
          const broken =
            checkFreshness(response, single, context) ?? (yield* checkSigner(response, issuer, context, digest));
          if (broken !== null) found = found.status === 'good' ? found : { status: 'unknown', why: broken };
          else if (single.status.type === 'revoked') {
            return { status: 'revoked', at: single.status.at, reason: single.status.reason };
          } else if (single.status.type === 'good') found = { status: 'good' };
          else if (found.status !== 'good') found = { status: 'unknown', why: 'a responder that does not know it' };
        }
      }
      return found;
    },
  };
}

type Digest = (oid: string, data: Uint8Array) => Uint8Array | null;

function digestOf({ provider }: RevocationContext, sha1: OcspSourceOptions['sha1']): Digest {
  return (oid, data) => {
    if (oid === SHA1) return sha1?.(data) ?? null;
    const name = findByValue(HASH_OIDS, oid);
    return provider.hashes.find((hash) => hash.name === name)?.digest(data) ?? null;
  };
}

/** RFC 6960 section 4.1.1: the hashes are of the issuer's name and of its key without tag, length and unused bits. */
function isFor(
  { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }: OcspCertificateId,
  certificate: Certificate,
  issuer: Certificate,
  digest: Digest,
): boolean {
  if (!bytesEqual(serialNumber, certificate.serialNumber)) return false;
  const nameHash = digest(hashAlgorithm, certificate.issuer.raw);
  const keyHash = digest(hashAlgorithm, keyBits(issuer));
  return (
    nameHash !== null && keyHash !== null && bytesEqual(nameHash, issuerNameHash) && bytesEqual(keyHash, issuerKeyHash)
  );
}

function keyBits({ subjectPublicKeyInfo }: Certificate): Uint8Array {
  const reader = new DerReader(subjectPublicKeyInfo).sequence('a SubjectPublicKeyInfo');
  reader.element();
  return reader.bitString().bytes;
}

/** RFC 6960 section 4.2.2.1, and that no critical extension goes unheeded. */
function checkFreshness(
  { producedAt, extensions, signatureReading }: OcspResponse,
  single: OcspSingleResponse,
  { time }: RevocationContext,
): string | null {
  const { thisUpdate, nextUpdate } = single;
  const unknown = [...extensions, ...single.extensions].find(({ critical }) => critical);
  if (unknown !== undefined) return `an OCSP response with the critical extension ${unknown.oid}`;
  if (signatureReading.problem !== null) return `an OCSP response signed with a ${signatureReading.problem} algorithm`;
  if (!(time >= thisUpdate) || !(time >= producedAt)) return 'an OCSP response from the future';
  const end = nextUpdate === null ? thisUpdate + MAX_AGE_WITHOUT_NEXT_UPDATE : nextUpdate + 1000;
  return time < end ? null : 'an OCSP response that is not fresh any more';
}

/** RFC 6960 section 4.2.2.2: the issuer itself, or whom it certified. */
function* checkSigner(
  response: OcspResponse,
  issuer: Certificate,
  context: RevocationContext,
  digest: Digest,
): Generator<SignatureCheck, string | null, boolean> {
  if (isResponder(response, issuer, digest) && (yield* isSignedBy(response, issuer))) return null;
  let why = 'an OCSP response by somebody else';
  for (const der of response.certificates.slice(0, MAX_RESPONDER_CERTIFICATES)) {
    const responder = readResponder(der);
    if (responder === null || !isResponder(response, responder, digest)) continue;
    const unauthorized = checkAuthorization(responder, issuer, context);
    if (unauthorized !== null) why = unauthorized;
    else if (!(yield* isCertifiedBy(responder, issuer))) why = 'an OCSP responder that the issuer did not certify';
    else if (yield* isSignedBy(response, responder)) return null;
    else why = 'an OCSP response that its responder did not sign';
  }
  return why;
}

/** Whether a ResponderID names this certificate. */
function isResponder({ responder }: OcspResponse, certificate: Certificate, digest: Digest): boolean {
  if (responder.type === 'name') return namesEqual(responder.name, certificate.subject);
  const hash = digest(SHA1, keyBits(certificate));
  return hash !== null && bytesEqual(hash, responder.hash);
}

/** What a responder's certificate must say, RFC 6960 section 4.2.2.2. */
function checkAuthorization(responder: Certificate, issuer: Certificate, { time }: RevocationContext): string | null {
  const { extensions, extendedKeyUsage, keyUsage, notBefore, notAfter, signatureReading } = responder;
  if (!namesEqual(responder.issuer, issuer.subject)) return 'an OCSP responder of another CA';
  if (extendedKeyUsage?.includes(REVOCATION_OID.ocspSigning) !== true) return 'an OCSP responder without OCSPSigning';
  if (keyUsage !== null && !keyUsage.includes('digitalSignature')) return 'an OCSP responder that may not sign';
  if (!(time >= notBefore && time < notAfter + 1000)) return 'an OCSP responder that is not valid now';
  if (signatureReading.problem !== null) return 'an OCSP responder with a weak signature';
  const unknown = extensions.find(({ oid, critical }) => critical && !RESPONDER_EXTENSIONS.includes(oid));
  return unknown === undefined ? null : `an OCSP responder with the critical extension ${unknown.oid}`;
}

const RESPONDER_EXTENSIONS: readonly string[] = [
  OID.keyUsage,
  OID.extKeyUsage,
  OID.basicConstraints,
  OID.subjectAltName,
];

function* isSignedBy(
  { signatureReading: { algorithm }, tbsResponseData: message, signature }: OcspResponse,
  { publicKey: key, subjectPublicKeyInfo: keyInfo }: Certificate,
): Generator<SignatureCheck, boolean, boolean> {
  return algorithm !== null && key !== null && (yield { algorithm, key, keyInfo, message, signature });
}

function* isCertifiedBy(
  { signatureReading: { algorithm }, tbsCertificate: message, signature }: Certificate,
  { publicKey: key, subjectPublicKeyInfo: keyInfo }: Certificate,
): Generator<SignatureCheck, boolean, boolean> {
  return algorithm !== null && key !== null && (yield { algorithm, key, keyInfo, message, signature });
}

function readResponder(der: Uint8Array): Certificate | null {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof X509Error) return null;
    throw error;
  }
}
