import { randomBytes } from 'node:crypto';
import type { CryptoProvider } from '@portico/crypto';
import { createNobleProvider } from '@portico/crypto/noble';

let provider: CryptoProvider | null = null;

/** The provider used where none is given: noble, with Node's randomness. One for all, so that what it caches is shared. */
export function defaultProvider(): CryptoProvider {
  provider ??= createNobleProvider({
    random: (length) => {
      const { buffer, byteOffset } = randomBytes(length);
      return new Uint8Array(buffer, byteOffset, length);
    },
  });
  return provider;
}
