import { SipError } from '../error.js';

/**
 * The chunk, if it is one.
 * @throws SipError `invalid-argument`
 */
export function checkChunk(chunk: Uint8Array): void {
  if (chunk instanceof Uint8Array) return;
  throw new SipError('invalid-argument', { field: 'chunk', expected: 'a Uint8Array', got: typeof chunk });
}

/**
 * The bytes of a chunk as a plain Uint8Array: of whatever subclass they come, what follows is compiled for one class alone, and
 * what is cut out of them is plain too. Another thread could change shared memory between our look at a length and our use of
 * it: such chunks are copied.
 */
export function plainBytes(chunk: Uint8Array): Uint8Array {
  const memory = chunk.buffer;
  if (typeof SharedArrayBuffer !== 'undefined' && memory instanceof SharedArrayBuffer) return new Uint8Array(chunk);
  return new Uint8Array(memory, chunk.byteOffset, chunk.length);
}

/** Held here, as compiled code looks a method of typed arrays up anew at each call: of a short copy that is a quarter. */
// oxlint-disable-next-line typescript/unbound-method -- it is called for an array each time
const { set } = Uint8Array.prototype;

/** Copies all of `source` to the place `at` in `target`. */
export function copyAll(target: Uint8Array, at: number, source: Uint8Array): void {
  set.call(target, source, at);
}

/** Below this, a loop is quicker than making a view. */
const SHORT_COPY = 16;

/** Copies `from`..`to` of `source` to the place `at` in `target`. */
export function copyInto(target: Uint8Array, at: number, source: Uint8Array, from: number, to: number): void {
  if (to - from <= SHORT_COPY) {
    for (let i = from; i < to; i++) target[at + i - from] = source[i] as number;
  } else {
    copyAll(target, at, from === 0 && to === source.length ? source : source.subarray(from, to));
  }
}
