/**
 * A copy in memory of its own: a plain `Uint8Array` of exactly these bytes, whatever kind of array they are in. `slice`
 * does not promise that: on Node's `Buffer` it is a view, and on any subclass it makes another of that class.
 */
export function copyBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  // Not by the constructor alone: it takes null for no bytes, and a number for so many zeros.
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}
