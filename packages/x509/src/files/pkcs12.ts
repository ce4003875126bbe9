import { bytesToHex } from '@portico/bytes';
import type { CryptoProvider, PrivateKey } from '@portico/crypto';
import type { PasswordBasedCryptography } from '@portico/crypto/password-based';
import { readAlgorithmIdentifier } from '../algorithm.js';
import { parseCertificate, type Certificate } from '../certificate.js';
import { DerReader } from '../der/reader.js';
import { contextPrimitive, TAG } from '../der/tag.js';
import { X509Error } from '../error.js';
import { privateKeyFromPkcs8 } from '../keys/private-key.js';
import { decodeWideString } from '../name/name.js';
import { decryptByPassword } from './encryption-scheme.js';
import { decryptPrivateKey, passwordBytes } from './encrypted-private-key.js';
import { FileDerivation, type EncryptedFileOptions } from './key-derivation.js';
import { checkMac } from './pkcs12-mac.js';

/** Larger files are refused unread. */
const MAX_PKCS12_LENGTH = 0x100_0000;

/** Safes within safes, RFC 7292 section 4.2.6: nobody writes any. */
const MAX_NESTED_SAFES = 4;

/** Safes of a file, those within safes included. Two are usual: one of certificates, one of keys. */
const MAX_SAFES = 64;

/** Characters: pkcs-9-ub-friendlyName of RFC 2985 appendix A. */
const MAX_FRIENDLY_NAME_LENGTH = 255;

/** Octets. RFC 2985 section 5.5.2 has no bound; hashes of the key are in use, of 20 octets (OpenSSL) to 64. */
const MAX_LOCAL_KEY_ID_LENGTH = 255;

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';

/** Bag types, RFC 7292 section 4.2. */
const BAG = {
  key: '1.2.840.113549.1.12.10.1.1',
  shroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  safe: '1.2.840.113549.1.12.10.1.6',
} as const;

interface BagAttributes {
  readonly friendlyName: string | null;
  /** In hexadecimal; a key and its certificate have the same. */
  readonly localKeyId: string | null;
}

/** A key of the file, from a KeyBag or a PKCS8ShroudedKeyBag: RFC 7292 sections 4.2.1 and 4.2.2. */
export interface Pkcs12Key extends BagAttributes {
  readonly privateKey: PrivateKey;
}

/** A certificate of the file, RFC 7292 section 4.2.3. */
export interface Pkcs12Certificate extends BagAttributes {
  readonly certificate: Certificate;
}

/** Keys and certificates in the file's order. */
export interface Pkcs12Contents {
  readonly keys: readonly Pkcs12Key[];
  readonly certificates: readonly Pkcs12Certificate[];
}

/** What a PKCS#12 file is read with. */
export interface Pkcs12Options extends EncryptedFileOptions {
  /** Its hashes are what the MAC is made of. */
  readonly provider: CryptoProvider;
  readonly cryptography: PasswordBasedCryptography;
}

/**
 * Reads a PKCS#12 file, RFC 7292: DER, PBES2 with AES, a MAC with SHA-2, as OpenSSL 3 and current Windows write it. The
 * MAC must be there and is checked before anything is decrypted. CRLs and secrets are passed over.
 * @throws X509Error `wrong-password`; `unsupported-key` for old ciphers, SHA-1, files without a MAC, more work than `maxIterations`; `too-large`; the DER
 * reasons.
 * The promise rejects with it.
 */
export async function readPkcs12(file: Uint8Array, password: string, options: Pkcs12Options): Promise<Pkcs12Contents> {
  if (file.length > MAX_PKCS12_LENGTH) throw new X509Error('too-large', { got: file.length });
  const outer = new DerReader(new Uint8Array(file));
  const pfx = outer.sequence('a PFX');
  outer.end();
  if (pfx.smallInteger('a version', 0xff) !== 3) throw new X509Error('unsupported-version', { expected: 'v3' });
  const contents = readData(pfx.sequence('a ContentInfo'));
  if (pfx.remaining === 0) throw new X509Error('unsupported-key', { expected: 'a MAC', got: 'none' });
  const derivation = new FileDerivation(options.cryptography, options);
  checkMac(pfx.sequence('a MacData'), contents, password, { provider: options.provider, derivation });
  pfx.end();

  const reading: BagReading = { keys: [], certificates: [], password, derivation, safes: 0 };
  const safeOuter = new DerReader(contents);
  const safes = safeOuter.sequence('an AuthenticatedSafe');
  safeOuter.end();
  while (safes.remaining > 0) {
    const safe = await readSafe(safes.sequence('a ContentInfo'), passwordBytes(password), derivation);
    await readBags(safe, reading, 0);
  }
  return { keys: reading.keys, certificates: reading.certificates };
}

/** ContentInfo of type data, RFC 2315 section 7. */
function readData(info: DerReader): Uint8Array {
  const type = info.oid('a contentType');
  if (type !== DATA) throw new X509Error('unsupported-key', { expected: 'contents under a password', got: type });
  const wrapped = info.tagged(0);
  const data = wrapped?.octetString('contents');
  wrapped?.end();
  info.end();
  if (data === undefined) throw new X509Error('invalid-key', { expected: 'contents' });
  return data;
}

/** SafeContents as they are, or encrypted (EncryptedData, RFC 2315 section 13). */
async function readSafe(info: DerReader, password: Uint8Array, derivation: FileDerivation): Promise<Uint8Array> {
  const { offset } = info;
  const type = new DerReader(info.bytes, offset, offset + info.remaining).oid('a contentType');
  if (type !== ENCRYPTED_DATA) return readData(info);
  info.oid();
  const wrapped = info.inside(info.expect(0xa0, 'EncryptedData'));
  info.end();
  const encryptedData = wrapped.sequence('EncryptedData');
  wrapped.end();
  encryptedData.smallInteger('a version', 2);
  const content = encryptedData.sequence('an EncryptedContentInfo');
  content.oid('a contentType');
  const algorithm = readAlgorithmIdentifier(content);
  const ciphertext = content.contents(content.expect(contextPrimitive(0), 'encryptedContent'));
  content.end();
  return await decryptByPassword(algorithm, ciphertext, password, derivation);
}

interface BagReading {
  readonly keys: Pkcs12Key[];
  readonly certificates: Pkcs12Certificate[];
  readonly password: string;
  readonly derivation: FileDerivation;
  /** So far. */
  safes: number;
}

async function readBags(safe: Uint8Array, reading: BagReading, depth: number): Promise<void> {
  demandAtMost('safes', ++reading.safes, MAX_SAFES);
  if (depth > MAX_NESTED_SAFES) throw new X509Error('too-deep', { expected: `at most ${MAX_NESTED_SAFES} safes` });
  const outer = new DerReader(safe);
  const bags = outer.sequence('SafeContents');
  outer.end();
  while (bags.remaining > 0) {
    const bag = bags.sequence('a SafeBag');
    const type = bag.oid('a bagId');
    const wrapped = bag.inside(bag.expect(0xa0, 'a bagValue'));
    const value = wrapped.any();
    wrapped.end();
    const attributes = readAttributes(bag);
    bag.end();
    if (type === BAG.key) reading.keys.push({ privateKey: privateKeyFromPkcs8(value), ...attributes });
    else if (type === BAG.shroudedKey) {
      const privateKey = await decryptPrivateKey(value, reading.password, reading.derivation);
      reading.keys.push({ privateKey, ...attributes });
    } else if (type === BAG.certificate) {
      const certificate = readCertificateBag(value);
      if (certificate !== null) reading.certificates.push({ certificate, ...attributes });
    } else if (type === BAG.safe) await readBags(value, reading, depth + 1);
  }
}

/** CertBag, RFC 7292 section 4.2.3; null for an SDSI certificate. */
function readCertificateBag(value: Uint8Array): Certificate | null {
  const outer = new DerReader(value);
  const bag = outer.sequence('a CertBag');
  const type = bag.oid('a certId');
  const wrapped = bag.inside(bag.expect(0xa0, 'a certValue'));
  bag.end();
  if (type !== X509_CERTIFICATE) return null;
  const certificate = parseCertificate(wrapped.octetString('a certificate'));
  wrapped.end();
  return certificate;
}

/** PKCS12Attributes, RFC 7292 section 4.2. Others than the two names are passed over. */
function readAttributes(bag: DerReader): BagAttributes {
  let [friendlyName, localKeyId]: (string | null)[] = [null, null];
  if (bag.remaining > 0) {
    const set = bag.set('bagAttributes');
    while (set.remaining > 0) {
      const attribute = set.sequence('an attribute');
      const type = attribute.oid('an attribute type');
      const values = attribute.set('attribute values');
      attribute.end();
      if (type === FRIENDLY_NAME) {
        const element = values.expect(TAG.bmpString, 'a friendlyName');
        demandAtMost('octets of friendlyName', element.end - element.start, 2 * MAX_FRIENDLY_NAME_LENGTH);
        friendlyName = decodeWideString(values.contents(element), 2, element);
      }
      if (type === LOCAL_KEY_ID) {
        const identifier = values.octetString('a localKeyId');
        demandAtMost('octets of localKeyId', identifier.length, MAX_LOCAL_KEY_ID_LENGTH);
        localKeyId = bytesToHex(identifier);
      }
    }
  }
  return { friendlyName: friendlyName ?? null, localKeyId: localKeyId ?? null };
}

function demandAtMost(what: string, count: number, max: number): void {
  if (count > max) throw new X509Error('too-large', { expected: `at most ${max} ${what}`, got: `${count}` });
}
