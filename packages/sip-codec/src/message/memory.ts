/** What small messages are cut from: some messages long, so that one that is kept keeps little else. */
const PIECE_LENGTH = 8192;
/** A longer message gets memory of its own; as much of a piece is left over when it does not fit. */
const LONGEST_IN_PIECE = 2048;
/** Where a message begins, so that the framer's search can look at whole words. */
const ALIGNMENT = 8;

let piece = new Uint8Array(0);
let used = 0;

/**
 * Memory for a message that is written: zeros, which are nobody else's. Where messages are small, some of them lie in one
 * `ArrayBuffer`, one behind the other: an array of its own costs a host more than what is written into it.
 */
export function messageMemory(length: number): Uint8Array<ArrayBuffer> {
  if (length > LONGEST_IN_PIECE) return new Uint8Array(length);
  if (used + length > piece.length) {
    piece = new Uint8Array(PIECE_LENGTH);
    used = 0;
  }
  const memory = new Uint8Array(piece.buffer, used, length);
  used += (length + ALIGNMENT - 1) & -ALIGNMENT;
  return memory;
}
