import type { EcCurveName, HashName, MlDsaName } from '@portico/crypto';

/** Object identifiers that every verifier needs, under the names that their RFCs give them. */
export const OID = {
  // Keys: RFC 8017, RFC 4055, RFC 5480, RFC 8410
  rsaEncryption: '1.2.840.113549.1.1.1',
  rsassaPss: '1.2.840.113549.1.1.10',
  mgf1: '1.2.840.113549.1.1.8',
  ecPublicKey: '1.2.840.10045.2.1',
  ed25519: '1.3.101.112',
  ed448: '1.3.101.113',
  // Certificate extensions: RFC 5280 section 4.2.1
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  cRLDistributionPoints: '2.5.29.31',
  freshestCRL: '2.5.29.46',
  /** RFC 9608 section 2. */
  noRevAvail: '2.5.29.56',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  /** An accessMethod, RFC 5280 section 4.2.2.1. */
  ocsp: '1.3.6.1.5.5.7.48.1',
  // Forms of otherName: RFC 4985 section 2, RFC 9598 section 3
  dnsSrv: '1.3.6.1.5.5.7.8.7',
  smtpUtf8Mailbox: '1.3.6.1.5.5.7.8.9',
  // Extended key usages: RFC 5280 section 4.2.1.12, RFC 5924 section 4.1
  anyExtendedKeyUsage: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  sipDomain: '1.3.6.1.5.5.7.3.20',
  // Attributes: RFC 5280 appendix A.1
  emailAddress: '1.2.840.113549.1.9.1',
} as const;

/** RFC 5480 section 2.1.1.1. */
export const CURVE_OIDS: Readonly<Record<EcCurveName, string>> = {
  'P-256': '1.2.840.10045.3.1.7',
  'P-384': '1.3.132.0.34',
  'P-521': '1.3.132.0.35',
};

/** Keys and signatures alike, without parameters: RFC 8410 section 3, RFC 9881 section 2. */
export const PARAMETERLESS_OIDS: Readonly<Record<'ed25519' | 'ed448' | MlDsaName, string>> = {
  ed25519: OID.ed25519,
  ed448: OID.ed448,
  'ml-dsa-44': '2.16.840.1.101.3.4.3.17',
  'ml-dsa-65': '2.16.840.1.101.3.4.3.18',
  'ml-dsa-87': '2.16.840.1.101.3.4.3.19',
};

/** RFC 4055 section 2.1. */
export const HASH_OIDS: Readonly<Record<HashName, string>> = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};

/** sha256WithRSAEncryption and its like, RFC 4055 section 5. */
export const RSA_PKCS1_OIDS: Readonly<Record<HashName, string>> = {
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
};

/** ecdsa-with-SHA256 and its like, RFC 5758 section 3.2. */
export const ECDSA_OIDS: Readonly<Record<HashName, string>> = {
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
};

/** Known, and too weak to verify anything with: MD2, MD4, MD5, SHA-1 and SHA-224, and DSA with them. */
export const WEAK_SIGNATURE_OIDS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '1.2.840.113549.1.1.2',
  '1.2.840.113549.1.1.3',
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.2.840.113549.1.1.14',
  '1.3.14.3.2.29',
  '1.2.840.10045.4.1',
  '1.2.840.10045.4.3.1',
  '1.2.840.10040.4.3',
  '2.16.840.1.101.3.4.3.1',
]);

/** Hashes known to be too weak: MD5, SHA-1, SHA-224. */
export const WEAK_HASH_OIDS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '1.2.840.113549.2.5',
  '1.3.14.3.2.26',
  '2.16.840.1.101.3.4.2.4',
]);

/** The name under which a table holds an identifier or a number, or null. */
export function findByValue<Name extends string>(
  table: Readonly<Record<Name, string | number>>,
  value: string | number,
): Name | null {
  for (const name in table) if (table[name] === value) return name;
  return null;
}
