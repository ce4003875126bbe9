import { createHash, createHmac, hash as hashOnce, type Hash as NodeHash } from 'node:crypto';
import type { Hash, HashName, HashState } from '@portico/crypto';
import { plain } from './bytes.js';

/** SHA-256, FIPS 180-4 section 6.2. */
export const sha256: Hash = nodeHash('sha256', 32);
/** SHA-384, FIPS 180-4 section 6.5. */
export const sha384: Hash = nodeHash('sha384', 48);
/** SHA-512, FIPS 180-4 section 6.4. */
export const sha512: Hash = nodeHash('sha512', 64);

/** The names are the same in `node:crypto`. HMAC is RFC 2104. */
function nodeHash(name: HashName, outputLength: number): Hash {
  return {
    name,
    outputLength,
    create: () => wrapState(createHash(name)),
    digest: (data) => plain(hashOnce(name, data, 'buffer')),
    hmac: (key, data) => plain(createHmac(name, key).update(data).digest()),
  };
}

function wrapState(state: NodeHash): HashState {
  return {
    update: (data) => {
      state.update(data);
    },
    clone: () => wrapState(state.copy()),
    digest: () => plain(state.digest()),
  };
}
