import { bytesEqual, concatBytes, constantTimeEqual, copyBytes } from '@portico/bytes';
import type { Hash, HashName } from '../provider.js';

/** DigestInfo up to the digest, RFC 8017 section 9.2 note 1: SEQUENCE { SEQUENCE { OID, NULL }, OCTET STRING }. */
const DIGEST_INFO: Readonly<Record<HashName, readonly number[]>> = {
  sha256: [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
  ],
  sha384: [
    0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30,
  ],
  sha512: [
    0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40,
  ],
};

/**
 * EMSA-PKCS1-v1_5, RFC 8017 section 9.2: 00 01 FF … FF 00 DigestInfo. Verifiers build this block and compare the whole
 * of it; parsing the recovered one is how forgeries with e = 3 became possible.
 */
export function encodePkcs1(hash: Hash, message: Uint8Array, length: number): Uint8Array {
  const digestInfo = concatBytes(Uint8Array.from(DIGEST_INFO[hash.name]), hash.digest(message));
  const block = new Uint8Array(length).fill(0xff);
  block[0] = 0x00;
  block[1] = 0x01;
  block[length - digestInfo.length - 1] = 0x00;
  block.set(digestInfo, length - digestInfo.length);
  return block;
}

/** Whether a recovered block is exactly the encoding of the message. */
export function verifyPkcs1(hash: Hash, message: Uint8Array, block: Uint8Array): boolean {
  return bytesEqual(block, encodePkcs1(hash, message, block.length));
}

/** The last byte of an EMSA-PSS block, RFC 8017 section 9.1.1 step 12. */
const PSS_TRAILER = 0xbc;

/**
 * EMSA-PSS-ENCODE, RFC 8017 section 9.1.1, with MGF1 over the same hash. `blockBits` is one less than the modulus has.
 * Null if the modulus is too small for hash and salt (step 3).
 */
export function encodePss(hash: Hash, message: Uint8Array, salt: Uint8Array, blockBits: number): Uint8Array | null {
  const length = Math.ceil(blockBits / 8);
  const maskLength = length - hash.outputLength - 1;
  if (maskLength < salt.length + 1) return null;
  const digest = pssDigest(hash, message, salt);
  const block = new Uint8Array(length);
  // DB = zeros | 01 | salt, masked by MGF1 of the digest.
  block[maskLength - salt.length - 1] = 0x01;
  block.set(salt, maskLength - salt.length);
  xorMask(hash, digest, block.subarray(0, maskLength));
  block[0] = (block[0] as number) & topMask(blockBits);
  block.set(digest, maskLength);
  block[length - 1] = PSS_TRAILER;
  return block;
}

/**
 * EMSA-PSS-VERIFY, RFC 8017 section 9.1.2, for a salt of exactly `saltLength` bytes. `recovered` is as long as the
 * modulus, which is one byte more than the block where blockBits is a multiple of 8.
 */
export function verifyPss(
  hash: Hash,
  message: Uint8Array,
  saltLength: number,
  blockBits: number,
  recovered: Uint8Array,
): boolean {
  const length = Math.ceil(blockBits / 8);
  const maskLength = length - hash.outputLength - 1;
  const block = copyBytes(recovered.subarray(recovered.length - length));
  if (recovered.length > length && recovered[0] !== 0) return false;
  if (block[length - 1] !== PSS_TRAILER) return false;
  const unusedBits = ~topMask(blockBits) & 0xff;
  if (((block[0] as number) & unusedBits) !== 0) return false;
  const digest = copyBytes(block.subarray(maskLength, length - 1));
  const database = block.subarray(0, maskLength);
  xorMask(hash, digest, database);
  database[0] = (database[0] as number) & topMask(blockBits);
  // Where the modulus is too small for such a salt (step 3), this is negative, and there is no 01 to be found.
  const padding = maskLength - saltLength - 1;
  for (let i = 0; i < padding; i++) if (database[i] !== 0) return false;
  if (database[padding] !== 0x01) return false;
  return constantTimeEqual(digest, pssDigest(hash, message, database.subarray(padding + 1)));
}

/** H = Hash(eight zeros | Hash(M) | salt). */
function pssDigest(hash: Hash, message: Uint8Array, salt: Uint8Array): Uint8Array {
  return hash.digest(concatBytes(new Uint8Array(8), hash.digest(message), salt));
}

/** The bits of the first byte that belong to the block. */
function topMask(blockBits: number): number {
  return 0xff >> (8 * Math.ceil(blockBits / 8) - blockBits);
}

/** Xors MGF1(seed), RFC 8017 appendix B.2.1, onto `target`. */
function xorMask(hash: Hash, seed: Uint8Array, target: Uint8Array): void {
  const input = concatBytes(seed, new Uint8Array(4));
  for (let offset = 0, counter = 0; offset < target.length; offset += hash.outputLength, counter++) {
    // 1024 bytes of the largest modulus are 32 blocks: the counter stays in its last byte.
    input[input.length - 1] = counter;
    const mask = hash.digest(input);
    for (let i = 0; i < mask.length && offset + i < target.length; i++) {
      target[offset + i] = (target[offset + i] as number) ^ (mask[i] as number);
    }
  }
}
