import { asciiToBytes, concatBytes } from '@portico/bytes';
import { hkdfExpand, type Hash } from '@portico/crypto';

const PREFIX = 'tls13 ';

/**
 * HKDF-Expand-Label, RFC 9846 section 7.1. `length` in bytes; label and context are ours, and fit the length that stands
 * before each in one byte.
 */
export function hkdfExpandLabel(
  hash: Hash,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const name = asciiToBytes(PREFIX + label);
  // HkdfLabel, written by hand: some twenty are made for each handshake.
  const head = Uint8Array.of(length >> 8, length, name.length);
  return hkdfExpand(hash, secret, concatBytes(head, name, Uint8Array.of(context.length), context), length);
}

/** Derive-Secret, RFC 9846 section 7.1, with the transcript hash already taken. */
export function deriveSecret(hash: Hash, secret: Uint8Array, label: string, transcriptHash: Uint8Array): Uint8Array {
  return hkdfExpandLabel(hash, secret, label, transcriptHash, hash.outputLength);
}
