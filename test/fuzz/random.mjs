/** A seeded generator (mulberry32): the seed that a run prints gives the same inputs again. */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export function randomBytes(random, length) {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = random(0x100);
  return bytes;
}

/** One to four small damages: a byte changed, a bit flipped, a part removed, doubled, moved or cut off. */
export function mutate(random, input, dictionary = []) {
  const bytes = Array.from(input);
  for (let damages = 1 + random(4); damages > 0; damages--) {
    const at = random(bytes.length + 1);
    switch (random(dictionary.length > 0 ? 8 : 7)) {
      case 0:
        if (at < bytes.length) bytes[at] = random(0x100);
        break;
      case 1:
        if (at < bytes.length) bytes[at] ^= 1 << random(8);
        break;
      case 2:
        bytes.splice(at, 1 + random(8));
        break;
      case 3:
        bytes.splice(at, 0, ...bytes.slice(at, at + 1 + random(16)));
        break;
      case 4:
        bytes.splice(at, 0, random(0x100));
        break;
      case 5:
        bytes.length = at;
        break;
      case 6: {
        const moved = bytes.splice(random(bytes.length + 1), 1 + random(16));
        bytes.splice(random(bytes.length + 1), 0, ...moved);
        break;
      }
      default:
        bytes.splice(at, 0, ...dictionary[random(dictionary.length)]);
    }
  }
  return Uint8Array.from(bytes);
}

/** Ends of the pieces of a random cut, the whole length last. */
export function randomCuts(random, length) {
  const cuts = Array.from({ length: 1 + random(6) }, () => random(length + 1)).sort((a, b) => a - b);
  return [...cuts, length];
}
