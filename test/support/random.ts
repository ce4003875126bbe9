/**
 * A small seeded generator (mulberry32) for inputs that a property makes in bulk: fast-check draws the seed, so that a
 * failure is replayed from the seed it prints, and thousands of inputs cost no more than their bytes.
 */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** `length` random bytes. */
export function randomBytes(random: (below: number) => number, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(0x100));
}

/** The input with one to three small damages: a byte changed, removed, doubled or inserted, or the end cut off. */
export function mutate(random: (below: number) => number, input: Uint8Array): Uint8Array {
  const bytes = Array.from(input);
  for (let damages = 1 + random(3); damages > 0; damages--) {
    const at = random(bytes.length + 1);
    switch (random(6)) {
      case 0:
        if (at < bytes.length) bytes[at] = random(0x100);
        break;
      case 1:
        if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << random(8));
        break;
      case 2:
        bytes.splice(at, 1 + random(4));
        break;
      case 3:
        bytes.splice(at, 0, ...bytes.slice(at, at + 1 + random(8)));
        break;
      case 4:
        bytes.splice(at, 0, random(0x100));
        break;
      case 5:
        bytes.length = at;
        break;
    }
  }
  return Uint8Array.from(bytes);
}
