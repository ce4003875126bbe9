// One structure of each kind that has every field, written element by element: no signature under it is one.
import { asciiToBytes } from '@portico/bytes';
import {
  der,
  derBitString,
  derBoolean,
  derExplicit,
  derImplicit,
  derNamedBits,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derSmallInteger,
  derUtf8String,
  OID,
  TAG,
} from '../../src/index.js';
import { REVOCATION_OID } from '../../src/revocation.js';

export const ED25519: Uint8Array = derSequence(derOid(OID.ed25519));
export const KEY: Uint8Array = derSequence(ED25519, derBitString(new Uint8Array(32).fill(7)));
export const SIGNATURE: Uint8Array = derBitString(new Uint8Array(64).fill(9));
/** Twenty octets that are no element of DER. */
const HASH = new Uint8Array(20).fill(0xee);

const attribute = (oid: string, value: Uint8Array): Uint8Array => derSequence(derOid(oid), value);
export const NAME: Uint8Array = derSequence(
  derSetOf(attribute('2.5.4.6', der(TAG.printableString, asciiToBytes('DE')))),
  derSetOf(attribute('2.5.4.10', derUtf8String('a')), attribute('2.5.4.3', derUtf8String('b'))),
);
const uri = der(0x86, asciiToBytes('http://a.test/'));
const dns = der(0x82, asciiToBytes('a.test'));
const address = (...octets: number[]): Uint8Array => der(0x87, Uint8Array.from(octets));

/** GeneralNames of every form, RFC 5280 section 4.2.1.6. */
export const GENERAL_NAMES: readonly Uint8Array[] = [
  der(0xa0, derOid('1.2.3'), derExplicit(0, derUtf8String('other'))),
  der(0x81, asciiToBytes('a@a.test')),
  dns,
  der(0xa3, derNull()),
  der(0xa4, NAME),
  der(0xa5, derExplicit(1, derUtf8String('party'))),
  uri,
  address(192, 0, 2, 1),
  der(0x88, derOid('1.2.3').subarray(2)),
];

export const utcTime = (text: string): Uint8Array => der(TAG.utcTime, asciiToBytes(text));
export const generalizedTime = (text: string): Uint8Array => der(TAG.generalizedTime, asciiToBytes(text));
export const extension = (oid: string, value: Uint8Array, critical?: 'critical'): Uint8Array =>
  derSequence(derOid(oid), ...(critical === undefined ? [] : [derBoolean(true)]), derOctetString(value));

export const AUTHORITY_KEY_IDENTIFIER: Uint8Array = derSequence(
  derImplicit(0, HASH),
  der(0xa1, der(0xa4, NAME)),
  derImplicit(2, Uint8Array.of(1)),
);
const subtree = (...parts: Uint8Array[]): Uint8Array => derSequence(...parts);

export const TBS_CERTIFICATE: readonly Uint8Array[] = [
  derExplicit(0, derSmallInteger(2)),
  derSmallInteger(0x1234),
  ED25519,
  NAME,
  derSequence(utcTime('270101000000Z'), generalizedTime('20500101000000Z')),
  NAME,
  KEY,
  derImplicit(1, Uint8Array.of(0, 1)),
  derImplicit(2, Uint8Array.of(0, 2)),
  derExplicit(
    3,
    derSequence(
      extension(OID.subjectAltName, derSequence(...GENERAL_NAMES)),
      extension(OID.keyUsage, derNamedBits([5, 8]), 'critical'),
      extension(OID.extKeyUsage, derSequence(derOid(OID.serverAuth), derOid(OID.clientAuth))),
      extension(OID.basicConstraints, derSequence(derBoolean(true), derSmallInteger(3)), 'critical'),
      extension(OID.subjectKeyIdentifier, derOctetString(HASH)),
      extension(OID.authorityKeyIdentifier, AUTHORITY_KEY_IDENTIFIER),
      extension(
        OID.nameConstraints,
        derSequence(
          der(0xa0, subtree(dns), subtree(address(192, 0, 2, 0, 255, 255, 255, 0), derImplicit(0, Uint8Array.of(0)))),
          der(0xa1, subtree(uri)),
        ),
        'critical',
      ),
    ),
  ),
];

export function signed(tbs: readonly Uint8Array[], algorithm: Uint8Array = ED25519): Uint8Array {
  return derSequence(derSequence(...tbs), algorithm, SIGNATURE);
}

export const CERTIFICATE: Uint8Array = signed(TBS_CERTIFICATE);

const fullName = derExplicit(0, der(0xa0, uri, der(0xa4, NAME)));

/** IssuingDistributionPoint, RFC 5280 section 5.2.5. */
export const ISSUING_DISTRIBUTION_POINT: Uint8Array = derSequence(
  fullName,
  derImplicit(1, Uint8Array.of(0)),
  derImplicit(2, Uint8Array.of(0xff)),
  derImplicit(3, Uint8Array.of(6, 0x40)),
  derImplicit(4, Uint8Array.of(0xff)),
  derImplicit(5, Uint8Array.of(0)),
);

/** CRLDistributionPoints, RFC 5280 section 4.2.1.13. */
export const DISTRIBUTION_POINTS: Uint8Array = derSequence(
  derSequence(fullName),
  derSequence(fullName, derImplicit(1, Uint8Array.of(6, 0x40)), der(0xa2, der(0xa4, NAME))),
  derSequence(derExplicit(0, der(0xa1, attribute('2.5.4.3', derUtf8String('relative'))))),
);

const reason = (code: number): Uint8Array => der(TAG.enumerated, Uint8Array.of(code));

/** The entries of a CRL, RFC 5280 section 5.1. */
export const REVOKED: Uint8Array = derSequence(
  derSequence(derSmallInteger(1), utcTime('270101000000Z')),
  derSequence(
    derSmallInteger(2),
    utcTime('270102000000Z'),
    derSequence(
      extension(REVOCATION_OID.reasonCode, reason(1)),
      extension(REVOCATION_OID.invalidityDate, generalizedTime('20270101000000Z')),
    ),
  ),
);

export const CRL_EXTENSIONS: readonly Uint8Array[] = [
  extension(OID.authorityKeyIdentifier, AUTHORITY_KEY_IDENTIFIER),
  extension(REVOCATION_OID.cRLNumber, derSmallInteger(0x1234)),
  extension(REVOCATION_OID.deltaCRLIndicator, derSmallInteger(0x1233), 'critical'),
  extension(REVOCATION_OID.issuingDistributionPoint, ISSUING_DISTRIBUTION_POINT, 'critical'),
];

export const TBS_CERT_LIST: readonly Uint8Array[] = [
  derSmallInteger(1),
  ED25519,
  NAME,
  utcTime('270101000000Z'),
  generalizedTime('20500101000000Z'),
  REVOKED,
  derExplicit(0, derSequence(...CRL_EXTENSIONS)),
];

export const CERTIFICATE_LIST: Uint8Array = signed(TBS_CERT_LIST);

const time = generalizedTime('20270101000000Z');
const nonce = derExplicit(1, derSequence(extension('1.3.6.1.5.5.7.48.1.2', derOctetString(HASH))));

function singleResponse(status: Uint8Array, ...rest: Uint8Array[]): Uint8Array {
  const id = derSequence(
    derSequence(derOid('1.3.14.3.2.26'), derNull()),
    derOctetString(HASH),
    derOctetString(HASH),
    derSmallInteger(0x1234),
  );
  return derSequence(id, status, time, ...rest);
}

/** CertStatus in its three forms, RFC 6960 section 4.2.1. */
export const SINGLE_RESPONSES: readonly Uint8Array[] = [
  singleResponse(der(0x80), derExplicit(0, time), nonce),
  singleResponse(der(0xa1, time, derExplicit(0, reason(1)))),
  singleResponse(der(0xa1, time)),
  singleResponse(der(0x82)),
];

/** ResponderID by key and by name. */
export const RESPONDERS: { readonly key: Uint8Array; readonly name: Uint8Array } = {
  key: derExplicit(2, derOctetString(HASH)),
  name: derExplicit(1, NAME),
};

export function ocspResponse(...tbsResponseData: readonly Uint8Array[]): Uint8Array {
  const certificates = derExplicit(0, derSequence(derSequence(), derSequence()));
  const basic = derSequence(derSequence(...tbsResponseData), ED25519, SIGNATURE, certificates);
  return derSequence(reason(0), derExplicit(0, derSequence(derOid(REVOCATION_OID.ocspBasic), derOctetString(basic))));
}

export const OCSP_RESPONSES: { readonly byKey: Uint8Array; readonly byName: Uint8Array } = {
  byKey: ocspResponse(RESPONDERS.key, time, derSequence(...SINGLE_RESPONSES), nonce),
  byName: ocspResponse(derExplicit(0, derSmallInteger(0)), RESPONDERS.name, time, derSequence(...SINGLE_RESPONSES)),
};

const qualifier = derSequence(derOid('1.3.6.1.5.5.7.2.1'), der(TAG.ia5String, asciiToBytes('http://a.test/cps')));

/** Values of the extensions that only rules read. */
export const EXTENSION_VALUES = {
  certificatePolicies: derSequence(
    derSequence(derOid('1.2.3'), derSequence(qualifier, qualifier)),
    derSequence(derOid('1.2.4')),
  ),
  policyMappings: derSequence(
    derSequence(derOid('1.2.3'), derOid('1.2.5')),
    derSequence(derOid('1.2.3'), derOid('1.2.6')),
  ),
  policyConstraints: derSequence(derImplicit(0, Uint8Array.of(1)), derImplicit(1, Uint8Array.of(2))),
  inhibitAnyPolicy: derSmallInteger(2),
  authorityInfoAccess: derSequence(
    derSequence(derOid(OID.ocsp), uri),
    derSequence(derOid('1.3.6.1.5.5.7.48.2'), address(192, 0, 2, 1)),
  ),
} as const;
