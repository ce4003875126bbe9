import type { KeyExchange, NamedGroup, RandomBytes } from './provider.js';

/** A key exchange that finishes at once. */
export interface SynchronousExchange extends KeyExchange {
  finish(peerShare: Uint8Array): Uint8Array;
}

/**
 * A group in which both sides do the same: who answers a share starts an exchange of its own and finishes it (RFC 9846
 * section 7.4.2).
 */
export function createDiffieHellmanGroup(
  facts: Pick<NamedGroup, 'name' | 'id' | 'shareLength'>,
  start: (random: RandomBytes) => SynchronousExchange,
): NamedGroup {
  const { name, id, shareLength } = facts;
  return {
    name,
    id,
    shareLength,
    start,
    respond: (peerShare, random) => {
      const exchange = start(random);
      try {
        return { share: exchange.share, secret: exchange.finish(peerShare) };
      } finally {
        exchange.destroy();
      }
    },
  };
}
