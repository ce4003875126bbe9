import type { CryptoProvider } from '@portico/crypto';
import { createSignatureMemory, type SignatureMemory } from '@portico/x509';

const memories = new WeakMap<CryptoProvider, SignatureMemory>();

/**
 * The signatures under certificates that a provider found valid: one memory for each provider, so that a peer's chain
 * costs its verifications once in the life of the process. Time, names and trust are judged for every connection, and
 * the signature of the handshake itself is always verified.
 */
export function signatureMemoryOf(provider: CryptoProvider): SignatureMemory {
  let memory = memories.get(provider);
  if (memory === undefined) {
    memory = createSignatureMemory(provider);
    memories.set(provider, memory);
  }
  return memory;
}
