import { CryptoError } from '../error.js';
import type { KeyExchange, NamedGroup, RandomBytes } from '../provider.js';
import { nobleX25519 } from './curve25519.js';
import { withRandom } from './scoped-random.js';

/** RFC 7748 section 5: u-coordinates and scalars are 32 bytes. */
const LENGTH = 32;

/** X25519, RFC 7748 section 6.1 and RFC 9846 sections 4.3.8.2 and 7.4.2. */
export const x25519: NamedGroup = {
  name: 'x25519',
  id: 0x001d,
  shareLength: LENGTH,
  start: startExchange,
  respond: (peerShare, random) => {
    const exchange = startExchange(random);
    try {
      return { share: exchange.share, secret: exchange.finish(peerShare) };
    } finally {
      exchange.destroy();
    }
  },
};

interface SynchronousExchange extends KeyExchange {
  finish(peerShare: Uint8Array): Uint8Array;
}

function startExchange(random: RandomBytes): SynchronousExchange {
  // A copy, so that destroying the exchange does not write into the source's memory.
  const secretKey = Uint8Array.from(random(LENGTH));
  const share = withRandom(random, () => nobleX25519().getPublicKey(secretKey));
  let destroyed = false;
  return {
    share,
    finish: (peerShare) => {
      if (destroyed) throw new CryptoError('used-after-destroy', 'x25519 exchange');
      if (peerShare.length !== LENGTH) {
        throw new CryptoError('invalid-share', `x25519: expected ${LENGTH} bytes, got ${peerShare.length}`);
      }
      try {
        return withRandom(random, () => nobleX25519().getSharedSecret(secretKey, peerShare));
      } catch (error) {
        if (error instanceof CryptoError) throw error;
        // noble refuses the small-order points, whose result is all zero (RFC 7748 section 6.1).
        throw new CryptoError('invalid-share', 'x25519: the shared secret would be all zero');
      }
    },
    destroy: () => {
      destroyed = true;
      secretKey.fill(0);
    },
  };
}
