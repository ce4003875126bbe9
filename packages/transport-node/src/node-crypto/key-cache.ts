import type { KeyObject } from 'node:crypto';
import type { PrivateKey } from '@portico/crypto';

/**
 * Public keys kept as OpenSSL has them: the issuers of this program's peers, which come again with every handshake. A
 * key is some KiB in there.
 */
const MAX_PUBLIC_KEYS = 64;

/** Imports public keys, and keeps the ones last used. What is remembered is a key, never that anything verified. */
export class PublicKeyCache {
  readonly #keys = new Map<string, KeyObject>();

  /** The key with these bytes, which say all of it; imported by `read` where it is not known. */
  get(bytes: Uint8Array, read: () => KeyObject): KeyObject {
    const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const known = this.#keys.get(name);
    const key = known ?? read();
    // Moved to the end, which is the most recently used.
    if (known !== undefined) this.#keys.delete(name);
    this.#keys.set(name, key);
    if (this.#keys.size > MAX_PUBLIC_KEYS) this.#keys.delete(this.#keys.keys().next().value as string);
    return key;
  }
}

/** Imports a private key once for each key object: checking and reading one costs more than signing. */
export class PrivateKeyCache {
  readonly #keys = new WeakMap<PrivateKey, KeyObject>();

  get(privateKey: PrivateKey, read: () => KeyObject): KeyObject {
    const known = this.#keys.get(privateKey);
    if (known !== undefined) return known;
    const key = read();
    this.#keys.set(privateKey, key);
    return key;
  }
}
