import { SipError } from '../error.js';

/**
 * The chunk, if it is one.
 * @throws SipError `invalid-argument`
 */
export function checkChunk(chunk: Uint8Array): void {
  if (chunk instanceof Uint8Array) return;
  throw new SipError('invalid-argument', { field: 'chunk', expected: 'a Uint8Array', got: typeof chunk });
}

/** Another thread could change shared memory between our look at a length and our use of it: such chunks are copied. */
export function privateBytes(chunk: Uint8Array): Uint8Array {
  if (typeof SharedArrayBuffer === 'undefined' || !(chunk.buffer instanceof SharedArrayBuffer)) return chunk;
  return new Uint8Array(chunk);
}
