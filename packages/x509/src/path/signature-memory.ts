import { bytesToHex, concatBytes, utf8ToBytes } from '@portico/bytes';
import type { CryptoProvider } from '@portico/crypto';
import { X509Error } from '../error.js';
import type { SignatureCheck, SignatureMemory } from './signature-check.js';

/** Chains of a few hundred peers; an entry is a string of 64 characters. */
export const DEFAULT_REMEMBERED_SIGNATURES = 1024;

/**
 * Remembers which signatures under certificates are valid, so that the chain of a peer that comes again costs a hash in
 * place of each verification. What is remembered is that pure fact and nothing else: SHA-256 over the issuer's
 * SubjectPublicKeyInfo, the algorithm with its parameters, the message and the signature, each with its length before
 * it. No time, no names, no revocation and no verdict is; signatures that did not verify are not, and neither is one on a
 * path that was not trusted in the end. The least recently used one makes room.
 * @param provider whose verification is remembered; one memory belongs to one provider
 * @throws X509Error `invalid-argument` for a provider without SHA-256, or a capacity below one
 */
export function createSignatureMemory(
  provider: CryptoProvider,
  capacity: number = DEFAULT_REMEMBERED_SIGNATURES,
): SignatureMemory {
  const sha256 = provider.hashes.find(({ name }) => name === 'sha256');
  if (sha256 === undefined) throw new X509Error('invalid-argument', { expected: 'a provider with SHA-256' });
  if (!(capacity >= 1)) throw new X509Error('invalid-argument', { expected: 'room for one', got: capacity });
  // A Set keeps the order of insertion: the first key is the one least recently used.
  const known = new Set<string>();
  const keyOf = ({ algorithm, keyInfo, message, signature }: SignatureCheck): string => {
    const parts = [keyInfo, utf8ToBytes(JSON.stringify(algorithm, Object.keys(algorithm).sort())), message, signature];
    return bytesToHex(sha256.digest(concatBytes(...parts.flatMap((part) => [lengthOf(part), part]))));
  };
  return {
    has: (check) => {
      const key = keyOf(check);
      if (!known.delete(key)) return false;
      known.add(key);
      return true;
    },
    remember: (checks) => {
      for (const check of checks) {
        const key = keyOf(check);
        known.delete(key);
        known.add(key);
        for (const oldest of known) {
          if (known.size <= capacity) break;
          known.delete(oldest);
        }
      }
    },
  };
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  return Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length);
}
