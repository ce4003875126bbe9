import { contextConstructed, TAG } from '../der/tag.js';
import { der, derExplicit, derList, derNull, derOid, derSequence, derSmallInteger } from '../der/writer.js';
import type { Extension } from '../extensions.js';
import { encodeGeneralName, type GeneralName } from '../name/general-name.js';
import { OID } from '../oids.js';
import { REVOCATION_OID } from '../revocation/oids.js';

/**
 * RFC 5280 section 4.2.1.13: one distribution point for each name.
 * @throws X509Error `invalid-argument` for text outside ASCII
 */
export function crlDistributionPointsExtension(names: readonly GeneralName[]): Extension {
  return { oid: OID.cRLDistributionPoints, critical: false, value: distributionPoints(names) };
}

/**
 * RFC 5280 section 4.2.1.15.
 * @throws X509Error `invalid-argument` for text outside ASCII
 */
export function freshestCrlExtension(names: readonly GeneralName[]): Extension {
  return { oid: OID.freshestCRL, critical: false, value: distributionPoints(names) };
}

/**
 * RFC 5280 section 4.2.2.1; a method is `ocsp`, `caIssuers` or a dotted identifier.
 * @throws X509Error `invalid-oid`; `invalid-argument` for text outside ASCII
 */
export function authorityInfoAccessExtension(
  descriptions: readonly (readonly [method: string, location: GeneralName])[],
): Extension {
  const methods: Readonly<Record<string, string>> = { ocsp: OID.ocsp, caIssuers: '1.3.6.1.5.5.7.48.2' };
  return {
    oid: OID.authorityInfoAccess,
    critical: false,
    value: derList(
      TAG.sequence,
      descriptions.map(([method, location]) =>
        derSequence(derOid(methods[method] ?? method), encodeGeneralName(location)),
      ),
    ),
  };
}

/** RFC 9608 section 2: no revocation information will ever be there. Never throws. */
export function noRevAvailExtension(): Extension {
  return { oid: OID.noRevAvail, critical: false, value: derNull() };
}

/** TLS features, RFC 7633 section 4.1: 5 is status_request, "must staple". Never throws. */
export function tlsFeatureExtension(features: readonly number[]): Extension {
  return {
    oid: REVOCATION_OID.tlsFeature,
    critical: false,
    value: derList(TAG.sequence, features.map(derSmallInteger)),
  };
}

/** id-pkix-ocsp-nocheck, RFC 6960 section 4.2.2.2.1: a responder's certificate that is itself not checked. Never throws. */
export function ocspNoCheckExtension(): Extension {
  return { oid: REVOCATION_OID.ocspNoCheck, critical: false, value: derNull() };
}

function distributionPoints(names: readonly GeneralName[]): Uint8Array {
  return derList(
    TAG.sequence,
    names.map((name) => derSequence(derExplicit(0, der(contextConstructed(0), encodeGeneralName(name))))),
  );
}
