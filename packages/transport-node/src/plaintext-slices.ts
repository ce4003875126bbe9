/** As much as a record holds: 2^14 bytes, RFC 9846 section 5.1. */
export const FULL_RECORD = 16_384;

/** What is encrypted at a time, in bytes: other connections get their turn in between. Four full records. */
export const SLICE_LENGTH = 65_536;

/**
 * What was written in one go, as pieces to be sent in a row. Writes that would not fill a record are joined, so that they
 * share one; longer ones are not copied.
 */
export function gatherWrites(writes: readonly Uint8Array[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let short: Uint8Array[] = [];
  const join = (): void => {
    if (short.length > 0) pieces.push(short.length === 1 ? (short[0] as Uint8Array) : Buffer.concat(short));
    short = [];
  };
  for (const write of writes) {
    if (write.length < FULL_RECORD) short.push(write);
    else {
      join();
      pieces.push(write);
    }
  }
  join();
  return pieces;
}

/** Pieces of plaintext that are sent a slice at a time. */
export class SlicedPlaintext {
  readonly #pieces: readonly Uint8Array[];
  #index = 0;
  /** Bytes of the current piece that were sent. */
  #offset = 0;

  /** Bytes of all of it. */
  readonly length: number;

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = pieces;
    this.length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  get isEmpty(): boolean {
    return this.#index === this.#pieces.length;
  }

  /** Sends the next slice, piece by piece, as views. */
  nextSlice(send: (piece: Uint8Array) => void): void {
    let room = SLICE_LENGTH;
    while (room > 0 && !this.isEmpty) {
      const piece = this.#pieces[this.#index] as Uint8Array;
      const part = piece.subarray(this.#offset, this.#offset + room);
      if (part.length > 0) send(part);
      room -= part.length;
      this.#offset += part.length;
      if (this.#offset === piece.length) {
        this.#index++;
        this.#offset = 0;
      }
    }
  }
}
