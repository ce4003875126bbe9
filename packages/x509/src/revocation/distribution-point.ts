import type { Certificate } from '../certificate.js';
import type { DerReader } from '../der/reader.js';
import { contextConstructed, contextPrimitive } from '../der/tag.js';
import { readExtension } from '../extensions.js';
import { readGeneralNames, type GeneralName } from '../name/general-name.js';
import { namesEqual } from '../name/name.js';
import { OID } from '../oids.js';

/** DistributionPointName, RFC 5280 section 4.2.1.13: its full names; none where it is relative to the CRL issuer. */
export type DistributionPointName = readonly GeneralName[];

/** @throws X509Error the DER reasons */
export function readDistributionPointNames(reader: DerReader): DistributionPointName {
  const fullName = reader.tagged(0);
  if (fullName !== null) return readGeneralNames(fullName);
  reader.expect(contextConstructed(1), 'a DistributionPointName');
  return [];
}

/**
 * The names of all distribution points of a certificate that its own issuer serves, for every reason: points with a
 * cRLIssuer are for indirect lists, points with reasons for partial ones.
 * @throws X509Error the DER reasons
 */
export function distributionPointNames({ extensions }: Certificate): readonly GeneralName[] {
  return readExtension(extensions, OID.cRLDistributionPoints, readPointNames) ?? [];
}

function readPointNames(outer: DerReader): readonly GeneralName[] {
  const points = outer.sequence('CRLDistributionPoints');
  const names: GeneralName[] = [];
  do {
    const point = points.sequence('a DistributionPoint');
    const name = point.tagged(0);
    const found = name === null ? [] : readDistributionPointNames(name);
    name?.end();
    const reasons = point.optional(contextPrimitive(1));
    const issuer = point.tagged(2);
    if (issuer !== null) readGeneralNames(issuer);
    point.end();
    if (reasons === null && issuer === null) names.push(...found);
  } while (points.remaining > 0);
  return names;
}

/** Whether one of the names is one of the others: URIs to the character, directory names by RFC 5280 section 7.1. */
export function shareName(left: readonly GeneralName[], right: readonly GeneralName[]): boolean {
  return left.some((one) =>
    right.some(
      (other) =>
        (one.type === 'uri' && other.type === 'uri' && one.uri === other.uri) ||
        (one.type === 'directory' && other.type === 'directory' && namesEqual(one.name, other.name)),
    ),
  );
}
