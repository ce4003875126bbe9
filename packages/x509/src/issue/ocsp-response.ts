import type { CryptoProvider, MaybePromise, SignatureAlgorithm } from '@portico/crypto';
import { asciiToBytes } from '@portico/bytes';
import type { Certificate } from '../certificate.js';
import { DerReader } from '../der/reader.js';
import { contextConstructed, contextPrimitive, TAG } from '../der/tag.js';
import { encodeTime } from '../der/time.js';
import { der, derExplicit, derList, derNull, derOctetString, derOid, derSequence } from '../der/writer.js';
import type { Extension } from '../extensions.js';
import { REVOCATION_OID } from '../revocation/oids.js';
import { REVOCATION_REASONS, type RevocationReason } from '../revocation/reason.js';
import type { Credential } from './authority.js';
import { encodeExtension } from './extensions.js';
import { sign } from './signed.js';

/** The answer about one certificate. Times in milliseconds since 1970. */
export interface OcspAnswer {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly status: 'good' | 'unknown' | { readonly revokedAt: number; readonly reason?: RevocationReason };
  readonly thisUpdate: number;
  readonly nextUpdate: number | null;
  readonly extensions?: readonly Extension[];
}

/** What an OCSP response shall say. */
export interface OcspResponseTemplate {
  readonly provider: CryptoProvider;
  /** Who signs: the issuer, or a responder that it certified. */
  readonly responder: Credential;
  /** How the responder is named; by default by its name. */
  readonly responderId?: 'name' | 'key';
  /** Milliseconds since 1970. */
  readonly producedAt: number;
  readonly answers: readonly OcspAnswer[];
  /** Sent along, such as the responder's own. */
  readonly certificates?: readonly Certificate[];
  readonly extensions?: readonly Extension[];
  /** The hash of the CertIDs: its identifier (dotted) and function. */
  readonly hash: { readonly oid: string; readonly digest: (data: Uint8Array) => Uint8Array };
  /** SHA-1 for `responderId: 'key'`. */
  readonly sha1?: (data: Uint8Array) => Uint8Array;
  readonly signatureAlgorithm?: SignatureAlgorithm;
}

/**
 * Makes and signs an OCSPResponse, RFC 6960 section 4.2, and returns its DER.
 * @throws X509Error, CryptoError as `issueDer`
 */
export function issueOcspResponse(template: OcspResponseTemplate): MaybePromise<Uint8Array> {
  const { provider, responder, certificates = [], extensions = [], signatureAlgorithm } = template;
  const data = derSequence(
    responderId(template),
    generalizedTime(template.producedAt),
    derList(
      TAG.sequence,
      template.answers.map((answer) => singleResponse(answer, template)),
    ),
    ...optionalExtensions(extensions),
  );
  const basic = sign(
    { provider, privateKey: responder.privateKey, ...(signatureAlgorithm === undefined ? {} : { signatureAlgorithm }) },
    () => data,
    ...(certificates.length === 0
      ? []
      : [
          derExplicit(
            0,
            derList(
              TAG.sequence,
              certificates.map(({ raw }) => raw),
            ),
          ),
        ]),
  );
  return 'then' in basic ? basic.then(wrap) : wrap(basic);
}

/** An OCSPResponse without an answer, by its status number: 3 is tryLater (RFC 6960 section 4.2.1). */
export function ocspErrorResponse(status: number): Uint8Array {
  return derSequence(der(TAG.enumerated, Uint8Array.of(status)));
}

function wrap(basic: Uint8Array): Uint8Array {
  return derSequence(
    der(TAG.enumerated, Uint8Array.of(0)),
    derExplicit(0, derSequence(derOid(REVOCATION_OID.ocspBasic), derOctetString(basic))),
  );
}

function responderId({ responder: { certificate }, responderId: kind, sha1 }: OcspResponseTemplate): Uint8Array {
  if (kind !== 'key') return derExplicit(1, certificate.subject.raw);
  return derExplicit(2, derOctetString(sha1?.(keyBits(certificate)) ?? new Uint8Array(20)));
}

function singleResponse(answer: OcspAnswer, { hash }: OcspResponseTemplate): Uint8Array {
  const { certificate, issuer, status, thisUpdate, nextUpdate, extensions = [] } = answer;
  return derSequence(
    derSequence(
      derSequence(derOid(hash.oid), derNull()),
      derOctetString(hash.digest(certificate.issuer.raw)),
      derOctetString(hash.digest(keyBits(issuer))),
      der(TAG.integer, certificate.serialNumber),
    ),
    encodeStatus(status),
    generalizedTime(thisUpdate),
    ...(nextUpdate === null ? [] : [derExplicit(0, generalizedTime(nextUpdate))]),
    ...optionalExtensions(extensions),
  );
}

function encodeStatus(status: OcspAnswer['status']): Uint8Array {
  if (status === 'good') return der(contextPrimitive(0));
  if (status === 'unknown') return der(contextPrimitive(2));
  const { revokedAt, reason } = status;
  const code =
    reason === undefined
      ? []
      : [derExplicit(0, der(TAG.enumerated, Uint8Array.of(REVOCATION_REASONS.indexOf(reason))))];
  return der(contextConstructed(1), generalizedTime(revokedAt), ...code);
}

function optionalExtensions(extensions: readonly Extension[]): Uint8Array[] {
  return extensions.length === 0 ? [] : [derExplicit(1, derList(TAG.sequence, extensions.map(encodeExtension)))];
}

/** OCSP knows no UTCTime. */
function generalizedTime(milliseconds: number): Uint8Array {
  const { type, text } = encodeTime(milliseconds);
  const century = Number(text.slice(0, 2)) < 50 ? '20' : '19';
  return der(TAG.generalizedTime, asciiToBytes(type === 'utc' ? `${century}${text}` : text));
}

function keyBits({ subjectPublicKeyInfo }: Certificate): Uint8Array {
  const reader = new DerReader(subjectPublicKeyInfo).sequence('a SubjectPublicKeyInfo');
  reader.element();
  return reader.bitString().bytes;
}
