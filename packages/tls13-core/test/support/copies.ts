import { bytesToHex } from '@portico/bytes';

/** An array, and what was in it when it was written or copied. */
export interface Copy {
  readonly array: Uint8Array;
  readonly hex: string;
}

/** Tells of every array that is set or copied while `act` runs: the very arrays, with what is in them then. */
function watchCopies(note: (array: Uint8Array, role: 'original' | 'written') => void, act: () => void): void {
  const { slice, set } = Uint8Array.prototype;
  const watchedSlice = function (this: Uint8Array<ArrayBuffer>, ...range: [number?, number?]): Uint8Array {
    const copy = slice.apply(this, range);
    note(this, 'original');
    note(copy, 'written');
    return copy;
  };
  const watchedSet = function (this: Uint8Array, ...source: [ArrayLike<number>, number?]): void {
    const [from] = source;
    set.apply(this, source);
    if (from instanceof Uint8Array) note(from, 'original');
    note(this, 'written');
  };
  Reflect.set(Uint8Array.prototype, 'slice', watchedSlice);
  Reflect.set(Uint8Array.prototype, 'set', watchedSet);
  try {
    act();
  } finally {
    Reflect.set(Uint8Array.prototype, 'slice', slice);
    Reflect.set(Uint8Array.prototype, 'set', set);
  }
}

/** Notes every array of that length that is copied, is a copy or is written into while `act` runs: the very arrays. */
export function copiesDuring(act: () => void, length = 32): Copy[] {
  const seen: Copy[] = [];
  watchCopies((array) => {
    if (array.length === length) seen.push({ array, hex: bytesToHex(array) });
  }, act);
  return seen;
}

/** How many arrays held that secret, and how many of them do so still, or hold anything else. */
export function leftOf(secret: string, copies: readonly Copy[]): { readonly held: boolean; readonly left: number } {
  const own = copies.filter(({ hex }) => hex === secret);
  return { held: own.length > 0, left: own.filter(({ array }) => array.some((byte) => byte !== 0)).length };
}

/** The memory of every array that was set or sliced while `act` ran, in which that secret stands now. */
export function memoryHolding(secret: Uint8Array, act: () => void): ArrayBufferLike[] {
  const memory = new Set<ArrayBufferLike>();
  watchCopies((array, role) => {
    if (role === 'written') memory.add(array.buffer);
  }, act);
  const sought = bytesToHex(secret);
  return [...memory].filter((buffer) => bytesToHex(new Uint8Array(buffer)).includes(sought));
}
