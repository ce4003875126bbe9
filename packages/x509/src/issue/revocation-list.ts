import type { CryptoProvider, MaybePromise, SignatureAlgorithm } from '@portico/crypto';
import { contextConstructed, TAG } from '../der/tag.js';
import {
  der,
  derExplicit,
  derImplicit,
  derList,
  derSequence,
  derSmallInteger,
  derTime,
  derUnsignedInteger,
} from '../der/writer.js';
import type { Extension } from '../extensions.js';
import { encodeGeneralName, type GeneralName } from '../name/general-name.js';
import { REVOCATION_OID } from '../revocation/oids.js';
import { REVOCATION_REASONS, type RevocationReason } from '../revocation/reason.js';
import type { Credential } from './authority.js';
import { keyIdentifierFor } from './certificate.js';
import { authorityKeyIdentifierExtension, encodeExtension } from './extensions.js';
import { sign } from './signed.js';

/** What a CRL shall say. Times in milliseconds since 1970. */
export interface RevocationListTemplate {
  readonly provider: CryptoProvider;
  readonly issuer: Credential;
  readonly thisUpdate: number;
  /** Null leaves the field out, which RFC 5280 section 5.1.2.5 forbids. */
  readonly nextUpdate: number | null;
  /** Null leaves the extension out, which RFC 5280 section 5.2.3 forbids. */
  readonly number: number | null;
  readonly revoked: readonly RevokedEntry[];
  /** Makes a delta list for complete ones from that number on. */
  readonly baseNumber?: number;
  readonly issuingDistributionPoint?: IssuingDistributionPointTemplate;
  /** Written after the ones above; one of the same kind is written in its place. */
  readonly extraExtensions?: readonly Extension[];
  readonly signatureAlgorithm?: SignatureAlgorithm;
}

/** One of revokedCertificates, RFC 5280 section 5.1.2.6. */
export interface RevokedEntry {
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** revocationDate, in milliseconds since 1970. */
  readonly at: number;
  readonly reason?: RevocationReason;
  readonly extraExtensions?: readonly Extension[];
}

/** RFC 5280 section 5.2.5. */
export interface IssuingDistributionPointTemplate {
  readonly names?: readonly GeneralName[];
  readonly only?: 'user-certificates' | 'ca-certificates' | 'attribute-certificates';
  readonly someReasons?: readonly RevocationReason[];
  readonly indirect?: boolean;
}

/**
 * Makes and signs a CRL, RFC 5280 section 5, and returns its DER, unparsed.
 * @throws X509Error, CryptoError as `issueDer`
 */
export function issueRevocationList(template: RevocationListTemplate): MaybePromise<Uint8Array> {
  const { provider, issuer, thisUpdate, nextUpdate, number, revoked, baseNumber, signatureAlgorithm } = template;
  const { certificate, privateKey } = issuer;
  const identifier = certificate.subjectKeyIdentifier ?? keyIdentifierFor(provider, certificate.subjectPublicKeyInfo);
  const extra = template.extraExtensions ?? [];
  const extensions = [
    authorityKeyIdentifierExtension(identifier),
    ...(number === null ? [] : [numberExtension(REVOCATION_OID.cRLNumber, number, 'uncritical')]),
    ...(baseNumber === undefined ? [] : [numberExtension(REVOCATION_OID.deltaCRLIndicator, baseNumber, 'critical')]),
    ...(template.issuingDistributionPoint === undefined
      ? []
      : [issuingDistributionPointExtension(template.issuingDistributionPoint)]),
  ].filter(({ oid }) => !extra.some((one) => one.oid === oid));
  return sign(
    { provider, privateKey, ...(signatureAlgorithm === undefined ? {} : { signatureAlgorithm }) },
    (algorithm) =>
      derSequence(
        derSmallInteger(1),
        algorithm,
        certificate.subject.raw,
        derTime(thisUpdate),
        ...(nextUpdate === null ? [] : [derTime(nextUpdate)]),
        ...(revoked.length === 0 ? [] : [derList(TAG.sequence, revoked.map(encodeEntry))]),
        derExplicit(0, derList(TAG.sequence, [...extensions, ...extra].map(encodeExtension))),
      ),
  );
}

function encodeEntry({ serialNumber, at, reason, extraExtensions = [] }: RevokedEntry): Uint8Array {
  const value = (name: RevocationReason): Uint8Array =>
    der(TAG.enumerated, Uint8Array.of(REVOCATION_REASONS.indexOf(name)));
  const extensions: Extension[] = [
    ...(reason === undefined ? [] : [{ oid: REVOCATION_OID.reasonCode, critical: false, value: value(reason) }]),
    ...extraExtensions,
  ];
  return derSequence(
    der(TAG.integer, serialNumber),
    derTime(at),
    ...(extensions.length === 0 ? [] : [derList(TAG.sequence, extensions.map(encodeExtension))]),
  );
}

function numberExtension(oid: string, number: number, criticality: 'critical' | 'uncritical'): Extension {
  const value = derUnsignedInteger(Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number));
  return { oid, critical: criticality === 'critical', value };
}

/** RFC 5280 section 5.2.5. */
function issuingDistributionPointExtension(point: IssuingDistributionPointTemplate): Extension {
  const { names, only, someReasons, indirect } = point;
  const yes = Uint8Array.of(0xff);
  const onlyNumber = { 'user-certificates': 1, 'ca-certificates': 2, 'attribute-certificates': 5 };
  const flag = (kind: NonNullable<typeof only>): Uint8Array[] =>
    only === kind ? [derImplicit(onlyNumber[kind], yes)] : [];
  const bits = (someReasons ?? []).reduce((sum, reason) => sum | (0x80 >> REVOCATION_REASONS.indexOf(reason)), 0);
  return {
    oid: REVOCATION_OID.issuingDistributionPoint,
    critical: true,
    value: derSequence(
      ...(names === undefined ? [] : [derExplicit(0, derList(contextConstructed(0), names.map(encodeGeneralName)))]),
      ...flag('user-certificates'),
      ...flag('ca-certificates'),
      ...(someReasons === undefined ? [] : [derImplicit(3, Uint8Array.of(0, bits))]),
      ...(indirect === true ? [derImplicit(4, yes)] : []),
      ...flag('attribute-certificates'),
    ),
  };
}
