import {
  readAlgorithmIdentifier,
  readSignatureAlgorithm,
  type AlgorithmIdentifier,
  type SignatureAlgorithmReading,
} from '../algorithm.js';
import { DerReader, type DerElement } from '../der/reader.js';
import { contextConstructed, contextPrimitive, TAG } from '../der/tag.js';
import { X509Error } from '../error.js';
import { readExtensions, type Extension } from '../extensions.js';
import { readName, type Name } from '../name/name.js';
import { REVOCATION_OID } from './oids.js';
import { readRevocationReason, type RevocationReason } from './reason.js';

/** Larger responses are refused unread: a status and a few certificates need some kilobytes. */
export const MAX_OCSP_RESPONSE_LENGTH = 0x1_0000;

/** OCSPResponseStatus by its number, RFC 6960 section 4.2.1; 4 is not used. */
const STATUSES = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  'unused',
  'sigRequired',
  'unauthorized',
];

/** CertID, RFC 6960 section 4.1.1. */
export interface OcspCertificateId {
  /** Of both hashes, dotted. */
  readonly hashAlgorithm: string;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
}

/** SingleResponse, RFC 6960 section 4.2.1. Times in milliseconds since 1970. */
export interface OcspSingleResponse {
  readonly certificateId: OcspCertificateId;
  readonly status:
    | { readonly type: 'good' }
    | { readonly type: 'revoked'; readonly at: number; readonly reason: RevocationReason }
    | { readonly type: 'unknown' };
  readonly thisUpdate: number;
  /** Null where newer information is there at any time. */
  readonly nextUpdate: number | null;
  readonly extensions: readonly Extension[];
}

/** BasicOCSPResponse, RFC 6960 section 4.2.1. Byte strings are views of a copy of the input. */
export interface OcspResponse {
  /** What the signature covers. */
  readonly tbsResponseData: Uint8Array;
  readonly responder:
    { readonly type: 'name'; readonly name: Name } | { readonly type: 'key'; /** SHA-1. */ readonly hash: Uint8Array };
  /** Milliseconds since 1970. */
  readonly producedAt: number;
  readonly responses: readonly OcspSingleResponse[];
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signatureReading: SignatureAlgorithmReading;
  readonly signature: Uint8Array;
  /** DER of the certificates that came along. */
  readonly certificates: readonly Uint8Array[];
}

/**
 * Reads an OCSPResponse in DER, RFC 6960 section 4.2.1, with nothing after it, whose status is `successful`.
 * @throws X509Error `not-found` with the status of a response without an answer, and with the offset of what is wrong
 */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  if (der.length > MAX_OCSP_RESPONSE_LENGTH) {
    const expected = `at most ${MAX_OCSP_RESPONSE_LENGTH} bytes`;
    throw new X509Error('too-large', { expected, got: der.length });
  }
  const outer = new DerReader(new Uint8Array(der));
  const response = outer.sequence('an OCSPResponse');
  const status = response.integerContents(response.expect(TAG.enumerated, 'an OCSPResponseStatus'), 0xff);
  const bytes = response.tagged(0);
  response.end();
  outer.end();
  if (status !== 0 || bytes === null) {
    throw new X509Error('not-found', { expected: 'a successful OCSP response', got: STATUSES[status] ?? `${status}` });
  }
  const responseBytes = bytes.sequence('ResponseBytes');
  bytes.end();
  const type = responseBytes.oid('a responseType');
  if (type !== REVOCATION_OID.ocspBasic)
    throw new X509Error('not-found', { expected: 'a basic OCSP response', got: type });
  const element = responseBytes.expect(TAG.octetString, 'a response');
  responseBytes.end();
  const wrapped = responseBytes.inside(element);
  const basic = wrapped.sequence('a BasicOCSPResponse');
  wrapped.end();
  return readBasicResponse(basic);
}

function readBasicResponse(basic: DerReader): OcspResponse {
  const dataElement = basic.expect(TAG.sequence, 'a ResponseData');
  const signatureAlgorithm = readAlgorithmIdentifier(basic);
  const signature = basic.bitStringOctets('a signature');
  const wrappedCertificates = basic.tagged(0);
  basic.end();
  const certificates: Uint8Array[] = [];
  if (wrappedCertificates !== null) {
    const sequence = wrappedCertificates.sequence('certs');
    while (sequence.remaining > 0) certificates.push(sequence.any());
    wrappedCertificates.end();
  }

  const data = basic.inside(dataElement);
  const version = data.tagged(0);
  if (version !== null && version.smallInteger('a version', 0xff) !== 0) {
    throw new X509Error('unsupported-version', { expected: 'v1' });
  }
  const responder = readResponder(data);
  const producedAt = data.time();
  const sequence = data.sequence('responses');
  const responses: OcspSingleResponse[] = [];
  while (sequence.remaining > 0) responses.push(readSingleResponse(sequence.sequence('a SingleResponse')));
  const extensions = readOptionalExtensions(data);
  data.end();
  return {
    tbsResponseData: basic.whole(dataElement),
    responder,
    producedAt,
    responses,
    extensions,
    signatureAlgorithm,
    signatureReading: readSignatureAlgorithm(signatureAlgorithm),
    signature,
    certificates,
  };
}

/** ResponderID, RFC 6960 section 4.2.1. */
function readResponder(data: DerReader): OcspResponse['responder'] {
  const byName = data.tagged(1);
  if (byName !== null) {
    const name = readName(byName);
    byName.end();
    return { type: 'name', name };
  }
  const byKey = data.inside(data.expect(contextConstructed(2), 'a ResponderID'));
  const hash = byKey.octetString('a KeyHash');
  byKey.end();
  return { type: 'key', hash };
}

function readSingleResponse(single: DerReader): OcspSingleResponse {
  const id = single.sequence('a CertID');
  const { oid: hashAlgorithm } = readAlgorithmIdentifier(id);
  const issuerNameHash = id.octetString('an issuerNameHash');
  const issuerKeyHash = id.octetString('an issuerKeyHash');
  const serialNumber = id.integer('a serialNumber');
  id.end();
  const status = readStatus(single);
  const thisUpdate = single.time();
  const next = single.tagged(0);
  const nextUpdate = next === null ? null : next.time();
  next?.end();
  const extensions = readOptionalExtensions(single);
  single.end();
  const certificateId = { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber };
  return { certificateId, status, thisUpdate, nextUpdate, extensions };
}

/** CertStatus: `[0]` good, `[1]` revoked, `[2]` unknown, all implicitly tagged. */
function readStatus(single: DerReader): OcspSingleResponse['status'] {
  const good = single.optional(contextPrimitive(0));
  if (good !== null) {
    expectNull(good);
    return { type: 'good' };
  }
  const revoked = single.tagged(1);
  if (revoked === null) {
    expectNull(single.expect(contextPrimitive(2), 'a CertStatus'));
    return { type: 'unknown' };
  }
  const at = revoked.time();
  const wrapped = revoked.tagged(0);
  const reason = wrapped === null ? 'unspecified' : readRevocationReason(wrapped);
  wrapped?.end();
  revoked.end();
  return { type: 'revoked', at, reason };
}

function expectNull({ offset, start, end }: DerElement): void {
  if (start !== end) throw new X509Error('invalid-length', { offset, expected: 'NULL' });
}

function readOptionalExtensions(reader: DerReader): readonly Extension[] {
  const wrapped = reader.tagged(1);
  const extensions = wrapped === null ? [] : readExtensions(wrapped);
  wrapped?.end();
  return extensions;
}
