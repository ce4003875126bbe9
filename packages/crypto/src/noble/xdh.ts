import type { MontgomeryECDH } from '@noble/curves/abstract/montgomery.js';
import { createDiffieHellmanGroup, type SynchronousExchange } from '../diffie-hellman-group.js';
import { CryptoError } from '../error.js';
import type { GroupName, NamedGroup, RandomBytes } from '../provider.js';
import { withRandom } from './scoped-random.js';

/** X25519 or X448, RFC 7748 section 6 and RFC 9846 sections 4.3.8.2 and 7.4.2. Shares and scalars have `length` bytes. */
export function xdhGroup(name: GroupName, id: number, length: number, noble: () => MontgomeryECDH): NamedGroup {
  return createDiffieHellmanGroup({ name, id, shareLength: length }, (random) =>
    startExchange(name, length, noble(), random),
  );
}

function startExchange(
  name: GroupName,
  length: number,
  { getPublicKey, getSharedSecret }: MontgomeryECDH,
  random: RandomBytes,
): SynchronousExchange {
  // A copy, so that destroying the exchange does not write into the source's memory.
  const secretKey = Uint8Array.from(random(length));
  const share = withRandom(random, () => getPublicKey(secretKey));
  let destroyed = false;
  return {
    share,
    finish: (peerShare) => {
      if (destroyed) throw new CryptoError('used-after-destroy', `${name} exchange`);
      if (peerShare.length !== length) {
        throw new CryptoError('invalid-share', `${name}: expected ${length} bytes, got ${peerShare.length}`);
      }
      try {
        return withRandom(random, () => getSharedSecret(secretKey, peerShare));
      } catch (error) {
        if (error instanceof CryptoError) throw error;
        // noble refuses the small-order points, whose result is all zero (RFC 7748 section 6).
        throw new CryptoError('invalid-share', `${name}: the shared secret would be all zero`);
      }
    },
    destroy: () => {
      destroyed = true;
      secretKey.fill(0);
    },
  };
}
