import {
  derNamedBits,
  derOid,
  DerReader,
  derSequence,
  KEY_USAGES,
  OID,
  parseCertificate,
  X509Error,
  type KeyUsage,
} from '@portico/x509';
import { TlsError } from './error.js';
import type { OidFilter } from './messages/extensions/oid-filters.js';

/**
 * Filters that a server sends in oid_filters (RFC 9846 section 4.3.5): what the Key Usage and the Extended Key Usage of
 * a client's certificate must at least have. Key purposes are dotted identifiers.
 * @throws TlsError `invalid-configuration` for nothing to ask for, and for anyExtendedKeyUsage
 */
export function oidFilters({
  keyUsage = [],
  extendedKeyUsage = [],
}: {
  readonly keyUsage?: readonly KeyUsage[];
  readonly extendedKeyUsage?: readonly string[];
}): readonly OidFilter[] {
  if (keyUsage.length + extendedKeyUsage.length === 0) invalid('at least one usage');
  if (extendedKeyUsage.includes(OID.anyExtendedKeyUsage)) invalid('no anyExtendedKeyUsage');
  const bits = keyUsage.map((usage) => KEY_USAGES.indexOf(usage));
  const filters: OidFilter[] = [];
  if (bits.length > 0) filters.push({ oid: derOid(OID.keyUsage), values: derNamedBits(bits) });
  if (extendedKeyUsage.length > 0) {
    filters.push({ oid: derOid(OID.extKeyUsage), values: derSequence(...extendedKeyUsage.map((oid) => derOid(oid))) });
  }
  return filters;
}

/**
 * Whether a certificate has all that the filters ask for of the two extensions that section 4.3.5 has rules for; others
 * are skipped. `certificate` is DER.
 * @throws TlsError `malformed-extension`, `illegal-oid-filter` for an identifier that stands twice or anyExtendedKeyUsage
 */
export function matchesOidFilters(certificate: Uint8Array, filters: readonly OidFilter[]): boolean {
  const rules = readOidFilters(filters);
  if (rules.length === 0) return true;
  const { keyUsage, extendedKeyUsage } = parseCertificate(certificate);
  return rules.every(({ oid, wanted }) => {
    const has: readonly string[] | null = oid === OID.keyUsage ? keyUsage : extendedKeyUsage;
    return wanted.every((usage) => has?.includes(usage) === true);
  });
}

interface Rule {
  readonly oid: string;
  readonly wanted: readonly string[];
}

/** What the known filters ask for. */
export function readOidFilters(filters: readonly OidFilter[]): readonly Rule[] {
  const seen = new Set<string>();
  const rules: Rule[] = [];
  for (const filter of filters) {
    const oid = readDer(filter.oid, (reader) => reader.oid('an extension identifier'));
    if (seen.has(oid)) throw new TlsError('illegal-oid-filter', { expected: 'each identifier once', got: oid });
    seen.add(oid);
    if (oid === OID.keyUsage) rules.push({ oid, wanted: readDer(filter.values, readKeyUsage) });
    if (oid === OID.extKeyUsage) {
      const wanted = readDer(filter.values, readKeyPurposes);
      if (wanted.includes(OID.anyExtendedKeyUsage)) {
        throw new TlsError('illegal-oid-filter', { expected: 'named key purposes', got: 'anyExtendedKeyUsage' });
      }
      rules.push({ oid, wanted });
    }
  }
  return rules;
}

function readKeyUsage(reader: DerReader): readonly string[] {
  const { bytes, unusedBits } = reader.bitString('KeyUsage');
  const count = bytes.length * 8 - unusedBits;
  return KEY_USAGES.filter(
    (_, position) => position < count && ((bytes[position >> 3] as number) & (0x80 >> (position & 7))) !== 0,
  );
}

function readKeyPurposes(reader: DerReader): readonly string[] {
  const sequence = reader.sequence('ExtKeyUsageSyntax');
  const purposes: string[] = [];
  while (sequence.remaining > 0) purposes.push(sequence.oid('a KeyPurposeId'));
  return purposes;
}

function readDer<T>(der: Uint8Array, read: (reader: DerReader) => T): T {
  const reader = new DerReader(der);
  try {
    const value = read(reader);
    reader.end();
    return value;
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    throw new TlsError('malformed-extension', { subject: 'oid_filters', got: error.message, cause: error });
  }
}

function invalid(expected: string): never {
  throw new TlsError('invalid-configuration', { subject: 'oidFilters', expected });
}
