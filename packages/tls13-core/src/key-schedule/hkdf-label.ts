import { asciiToBytes, ByteWriter } from '@portico/bytes';
import { hkdfExpand, type Hash } from '@portico/crypto';

const PREFIX = 'tls13 ';

/** HKDF-Expand-Label, RFC 9846 section 7.1. `length` in bytes. */
export function hkdfExpandLabel(
  hash: Hash,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const writer = new ByteWriter(64);
  writer.u16(length);
  writer.prefixed(1, asciiToBytes(PREFIX + label));
  writer.prefixed(1, context);
  return hkdfExpand(hash, secret, writer.toBytes(), length);
}

/** Derive-Secret, RFC 9846 section 7.1, with the transcript hash already taken. */
export function deriveSecret(hash: Hash, secret: Uint8Array, label: string, transcriptHash: Uint8Array): Uint8Array {
  return hkdfExpandLabel(hash, secret, label, transcriptHash, hash.outputLength);
}
