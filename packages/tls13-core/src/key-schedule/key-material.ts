/** Something that holds a secret and can forget it. */
interface Destroyable {
  destroy(): void;
}

/** The secrets of a handshake in progress, so that a failure at any step can wipe them all. */
export class KeyMaterial {
  #held: (Uint8Array | Destroyable)[] = [];

  /** Remembers a secret, and returns it. */
  hold<T extends Uint8Array | Destroyable>(secret: T): T {
    this.#held.push(secret);
    return secret;
  }

  /** Lets go without wiping: the handshake is over, and its results are in other hands. */
  release(): void {
    this.#held = [];
  }

  wipe(): void {
    for (const secret of this.#held) {
      if (secret instanceof Uint8Array) secret.fill(0);
      else secret.destroy();
    }
    this.#held = [];
  }
}
