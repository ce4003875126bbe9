/** How a chunk's words are told apart into bytes: by a view of the same memory, or by shifting, which any host does right. */
export type WordAccess = 'view' | 'shifts';

/** Words of a view are little-endian on every host that is in use; one where they are not shifts. */
export function hostWordAccess(): WordAccess {
  return new Uint8Array(Int32Array.of(1).buffer)[0] === 1 ? 'view' : 'shifts';
}

/**
 * Bytes worked on as little-endian words. Records stand at odd offsets, where there is no view of their words: they are
 * copied in here, worked on, and copied out.
 */
export class WordChunk {
  readonly words: Int32Array;
  readonly #bytes: Uint8Array | null;

  /** `length` in bytes, a multiple of 16. */
  constructor(length: number, access: WordAccess) {
    this.words = new Int32Array(length / 4);
    this.#bytes = access === 'view' ? new Uint8Array(this.words.buffer) : null;
  }

  /** Takes `size` bytes from `offset` on, and zeros up to a multiple of 16, which is returned. */
  load(bytes: Uint8Array, offset: number, size: number): number {
    const padded = (size + 15) & ~15;
    if (this.#bytes !== null) {
      this.#bytes.set(size === bytes.length ? bytes : bytes.subarray(offset, offset + size));
      if (size !== padded) this.#bytes.fill(0, size, padded);
      return padded;
    }
    this.words.fill(0, 0, padded >> 2);
    for (let i = 0; i < size; i++) {
      this.words[i >> 2] = (this.words[i >> 2] as number) | ((bytes[offset + i] as number) << (8 * (i & 3)));
    }
    return padded;
  }

  /** Gives the first `size` bytes to `output` at `offset`. */
  store(output: Uint8Array, offset: number, size: number): void {
    if (this.#bytes !== null) {
      output.set(size === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, size), offset);
      return;
    }
    for (let i = 0; i < size; i++) output[offset + i] = (this.words[i >> 2] as number) >>> (8 * (i & 3));
  }

  /** Zeros in the bytes `[from, to)`. */
  clear(from: number, to: number): void {
    if (this.#bytes !== null) {
      this.#bytes.fill(0, from, to);
      return;
    }
    for (let i = from; i < to; i++) this.words[i >> 2] = (this.words[i >> 2] as number) & ~(0xff << (8 * (i & 3)));
  }
}
