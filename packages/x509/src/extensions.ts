import { decodeInteger, DerReader } from './der/reader.js';
import { contextPrimitive } from './der/tag.js';
import { X509Error } from './error.js';
import { readGeneralName, readGeneralNames, type GeneralName } from './name/general-name.js';
import { OID } from './oids.js';

/** Extension, RFC 5280 section 4.1.2.9. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** Contents of extnValue. */
  readonly value: Uint8Array;
}

/** KeyUsage bits in their order, RFC 5280 section 4.2.1.3. */
export const KEY_USAGES = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

/** A bit of KeyUsage, RFC 5280 section 4.2.1.3. */
export type KeyUsage = (typeof KEY_USAGES)[number];

/** RFC 5280 section 4.2.1.9. */
export interface BasicConstraints {
  readonly ca: boolean;
  /** How many CA certificates that are not self-issued may follow below this one, or null for any number. */
  readonly pathLength: number | null;
}

/** RFC 5280 section 4.2.1.1. */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Uint8Array | null;
  readonly issuer: readonly GeneralName[] | null;
  readonly serialNumber: Uint8Array | null;
}

/** RFC 5280 section 4.2.1.10. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/** The extensions that this package reads; null where a certificate does not have one. */
export interface KnownExtensions {
  readonly subjectAltNames: readonly GeneralName[];
  readonly keyUsage: readonly KeyUsage[] | null;
  /** Dotted identifiers. */
  readonly extendedKeyUsage: readonly string[] | null;
  readonly basicConstraints: BasicConstraints | null;
  readonly subjectKeyIdentifier: Uint8Array | null;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | null;
  readonly nameConstraints: NameConstraints | null;
}

const MAX_PATH_LENGTH = 0x7fff_ffff;

/**
 * Extensions, RFC 5280 section 4.1.2.9: at least one, each identifier once (section 4.2).
 * @throws X509Error `duplicate-extension` and the DER reasons
 */
export function readExtensions(reader: DerReader): readonly Extension[] {
  const sequence = reader.sequence('Extensions');
  const extensions: Extension[] = [];
  const seen = new Set<string>();
  do {
    const at = sequence.offset;
    const extension = sequence.sequence('an Extension');
    const oid = extension.oid();
    if (seen.has(oid)) throw new X509Error('duplicate-extension', { offset: at, expected: 'each once', got: oid });
    seen.add(oid);
    const critical = extension.defaultFalse();
    const value = extension.octetString();
    extension.end();
    extensions.push({ oid, critical, value });
  } while (sequence.remaining > 0);
  return extensions;
}

/** The extension of this identifier; each is there once at most. */
export function findExtension(extensions: readonly Extension[], oid: string): Extension | undefined {
  return extensions.find((extension) => extension.oid === oid);
}

/**
 * What an extension says, read to its end; null where it is not there. Its value is a view of `root`, from whose start
 * offsets in errors count, or else of itself.
 * @throws X509Error the DER reasons
 */
export function readExtension<T>(
  extensions: readonly Extension[],
  oid: string,
  read: (reader: DerReader) => T,
  root?: Uint8Array,
): T | null {
  const value = findExtension(extensions, oid)?.value;
  if (value === undefined) return null;
  const bytes = root ?? value;
  const start = value.byteOffset - bytes.byteOffset;
  const reader = new DerReader(bytes, start, start + value.length);
  const result = read(reader);
  reader.end();
  return result;
}

/**
 * The typed form of the extensions that this package knows. `root` is the array they are views of, so that offsets in
 * errors count from its start.
 * @throws X509Error `invalid-extension` and the DER reasons
 */
export function readKnownExtensions(extensions: readonly Extension[], root: Uint8Array): KnownExtensions {
  const read = <T>(oid: string, readValue: (reader: DerReader) => T): T | null =>
    readExtension(extensions, oid, readValue, root);
  return {
    subjectAltNames: read(OID.subjectAltName, (reader) => readGeneralNames(reader.sequence('GeneralNames'))) ?? [],
    keyUsage: read(OID.keyUsage, readKeyUsage),
    extendedKeyUsage: read(OID.extKeyUsage, readExtendedKeyUsage),
    basicConstraints: read(OID.basicConstraints, readBasicConstraints),
    subjectKeyIdentifier: read(OID.subjectKeyIdentifier, (reader) => reader.octetString('a KeyIdentifier')),
    authorityKeyIdentifier: read(OID.authorityKeyIdentifier, readAuthorityKeyIdentifier),
    nameConstraints: read(OID.nameConstraints, readNameConstraints),
  };
}

/** RFC 5280 section 4.2.1.3: at least one bit. Positions past the named ones are ignored. */
function readKeyUsage(reader: DerReader): readonly KeyUsage[] {
  const { offset } = reader;
  const { bytes } = reader.bitString('KeyUsage');
  // Named bits end in a one (X.690 section 11.2.2); roots in use that end in an octet of zeros mean the same.
  if (bytes.every((octet) => octet === 0)) {
    throw new X509Error('invalid-extension', { offset, expected: 'a KeyUsage with a bit set' });
  }
  // A bit that is not there is as zero as an unused one.
  return KEY_USAGES.filter((_, position) => ((bytes[position >> 3] as number) & (0x80 >> (position & 7))) !== 0);
}

/** RFC 5280 section 4.2.1.12: at least one. */
function readExtendedKeyUsage(reader: DerReader): readonly string[] {
  const sequence = reader.sequence();
  const purposes: string[] = [];
  do purposes.push(sequence.oid());
  while (sequence.remaining > 0);
  return purposes;
}

/** RFC 5280 section 4.2.1.9: a path length only where cA is asserted. */
function readBasicConstraints(reader: DerReader): BasicConstraints {
  const { offset } = reader;
  const sequence = reader.sequence();
  const ca = sequence.defaultFalse();
  const pathLength = sequence.remaining === 0 ? null : sequence.smallInteger('a pathLenConstraint', MAX_PATH_LENGTH);
  sequence.end();
  if (!ca && pathLength !== null) {
    throw new X509Error('invalid-extension', { offset, expected: 'pathLenConstraint only with cA' });
  }
  return { ca, pathLength };
}

/** RFC 5280 section 4.2.1.1: issuer and serial number come together. */
export function readAuthorityKeyIdentifier(reader: DerReader): AuthorityKeyIdentifier {
  const { offset } = reader;
  const sequence = reader.sequence();
  const keyIdentifier = sequence.optional(contextPrimitive(0));
  const issuer = sequence.tagged(1);
  const issuerNames = issuer === null ? null : readGeneralNames(issuer);
  const serialNumber = sequence.optional(contextPrimitive(2));
  sequence.end();
  if ((issuerNames === null) !== (serialNumber === null)) {
    throw new X509Error('invalid-extension', { offset, expected: 'issuer and serial number together' });
  }
  return {
    keyIdentifier: keyIdentifier === null ? null : sequence.contents(keyIdentifier),
    issuer: issuerNames,
    serialNumber: serialNumber === null ? null : decodeInteger(sequence, serialNumber),
  };
}

/** RFC 5280 section 4.2.1.10: not an empty sequence. */
function readNameConstraints(reader: DerReader): NameConstraints {
  const { offset } = reader;
  const sequence = reader.sequence();
  const permitted = readSubtrees(sequence, 0);
  const excluded = readSubtrees(sequence, 1);
  sequence.end();
  if (permitted === null && excluded === null) {
    throw new X509Error('invalid-extension', { offset, expected: 'subtrees' });
  }
  return { permitted: permitted ?? [], excluded: excluded ?? [] };
}

/** GeneralSubtrees: at least one; minimum must be zero and maximum absent, RFC 5280 section 4.2.1.10. */
function readSubtrees(sequence: DerReader, number: number): readonly GeneralName[] | null {
  const subtrees = sequence.tagged(number);
  if (subtrees === null) return null;
  const bases: GeneralName[] = [];
  do {
    const subtree = subtrees.sequence('a GeneralSubtree');
    bases.push(readGeneralName(subtree, 'constraint'));
    const minimum = subtree.optional(contextPrimitive(0));
    const isZero = minimum === null || (minimum.end - minimum.start === 1 && subtree.bytes[minimum.start] === 0);
    if (!isZero || subtree.remaining > 0) {
      throw new X509Error('invalid-extension', { offset: subtree.offset, expected: 'minimum 0 and no maximum' });
    }
  } while (subtrees.remaining > 0);
  return bases;
}
