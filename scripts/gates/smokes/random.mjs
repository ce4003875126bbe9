/** Not random at all (xorshift): a smoke test must need nothing from its host, and be the same every time. */
export function testRandom() {
  let state = 0x2545f491;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 0xff;
    });
}
