import { bytesEqual } from '@portico/bytes';
import { parseCertificate, type Certificate } from '../certificate.js';
import { DerReader } from '../der/reader.js';
import { readOrError, X509Error } from '../error.js';
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
import { isSignedBy } from './signed-by.js';
import type { RevocationSource } from './source.js';

/** How old an answer without nextUpdate may be, in milliseconds: a day. RFC 6960 section 4.2.2.1 leaves it to policy. */
export const MAX_AGE_WITHOUT_NEXT_UPDATE = 86_400_000;

/** Certificates in a response that are looked at: responders send their own and perhaps its CA's. */
export const MAX_RESPONDER_CERTIFICATES = 4;

const SHA1 = '1.3.14.3.2.26';

/** The responses that a source knows, and what is needed to recognize them; they are parsed once, when it is made. */
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
    const read = readOrError(() => parseOcspResponse(response));
    if (read instanceof X509Error) problem = `an OCSP response that cannot be used: ${read.message}`;
    else parsed.push(read);
  }
  return {
    kind: 'ocsp',
    *status(certificate, issuer, context) {
      const digests = digestsOf(context, sha1);
      let good = false;
      let why = problem;
      for (const response of parsed) {
        const singles = response.responses.filter(({ certificateId }) =>
          isFor(certificateId, certificate, issuer, digests),
        );
        for (const single of singles) {
          const broken =
            checkFreshness(response, single, context) ?? (yield* checkSigner(response, issuer, context, digests));
          if (broken !== null) why = broken;
          else if (single.status.type === 'revoked') {
            return { status: 'revoked', at: single.status.at, reason: single.status.reason };
          } else if (single.status.type === 'good') good = true;
          else why = 'a responder that does not know it';
        }
      }
      return good ? { status: 'good' } : { status: 'unknown', why };
    },
  };
}

/** The hash of an identifier (dotted), where it is there. */
type Digests = (oid: string) => ((data: Uint8Array) => Uint8Array) | undefined;

function digestsOf({ provider }: RevocationContext, sha1: OcspSourceOptions['sha1']): Digests {
  return (oid) => {
    if (oid === SHA1) return sha1;
    const name = findByValue(HASH_OIDS, oid);
    const hash = provider.hashes.find((one) => one.name === name);
    return hash === undefined ? undefined : (data) => hash.digest(data);
  };
}

/** RFC 6960 section 4.1.1: the hashes are of the issuer's name and of its key without tag, length and unused bits. */
function isFor(
  { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }: OcspCertificateId,
  certificate: Certificate,
  issuer: Certificate,
  digests: Digests,
): boolean {
  const digest = digests(hashAlgorithm);
  return (
    digest !== undefined &&
    bytesEqual(serialNumber, certificate.serialNumber) &&
    bytesEqual(digest(certificate.issuer.raw), issuerNameHash) &&
    bytesEqual(digest(keyBits(issuer)), issuerKeyHash)
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
  if (signatureReading.problem !== null)
    return `an OCSP response signed with an algorithm that is ${signatureReading.problem}`;
  if (!(time >= thisUpdate) || !(time >= producedAt)) return 'an OCSP response from the future';
  const end = nextUpdate === null ? thisUpdate + MAX_AGE_WITHOUT_NEXT_UPDATE : nextUpdate + 1000;
  return time < end ? null : 'an OCSP response that is not fresh any more';
}

/** RFC 6960 section 4.2.2.2: the issuer itself, or whom it certified. */
function* checkSigner(
  response: OcspResponse,
  issuer: Certificate,
  context: RevocationContext,
  digests: Digests,
): Generator<SignatureCheck, string | null, boolean> {
  const { tbsResponseData } = response;
  if (isResponder(response, issuer, digests) && (yield* isSignedBy(response, tbsResponseData, issuer))) return null;
  let why = 'an OCSP response by somebody else';
  for (const der of response.certificates.slice(0, MAX_RESPONDER_CERTIFICATES)) {
    const responder = readOrError(() => parseCertificate(der));
    if (responder instanceof X509Error || !isResponder(response, responder, digests)) continue;
    const unauthorized = checkAuthorization(responder, issuer, context);
    if (unauthorized !== null) why = unauthorized;
    else if (!(yield* isSignedBy(responder, responder.tbsCertificate, issuer))) {
      why = 'an OCSP responder that the issuer did not certify';
    } else if (yield* isSignedBy(response, tbsResponseData, responder)) return null;
    else why = 'an OCSP response that its responder did not sign';
  }
  return why;
}

/** Whether a ResponderID names this certificate. */
function isResponder({ responder }: OcspResponse, certificate: Certificate, digests: Digests): boolean {
  if (responder.type === 'name') return namesEqual(responder.name, certificate.subject);
  const digest = digests(SHA1);
  return digest !== undefined && bytesEqual(digest(keyBits(certificate)), responder.hash);
}

/** What a responder's certificate must say, RFC 6960 section 4.2.2.2. */
function checkAuthorization(responder: Certificate, issuer: Certificate, { time }: RevocationContext): string | null {
  const { extensions, extendedKeyUsage, keyUsage, notBefore, notAfter, signatureReading } = responder;
  if (!namesEqual(responder.issuer, issuer.subject)) return 'an OCSP responder of another CA';
  if (extendedKeyUsage?.includes(REVOCATION_OID.ocspSigning) !== true) return 'an OCSP responder without OCSPSigning';
  if (keyUsage !== null && !keyUsage.includes('digitalSignature')) return 'an OCSP responder that may not sign';
  if (!(time >= notBefore && time < notAfter + 1000)) return 'an OCSP responder that is not valid now';
  if (signatureReading.problem !== null)
    return `an OCSP responder whose certificate is signed with an algorithm that is ${signatureReading.problem}`;
  const unknown = extensions.find(({ oid, critical }) => critical && !RESPONDER_EXTENSIONS.includes(oid));
  return unknown === undefined ? null : `an OCSP responder with the critical extension ${unknown.oid}`;
}

const RESPONDER_EXTENSIONS: readonly string[] = [
  OID.keyUsage,
  OID.extKeyUsage,
  OID.basicConstraints,
  OID.subjectAltName,
];
