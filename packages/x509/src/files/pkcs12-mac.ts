import { concatBytes, constantTimeEqual } from '@portico/bytes';
import type { CryptoProvider, Hash, HashName } from '@portico/crypto';
import { readAlgorithmIdentifier } from '../algorithm.js';
import type { DerReader } from '../der/reader.js';
import { TAG } from '../der/tag.js';
import { X509Error } from '../error.js';
import { findByValue, HASH_OIDS } from '../oids.js';
import type { FileDerivation } from './key-derivation.js';

/** Purpose 3 derives a MAC key, RFC 7292 appendix B.3. */
const MAC_KEY = 3;

/** Bytes that the hash takes at once, RFC 7292 appendix B.2. */
const BLOCK_LENGTHS: Readonly<Record<HashName, number>> = { sha256: 64, sha384: 128, sha512: 128 };

/**
 * MacData, RFC 7292 section 4 and appendix B, with SHA-2 in place of SHA-1.
 * @throws X509Error `wrong-password` where the MAC does not fit; `unsupported-key` for another hash and for more
 * iterations than are left to the file
 */
export function checkMac(
  reader: DerReader,
  contents: Uint8Array,
  password: string,
  { provider, derivation }: { readonly provider: CryptoProvider; readonly derivation: FileDerivation },
): void {
  const info = reader.sequence('a DigestInfo');
  const { oid } = readAlgorithmIdentifier(info);
  const expected = info.octetString('a digest');
  info.end();
  const salt = reader.octetString('a macSalt');
  const iterations = reader.peek() === TAG.integer ? reader.smallInteger('iterations', 0x7fff_ffff) : 1;
  reader.end();
  const name = findByValue(HASH_OIDS, oid);
  const hash = provider.hashes.find((candidate) => candidate.name === name);
  if (hash === undefined) throw new X509Error('unsupported-key', { expected: 'a MAC with SHA-2', got: oid });
  if (iterations === 0) throw new X509Error('invalid-key', { expected: 'iterations above zero', got: '0' });
  derivation.spend(iterations, hash.name);
  const key = derive(hash, bmpPassword(password), salt, iterations);
  const mac = hash.hmac(key, contents);
  if (mac.length !== expected.length || !constantTimeEqual(mac, expected)) {
    throw new X509Error('wrong-password', { expected: 'the right password, or contents that were not changed' });
  }
}

/** RFC 7292 appendix B.2 for one block of output, which a MAC key is. */
function derive(hash: Hash, password: Uint8Array, salt: Uint8Array, iterations: number): Uint8Array {
  const block = BLOCK_LENGTHS[hash.name];
  const fill = (text: Uint8Array): Uint8Array =>
    Uint8Array.from({ length: Math.ceil(text.length / block) * block }, (_, i) => text[i % text.length] as number);
  let output: Uint8Array = concatBytes(new Uint8Array(block).fill(MAC_KEY), fill(salt), fill(password));
  for (let i = 0; i < iterations; i++) output = hash.digest(output);
  return output;
}

/** RFC 7292 appendix B.1: UTF-16, big-endian, with a zero character at its end. */
function bmpPassword(password: string): Uint8Array {
  const bytes = new Uint8Array(2 * password.length + 2);
  for (let i = 0; i < password.length; i++) {
    bytes[2 * i] = password.charCodeAt(i) >> 8;
    bytes[2 * i + 1] = password.charCodeAt(i) & 0xff;
  }
  return bytes;
}
