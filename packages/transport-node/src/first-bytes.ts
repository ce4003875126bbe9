/** What to do with what has arrived so far. */
export type Inspection = 'hold' | 'watch' | 'release' | 'drop';

/**
 * Looks at everything received since it was set, in one piece; null at end of input, when `hold` and `watch` mean
 * `release`. `drop` forgets what is held: whoever says so closes the connection.
 */
export type Inspector = (bytes: Uint8Array | null) => Inspection;

/** Keeps a connection's first bytes until somebody has decided what they are. Bounded by the inspector's own limit. */
export class FirstBytes {
  readonly #deliver: (chunk: Buffer) => void;
  #inspector: Inspector | null = null;
  #seen: Buffer = EMPTY;
  /** How much of `seen` the reader has been given. */
  #delivered = 0;
  #holding = false;

  constructor(deliver: (chunk: Buffer) => void) {
    this.#deliver = deliver;
  }

  /** Whether bytes, or their absence, are being waited for on behalf of no reader. */
  get holding(): boolean {
    return this.#holding;
  }

  inspect(inspector: Inspector): void {
    this.#inspector = inspector;
    this.#holding = true;
  }

  add(chunk: Buffer): void {
    if (this.#inspector === null) {
      this.#deliver(chunk);
      return;
    }
    this.#seen = this.#seen.length === 0 ? chunk : Buffer.concat([this.#seen, chunk]);
    this.#settle(this.#inspector(this.#seen));
  }

  end(): void {
    if (this.#inspector === null) return;
    this.#settle(this.#inspector(null) === 'drop' ? 'drop' : 'release');
  }

  release(): void {
    if (this.#inspector !== null) this.#settle('release');
  }

  forget(): void {
    this.#inspector = null;
    this.#seen = EMPTY;
    this.#delivered = 0;
    this.#holding = false;
  }

  #settle(inspection: Inspection): void {
    this.#holding = inspection === 'hold';
    if (inspection === 'hold') return;
    const held = this.#seen.subarray(this.#delivered);
    if (inspection === 'watch') this.#delivered = this.#seen.length;
    else this.forget();
    if (inspection !== 'drop' && held.length > 0) this.#deliver(held);
  }
}

const EMPTY: Buffer = Buffer.alloc(0);
