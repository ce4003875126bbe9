import { contextConstructed, TAG } from '../der/tag.js';
import {
  derBoolean,
  derImplicit,
  derList,
  derNamedBits,
  derOctetString,
  derOid,
  derSequence,
  derSmallInteger,
} from '../der/writer.js';
import {
  KEY_USAGES,
  type BasicConstraints,
  type Extension,
  type KeyUsage,
  type NameConstraints,
} from '../extensions.js';
import { encodeGeneralName, type GeneralName } from '../name/general-name.js';
import { OID } from '../oids.js';
import { REVOCATION_OID } from '../revocation/oids.js';

/** Extended key usages by name; any other is given as a dotted identifier. */
const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
  any: OID.anyExtendedKeyUsage,
  serverAuth: OID.serverAuth,
  clientAuth: OID.clientAuth,
  ocspSigning: REVOCATION_OID.ocspSigning,
  sipDomain: OID.sipDomain,
};

/**
 * One Extension, RFC 5280 section 4.1.2.9.
 * @throws X509Error `invalid-oid`
 */
export function encodeExtension({ oid, critical, value }: Extension): Uint8Array {
  return derSequence(derOid(oid), ...(critical ? [derBoolean(true)] : []), derOctetString(value));
}

/**
 * RFC 5280 section 4.2.1.6; critical where the subject is empty.
 * @throws X509Error `invalid-argument` for text outside ASCII
 */
export function subjectAltNameExtension(
  names: readonly GeneralName[],
  { critical }: { readonly critical: boolean },
): Extension {
  return { oid: OID.subjectAltName, critical, value: derList(TAG.sequence, names.map(encodeGeneralName)) };
}

/** RFC 5280 section 4.2.1.3. Never throws. */
export function keyUsageExtension(usages: readonly KeyUsage[]): Extension {
  const positions = usages.map((usage) => KEY_USAGES.indexOf(usage));
  return { oid: OID.keyUsage, critical: true, value: derNamedBits(positions) };
}

/**
 * RFC 5280 section 4.2.1.12. `any`, `serverAuth`, `clientAuth`, `ocspSigning`, `sipDomain` or dotted identifiers.
 * @throws X509Error `invalid-oid`
 */
export function extendedKeyUsageExtension(purposes: readonly string[]): Extension {
  const identifiers = purposes.map((purpose) => derOid(EXTENDED_KEY_USAGES[purpose] ?? purpose));
  return { oid: OID.extKeyUsage, critical: false, value: derList(TAG.sequence, identifiers) };
}

/** RFC 5280 section 4.2.1.9. Never throws. */
export function basicConstraintsExtension({ ca, pathLength }: BasicConstraints): Extension {
  const fields = [...(ca ? [derBoolean(true)] : []), ...(pathLength === null ? [] : [derSmallInteger(pathLength)])];
  return { oid: OID.basicConstraints, critical: true, value: derSequence(...fields) };
}

/** RFC 5280 section 4.2.1.2. Never throws. */
export function subjectKeyIdentifierExtension(keyIdentifier: Uint8Array): Extension {
  return { oid: OID.subjectKeyIdentifier, critical: false, value: derOctetString(keyIdentifier) };
}

/** RFC 5280 section 4.2.1.1, by key identifier. Never throws. */
export function authorityKeyIdentifierExtension(keyIdentifier: Uint8Array): Extension {
  return { oid: OID.authorityKeyIdentifier, critical: false, value: derSequence(derImplicit(0, keyIdentifier)) };
}

/**
 * RFC 5280 section 4.2.1.10. An iPAddress holds address and mask, 8 or 32 octets.
 * @throws X509Error `invalid-argument` for text outside ASCII
 */
export function nameConstraintsExtension({ permitted, excluded }: NameConstraints): Extension {
  const subtrees = (number: number, names: readonly GeneralName[]): Uint8Array[] =>
    names.length === 0
      ? []
      : [
          derList(
            contextConstructed(number),
            names.map((name) => derSequence(encodeGeneralName(name))),
          ),
        ];
  return {
    oid: OID.nameConstraints,
    critical: true,
    value: derSequence(...subtrees(0, permitted), ...subtrees(1, excluded)),
  };
}
