import { CryptoError } from './error.js';
import type { CipherSuite, CryptoProvider, Hash, KeyAlgorithm, NamedGroup, RandomBytes } from './provider.js';

/** What a provider is assembled from. Every list is in order of preference. */
export interface ProviderParts {
  readonly name: string;
  readonly random: RandomBytes;
  readonly hashes: readonly Hash[];
  readonly cipherSuites: readonly CipherSuite[];
  readonly groups: readonly NamedGroup[];
  readonly keyAlgorithms: readonly KeyAlgorithm[];
}

/**
 * Assembles a provider from single algorithms, so that a bundle holds only those that it names.
 * The provider's `random` checks what the given source returns: a short array would silently weaken every key.
 * @throws CryptoError `invalid-provider` for an empty list or for two entries that would shadow each other
 */
export function createProvider(parts: ProviderParts): CryptoProvider {
  const { name, hashes, cipherSuites, groups, keyAlgorithms } = parts;
  checkList('hashes', hashes, (hash) => hash.name);
  checkList('cipherSuites', cipherSuites, (suite) => String(suite.id));
  checkList('groups', groups, (group) => String(group.id));
  checkList('keyAlgorithms', keyAlgorithms, (algorithm) => `${algorithm.keyType} ${algorithm.curve ?? ''}`);
  return Object.freeze({
    name,
    random: checkedRandom(parts.random),
    hashes: Object.freeze([...hashes]),
    cipherSuites: Object.freeze([...cipherSuites]),
    groups: Object.freeze([...groups]),
    keyAlgorithms: Object.freeze([...keyAlgorithms]),
  });
}

function checkList<T>(list: string, entries: readonly T[], identity: (entry: T) => string): void {
  if (entries.length === 0) throw new CryptoError('invalid-provider', `${list} is empty`);
  const seen = new Set<string>();
  for (const entry of entries) {
    const key = identity(entry);
    if (seen.has(key)) throw new CryptoError('invalid-provider', `${list} holds ${key.trim()} twice`);
    seen.add(key);
  }
}

function checkedRandom(random: RandomBytes): RandomBytes {
  return (length) => {
    const bytes = random(length);
    if (!(bytes instanceof Uint8Array) || bytes.length !== length) {
      throw new CryptoError('invalid-length', `random: expected a Uint8Array of ${length} bytes`);
    }
    return bytes;
  };
}
