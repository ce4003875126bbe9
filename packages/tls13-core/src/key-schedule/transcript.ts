import { concatBytes } from '@portico/bytes';
import type { Hash, HashState } from '@portico/crypto';
import { MESSAGE_HASH_CODE } from '../messages/handshake-type.js';

/**
 * The transcript hash, RFC 9846 section 4.1. A client does not know the hash before ServerHello, so messages wait until
 * `start`.
 */
export class Transcript {
  #waiting: Uint8Array[] = [];
  #started: { readonly hash: Hash; readonly state: HashState } | null = null;
  /** What `current` gave last, until a message comes. */
  #current: Uint8Array | null = null;

  /** Fixes the hash; the messages that waited go in. Later calls must name the same hash. */
  start(hash: Hash): void {
    if (this.#started !== null) {
      const { name } = this.#started.hash;
      if (name !== hash.name) throw new Error(`the transcript hash is ${name}, not ${hash.name}`);
      return;
    }
    this.#started = { hash, state: hash.create() };
    for (const message of this.#waiting) this.#started.state.update(message);
    this.#waiting = [];
  }

  /** Adds one whole handshake message. */
  add(message: Uint8Array): void {
    this.#current = null;
    if (this.#started === null) this.#waiting.push(message);
    else this.#started.state.update(message);
  }

  /** The hash of everything added so far; the same array each time, until something is added. */
  current(): Uint8Array {
    return (this.#current ??= this.#demandHash().state.clone().digest());
  }

  /**
   * The hash of everything so far and of a part of the next message, which is not added: what a PSK's binder covers
   * (section 4.3.11.2). Before `start` nothing may have been added, and the hash is the PSK's own.
   */
  currentWith(hash: Hash, part: Uint8Array): Uint8Array {
    if (this.#started === null) {
      if (this.#waiting.length > 0) throw new Error('the transcript has messages and no hash');
      return hash.digest(part);
    }
    if (this.#started.hash.name !== hash.name) throw new Error(`the transcript hash is not ${hash.name}`);
    const state = this.#started.state.clone();
    state.update(part);
    return state.digest();
  }

  /** Puts the synthetic message_hash in the place of the first ClientHello, as HelloRetryRequest asks (section 4.1). */
  replaceWithMessageHash(): void {
    const { hash, state } = this.#demandHash();
    const digest = state.digest();
    this.#started = { hash, state: hash.create() };
    this.addMessageHash(digest);
  }

  /** Adds the synthetic message_hash of a first ClientHello that is not here any more. */
  addMessageHash(clientHelloHash: Uint8Array): void {
    this.add(concatBytes(Uint8Array.of(MESSAGE_HASH_CODE, 0, 0, clientHelloHash.length), clientHelloHash));
  }

  #demandHash(): { readonly hash: Hash; readonly state: HashState } {
    if (this.#started === null) throw new Error('the transcript hash is not known yet');
    return this.#started;
  }
}
