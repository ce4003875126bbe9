import type { CryptoProvider } from '@portico/crypto';
import { createNodeProvider } from './node-crypto/create-node-provider.js';

let provider: CryptoProvider | null = null;

/** The provider used where none is given: `node:crypto`. One for all, so that what it caches is shared. */
export function defaultProvider(): CryptoProvider {
  provider ??= createNodeProvider();
  return provider;
}
