import { bytesEqual } from '@portico/bytes';
import {
  readAlgorithmIdentifier,
  readSignatureAlgorithm,
  type AlgorithmIdentifier,
  type SignatureAlgorithmReading,
} from '../algorithm.js';
import { DerReader } from '../der/reader.js';
import { contextPrimitive, TAG } from '../der/tag.js';
import { X509Error } from '../error.js';
import { readAuthorityKeyIdentifier, readExtension, readExtensions, type Extension } from '../extensions.js';
import { readName, type Name } from '../name/name.js';
import { decodePem } from '../keys/pem.js';
import { OID } from '../oids.js';
import { REVOCATION_OID } from './oids.js';
import { readDistributionPointNames, type DistributionPointName } from './distribution-point.js';
import { readRevocationReason, type RevocationReason } from './reason.js';

/** Larger lists are refused unread. The largest in public use are some tens of megabytes. */
export const MAX_CRL_LENGTH = 0x400_0000;

/** RFC 5280 section 5.2.3 bounds a CRLNumber to 20 octets; a sign octet before them is a common slip. */
const MAX_CRL_NUMBER_LENGTH = 21;

/** One revoked certificate, RFC 5280 section 5.1.2.6. */
export interface RevokedCertificate {
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly reason: RevocationReason;
}

/** IssuingDistributionPoint, RFC 5280 section 5.2.5. */
export interface IssuingDistributionPoint {
  /** Null where the list is for every distribution point. */
  readonly distributionPoint: DistributionPointName | null;
  readonly only: 'all' | 'user-certificates' | 'ca-certificates' | 'attribute-certificates';
  readonly onlySomeReasons: boolean;
  readonly indirect: boolean;
}

/** A certificate revocation list, RFC 5280 section 5.1. Byte strings are views of `raw`, which is a copy of the input. */
export interface RevocationList {
  readonly raw: Uint8Array;
  /** What the signature covers. */
  readonly tbsCertList: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signatureReading: SignatureAlgorithmReading;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  /** Milliseconds since 1970; null where the list has none. */
  readonly nextUpdate: number | null;
  readonly revoked: readonly RevokedCertificate[];
  readonly extensions: readonly Extension[];
  readonly authorityKeyIdentifier: Uint8Array | null;
  /** Big-endian, without sign octet. */
  readonly crlNumber: Uint8Array | null;
  /** BaseCRLNumber of a delta list (section 5.2.4), big-endian; null for a complete one. */
  readonly baseCrlNumber: Uint8Array | null;
  readonly issuingDistributionPoint: IssuingDistributionPoint | null;
}

/**
 * Reads one CRL in DER, RFC 5280 section 5.1, with nothing after it. The input is copied.
 * @throws X509Error with the offset of what is wrong
 */
export function parseRevocationList(der: Uint8Array): RevocationList {
  if (der.length > MAX_CRL_LENGTH) {
    throw new X509Error('too-large', { expected: `at most ${MAX_CRL_LENGTH} bytes`, got: der.length });
  }
  const raw = new Uint8Array(der);
  const outer = new DerReader(raw);
  const list = outer.sequence('a CertificateList');
  const tbsElement = list.expect(TAG.sequence, 'a TBSCertList');
  const signatureAlgorithm = readAlgorithmIdentifier(list);
  const signature = list.bitStringOctets('a signatureValue');
  list.end();
  outer.end();

  const tbs = list.inside(tbsElement);
  const isV2 = tbs.peek() === TAG.integer;
  if (isV2 && tbs.smallInteger('a version', 0xffff) !== 1)
    throw new X509Error('unsupported-version', { expected: 'v2' });
  const innerAlgorithm = readAlgorithmIdentifier(tbs);
  if (!bytesEqual(innerAlgorithm.raw, signatureAlgorithm.raw)) {
    throw new X509Error('signature-algorithm-mismatch', { expected: signatureAlgorithm.oid, got: innerAlgorithm.oid });
  }
  const issuer = readName(tbs);
  const thisUpdate = tbs.time();
  const hasNextUpdate = tbs.peek() === TAG.utcTime || tbs.peek() === TAG.generalizedTime;
  const nextUpdate = hasNextUpdate ? tbs.time() : null;
  const revoked = tbs.peek() === TAG.sequence ? readRevoked(tbs.sequence('revokedCertificates')) : [];
  const wrapped = tbs.tagged(0);
  if (wrapped !== null && !isV2)
    throw new X509Error('unsupported-version', { expected: 'v2 for extensions', got: 'v1' });
  const extensions = wrapped === null ? [] : readExtensions(wrapped);
  wrapped?.end();
  tbs.end();
  return {
    raw,
    tbsCertList: list.whole(tbsElement),
    signatureAlgorithm,
    signatureReading: readSignatureAlgorithm(signatureAlgorithm),
    signature,
    issuer,
    thisUpdate,
    nextUpdate,
    revoked,
    extensions,
    authorityKeyIdentifier:
      readExtension(extensions, OID.authorityKeyIdentifier, readAuthorityKeyIdentifier)?.keyIdentifier ?? null,
    crlNumber: readExtension(extensions, REVOCATION_OID.cRLNumber, readCrlNumber),
    baseCrlNumber: readExtension(extensions, REVOCATION_OID.deltaCRLIndicator, readCrlNumber),
    issuingDistributionPoint: readExtension(
      extensions,
      REVOCATION_OID.issuingDistributionPoint,
      readIssuingDistributionPoint,
    ),
  };
}

/**
 * Every `X509 CRL` block of a PEM file (RFC 7468 section 6), in order; other blocks are passed over.
 * @throws X509Error `not-found` where there is none, `invalid-pem`, and those of `parseRevocationList`
 */
export function revocationListsFromPem(pem: string | Uint8Array): readonly RevocationList[] {
  const lists = decodePem(pem, (label) => label === 'X509 CRL').map(({ bytes }) => parseRevocationList(bytes));
  if (lists.length === 0) throw new X509Error('not-found', { expected: 'an X509 CRL block' });
  return lists;
}

/** RFC 5280 section 5.1.2.6: never an empty list. */
function readRevoked(sequence: DerReader): readonly RevokedCertificate[] {
  const revoked: RevokedCertificate[] = [];
  do {
    const entry = sequence.sequence('a revoked certificate');
    const serialNumber = entry.integer('a userCertificate');
    const at = entry.time();
    const extensions = entry.remaining > 0 ? readExtensions(entry) : [];
    entry.end();
    for (const { oid, critical } of extensions) {
      // A certificateIssuer makes the list an indirect one, for certificates of other CAs (section 5.3.3).
      const known = oid === REVOCATION_OID.reasonCode || oid === REVOCATION_OID.invalidityDate;
      if (oid === REVOCATION_OID.certificateIssuer || (critical && !known)) {
        throw new X509Error('invalid-extension', {
          expected: 'entries of the issuer alone, no critical ones',
          got: oid,
        });
      }
    }
    revoked.push({
      serialNumber,
      at,
      reason: readExtension(extensions, REVOCATION_OID.reasonCode, readRevocationReason) ?? 'unspecified',
    });
  } while (sequence.remaining > 0);
  return revoked;
}

function readCrlNumber(reader: DerReader): Uint8Array {
  const number = reader.unsignedInteger('a CRLNumber');
  if (number.length > MAX_CRL_NUMBER_LENGTH)
    throw new X509Error('invalid-extension', { expected: 'a shorter CRLNumber' });
  return number;
}

function readIssuingDistributionPoint(reader: DerReader): IssuingDistributionPoint {
  const sequence = reader.sequence('IssuingDistributionPoint');
  const point = sequence.tagged(0);
  const distributionPoint = point === null ? null : readDistributionPointNames(point);
  point?.end();
  const flag = (number: number): boolean => {
    const element = sequence.optional(contextPrimitive(number));
    if (element === null) return false;
    const [octet, ...more] = sequence.contents(element);
    // An IMPLICIT BOOLEAN; FALSE is the default and may be spelt out, as in certificates.
    if (more.length > 0 || (octet !== 0 && octet !== 0xff)) {
      throw new X509Error('invalid-boolean', { offset: element.offset, expected: '0x00 or 0xff' });
    }
    return octet === 0xff;
  };
  const [user, ca] = [flag(1), flag(2)];
  const onlySomeReasons = sequence.optional(contextPrimitive(3)) !== null;
  const [indirect, attribute] = [flag(4), flag(5)];
  sequence.end();
  if ([user, ca, attribute].filter(Boolean).length > 1) {
    throw new X509Error('invalid-extension', { expected: 'one kind of certificate at most' });
  }
  const only = user ? 'user-certificates' : ca ? 'ca-certificates' : attribute ? 'attribute-certificates' : 'all';
  return { distributionPoint, only, onlySomeReasons, indirect };
}
