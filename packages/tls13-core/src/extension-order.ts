import type { RandomBytes } from '@portico/crypto';
import type { HelloShaper } from './handshake/client-hello.js';

/** In which order a client's extensions stand. */
export type ExtensionOrder = (random: RandomBytes) => HelloShaper;

/**
 * Another order for each connection, so that no server and no middlebox comes to depend on one. Both hellos of a
 * connection have the same, and pre_shared_key stays last (RFC 9846 section 4.3.11).
 */
export const permutedExtensions: ExtensionOrder = (random) => {
  const ranks = new Map<number, number>();
  const rankOf = (type: number): number => {
    let rank = ranks.get(type);
    if (rank === undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = random(4);
      rank = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
      ranks.set(type, rank);
    }
    return rank;
  };
  return (hello) => {
    const ranked = (hello.extensions ?? []).map((extension) => ({ extension, rank: rankOf(extension.type) }));
    ranked.sort((left, right) => left.rank - right.rank);
    return { ...hello, extensions: ranked.map(({ extension }) => extension) };
  };
};
