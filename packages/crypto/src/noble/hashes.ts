import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256, sha384 as nobleSha384, sha512 as nobleSha512 } from '@noble/hashes/sha2.js';
import type { Hash, HashName, HashState } from '../provider.js';

type NobleHash = typeof nobleSha256 | typeof nobleSha384 | typeof nobleSha512;

/** SHA-256, FIPS 180-4 section 6.2. */
export const sha256: Hash = /* @__PURE__ */ wrapHash('sha256', nobleSha256);
/** SHA-384, FIPS 180-4 section 6.5. */
export const sha384: Hash = /* @__PURE__ */ wrapHash('sha384', nobleSha384);
/** SHA-512, FIPS 180-4 section 6.4. */
export const sha512: Hash = /* @__PURE__ */ wrapHash('sha512', nobleSha512);

function wrapHash(name: HashName, noble: NobleHash): Hash {
  return {
    name,
    outputLength: noble.outputLen,
    create: () => wrapState(noble.create()),
    digest: (data) => noble(data),
    hmac: (key, data) => hmac(noble, key, data),
  };
}

function wrapState(state: ReturnType<NobleHash['create']>): HashState {
  return {
    update: (data) => {
      state.update(data);
    },
    clone: () => wrapState(state.clone()),
    digest: () => state.digest(),
  };
}

/** The hash of this name. */
export function hashNamed(name: HashName): Hash {
  switch (name) {
    case 'sha256':
      return sha256;
    case 'sha384':
      return sha384;
    case 'sha512':
      return sha512;
  }
}
